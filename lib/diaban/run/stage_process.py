"""The stage of an earlier edition, computed by a process of its own while this one computes the newer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from diaban.run.choice import Choice

_MODULE = "diaban.run.earlier_stage"


class Begun:
    """A stage that another process computes: call it to wait for the end; `stop` it if nobody wants it."""

    def __init__(self, process: subprocess.Popen | None = None) -> None:
        self._process = process

    def __call__(self) -> object:
        return None if self._process is None else self._process.wait()

    @property
    def going_on(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()


def start_stage(folder: Path, outputs: Path | None, choice: Choice) -> Begun:
    """Begin to compute the stage.

    A failure is not told here: whoever opens the stage afterwards computes it, and fails with the reason. On
    one core nothing is begun.
    """
    if (os.cpu_count() or 1) < 2:
        return Begun()
    asked = {"folder": str(folder), "outputs": str(outputs) if outputs else None, **choice._asdict()}
    process = subprocess.Popen(
        [sys.executable, "-m", _MODULE, json.dumps(asked)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return Begun(process)
