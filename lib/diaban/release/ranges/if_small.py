"""What is left of small counts for a reader who knows of every hidden one whether it is small, or is not.

Which hidden counts are small, and which are hidden to protect these, is never said. But nothing is hidden
without need, so much of it can be guessed: few hidden cells are no small ones, and where they lie often shows
which. Such a reader must not get to the count itself.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from diaban.release.ranges.programme import Programme

LEAST_LEFT = 3
"""So many values of each small count must such a reader find possible; of the threshold's own where it has
fewer."""

LOOKS = 20
"""Solutions that pull all small cells apart together, before each is looked at by itself."""

_SAME = 1e-6
_BESIDE = 0.01


def widths_if_small(
    matrix: csr_array,
    known: NDArray,
    truth: NDArray,
    small: NDArray[np.bool_],
    *,
    threshold: int,
    large: NDArray[np.bool_] | None = None,
    lower: NDArray | None = None,
    upper: NDArray | None = None,
    enough: float | NDArray | None = None,
) -> NDArray:
    """Greatest less least whole number of each cell that is `small` (bool), in their order.

    matrix @ cells = known, of which `truth` is a solution, lower <= cells <= upper (default: not negative),
    small ones are below `threshold`, and `large` ones (bool, default none) are not. enough: width from which
    a cell, or each of them, is left alone (default: all that the threshold has). By linear programmes,
    rounded inwards: where their corners are no whole numbers, which is rare among sums, who searches in whole
    numbers may find less.
    """
    lower = np.zeros(len(truth)) if lower is None else lower
    lower = lower if large is None else np.where(large, np.maximum(lower, threshold), lower)
    upper = np.full(len(truth), np.inf) if upper is None else upper
    most = np.where(small, np.minimum(upper, threshold - 1), upper)
    if not small.any() or not matrix.shape[0]:
        return np.maximum((most - lower)[small], 0.0)
    full = np.minimum(most - lower, np.inf if enough is None else enough)
    low, high = truth.copy(), truth.copy()
    programme = Programme(matrix, known - matrix @ lower, upper=most - lower)

    def look(aim: NDArray) -> None:
        solution = programme.smallest(aim)
        if solution is not None:
            np.minimum(low, solution + lower, out=low)
            np.maximum(high, solution + lower, out=high)

    def narrow() -> NDArray[np.bool_]:
        return small & (_whole(low, high) < full - _SAME)

    directions = np.random.default_rng(0)
    for _ in range(LOOKS):
        if not narrow().any():
            break
        look(directions.choice([-1.0, 1.0], len(small)) * np.where(narrow(), 1.0, _BESIDE))
    for cell in np.flatnonzero(narrow()):
        for sign in (1.0, -1.0):
            if narrow()[cell]:
                look(sign * (np.arange(len(small)) == cell))
    return _whole(low, high)[small]


def _whole(low: NDArray, high: NDArray) -> NDArray:
    """Between the whole numbers in a range."""
    return np.floor(high + _SAME) - np.ceil(low - _SAME)


def least_width(threshold: int) -> int:
    """Greatest less least value that must be left of a small count."""
    return min(LEAST_LEFT, threshold) - 1
