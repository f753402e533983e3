"""How counts of a block could lie otherwise: the cheapest change that moves one of them far enough."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import hstack

from diaban.release.ranges.programme import Programme
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
        self._n = len(block.cells)
        both = hstack([block.matrix, -block.matrix], format="csr")  # up, and down
        upper = np.concatenate([np.full(self._n, np.inf), block.counts])
        self._programme = Programme(both, np.zeros(block.matrix.shape[0]), upper=upper)
        self._price = np.tile(block.weight, 2)
        self._still = np.zeros(self._n, dtype=bool)

    def release(self, hidden: NDArray) -> None:
        """These cells (bool) are hidden: they move for next to nothing."""
        self._price[np.tile(hidden, 2)] = FREE

    def fix(self, cells: NDArray) -> None:
        """Exactly these cells (bool) stand still."""
        for cell in np.flatnonzero(cells != self._still):
            self._set(int(cell), still=bool(cells[cell]))
        self._still = cells.copy()

    def far(self, cell: int, by: float) -> NDArray | None:
        """Which cells (bool) move in the cheapest way to widen the range of `cell` to `by`; None where even
        all together do not. Upwards if that will do, else the rest downwards."""
        moved = self.moved(cell, by)
        if moved is not None:
            return moved
        up, down = self.most(cell, 1.0), self.most(cell, -1.0)
        if up + down < by - _SAME:
            return None
        up = min(up, by)
        ways = [self.moved(cell, up), self.moved(cell, up - by)]
        return ways[0] | ways[1] if ways[0] is not None and ways[1] is not None else None

    def most(self, cell: int, sign: float) -> float:
        """How far `cell` can move upwards (1.0) or downwards (-1.0)."""
        aim = np.zeros(2 * self._n)
        aim[cell], aim[self._n + cell] = -sign, sign
        found = self._programme.smallest(aim)
        return np.inf if found is None else float(-aim @ found)

    def moved(self, cell: int, by: float) -> NDArray | None:
        """The cells of the cheapest change that moves `cell` by just so much."""
        if self._still[cell] or -by > self._block.counts[cell] + _SAME:
            return None
        up, down = (by, 0.0) if by > 0 else (0.0, -by)
        self._programme.bound(cell, up, up)
        self._programme.bound(self._n + cell, down, down)
        self._programme.start_anew()  # few cells move: a few steps from where none does
        try:
            found = self._programme.smallest(self._price)
        except ArithmeticError:
            found = None
        self._set(cell, still=False)
        if found is None:
            return None
        return abs(found[: self._n] - found[self._n :]) > _SAME

    def _set(self, cell: int, *, still: bool) -> None:
        self._programme.bound(cell, 0.0, 0.0 if still else np.inf)
        self._programme.bound(self._n + cell, 0.0, 0.0 if still else float(self._block.counts[cell]))
