"""Changes of the counts of a block that leave its equations as they are: the cheapest, and the farthest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

from diaban.release.ranges.programme import Programme


class Changes:
    """Changes x of cells with matrix @ x = 0, at most `up` upwards and `down` downwards (shape (cells,)).

    The cheapest change that moves a cell moves few others (Kelly, Golden & Assad 1992, Networks 22: 397-417),
    and among sums mostly by whole numbers, where a corner far from the truth seldom does.
    """

    def __init__(self, matrix: csr_array, *, up: NDArray, down: NDArray) -> None:
        self._n = matrix.shape[1]
        self._most = np.concatenate([up, down])
        both = hstack([matrix, -matrix], format="csr")
        self._programme = Programme(both, np.zeros(matrix.shape[0]), upper=self._most)

    def hold(self, cell: int, *, still: bool) -> None:
        """The cell stands still from now on, or moves again as far as it may."""
        for column in (cell, self._n + cell):
            self._programme.bound(column, 0.0, 0.0 if still else float(self._most[column]))

    def cheapest(self, cell: int, by: float, price: NDArray) -> NDArray | None:
        """The change that moves `cell` by just so much, at the least price; None where there is none.

        price: of each case by which a cell moves up, then of those down, shape (2 * cells,). The cell may
        move again afterwards.
        """
        up, down = max(by, 0.0), max(-by, 0.0)
        self._programme.bound(cell, up, up)
        self._programme.bound(self._n + cell, down, down)
        self._programme.start_anew()  # few cells move: a few steps from where none does
        try:
            found = self._programme.smallest(price)
        except ArithmeticError:
            found = None
        self.hold(cell, still=False)
        return None if found is None else found[: self._n] - found[self._n :]

    def farthest(self, cell: int, sign: float) -> float:
        """How far `cell` can move upwards (1.0) or downwards (-1.0)."""
        aim = np.zeros(2 * self._n)
        aim[cell], aim[self._n + cell] = -sign, sign
        found = self._programme.smallest(aim)
        return np.inf if found is None else float(-aim @ found)
