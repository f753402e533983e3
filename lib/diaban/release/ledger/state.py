"""What a release knows and tells, as it is kept beside its cube. Internal: it holds the hidden counts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from diaban.release.ranges.ranges import Equation

_GUESSES = ("guessed", "apart", "large")
CELLS, EQUATIONS = "cells.parquet", "equations.json"


@dataclass(frozen=True, eq=False)
class LedgerState:
    """All cells that a release knows of, the equations between them, and what nobody is shown.

    counts: cell -> count, slack cells of inequalities among them. hidden: the cells that are not published.
    needed: protected cell -> the width (largest less smallest possible count) that it must keep. guessed:
    small ones that a reader may guess to be small; apart: those of them of which such a reader must still
    find several values possible. large: others of the same tables, which such a reader guesses to be no
    small ones (ranges/if_small.py).
    """

    counts: pd.Series
    equations: list[Equation]
    hidden: frozenset[str]
    needed: dict[str, float]
    threshold: int
    guessed: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()
    large: frozenset[str] = frozenset()

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        cells = pd.DataFrame({"cell": self.counts.index.astype("str"), "count": self.counts.to_numpy(float)})
        cells = cells.assign(hidden=cells["cell"].isin(self.hidden), needed=cells["cell"].map(self.needed))
        for name in _GUESSES:
            cells[name] = cells["cell"].isin(getattr(self, name))
        cells.astype({"needed": "float64"}).to_parquet(folder / CELLS)
        record = {
            "threshold": self.threshold,
            "equations": [[e.total, list(e.parts), list(e.weights), e.constant] for e in self.equations],
        }
        (folder / EQUATIONS).write_text(json.dumps(record, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> LedgerState:
        cells = pd.read_parquet(folder / CELLS).set_index("cell")
        record = json.loads((folder / EQUATIONS).read_text("utf-8"))
        return cls(
            counts=cells["count"].rename(None).rename_axis(None),
            equations=[
                Equation(total, tuple(parts), tuple(weights), constant)
                for total, parts, weights, constant in record["equations"]
            ],
            hidden=frozenset(cells.index[cells["hidden"]]),
            needed=cells["needed"].dropna().to_dict(),
            threshold=record["threshold"],
            **{name: frozenset(cells.index[cells[name]] if name in cells else ()) for name in _GUESSES},
        )
