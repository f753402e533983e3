"""Linked tables cut into independent blocks, each as arrays: the form in which cells to hide are chosen."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from diaban.release.ranges.block_ranges import components
from diaban.release.ranges.ranges import Attacker, Equation
from diaban.release.suppression.varied import factor

RANK = 20.0
"""How many times as dear a cell is as one of the next lower reluctance."""


@dataclass(frozen=True, eq=False)
class LinkedBlock:
    """Cells that equations link, without those that cannot be hidden any more; all arrays by `cells`.

    cells: sorted names. matrix: equations x cells; a change of counts keeps all of them where matrix @ change
    is 0. counts: the true ones. needed: width that a cell must keep once hidden, 0 where none. weight: what
    is lost when the cell is hidden. member: number of the cells that are hidden together with it. kept_back:
    the cells that are hidden whatever is chosen. guessable: of which a reader may see whether they are small.
    left: so many values must be left of it where it is small, to a reader who sees that.
    """

    cells: list[str]
    matrix: csr_array
    counts: NDArray
    needed: NDArray
    weight: NDArray
    member: NDArray
    kept_back: NDArray
    guessable: NDArray
    left: NDArray

    def with_members(self, hidden: NDArray) -> NDArray:
        """`hidden` (bool by cell) and all that is hidden together with them."""
        return np.isin(self.member, self.member[hidden])


def linked_blocks(
    counts: pd.Series,
    equations: Sequence[Equation],
    *,
    needed: Mapping[str, float],
    kept_back: Collection[str],
    known: Set[str],
    group: Mapping[str, str],
    weights: Mapping[str, float],
    guessable: Collection[str],
    left: Mapping[str, float],
) -> Iterator[LinkedBlock]:
    """The blocks with a cell of `needed`. known: cells that all have seen. Others as in `hidden_cells`."""
    names = [str(cell) for cell in sorted(set(counts.index) - known)]
    matrix = Attacker(counts, equations).matrix_over(names)
    first: dict[str, int] = {}
    member = np.array([first.setdefault(group.get(cell, cell), n) for n, cell in enumerate(names)])
    cells = np.arange(len(names))
    apart = np.flatnonzero(member != cells)  # hidden together with another: that links them as well
    ties = csr_array((np.ones(len(apart)), (np.arange(len(apart)), apart)), shape=(len(apart), len(names)))
    ties += csr_array((np.ones(len(apart)), (np.arange(len(apart)), member[apart])), shape=ties.shape)
    row_label, label = components(vstack([matrix, ties], format="csr"))
    row_label = row_label[: matrix.shape[0]]
    width = np.array([needed.get(cell, 0.0) for cell in names])
    truth, hidden = counts.loc[names].to_numpy(float), np.array([cell in kept_back for cell in names])
    weight = np.array([weights[cell] for cell in names])
    tabled = np.array([cell in guessable for cell in names])
    values = np.array([left[cell] for cell in names])
    for block in np.unique(label[width > 0]):
        inside = np.flatnonzero(label == block)
        yield LinkedBlock(
            [names[i] for i in inside],
            matrix[np.flatnonzero(row_label == block)][:, inside],
            *(part[inside] for part in (truth, width, weight, member, hidden, tabled, values)),
        )


def cell_weights(
    counts: pd.Series, reluctance: Mapping[str, int], *, secret: bytes = b""
) -> dict[str, float]:
    """What is lost with a cell: its cases and the cell itself, times RANK for every step of reluctance.

    A zero that is hidden takes more than it gives, as it can only be thought larger: it weighs as its rank's
    next step. secret: varies the weights (`varied.factor`).
    """
    return {
        str(cell): RANK ** (reluctance.get(str(cell), 0) + (n == 0)) * (1.0 + n) * factor(str(cell), secret)
        for cell, n in counts.items()
    }
