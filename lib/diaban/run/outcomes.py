"""What became of a task that ran in a child process: done, or failed and why."""

from __future__ import annotations

import pickle
import traceback
from dataclasses import dataclass, field
from typing import Any, Literal

FailureKind = Literal["error", "died", "timed_out"]


@dataclass(frozen=True)
class Done:
    """A finished task. value: what the worker returned. seconds: wall time, the child's start included."""

    name: str
    value: Any
    seconds: float


@dataclass(frozen=True)
class Failed:
    """A task that came to nothing.

    kind: "error" (the worker raised), "died" (the child ended without a result: a signal, os._exit, memory),
    "timed_out". error: the exception itself where it can travel between processes (a DiabanError can), else
    None. traceback: the child's, for a log, never for a reader.
    """

    name: str
    kind: FailureKind
    message: str
    seconds: float
    error: BaseException | None = None
    traceback: str = field(default="", repr=False)


Outcome = Done | Failed


@dataclass(frozen=True)
class Started:
    """A task began."""

    name: str


Event = Started | Done | Failed


@dataclass(frozen=True)
class Report:
    """What a child sends home: a value, or an exception in words and, if it can travel, itself."""

    value: Any = None
    message: str = ""
    error: BaseException | None = None
    traceback: str = ""
    failed: bool = False

    def outcome(self, name: str, seconds: float) -> Outcome:
        if not self.failed:
            return Done(name, self.value, seconds)
        return Failed(name, "error", self.message, seconds, self.error, self.traceback)


def report_of(error: BaseException) -> Report:
    """`error` for the way home."""
    return Report(
        message=str(error) or type(error).__name__,
        error=error if _travels(error) else None,
        traceback="".join(traceback.format_exception(error)),
        failed=True,
    )


def _travels(error: BaseException) -> bool:
    """Whether the exception survives pickling; many with a constructor of their own do not."""
    try:
        return type(pickle.loads(pickle.dumps(error))) is type(error)
    except Exception:
        return False
