"""The attacker's view of linked tables: the range that the published cells leave to each hidden one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from diaban.release.ranges.block_ranges import SAME, range_blocks, solve
from diaban.release.ranges.if_small import least_width, widths_if_small


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
        enough = np.where(cells.isin(told), self.enough, SAME)  # of the others only whether they are known
        seen = np.column_stack([truth, truth])
        for members, block in range_blocks(matrix, known, truth, enough):
            if block.key not in self.solved:
                self.solved[block.key] = solve(block)
            seen[members] = self.solved[block.key]
        return pd.DataFrame(np.round(seen, 6), index=cells, columns=["lower", "upper"])

    def holds(self, hidden: Iterable[str], needed: Mapping[str, float]) -> bool:
        """Whether every cell of `needed` that is hidden stays as wide as it says; ends with the first that
        does not."""
        cells = pd.Index(sorted(set(hidden)), dtype=object)
        truth = self.counts.loc[cells].to_numpy(float)
        matrix, known, _ = self._system(cells)
        enough = np.array([needed.get(cell, 0.0) for cell in cells])
        for _, block in range_blocks(matrix, known, truth, enough):
            if not block.enough.any():
                continue
            key = ("holds", *block.key)
            if key not in self.solved:
                told = solve(block, first=True)
                self.solved[key] = (told[:, 1] - told[:, 0] >= block.enough - SAME).all()
            if not self.solved[key]:
                return False
        return True

    def closed_in(
        self, hidden: Iterable[str], small: Collection[str], *, threshold: int, large: Collection[str] = ()
    ) -> set[str]:
        """Those of `small` of which too few values are left to a reader who knows that all of these lie below
        the threshold, and none of `large` does (if_small.py)."""
        cells = pd.Index(sorted(set(hidden)), dtype=object)
        truth = self.counts.loc[cells].to_numpy(float)
        matrix, known, _ = self._system(cells)
        few, many, enough = cells.isin(list(small)), cells.isin(list(large)), least_width(threshold)
        found: set[str] = set()
        for members, block in range_blocks(matrix, known, truth, few + 2.0 * many):
            mine = few[members]
            key = ("closed in", *block.key)
            if key not in self.solved:
                left = widths_if_small(
                    block.matrix,
                    block.known,
                    block.truth,
                    mine,
                    threshold=threshold,
                    large=many[members],
                    enough=enough,
                )
                self.solved[key] = left < enough
            found.update(cells[members[mine][self.solved[key]]])
        return found

    def matrix_over(self, cells: Sequence[str]) -> csr_array:
        """The equations (rows) that speak of `cells` (columns), as far as they do."""
        names, matrix, _ = self._whole
        inside = matrix[:, names.get_indexer(pd.Index(list(cells), dtype=object))]
        return inside[np.flatnonzero(np.diff(inside.indptr))]

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
