"""The attacker's view of linked tables: the range that the published cells leave to each hidden one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from diaban.release.programme import Programme

_SHARED_LOOKS = 12
"""Linear programmes over all narrow cells at once, before each is looked at by itself."""

_ROUNDS = 5
"""How often bounds are carried through the equations; more rounds only save a few linear programmes."""

_SAME = 1e-6

_BESIDE = 0.01
"""Weight of the cells that are wide already: they move too, and carry others with them."""


@dataclass(frozen=True)
class Equation:
    """`total` is the sum of `parts`, each times its weight (1 where none is given), plus `constant`.

    All are names of cells; a slack cell, which nobody is shown, makes an inequality of it.
    """

    total: str
    parts: tuple[str, ...]
    weights: tuple[float, ...] = ()
    constant: float = 0.0

    @property
    def cells(self) -> tuple[str, ...]:
        return (self.total, *self.parts)

    @property
    def signed(self) -> list[tuple[str, float]]:
        """Each cell with its coefficient, all on one side: they add up to minus the constant."""
        return [(self.total, -1.0), *zip(self.parts, self.weights or (1.0,) * len(self.parts), strict=True)]


@dataclass
class Attacker:
    """Knows every cell that is not hidden, every equation, and that counts are not negative.

    counts: cell -> count. A range that is known to reach `enough` is not narrowed down further: the
    true one is at least as wide. solved: independent blocks that were solved before, by what they are
    made of; attackers may share it.
    (Fischetti & Salazar 2001, Management Science 47: 1008-1027, define the attacker's problem.)
    """

    counts: pd.Series
    equations: Sequence[Equation]
    enough: float = np.inf
    solved: dict[tuple, Any] = field(default_factory=dict, repr=False)

    def ranges(self, hidden: Iterable[str], *, of: Iterable[str] | None = None) -> pd.DataFrame:
        """Smallest and largest value of every hidden cell: columns lower, upper (counts), indexed by cell.

        of: the cells that are looked at one by one (default all). Of the others it is told whether they have
        any width; they may be wider than is said.
        """
        cells = pd.Index(sorted(set(hidden)), dtype=object)
        truth = self.counts.loc[cells].to_numpy(float)
        matrix, known, _ = self._system(cells)
        told = pd.Index(list(of)) if of is not None else cells
        enough = np.where(cells.isin(told), self.enough, _SAME)  # of the others only whether they are known
        seen = np.column_stack([truth, truth])
        for members, block in _blocks(matrix, known, truth, enough):
            if block.key not in self.solved:
                self.solved[block.key] = _solve(block)
            seen[members] = self.solved[block.key]
        return pd.DataFrame(np.round(seen, 6), index=cells, columns=["lower", "upper"])

    def holds(self, hidden: Iterable[str], needed: Mapping[str, float]) -> bool:
        """Whether every cell of `needed` that is hidden stays as wide as it says; ends with the first that
        does not."""
        cells = pd.Index(sorted(set(hidden)), dtype=object)
        truth = self.counts.loc[cells].to_numpy(float)
        matrix, known, _ = self._system(cells)
        enough = np.array([needed.get(cell, 0.0) for cell in cells])
        for _, block in _blocks(matrix, known, truth, enough):
            if not block.enough.any():
                continue
            key = ("holds", *block.key)
            if key not in self.solved:
                told = _solve(block, first=True)
                self.solved[key] = (told[:, 1] - told[:, 0] >= block.enough - _SAME).all()
            if not self.solved[key]:
                return False
        return True

    def levers(self, hidden: Iterable[str], cells: Iterable[str]) -> Iterator[set[str]]:
        """For each of `cells`, all hidden: the visible ones that keep its range where it is.

        They are those whose value the ends of the range would move with, by the dual values of the linear
        programmes that find these ends; hiding another one does not help the cell by itself.
        """
        names = pd.Index(sorted(set(hidden)), dtype=object)
        matrix, known, kept = self._system(names)
        inside = set(names)
        equations = [self.equations[int(n)] for n in kept]
        programme = Programme(matrix, known)
        for cell in cells:
            objective = (names == cell).astype(float)
            found: set[str] = set()
            for sign in (1.0, -1.0):
                if programme.smallest(sign * objective) is not None:
                    found |= _moved_by(programme.prices(), equations)
            yield found - inside

    @cached_property
    def _whole(self) -> tuple[pd.Index, csr_array, NDArray]:
        """All cells; the equations over them, matrix @ all = -constants; the constants."""
        names = pd.Index(self.counts.index, dtype=object)
        held = set(names)  # an equation with a cell that is not there says nothing of the others
        signed = [e.signed if held.issuperset(e.cells) else [] for e in self.equations]
        lengths = [len(one) for one in signed]
        columns = names.get_indexer([cell for one in signed for cell, _ in one])
        signs = np.array([sign for one in signed for _, sign in one], dtype=float)
        rows = np.repeat(np.arange(len(signed)), lengths)
        matrix = coo_array((signs, (rows, columns)), shape=(len(signed), len(names))).tocsr()
        matrix.eliminate_zeros()
        return names, matrix, np.array([equation.constant for equation in self.equations], dtype=float)

    def _system(self, cells: pd.Index) -> tuple[csr_array, NDArray, NDArray]:
        """Equations over hidden cells only, matrix @ hidden = known, and which of all equations these are."""
        names, matrix, constants = self._whole
        position = names.get_indexer(cells)
        values = self.counts.to_numpy(float).copy()
        values[position] = 0.0
        inside = matrix[:, position]
        kept = np.flatnonzero(np.diff(inside.indptr))
        known = -constants[kept] - (matrix[kept] @ values)
        return inside[kept], known, kept


def _moved_by(prices: NDArray, equations: Sequence[Equation]) -> set[str]:
    """Cells whose value an optimum with these prices of the equations would move with."""
    moved: dict[str, float] = {}
    for n in np.flatnonzero(abs(prices) > _SAME):
        for cell, sign in equations[int(n)].signed:
            moved[cell] = moved.get(cell, 0.0) + sign * prices[n]
    return {cell for cell, by in moved.items() if abs(by) > _SAME}


class _Block(NamedTuple):
    """Independent equations: matrix @ cells = known; enough: width from which a cell is left alone."""

    matrix: csr_array
    known: NDArray
    truth: NDArray
    enough: NDArray

    @property
    def key(self) -> tuple[bytes, ...]:
        """All that its solution depends on."""
        parts = (self.matrix.indptr, self.matrix.indices, self.matrix.data, *self[1:])
        return tuple(part.tobytes() for part in parts)


def _blocks(
    matrix: csr_array, known: NDArray, truth: NDArray, enough: NDArray
) -> Iterator[tuple[NDArray, _Block]]:
    """Positions of cells, and the block that they make. Sorted by cell, so in one order always."""
    _, label = connected_components(abs(matrix.T) @ abs(matrix), directed=False)
    row_label = label[matrix.indices[matrix.indptr[:-1]]]
    for block in range(label.max(initial=-1) + 1):
        members, rows = np.flatnonzero(label == block), np.flatnonzero(row_label == block)
        yield members, _Block(matrix[rows][:, members], known[rows], truth[members], enough[members])


def _outer_bounds(matrix: csr_array, known: NDArray) -> NDArray:
    """Bounds that single equations imply, shape (cells, 2): never narrower than the true range.

    Where a range that was seen reaches them it is the true one, and needs no linear programme.
    """
    row = np.repeat(np.arange(len(known)), np.diff(matrix.indptr))
    column, sign = matrix.indices, matrix.data
    bounds = np.column_stack([np.zeros(matrix.shape[1]), np.full(matrix.shape[1], np.inf)])
    for _ in range(_ROUNDS):
        ends = np.sort(sign[:, None] * bounds[column], axis=1)  # of each cell's part in the sum
        unbounded = np.isinf(ends)
        finite = np.where(unbounded, 0.0, ends)
        sums, infinite = np.zeros((len(known), 2)), np.zeros((len(known), 2))
        np.add.at(sums, row, finite)
        np.add.at(infinite, row, unbounded)
        rest = np.where(infinite[row] > unbounded, [-np.inf, np.inf], sums[row] - finite)
        implied = np.sort((known[row, None] - rest) / sign[:, None], axis=1)
        implied[np.isnan(implied)] = np.inf  # infinite less infinite: says nothing
        np.maximum.at(bounds[:, 0], column, np.where(implied[:, 0] == np.inf, -np.inf, implied[:, 0]))
        np.minimum.at(bounds[:, 1], column, np.where(implied[:, 1] == -np.inf, np.inf, implied[:, 1]))
    return bounds


def _solve(block: _Block, *, first: bool = False) -> NDArray:
    """Bounds of the cells of one block, shape (cells, 2).

    first: stop at the first cell that cannot be as wide as is enough; the others are then not looked at.
    """
    matrix, known, truth, enough = block
    seen = np.column_stack([truth, truth])
    if matrix.shape[0] == 0:
        return np.column_stack([np.zeros(len(seen)), np.full(len(seen), np.inf)])
    if np.isfinite(enough).all():
        _look_together(matrix, known, truth, enough, seen)
    most = _outer_bounds(matrix, known)
    narrow = (seen[:, 1] - seen[:, 0] < enough) & (abs(seen - most) > _SAME).any(axis=1)
    programme = Programme(matrix, known)
    for cell in np.flatnonzero(narrow):
        for sign in (1.0, -1.0):
            if seen[cell, 1] - seen[cell, 0] < enough[cell]:
                _look(programme, sign * (np.arange(len(seen)) == cell), seen)
        if first and seen[cell, 1] - seen[cell, 0] < enough[cell] - _SAME:
            break
    return seen


def _look_together(matrix: csr_array, known: NDArray, truth: NDArray, enough: NDArray, seen: NDArray) -> None:
    """Pull all narrow cells apart at once, in random directions: every solution is a witness for each cell.

    The box around the truth keeps a solution bounded; what lies in it is still possible.
    """
    directions = np.random.default_rng(0)
    programme = Programme(matrix, known, upper=truth + 2 * np.maximum(enough.max(), 1))
    for _ in range(_SHARED_LOOKS):
        narrow = seen[:, 1] - seen[:, 0] < enough
        if not narrow.any():
            return
        _look(programme, directions.choice([-1.0, 1.0], len(truth)) * np.where(narrow, 1.0, _BESIDE), seen)


def _look(programme: Programme, objective: NDArray, seen: NDArray) -> None:
    """Widen `seen` (in place) by the solution that makes `objective` smallest."""
    found = programme.smallest(objective)
    if found is None:  # unbounded, which a count can only be upwards
        seen[np.flatnonzero(objective), 1] = np.inf
        return
    np.minimum(seen[:, 0], found, out=seen[:, 0])
    np.maximum(seen[:, 1], found, out=seen[:, 1])
