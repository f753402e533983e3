"""How counts of a block could lie otherwise: the cheapest change that moves one of them far enough."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diaban.release.ranges.changes import Changes
from diaban.release.suppression.blocks import LinkedBlock

FREE = 1e-4
"""Price of moving a cell that is hidden already, so that no more of them move than must."""

_SAME = 1e-6


class Shifts:
    """Changes of the counts of a block that keep all of its equations and make no count negative.

    A cell that may move has a price for each case by which it does; the others stand still (Kelly, Golden &
    Assad 1992, Networks 22: 397-417: what has to be hidden beside a cell is what moves with it).
    """

    def __init__(self, block: LinkedBlock) -> None:
        self._block = block
        self._changes = Changes(block.matrix, up=np.full(len(block.cells), np.inf), down=block.counts)
        self._price = np.tile(block.weight, 2)
        self._still = np.zeros(len(block.cells), dtype=bool)

    def release(self, hidden: NDArray) -> None:
        """These cells (bool) are hidden: they move for next to nothing."""
        self._price[np.tile(hidden, 2)] = FREE

    def fix(self, cells: NDArray) -> None:
        """Exactly these cells (bool) stand still."""
        for cell in np.flatnonzero(cells != self._still):
            self._changes.hold(int(cell), still=bool(cells[cell]))
        self._still = cells.copy()

    def far(self, cell: int, by: float) -> NDArray | None:
        """Which cells (bool) move in the cheapest way to widen the range of `cell` to `by`; None where even
        all together do not. Upwards if that will do, else the rest downwards."""
        moved = self.moved(cell, by)
        if moved is not None:
            return moved
        up, down = self._changes.farthest(cell, 1.0), self._changes.farthest(cell, -1.0)
        if up + down < by - _SAME:
            return None
        up = min(up, by)
        ways = [self.moved(cell, up), self.moved(cell, up - by)]
        return ways[0] | ways[1] if ways[0] is not None and ways[1] is not None else None

    def moved(self, cell: int, by: float) -> NDArray | None:
        """The cells of the cheapest change that moves `cell` by just so much."""
        if self._still[cell] or -by > self._block.counts[cell] + _SAME:
            return None
        change = self._changes.cheapest(cell, by, self._price)
        return None if change is None else abs(change) > _SAME
