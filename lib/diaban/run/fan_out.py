"""Many tasks, each in a process of its own, a few at a time; one that fails fails alone."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from diaban.run.fork_server import CHILD_ENVIRONMENT, start_process, warm_up
from diaban.run.methods import Method, default_method
from diaban.run.outcomes import Event, Failed, Outcome, Report, Started, report_of

_SECONDS_TO_LEAVE = 2.0


def fan_out(
    tasks: Mapping[str, Any],
    worker: Callable[[Any], Any],
    *,
    jobs: int,
    preload: Sequence[str] = (),
    method: Method | None = None,
    timeout: float | None = None,
    on_event: Callable[[Event], None] | None = None,
) -> dict[str, Outcome]:
    """Run `worker(payload)` for every `name: payload` of `tasks`; what became of each, in the same order.

    worker: a function (or `functools.partial` of one) that a child can import; not one of `__main__`.
    jobs: how many children run at once. preload: modules the fork server loads once for all.
    method: by default what the system can do; the worker runs its notebook with `engine_for(method)`.
    timeout: seconds a task may take. on_event: told of each start and end, in this process.

    A child sees the caller's environment, folder and import path as they are now, and nothing of another
    child. Ctrl-C stops the children and goes on as KeyboardInterrupt.
    """
    method = method or default_method()
    if method == "forkserver":
        warm_up(preload)
    return _Crew(worker, method, timeout, on_event or _ignore).run(tasks, max(1, jobs))


@dataclass
class _Child:
    name: str
    process: BaseProcess
    results: Connection
    started: float

    def seconds(self) -> float:
        return time.monotonic() - self.started


class _Crew:
    """The children at work."""

    def __init__(self, worker, method: Method, timeout: float | None, tell: Callable[[Event], None]) -> None:
        self._worker = worker
        self._method = method
        self._timeout = timeout
        self._tell = tell
        self._children: list[_Child] = []

    def run(self, tasks: Mapping[str, Any], jobs: int) -> dict[str, Outcome]:
        waiting = list(tasks.items())[::-1]
        outcomes: dict[str, Outcome] = {}
        try:
            while waiting or self._children:
                while waiting and len(self._children) < jobs:
                    self._start(*waiting.pop())
                for outcome in self._wait():
                    outcomes[outcome.name] = outcome
                    self._tell(outcome)
        finally:
            for child in self._children:
                _stop(child.process)
        return {name: outcomes[name] for name in tasks}

    def _start(self, name: str, payload: Any) -> None:
        results, sender = multiprocessing.Pipe(duplex=False)
        started = time.monotonic()
        environment = {**os.environ, **CHILD_ENVIRONMENT}
        with sender:
            process = start_process(self._method, _work, sender, self._worker, payload, environment)
        self._children.append(_Child(name, process, results, started))
        self._tell(Started(name))

    def _wait(self) -> list[Outcome]:
        """Sleep until a child says something, ends or runs out of time; the outcomes of those."""
        multiprocessing.connection.wait(
            [source for child in self._children for source in (child.results, child.process.sentinel)],
            self._seconds_to_deadline(),
        )
        ended = [(child, outcome) for child in self._children if (outcome := self._outcome(child))]
        for child, _ in ended:
            self._children.remove(child)
            child.results.close()
        return [outcome for _, outcome in ended]

    def _seconds_to_deadline(self) -> float | None:
        if self._timeout is None:
            return None
        return max(0.0, self._timeout - max(child.seconds() for child in self._children))

    def _outcome(self, child: _Child) -> Outcome | None:
        alive = child.process.is_alive()
        report = _received(child.results)
        if report is not None:
            _stop(child.process, patience=_SECONDS_TO_LEAVE)
            return report.outcome(child.name, child.seconds())
        if not alive:
            return _died(child)
        if self._timeout is not None and child.seconds() >= self._timeout:
            _stop(child.process)
            return Failed(child.name, "timed_out", f"timed out after {self._timeout:g} s", child.seconds())
        return None


def _work(
    sender: Connection, worker: Callable[[Any], Any], payload: Any, environment: dict[str, str]
) -> None:
    """The life of a child."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, who ends the children
    if hasattr(os, "setpgid"):
        os.setpgid(0, 0)  # so that what it starts ends with it
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ.clear()
    os.environ.update(environment)
    try:
        sender.send(Report(worker(payload)))
    except Exception as error:
        sender.send(report_of(error))
    sender.close()


def _end_with_parent() -> None:
    """Nobody works on for a parent who was killed, or interrupted before the child was born."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        if hasattr(os, "killpg"):
            os.killpg(0, signal.SIGKILL)
        os._exit(1)


def _received(results: Connection) -> Report | None:
    """The child's report if one has come. A child that died on the way home has sent none."""
    with suppress(EOFError, OSError):
        if results.poll():
            return results.recv()
    return None


def _died(child: _Child) -> Failed:
    _signal_group(child.process, signal.SIGTERM)
    code = child.process.exitcode
    how = signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"
    return Failed(child.name, "died", f"the process ended without a result ({how})", child.seconds())


def _stop(process: BaseProcess, patience: float = 0.0) -> None:
    """End a child and what it started: by itself within `patience`, then asked, then killed (s)."""
    process.join(patience)
    for end, number in ((process.terminate, signal.SIGTERM), (process.kill, getattr(signal, "SIGKILL", 9))):
        if not process.is_alive():
            break
        _signal_group(process, number)
        end()
        process.join(_SECONDS_TO_LEAVE)


def _signal_group(process: BaseProcess, number: int) -> None:
    if hasattr(os, "killpg") and process.pid:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)


def _ignore(event: Event) -> None:
    """Nobody listens."""
