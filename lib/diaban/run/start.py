"""The start of a run: the fork server loads what pages need while this process loads what a stage needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from diaban.run.fork_server import child_environment, warm_up
from diaban.run.make_page import PRELOAD
from diaban.run.methods import Method, default_method

if TYPE_CHECKING:
    from diaban.run.conductor import Report


def load_conductor(method: Method | None = None) -> Callable[..., Report]:
    """`run_study`, loaded beside the fork server instead of before it. method: the one it will be run with.

    Numpy, if this is what loads it, takes one thread: its matrices are small, the other cores are at work
    on the pages, and the sums come out the same on any number of cores.
    """
    if (method or default_method()) == "forkserver":
        warm_up(PRELOAD)
    with child_environment():
        from diaban.run.conductor import run_study
    return run_study
