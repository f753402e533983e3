"""Which cells of a large block are hidden beside those that must be: a good choice, not always the best one.

A cheapest change of the counts for each cell that is told (Kelly, Golden & Assad 1992, Networks 22: 397-417),
then each hidden cell that nothing needs is shown again (Fischetti & Salazar 2001, Management Science 47:
1008-1027).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diaban.release.suppression.blocks import LinkedBlock
from diaban.release.suppression.exposed import exposed_cells
from diaban.release.suppression.shifts import Shifts

HINTS = 3
"""Before all cells are looked at again without one, so many of those that it was hidden for are."""


def near_least_hidden(block: LinkedBlock) -> NDArray:
    """A choice of hidden cells (bool) with which none is told to less than it needs.

    No cell may need more than all others together could give it (`exposed.attainable`).
    """
    return _without_idle(block, *_ways_out(block))


def _ways_out(block: LinkedBlock) -> tuple[NDArray, dict[int, NDArray]]:
    """Hidden cells, and for each exposed one those that move with it: cell by cell, the cheapest change."""
    shifts, hidden = Shifts(block), block.kept_back.copy()
    shifts.release(hidden)
    ways: dict[int, NDArray] = {}
    for cell in map(int, exposed_cells(block, hidden)):
        way = shifts.far(cell, block.needed[cell])
        if way is None:  # nearly attainable: whatever there is
            way = np.ones(len(hidden), dtype=bool)
        ways[cell] = way
        more = block.with_members(way & ~hidden)
        if more.any():
            hidden |= more
            shifts.release(hidden)
    return hidden, ways


def _without_idle(block: LinkedBlock, hidden: NDArray, ways: dict[int, NDArray]) -> NDArray:
    """`hidden` without those that no cell needs, the ones that are missed most first."""
    shifts = Shifts(block)
    shifts.release(np.ones(len(hidden), dtype=bool))
    further = {int(m) for m in block.member[hidden & ~block.kept_back]}
    lost = {m: float(block.weight[block.member == m].sum()) for m in further}
    for member in sorted(further, key=lambda m: (-lost[m], m)):
        gone = block.member == member
        by_it = [cell for cell, way in ways.items() if way[gone].any()]
        shifts.fix(~hidden | gone)
        first = sorted(by_it, key=lambda cell: (ways[cell].sum(), cell))[:HINTS]
        if all(shifts.moved(cell, block.needed[cell]) is not None for cell in first) and not len(
            exposed_cells(block, hidden & ~gone)
        ):
            hidden = hidden & ~gone
    return hidden
