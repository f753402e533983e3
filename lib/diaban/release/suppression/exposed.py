"""Which cells of a block are told to less than they need, and how much they could get."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from diaban.release.ranges.block_ranges import SAME, ranges_of
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


def _widths(block: LinkedBlock, inside: NDArray) -> NDArray:
    """Width of the range of each of these cells if just they are hidden; what is wide enough may be wider."""
    told = ranges_of(block.matrix[:, inside], block.counts[inside], block.needed[inside])
    return told[:, 1] - told[:, 0]
