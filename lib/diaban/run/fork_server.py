"""Fresh processes that cost no imports: a server that has imported everything once and forks on demand."""

from __future__ import annotations

import importlib.util
import multiprocessing
import os
import signal
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker
from multiprocessing.process import BaseProcess
from typing import Any

from diaban.errors import DiabanError
from diaban.run.methods import Method

# Imported last in the server: it rehearses a run, so that children inherit warm caches.
_REHEARSAL = "diaban.run.rehearsal"

# A child is one of several on the same cores: threads inside it would fight the others for them. A fixed
# hash seed lets sets iterate alike in every run.
CHILD_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "agg",
}


def warm_up(preload: Sequence[str] = ()) -> None:
    """Start the fork server now, without waiting for it: it imports `preload` while the caller works on.

    A server that already runs is kept, whatever it has loaded: a module that it lacks is imported by each
    child. Raises DiabanError `preload_missing` for a module that does not exist.
    """
    for module in preload:
        if importlib.util.find_spec(module) is None:
            raise DiabanError("preload_missing", module=module)
    multiprocessing.set_forkserver_preload([*preload, _REHEARSAL])
    with child_environment(), _no_interrupt():
        forkserver.ensure_running()


def cool_down() -> None:
    """Stop the fork server, for one that must load anew (changed code, a benchmark of the cold start)."""
    forkserver._forkserver._stop()  # type: ignore[attr-defined]


def start_process(method: Method, target: Callable[..., None], *arguments: Any) -> BaseProcess:
    """Start `target(*arguments)` in a fresh process: forked off the server, or a new interpreter ("kernels").

    The caller's main module is not run again in the child, as multiprocessing would do to a script, so a
    script needs no `if __name__ == "__main__"`. Raises DiabanError `fork_server_failed`.
    """
    context: Any = multiprocessing.get_context("forkserver" if method == "forkserver" else "spawn")
    process = context.Process(target=target, args=arguments)
    try:
        with child_environment(), _without_main():
            process.start()
    except (EOFError, ConnectionError) as error:
        cool_down()
        raise DiabanError("fork_server_failed") from error
    return process


@contextmanager
def child_environment() -> Iterator[None]:
    """The environment of the children, for as long as the block lasts."""
    before = {name: os.environ.get(name) for name in CHILD_ENVIRONMENT}
    os.environ.update(CHILD_ENVIRONMENT)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Start the server deaf to Ctrl-C, which is the caller's to act on; it would break off the imports."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # the server's start would do it, and unblock the signal in passing
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _without_main() -> Iterator[None]:
    """Hide the main module from multiprocessing while it prepares a child."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
