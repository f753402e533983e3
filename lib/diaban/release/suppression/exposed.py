"""Which cells of a block are told to less than they need, and how much they could get."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from diaban.release.ranges.block_ranges import SAME, ranges_of
from diaban.release.ranges.if_small import widths_if_small
from diaban.release.suppression.blocks import LinkedBlock


def exposed_cells(block: LinkedBlock, hidden: NDArray) -> NDArray:
    """Positions of the cells that are told to less than is needed if just `hidden` (bool) are."""
    inside = np.flatnonzero(hidden)
    return inside[_widths(block, inside) < block.needed[inside] - SAME]


def attainable(block: LinkedBlock) -> LinkedBlock:
    """The block with no more needed of a cell than it has where all are hidden."""
    widest = _widths(block, np.arange(len(block.cells)))
    needed = np.minimum(block.needed, widest)
    return replace(block, needed=np.where(needed > SAME, needed, 0.0))


def with_more_needed(block: LinkedBlock, hidden: NDArray, threshold: int) -> LinkedBlock | None:
    """The block with more needed of those small cells that a reader who knows which are small, and which are
    not, knows too well if just `hidden` (bool) are; None where there is none of which more can be had.

    The wider the range of such a cell is to others, the more lies in cells that are not small.
    """
    inside = np.flatnonzero(hidden)
    matrix, counts, needed = block.matrix[:, inside], block.counts[inside], block.needed[inside]
    small, enough = (needed > 0) & (counts < threshold), block.left[inside] - 1
    short = np.zeros(len(inside))
    large = block.guessable[inside] & (counts >= threshold)
    left = widths_if_small(
        matrix, matrix @ counts, counts, small, threshold=threshold, large=large, enough=enough
    )
    short[small] = np.maximum(enough[small] - left, 0.0)
    if not short.any():
        return None
    told = ranges_of(matrix, counts, np.where(short > 0, np.inf, 0.0))
    width = told[:, 1] - told[:, 0]
    more = block.needed.copy()
    more[inside] = np.where((short > 0) & np.isfinite(width), width + short, needed)
    wider = attainable(replace(block, needed=more))
    return wider if (wider.needed[inside] > width + SAME)[short > 0].any() else None


def _widths(block: LinkedBlock, inside: NDArray) -> NDArray:
    """Width of the range of each of these cells if just they are hidden; what is wide enough may be wider."""
    told = ranges_of(block.matrix[:, inside], block.counts[inside], block.needed[inside])
    return told[:, 1] - told[:, 0]
