"""The united knowledge cut into independent blocks of hidden cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import bmat, coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from diaban.release.audit.union import BEYOND, Union
from diaban.release.tables.targets import SLACK

_WHOLE = 1e-9


@dataclass(frozen=True)
class Block:
    """matrix @ cells = right, lower <= cells <= upper; all arrays in the order of `cells`.

    truth: the counts themselves, a solution. needed: width that a cell must keep, 0 where none. whole: cells
    that are whole numbers. equations: for each row the shown cells in it, with their weights.
    """

    cells: list[str]
    matrix: csr_array
    right: NDArray
    lower: NDArray
    upper: NDArray
    truth: NDArray
    needed: NDArray
    whole: NDArray
    shown: list[tuple[tuple[str, float], ...]]


def blocks(union: Union) -> Iterator[Block]:
    """Blocks with a cell that must stay uncertain, each of cells that an equation links."""
    cells = sorted(union.hidden)
    position = {cell: i for i, cell in enumerate(cells)}
    entries: list[tuple[int, int, float]] = []
    right: list[float] = []
    shown: list[tuple[tuple[str, float], ...]] = []
    for signed, total in sorted(union.rows.items()):
        terms = [(position[cell], w) for cell, w in signed if cell in position]
        if not terms:
            continue
        outside = tuple((cell, w) for cell, w in signed if cell not in position)
        entries += [(len(right), i, w) for i, w in terms]
        right.append(total - sum(w * union.counts[cell] for cell, w in outside))
        shown.append(outside)
    data = np.array(entries, dtype=float).reshape(-1, 3)
    shape = (len(right), len(cells))
    matrix = coo_array((data[:, 2], (data[:, 0].astype(int), data[:, 1].astype(int))), shape=shape).tocsr()
    both = bmat([[None, matrix], [matrix.T, None]]) if len(right) else matrix  # rows and cells as one graph
    labels = connected_components(both, directed=False)[1] if len(right) else np.arange(len(cells))
    owner, label = labels[: len(right)], labels[len(right) :]
    truth = np.array([union.counts[cell] for cell in cells], dtype=float)
    needed = np.array([union.needed.get(cell, 0.0) for cell in cells], dtype=float)
    ends = np.array([union.bounds.get(cell, (0.0, np.inf)) for cell in cells], dtype=float).reshape(-1, 2)
    for number in np.unique(label[needed > 0]):
        inside, rows = np.flatnonzero(label == number), np.flatnonzero(owner == number)
        yield Block(
            cells=[cells[i] for i in inside],
            matrix=matrix[rows][:, inside],
            right=np.array(right)[rows],
            lower=ends[inside, 0],
            upper=ends[inside, 1],
            truth=truth[inside],
            needed=needed[inside],
            whole=np.array([_counts(cells[i], truth[i]) for i in inside], dtype=bool),
            shown=[shown[int(row)] for row in rows],
        )


def _counts(cell: str, value: Any) -> bool:
    """Whether a cell counts something: what lies beyond a ratio need not be a whole number."""
    return SLACK not in cell and not cell.endswith(BEYOND) and abs(value - round(value)) < _WHOLE
