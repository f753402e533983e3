"""Statements about all localities together: proved to follow from what is shown, or tried way by way.

Fitted with the hidden localities put together as one, a statement follows from the shown counts and the
whole, and tells nothing: that is computed again for every one of them. Where it does not come out, each way
in which the hidden counts could lie is tried, as whoever has the same method can; where there are too many
ways for that, nobody can say what is told, and the release stops.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diaban.release.audit.columns import Statement
from diaban.release.audit.inversions import agrees, column_half_unit

Outcome = Literal["proved", "tried", "not_audited"]


@dataclass(frozen=True)
class Replayed:
    """What one statement leaves.

    place: of the figures. outcome: "proved" to follow from what is shown, "tried" way by way, or
    "not_audited". cells: the hidden counts that it could tell of. possible: cell -> the counts that agree.
    tried, left: ways.
    """

    place: str
    outcome: Outcome
    cells: tuple[str, ...] = ()
    possible: dict[str, list[float]] = field(default_factory=dict)
    tried: int = 0
    left: int = 0

    @classmethod
    def of_ways(cls, place: str, cells: Sequence[str], ways: NDArray, *, tried: int) -> Replayed:
        """ways: those that are left, shape (ways, cells)."""
        values = {cell: sorted(set(ways[:, i].tolist())) for i, cell in enumerate(cells)}
        return cls(place, "tried", tuple(cells), values, tried, len(ways))

    def statements(self, counts: Mapping[str, float]) -> list[Statement]:
        """What it says of the cells. counts: cell -> count; what cannot be audited is taken to tell it."""
        if self.outcome == "not_audited":
            known = [cell for cell in self.cells if cell in counts]
            return [Statement({c: 1.0}, counts[c], counts[c], self.place) for c in known]
        return [Statement({c: 1.0}, min(v), max(v), self.place) for c, v in self.possible.items() if v]

    @property
    def strange(self) -> bool:
        """No way agrees: the statement is not what it is taken for, so nobody can say what it tells."""
        return self.outcome == "tried" and self.left == 0


def all_agree(found: NDArray, told: NDArray) -> NDArray[np.bool_]:
    """Rows of `found` (ways, localities) that could have been written as `told`."""
    half = column_half_unit(told[np.isfinite(told)])
    one = [agrees(found[:, i], value, half) for i, value in enumerate(told) if np.isfinite(value)]
    return np.all(one, axis=0) if one else np.ones(len(found), dtype=bool)


def numbers(values: pd.Series) -> NDArray:
    """Missing ones as NaN."""
    return values.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
