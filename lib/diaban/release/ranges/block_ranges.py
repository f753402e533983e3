"""The ranges of the cells of one independent block of equations, by linear programmes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import block_array, csr_array
from scipy.sparse.csgraph import connected_components

from diaban.release.ranges.programme import Programme

_SHARED_LOOKS = 25
"""Linear programmes over all narrow cells at once, before each is looked at by itself."""

_ROUNDS = 5
"""How often bounds are carried through the equations; more rounds only save a few linear programmes."""

SAME = 1e-6

_BESIDE = 0.01
"""Weight of the cells that are wide already: they move too, and carry others with them."""


class RangeBlock(NamedTuple):
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


def range_blocks(
    matrix: csr_array, known: NDArray, truth: NDArray, enough: NDArray
) -> Iterator[tuple[NDArray, RangeBlock]]:
    """Positions of cells, and the block that they make. Sorted by cell, so in one order always."""
    row_label, label = components(matrix)
    for block in range(label.max(initial=-1) + 1):
        members, rows = np.flatnonzero(label == block), np.flatnonzero(row_label == block)
        yield members, RangeBlock(matrix[rows][:, members], known[rows], truth[members], enough[members])


def components(matrix: csr_array) -> tuple[NDArray, NDArray]:
    """Number of the independent block of each row and of each column; columns count from 0 on."""
    rows, columns = matrix.shape
    both = block_array([[None, matrix.T], [matrix, None]]) if rows else csr_array((columns, columns))
    label = connected_components(both, directed=False)[1]
    return label[columns:], label[:columns]


def ranges_of(matrix: csr_array, truth: NDArray, enough: NDArray) -> NDArray:
    """Bounds of cells, shape (cells, 2), that lie at `truth` and keep matrix @ cells as it is.

    Those with `enough` are looked at until they are seen to be as wide; of the others it is only known that
    they are at least as wide as is said.
    """
    seen = np.column_stack([truth, truth])
    filled = np.flatnonzero(np.diff(matrix.indptr))
    for members, block in range_blocks(matrix[filled], (matrix @ truth)[filled], truth, enough):
        if block.enough.any():
            seen[members] = solve(block)
    return seen


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
        np.maximum.at(bounds[:, 0], column, np.where(implied[:, 0] == np.inf, -np.inf, implied[:, 0]))
        np.minimum.at(bounds[:, 1], column, np.where(implied[:, 1] == -np.inf, np.inf, implied[:, 1]))
    return bounds


def solve(block: RangeBlock, *, first: bool = False) -> NDArray:
    """Bounds of the cells of one block, shape (cells, 2).

    first: stop at the first cell that cannot be as wide as is enough; the others are then not looked at.
    """
    matrix, known, truth, enough = block
    seen = np.column_stack([truth, truth])
    if matrix.shape[0] == 0:
        return np.column_stack([np.zeros(len(seen)), np.full(len(seen), np.inf)])
    most = _outer_bounds(matrix, known)
    if first and (most[:, 1] - most[:, 0] < enough - SAME).any():
        return seen  # a single equation tells it
    if np.isfinite(enough).all():
        _look_together(matrix, known, truth, enough, seen)
    narrow = (seen[:, 1] - seen[:, 0] < enough) & ~np.isclose(seen, most, rtol=0, atol=SAME).all(axis=1)
    programme = Programme(matrix, known)
    for cell in np.flatnonzero(narrow):
        for sign in (1.0, -1.0):
            if seen[cell, 1] - seen[cell, 0] < enough[cell]:
                _look(programme, sign * (np.arange(len(seen)) == cell), seen)
        if first and seen[cell, 1] - seen[cell, 0] < enough[cell] - SAME:
            break
    return seen


def _look_together(matrix: csr_array, known: NDArray, truth: NDArray, enough: NDArray, seen: NDArray) -> None:
    """Pull all narrow cells apart at once, in random directions: every solution is a witness for each cell.

    One that was seen to be none can only be more. The box around the truth keeps a solution bounded; what
    lies in it is still possible.
    """
    directions = np.random.default_rng(0)
    programme = Programme(matrix, known, upper=truth + 2 * np.maximum(enough.max(), 1))
    for _ in range(_SHARED_LOOKS):
        narrow = seen[:, 1] - seen[:, 0] < enough
        if not narrow.any():
            return
        aim = directions.choice([-1.0, 1.0], len(truth))
        aim[narrow & (seen[:, 0] < SAME)] = -1.0
        _look(programme, aim * np.where(narrow, 1.0, _BESIDE), seen)


def _look(programme: Programme, objective: NDArray, seen: NDArray) -> None:
    """Widen `seen` (in place) by the solution that makes `objective` smallest."""
    found = programme.smallest(objective)
    if found is None:  # unbounded, which a count can only be upwards
        seen[np.flatnonzero(objective), 1] = np.inf
        return
    np.minimum(seen[:, 0], found, out=seen[:, 0])
    np.maximum(seen[:, 1], found, out=seen[:, 1])
