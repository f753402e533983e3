"""Small changes of the true counts that leave all that is known as it is: witnesses found at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import hstack

from diaban.release.audit.blocks import Block
from diaban.release.ranges.programme import Programme


class Moves:
    """The change of the fewest cases that moves one cell of a block by so much.

    Among sums it mostly consists of whole numbers, where a corner far from the truth seldom does.
    """

    def __init__(self, block: Block) -> None:
        self._block, self._n = block, len(block.cells)
        self._upper = np.concatenate([block.upper - block.truth, block.truth - block.lower])
        both = hstack([block.matrix, -block.matrix], format="csr")  # up, and down
        self._programme = Programme(both, np.zeros(len(block.right)), upper=self._upper)

    def moved(self, cell: int, by: float) -> NDArray | None:
        """Counts with `cell` moved by just so much; None where it cannot be."""
        up, down = max(by, 0.0), max(-by, 0.0)
        if up > self._upper[cell] or down > self._upper[self._n + cell]:
            return None
        self._programme.bound(cell, up, up)
        self._programme.bound(self._n + cell, down, down)
        self._programme.start_anew()
        try:
            found = self._programme.smallest(np.ones(2 * self._n))
        except ArithmeticError:
            found = None
        self._programme.bound(cell, 0.0, float(self._upper[cell]))
        self._programme.bound(self._n + cell, 0.0, float(self._upper[self._n + cell]))
        return None if found is None else self._block.truth + found[: self._n] - found[self._n :]
