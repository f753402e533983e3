"""What is left of small counts for a reader who knows of every hidden one whether it is small.

Which hidden counts are small, and which are hidden to protect these, is never said. But nothing is hidden
without need, so much of it can be guessed: few hidden cells are no small ones, and where they lie often shows
which. Such a reader must not get to the count itself.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from diaban.release.ranges.programme import Programme

LEAST_LEFT = 3
"""So many values of each small count must such a reader find possible; of the threshold's own where it has
fewer."""

LOOKS = 40
"""Solutions that pull all small cells apart together, before each is looked at by itself."""

NODES = 200
"""Branches of one search in whole numbers; the same on every machine. What was found until then counts."""

_SAME = 1e-6
_NEAR = 1e-5
_BESIDE = 0.01


def widths_if_small(
    matrix: csr_array,
    known: NDArray,
    truth: NDArray,
    small: NDArray[np.bool_],
    *,
    threshold: int,
    lower: NDArray | None = None,
    upper: NDArray | None = None,
    enough: float | None = None,
) -> NDArray:
    """Greatest less least whole number of each cell that is `small` (bool), in their order.

    matrix @ cells = known, of which `truth` is a solution, lower <= cells <= upper (default: not negative),
    and small ones are below `threshold`. enough: width from which a cell is left alone (default: all that the
    threshold has). Only solutions in whole numbers count, so what is said is never too wide.
    """
    lower = np.zeros(len(truth)) if lower is None else lower
    upper = np.full(len(truth), np.inf) if upper is None else upper
    most = np.where(small, np.minimum(upper, threshold - 1), upper)
    if not small.any() or not matrix.shape[0]:
        return np.maximum((most - lower)[small], 0.0)
    full = np.minimum(most - lower, np.inf if enough is None else enough)
    look = _Look(matrix, known, truth, lower, most)
    directions = np.random.default_rng(0)
    for _ in range(LOOKS):
        narrow = small & (look.width < full - _SAME)
        if not narrow.any():
            break
        look.along(directions.choice([-1.0, 1.0], len(small)) * np.where(narrow, 1.0, _BESIDE))
    for cell in np.flatnonzero(small & (look.width < full - _SAME)):
        for sign in (1.0, -1.0):
            if look.width[cell] < full[cell] - _SAME:
                look.to_end(int(cell), sign)
    return look.width[small]


class _Look:
    """The least and greatest value of each cell in the solutions in whole numbers that were seen."""

    def __init__(
        self, matrix: csr_array, known: NDArray, truth: NDArray, lower: NDArray, most: NDArray
    ) -> None:
        self.low, self.high = truth.copy(), truth.copy()
        self._matrix, self._known, self._lower, self._most = matrix, known, lower, most
        self._programme = Programme(matrix, known - matrix @ lower, upper=most - lower)
        self._counted = abs(truth - np.round(truth)) < _SAME  # what lies beyond a ratio need not be whole

    @property
    def width(self) -> NDArray:
        return self.high - self.low

    def along(self, aim: NDArray) -> NDArray | None:
        """The solution with the least `aim`, and what it shows if it is one in whole numbers."""
        found = self._programme.smallest(aim)
        if found is None:
            return None
        solution = found + self._lower
        self._see(solution)
        return solution

    def to_end(self, cell: int, sign: float) -> None:
        """As far as a cell can fall (1.0) or rise (-1.0)."""
        aim = sign * (np.arange(len(self.low)) == cell)
        solution = self.along(aim)
        seen = self.low[cell] if sign > 0 else self.high[cell]
        if solution is None or sign * (seen - solution[cell]) < 1 - _NEAR:
            return  # seen already, or next to it
        found = milp(
            aim,
            constraints=LinearConstraint(self._matrix, self._known, self._known),
            integrality=self._counted.astype(int),
            bounds=Bounds(self._lower, self._most),
            options={"node_limit": NODES, "mip_rel_gap": 0.0},
        )
        if found.x is not None:
            self._see(found.x)

    def _see(self, solution: NDArray) -> None:
        whole = np.where(self._counted, np.round(solution), solution)
        if (abs(whole - solution) < _NEAR).all():
            np.minimum(self.low, whole, out=self.low)
            np.maximum(self.high, whole, out=self.high)


def least_width(threshold: int) -> int:
    """Greatest less least value that must be left of a small count."""
    return min(LEAST_LEFT, threshold) - 1
