"""The stage of an earlier edition, computed by a process of its own while this one computes the newer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from diaban.run.choice import Choice

_MODULE = "diaban.run.earlier_stage"


def start_stage(folder: Path, outputs: Path | None, choice: Choice) -> Callable[[], object]:
    """Begin to compute the stage; call what is returned to wait for the end of it.

    A failure is not told here: whoever opens the stage afterwards computes it, and fails with the reason. On
    one core nothing is begun.
    """
    if (os.cpu_count() or 1) < 2:
        return lambda: None
    asked = {"folder": str(folder), "outputs": str(outputs) if outputs else None, **choice._asdict()}
    process = subprocess.Popen(
        [sys.executable, "-m", _MODULE, json.dumps(asked)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return process.wait
