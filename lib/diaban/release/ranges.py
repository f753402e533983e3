"""The attacker's view of linked tables: the range that the published cells leave to each hidden one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

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
    true one is at least as wide. Blocks of hidden cells that were solved before are remembered.
    (Fischetti & Salazar 2001, Management Science 47: 1008-1027, define the attacker's problem.)
    """

    counts: pd.Series
    equations: Sequence[Equation]
    enough: float = np.inf
    _solved: dict[frozenset[str], NDArray] = field(default_factory=dict, repr=False)

    def ranges(self, hidden: Iterable[str], *, of: Iterable[str] | None = None) -> pd.DataFrame:
        """Smallest and largest value of every hidden cell: columns lower, upper (counts), indexed by cell.

        of: the cells that are looked at one by one (default all). Of the others it is told whether they have
        any width; they may be wider than is said.
        """
        cells = pd.Index(sorted(set(hidden)), dtype=object)
        truth = self.counts.loc[cells].to_numpy(float)
        matrix, known = self._system(cells)
        seen = np.column_stack([truth, truth])
        if np.isfinite(self.enough):
            _look_together(matrix, known, truth, self.enough, seen)
        told = pd.Index(list(of)) if of is not None else cells
        enough = np.where(cells.isin(told), self.enough, _SAME)  # of the others only whether they are known
        most = _outer_bounds(matrix, known)
        for members, rows in _blocks(matrix):
            narrow = seen[members, 1] - seen[members, 0] < enough[members]
            narrow &= (abs(seen[members] - most[members]) > _SAME).any(axis=1)
            if not narrow.any():
                continue
            key = frozenset(cells[members])
            if key not in self._solved:
                block = matrix[rows][:, members]
                self._solved[key] = _solve(block, known[rows], seen[members], narrow, enough[members])
            seen[members] = self._solved[key]
        return pd.DataFrame(np.round(seen, 6), index=cells, columns=["lower", "upper"])

    def levers(self, hidden: Iterable[str], cells: Iterable[str]) -> Iterator[set[str]]:
        """For each of `cells`, all hidden: the visible ones that keep its range where it is.

        They are those whose value the ends of the range would move with, by the dual values of the linear
        programmes that find these ends; hiding another one does not help the cell by itself.
        """
        names = pd.Index(sorted(set(hidden)), dtype=object)
        matrix, known = self._system(names)
        inside = set(names)
        equations = [e for e in self.equations if not inside.isdisjoint(e.cells)]
        programme = Programme(matrix, known)
        for cell in cells:
            objective = (names == cell).astype(float)
            found: set[str] = set()
            for sign in (1.0, -1.0):
                if programme.smallest(sign * objective) is not None:
                    found |= _moved_by(programme.prices(), equations)
            yield found - inside

    def _system(self, cells: pd.Index) -> tuple[csr_array, NDArray]:
        """Equations over hidden cells only: matrix @ hidden = known; those without a hidden cell left out."""
        rows: list[int] = []
        columns: list[int] = []
        signs: list[float] = []
        known: list[float] = []
        position = {cell: i for i, cell in enumerate(cells)}
        values = self.counts.to_dict()
        for equation in self.equations:
            signed = equation.signed
            inside = [(position[cell], sign) for cell, sign in signed if cell in position]
            if not inside:
                continue
            rows += [len(known)] * len(inside)
            columns += [i for i, _ in inside]
            signs += [sign for _, sign in inside]
            outside = sum(sign * values[cell] for cell, sign in signed if cell not in position)
            known.append(-equation.constant - outside)
        matrix = coo_array((signs, (rows, columns)), shape=(len(known), len(cells))).tocsr()
        return matrix, np.array(known, dtype=float)


def _moved_by(prices: NDArray, equations: Sequence[Equation]) -> set[str]:
    """Cells whose value an optimum with these prices of the equations would move with."""
    moved: dict[str, float] = {}
    for n in np.flatnonzero(abs(prices) > _SAME):
        for cell, sign in equations[int(n)].signed:
            moved[cell] = moved.get(cell, 0.0) + sign * prices[n]
    return {cell for cell, by in moved.items() if abs(by) > _SAME}


def _blocks(matrix: csr_array) -> Iterator[tuple[NDArray, NDArray]]:
    """Independent parts: positions of cells, rows of the matrix. Sorted by cell, so in one order always."""
    _, label = connected_components(abs(matrix.T) @ abs(matrix), directed=False)
    row_label = label[matrix.indices[matrix.indptr[:-1]]]
    for block in range(label.max(initial=-1) + 1):
        yield np.flatnonzero(label == block), np.flatnonzero(row_label == block)


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
        np.maximum.at(bounds[:, 0], column, implied[:, 0])
        np.minimum.at(bounds[:, 1], column, implied[:, 1])
    return bounds


def _look_together(matrix: csr_array, known: NDArray, truth: NDArray, enough: float, seen: NDArray) -> None:
    """Pull all narrow cells apart at once, in random directions: every solution is a witness for each cell.

    The box around the truth keeps a solution bounded; what lies in it is still possible.
    """
    directions = np.random.default_rng(0)
    programme = Programme(matrix, known, upper=truth + 2 * enough)
    for _ in range(_SHARED_LOOKS):
        narrow = seen[:, 1] - seen[:, 0] < enough
        if not narrow.any():
            return
        _look(programme, directions.choice([-1.0, 1.0], len(truth)) * np.where(narrow, 1.0, _BESIDE), seen)


def _solve(matrix: csr_array, known: NDArray, seen: NDArray, narrow: NDArray, enough: NDArray) -> NDArray:
    """Bounds of the `narrow` cells of one block, shape (cells, 2), starting from those seen so far.

    enough: width from which a cell is left alone, a number a cell.
    """
    seen = seen.copy()
    if matrix.shape[0] == 0:
        return np.column_stack([np.zeros(len(seen)), np.full(len(seen), np.inf)])
    programme = Programme(matrix, known)
    for cell in np.flatnonzero(narrow):
        for sign in (1.0, -1.0):
            if seen[cell, 1] - seen[cell, 0] < enough[cell]:
                _look(programme, sign * (np.arange(len(seen)) == cell), seen)
    return seen


def _look(programme: Programme, objective: NDArray, seen: NDArray) -> None:
    """Widen `seen` (in place) by the solution that makes `objective` smallest."""
    found = programme.smallest(objective)
    if found is None:  # unbounded, which a count can only be upwards
        seen[np.flatnonzero(objective), 1] = np.inf
        return
    np.minimum(seen[:, 0], found, out=seen[:, 0])
    np.maximum(seen[:, 1], found, out=seen[:, 1])
