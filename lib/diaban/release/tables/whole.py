"""Cells beside the linked tables, gathered topic by topic before the ledger learns of all of them at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from diaban.release.ledger.ledger import Ledger, Offer
from diaban.release.ranges.ranges import Equation
from diaban.release.suppression.suppression import blank

OF, LEFT = "|of", "|left"
"""Behind the name of a count: the number that it is a part of, and what it leaves of that."""

_SAME = 1e-6


class Tables:
    """What several topics add to a ledger: cells, the equations that a reader knows of them, and which of the
    cells are small. Nothing of it is known to the ledger before `add`."""

    def __init__(self, ledger: Ledger) -> None:
        self.threshold = ledger.threshold
        self._ledger = ledger
        self._before = ledger.counts.to_dict()
        self._counts: dict[str, float] = {}
        self._small: dict[str, float] = {}
        self._equations: list[Equation] = []

    def __contains__(self, cell: str) -> bool:
        return cell in self._counts or cell in self._before

    def __getitem__(self, cell: str) -> float:
        return self._before[cell] if cell in self._before else self._counts[cell]

    def shows(self, *cells: str) -> bool:
        """Whether the ledger shows all of the cells already."""
        return self._ledger.shows(*cells)

    def count(self, cell: str, n: float, *, least: int | None = None) -> str:
        """A count that is protected where it is below `least` (default: the threshold), none among them."""
        least = self.threshold if least is None else least
        self._counts[cell] = float(n)
        if n < least:
            self._small[cell] = float(least)
        return cell

    def free(self, cell: str, n: float) -> str:
        """A count that may be told, however small: it is of no persons, or is told by design."""
        self._counts[cell] = float(n)
        return cell

    def beside(
        self,
        total: str,
        parts: Sequence[str],
        rest: str,
        *,
        none_is_few: bool = False,
        least: int | None = None,
    ) -> None:
        """What `total` has beyond its parts, or they beyond it, is a cell of its own, `rest`.

        It is protected where it is small (`count`); where there is none, only if `none_is_few`, else the
        numbers are the same to everybody. Nothing is said where one of the cells is not known.
        """
        if any(cell not in self for cell in (total, *parts)):
            return
        gap = self[total] - sum(self[part] for part in parts)
        if abs(gap) < _SAME and not none_is_few:
            self._equations.append(Equation(total, tuple(parts)))
            return
        self.count(rest, abs(gap), least=least)
        weights = (*[1.0] * len(parts), 1.0 if gap >= 0 else -1.0)
        self._equations.append(Equation(total, (*parts, rest), weights))

    def equal(self, total: str, weights: Mapping[str, float], *, constant: float = 0.0) -> None:
        """`total` is the weighted sum of known cells and the constant."""
        if all(cell in self for cell in (total, *weights)):
            self._equations.append(Equation(total, tuple(weights), tuple(weights.values()), constant))

    def add(self) -> None:
        """Let the ledger know all of it."""
        if self._counts or self._equations:
            self._ledger.add(pd.Series(self._counts, dtype=float), self._equations, small=self._small)


def offer(*cells: str) -> Offer:
    return Offer(frozenset(cells))


def tell_rows(ledger: Ledger, offers: Sequence[Offer | None]) -> np.ndarray:
    """For each row whether what it offers is told: one after the other in their order. None: never."""
    return np.array([one is not None and ledger.tell_most([one])[0] for one in offers], dtype=bool)


def told(rows: pd.DataFrame, seen: np.ndarray, columns: Sequence[str]) -> pd.DataFrame:
    """`rows` with `columns` blank where a row is not seen."""
    return blank(rows, ~seen, columns)
