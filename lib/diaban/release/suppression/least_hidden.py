"""Which cells of a block are hidden beside those that must be, at the least weight of all choices.

The programme of Fischetti & Salazar 2001, Management Science 47: 1008-1027: one 0-1 variable for all that is
hidden together; whenever a choice leaves a cell told, the prices of the attacker's own programme say which
others would widen its range, and how far at most. That is a new condition, and the choice is made again.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from diaban.release.ranges.programme import Programme
from diaban.release.suppression.blocks import LinkedBlock
from diaban.release.suppression.exposed import exposed_cells

MOST = 3_000
"""Sets of cells among which is chosen, at most."""

ROUNDS, NODES = 60, 500
"""After so many choices, or branches of one of them, the search is given up: the same on every machine."""

_SAME = 1e-6


def least_hidden(block: LinkedBlock) -> NDArray | None:
    """The best choice of hidden cells (bool); None where the block is too large or the search is given up.

    No cell may need more than all others together could give it (`exposed.attainable`).
    """
    candidates = np.unique(block.member[~block.kept_back])
    if len(candidates) > MOST:
        return None
    weight = np.array([block.weight[block.member == m].sum() for m in candidates])
    prices, conditions = _Prices(block), np.empty((0, len(candidates)))
    for _ in range(ROUNDS):
        chosen = _choice(weight, conditions)
        if chosen is None:
            return None
        hidden = block.kept_back | np.isin(block.member, candidates[chosen])
        exposed = exposed_cells(block, hidden)
        if not len(exposed):
            return hidden
        new = [
            _condition(block, candidates, prices.widen(hidden, int(cell)), block.needed[cell])
            for cell in exposed
        ]
        if any(condition[chosen].sum() > 1 - _SAME for condition in new):
            return None  # it holds already: the numbers are not good enough to go on
        conditions = np.vstack([conditions, *new])
    return None


def _choice(weight: NDArray, conditions: NDArray) -> NDArray | None:
    """The lightest choice (bool) with which each row of `conditions` adds up to 1 at least; None unless it is
    proved to be that."""
    if not len(conditions):
        return np.zeros(len(weight), dtype=bool)
    found = milp(
        weight,
        integrality=np.ones(len(weight)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(csr_array(conditions), 1.0, np.inf),
        options={"mip_rel_gap": 0.0, "node_limit": NODES},
    )
    return found.x > 0.5 if found.status == 0 else None


def _condition(block: LinkedBlock, candidates: NDArray, widen: NDArray, needed: float) -> NDArray:
    """How much of what is wanting each of `candidates` could add, at most all of it."""
    wanting = needed - widen[block.kept_back].sum()
    free = ~block.kept_back
    place = np.searchsorted(candidates, block.member[free])
    added = np.bincount(place, np.minimum(widen[free], wanting), minlength=len(candidates))
    return np.minimum(added / wanting, 1.0)


class _Prices:
    """By how much each cell, once hidden, could widen the range of another at most: from dual values."""

    def __init__(self, block: LinkedBlock) -> None:
        self._block = block
        self._programme = Programme(block.matrix, block.matrix @ block.counts)
        self._hidden = np.ones(len(block.cells), dtype=bool)

    def widen(self, hidden: NDArray, cell: int) -> NDArray:
        """By cell, in cases; all hidden ones together just explain the width that `cell` has."""
        block = self._block
        for other in np.flatnonzero(hidden != self._hidden):
            count = float(block.counts[other])
            low, high = (0.0, np.inf) if hidden[other] else (count, count)
            self._programme.bound(int(other), low, high)
        self._hidden = hidden.copy()
        by = np.zeros(len(block.cells))
        for sign in (1.0, -1.0):
            aim = sign * (np.arange(len(by)) == cell)
            self._programme.smallest(aim)  # the cell is told, so it has an end
            left = aim - block.matrix.T @ self._programme.prices()
            left[abs(left) < _SAME] = 0.0
            falls = np.maximum(left, 0) * block.counts  # as far as a count can fall
            by += np.where(left < 0, np.inf, falls)
        return by
