"""The two ways to run notebooks, by name; choosing one does not load papermill."""

from __future__ import annotations

import multiprocessing
from typing import Literal

Method = Literal["forkserver", "kernels"]

IN_PROCESS = "diaban-inprocess"  # our papermill engine: cells run in the process that runs papermill
OWN_KERNEL = "nbclient"  # papermill's engine: a kernel process a notebook


def default_method() -> Method:
    """What this system can do: "forkserver", or "kernels" where nothing forks (Windows)."""
    return "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "kernels"


def engine_for(method: Method) -> str:
    """The papermill engine that belongs to a method: a forked process needs no kernel of its own."""
    return IN_PROCESS if method == "forkserver" else OWN_KERNEL
