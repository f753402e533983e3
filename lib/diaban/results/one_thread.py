"""Linear algebra on one thread: small systems take longer to hand to other threads than to solve."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from threadpoolctl import threadpool_limits

Self = TypeVar("Self")
Answer = TypeVar("Answer")


def one_thread(question: Callable[[Self], Answer]) -> Callable[[Self], Answer]:
    """The method `question`, with BLAS held to one thread while it runs."""

    @wraps(question)
    def answered(self: Self) -> Answer:
        with threadpool_limits(1):
            return question(self)

    return answered
