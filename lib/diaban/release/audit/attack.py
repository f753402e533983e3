"""The attack: the tightest range of whole numbers that everything known leaves to each protected count."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from diaban.release.audit.blocks import Block
from diaban.release.ranges.changes import Changes
from diaban.release.ranges.programme import Programme

LOOKS = 60
"""Solutions that pull all narrow cells of a block apart together, before each is looked at by itself."""

SECONDS = 10.0
"""Longest search for one end in whole numbers; what was found until then counts, which is never too wide."""

_SAME = 1e-6
_NEAR = 1e-5
_BESIDE = 0.01


@dataclass
class Attack:
    """What became of the protected cells of a block: shape (cells,) each, in the order of the block.

    low, high: least and greatest whole number of each cell in a solution that was found. A search ends where
    the range is as wide as is needed; then the true one may be wider. programmes, searches: linear ones, and
    those in whole numbers. unfinished: ends of which no search could prove that nothing lies beyond.
    """

    block: Block
    low: NDArray
    high: NDArray
    programmes: int = 0
    searches: int = 0
    unfinished: int = 0
    _enough: NDArray = field(default_factory=lambda: np.empty(0))

    @property
    def width(self) -> NDArray:
        return self.high - self.low

    @property
    def narrow(self) -> NDArray:
        """Positions of protected cells that are not seen to be as wide as is needed."""
        return np.flatnonzero((self._enough > 0) & (self.width < self._enough - _SAME))


def attack(block: Block, *, enough: NDArray | None = None) -> Attack:
    """Attack all protected cells of `block`. enough: width at which a search ends (default: that needed)."""
    found = Attack(block, block.truth.copy(), block.truth.copy())
    found._enough = block.needed if enough is None else enough
    if not len(block.right):
        found.low, found.high = block.lower.copy(), block.upper.copy()
        return found
    _pull_together(found)
    _move_apart(found)
    programme = Programme(block.matrix, _shifted(block), upper=block.upper - block.lower)
    for cell in found.narrow:
        for sign in (-1.0, 1.0):
            if found.high[cell] - found.low[cell] < found._enough[cell] - _SAME:
                _reach(found, programme, int(cell), sign)
    return found


def range_of(block: Block, cell: int) -> tuple[float, float]:
    """The whole range of one cell, however wide."""
    enough = np.zeros(len(block.cells))
    enough[cell] = np.inf
    found = Attack(block, block.truth.copy(), block.truth.copy(), _enough=enough)
    programme = Programme(block.matrix, _shifted(block), upper=block.upper - block.lower)
    for sign in (-1.0, 1.0):
        _reach(found, programme, cell, sign)
    return float(found.low[cell]), float(found.high[cell])


def _shifted(block: Block) -> NDArray:
    """The right side for what cells have beyond their least value."""
    return block.right - block.matrix @ block.lower


def _pull_together(found: Attack) -> None:
    """Random directions in a box around the truth: a corner of whole numbers is a witness for all cells."""
    block, directions = found.block, np.random.default_rng(0)
    box = block.truth + 3 * max(float(found._enough[np.isfinite(found._enough)].max(initial=1)), 1)
    programme = Programme(block.matrix, _shifted(block), upper=np.minimum(box, block.upper) - block.lower)
    for _ in range(LOOKS):
        wanted = np.zeros(len(block.cells))
        wanted[found.narrow] = 1.0
        if not wanted.any():
            return
        aim = directions.choice([-1.0, 1.0], len(wanted)) * np.where(wanted > 0, 1.0, _BESIDE)
        _witness(found, programme.smallest(aim))
        found.programmes += 1


def _move_apart(found: Attack) -> None:
    """Each narrow cell by itself, as far as it lacks, in a change of few others."""
    if not len(found.narrow):
        return
    block = found.block
    room = {1.0: block.upper - block.truth, -1.0: block.truth - block.lower}
    changes, price = Changes(block.matrix, up=room[1.0], down=room[-1.0]), np.ones(2 * len(block.truth))
    for cell in map(int, found.narrow):
        for sign in (1.0, -1.0):
            wanting = np.ceil(found._enough[cell] - found.width[cell] - _SAME)
            if wanting <= 0 or not np.isfinite(wanting):
                continue
            seen = found.high[cell] if sign > 0 else found.low[cell]
            by = seen + sign * wanting - block.truth[cell]
            change = changes.cheapest(cell, by, price) if sign * by <= room[sign][cell] else None
            found.programmes += 1
            if change is not None:
                _witness(found, block.truth + change - block.lower)


def _reach(found: Attack, programme: Programme, cell: int, sign: float) -> None:
    """The end of a cell downwards (-1) or upwards (1): by a linear programme where its corner is whole."""
    aim = -sign * (np.arange(len(found.block.cells)) == cell)
    found.programmes += 1
    corner = programme.smallest(aim)
    if corner is None:  # nothing but a count that may grow without end
        found.high[cell] = np.inf
        return
    end = corner[cell] + found.block.lower[cell]
    seen = found.high[cell] if sign > 0 else found.low[cell]
    if sign * (end - seen) > _NEAR and not _witness(found, corner):
        _search(found, aim)


def _search(found: Attack, aim: NDArray) -> None:
    """The same in whole numbers (HiGHS, branch and cut)."""
    block = found.block
    result = milp(
        aim,
        constraints=LinearConstraint(block.matrix, block.right, block.right),
        integrality=block.whole.astype(int),
        bounds=Bounds(block.lower, block.upper),
        options={"time_limit": SECONDS, "mip_rel_gap": 0.0},
    )
    found.searches += 1
    if result.status != 0:
        found.unfinished += 1
    if result.x is not None:
        _witness(found, result.x - block.lower)


def _witness(found: Attack, solution: NDArray | None) -> bool:
    """Widen what is seen by a solution (beyond the least values), if it is one in whole numbers."""
    if solution is None:
        return False
    block = found.block
    x = solution + block.lower
    rounded = np.where(block.whole, np.round(x), x)
    if (abs(rounded - x) > _NEAR).any() or (abs(block.matrix @ rounded - block.right) > 1e-4).any():
        return False
    np.minimum(found.low, rounded, out=found.low)
    np.maximum(found.high, rounded, out=found.high)
    return True
