"""What the children of the fan-out tests do: importable functions, as a child needs them."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from diaban.errors import DiabanError

seen = []


def double(number):
    return 2 * number


def leave_traces(name):
    """Change all that a process has of its own, and say what was there before."""
    drawn = random.random(), np.random.random()  # noqa: NPY002  (the global state is the point)
    found = (list(seen), Path.cwd().name, os.environ.get("TRACE"), drawn)
    seen.append(name)
    os.environ["TRACE"] = name
    os.chdir("/")
    random.seed(name)
    np.random.seed(len(name))  # noqa: NPY002
    return found


def fail(how):
    if how == "signal":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "exit":
        os._exit(7)
    if how == "teaches":
        raise DiabanError("notebook_missing", notebook="x.ipynb")
    if how == "unpicklable":
        return lambda: None
    if how == "stubborn error":
        raise StubbornError("a", "b")
    if how == "sleeps":
        time.sleep(60)
    return how


class StubbornError(Exception):
    """Cannot be unpickled: its constructor takes more than its args say."""

    def __init__(self, first, second):
        super().__init__(first + second)


def sleep_with_a_child(record):
    """Write down this process and a process it started, then wait to be stopped."""
    started = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    Path(record).write_text(f"{os.getpid()} {started.pid}")
    time.sleep(60)


def environment(names):
    return {name: os.environ.get(name) for name in names}


def run_and_render(task):
    from diaban.run.notebook import run_notebook
    from diaban.run.render import render_body

    source, destination, parameters, engine = task
    return render_body(run_notebook(source, destination, parameters, engine=engine))
