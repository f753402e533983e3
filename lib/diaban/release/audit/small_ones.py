"""What a reader could add who knew of every hidden count whether it is small: the rule alone says 0 to 4.

A count is not shown because it is small, or to protect one that is; which of the two is never said. The
promise is about what the published numbers leave, and holds for whoever does not know it. Here the stronger
reader is measured, who does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diaban.release.audit.blocks import Block
from diaban.release.ranges.programme import Programme

LOOKS = 40
"""Solutions that pull all small cells of a block apart together, before each is looked at by itself."""

_SAME = 1e-6
_BESIDE = 0.01


@dataclass(frozen=True)
class SmallOnes:
    """small: protected counts below the threshold. narrowed: of those, how many would be left with fewer
    values than the rule has; exact: with one."""

    small: int = 0
    narrowed: int = 0
    exact: int = 0


def small_ones(blocks: Iterable[Block], threshold: int) -> SmallOnes:
    """By linear programmes and rounding inwards, which is never too wide."""
    widths = np.concatenate([np.empty(0), *(_widths(block, threshold) for block in blocks)])
    return SmallOnes(len(widths), int((widths < threshold - 1).sum()), int((widths < 1).sum()))


def _widths(block: Block, threshold: int) -> NDArray:
    """Of the small cells of a block: greatest less least count, if all of them are known to be small."""
    small = (block.needed > 0) & block.whole & (block.truth < threshold)
    most = np.where(small, np.minimum(block.upper, threshold - 1), block.upper)
    if not small.any() or not len(block.right):
        return (most - block.lower)[small]
    low, high = _seen(block, small, most)
    return (np.floor(high + _SAME) - np.ceil(low - _SAME))[small]


def _seen(block: Block, small: NDArray[np.bool_], most: NDArray) -> tuple[NDArray, NDArray]:
    low, high = block.truth.copy(), block.truth.copy()
    known = block.right - block.matrix @ block.lower
    programme, directions = Programme(block.matrix, known, upper=most - block.lower), np.random.default_rng(0)

    def look(aim: NDArray) -> None:
        solution = programme.smallest(aim)
        if solution is not None:
            np.minimum(low, solution + block.lower, out=low)
            np.maximum(high, solution + block.lower, out=high)

    def narrow() -> NDArray[np.bool_]:
        return small & (high - low < most - block.lower - _SAME)

    for _ in range(LOOKS):
        if not narrow().any():
            break
        look(directions.choice([-1.0, 1.0], len(small)) * np.where(narrow(), 1.0, _BESIDE))
    for cell in np.flatnonzero(narrow()):
        for sign in (1.0, -1.0):
            look(sign * (np.arange(len(small)) == cell))
    return low, high
