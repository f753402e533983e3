"""A command run to its end, with its wall time and the most memory that it and its children held."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

MEMORY = "PSS" if sys.platform == "linux" else "RSS"
"""Proportional set size where the system tells it: memory that forked processes share counts once."""

_EVERY = 0.2  # s between two looks at the memory
_KERNEL = "ipykernel_launcher"


@dataclass(frozen=True)
class Watched:
    """seconds: wall time. memory: peak of the whole tree, kernel: of its largest Jupyter kernel, in MB."""

    seconds: float
    memory: float
    kernel: float
    output: str


def watch(command: Sequence[str]) -> Watched:
    """Run `command`. Raises RuntimeError with the end of its messages if it fails."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as messages:
        start = time.perf_counter()
        process = psutil.Popen(command, stdout=output, stderr=messages)
        memory = kernel = 0.0
        while True:
            tree, largest = _memory(process)
            memory, kernel = max(memory, tree), max(kernel, largest)
            try:
                failed = process.wait(_EVERY)
                break
            except (subprocess.TimeoutExpired, psutil.TimeoutExpired):
                continue
        seconds = time.perf_counter() - start
        if failed:
            messages.seek(0)
            raise RuntimeError(f"{' '.join(command)}\n{messages.read()[-2000:]}")
        output.seek(0)
        return Watched(seconds, memory, kernel, output.read())


def _memory(process: psutil.Process) -> tuple[float, float]:
    """Of the process with all below it, and of the largest kernel among them."""
    try:
        below = process.children(recursive=True)
    except psutil.NoSuchProcess:
        return 0.0, 0.0
    kernels = [_size(one) for one in below if _is_kernel(one)]
    return sum(_size(one) for one in (process, *below)), max(kernels, default=0.0)


def _size(process: psutil.Process) -> float:
    """Memory in MB; 0 for a process that has ended."""
    try:
        if MEMORY == "PSS":
            return process.memory_full_info().pss / 1e6
        return process.memory_info().rss / 1e6
    except psutil.Error:
        return 0.0


def _is_kernel(process: psutil.Process) -> bool:
    try:
        return _KERNEL in process.cmdline()
    except psutil.Error:
        return False
