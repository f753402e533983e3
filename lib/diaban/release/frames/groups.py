"""The protected frame of groups: whether cases go on equally often, in words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban.release.frames.age_ladder import pooled_ages
from diaban.release.ledger.ledger import Ledger
from diaban.release.ranges.ranges import Equation
from diaban.release.suppression.suppression import blank
from diaban.release.tables.groups import (
    FAMILY,
    LEFT_OF_GROUP,
    OF_GROUP,
    compared,
    group_cell,
    open_enough,
    ways,
    words,
)
from diaban.results import Results

COUNTS = ["n", "n_cases", "base_n", "base_cases"]
_EXACT = ["ratio", "lower", "upper"]
_TOLD = [*FAMILY, "point", "group", "base"]


def relative_frame(results: Results, ledger: Ledger) -> pd.DataFrame:
    """Comparisons of groups: `differs`, and if so `side` (of the group: fewer or more of its cases go on).

    Without counts and ratios; a comparison with a small group in it is left out, once age bands were put
    together, and so is one whose word would tell a small group. Every row counts as a comparison, those left
    out as the least clear ones. Why one is left out is not said: that a group is small, or that none of it
    went on, is a number. The internal edition has the ratios.
    """
    least = {"victim": results.spec.disclosure.of_victims}

    def enough(rates: pd.DataFrame) -> pd.Series:
        return _enough(rates, rates["role"].map(least).fillna(ledger.threshold))

    rates = pooled_ages(results, enough).reset_index(drop=True)
    if ledger.threshold == 0:
        exact = rates[[*_TOLD, *_EXACT, "differs", "comparisons", "withheld"]].round(dict.fromkeys(_EXACT, 1))
        return blank(exact, ~enough(rates).to_numpy(), [*_EXACT, "differs"])
    known = rates[COUNTS].notna().all(axis=1).to_numpy()
    _add_cells(ledger, rates[known], least)
    seen = _told(rates, enough(rates).to_numpy() & known, ledger, least)
    said = pd.Series(pd.NA, index=rates.index, dtype="str")
    said[seen] = words(rates.loc[seen, COUNTS].to_numpy(dtype=float), np.empty(0), len(rates))
    table = rates[_TOLD].assign(differs=said != "", side=said.where(said != ""), comparisons=len(rates))
    return blank(table, ~seen, ["differs", "side"])


def _enough(rates: pd.DataFrame, least: pd.Series) -> pd.Series:
    """Comparisons of which no group that went on, or did not, is under `least`."""
    n, of, base_n, base_of = (rates[name] for name in COUNTS)
    parts = pd.concat([n, of - n, base_n, base_of - base_n], axis=1)
    return (parts.ge(least, axis=0).all(axis=1) & rates["withheld"].isna()).astype("bool")


def _add_cells(ledger: Ledger, rates: pd.DataFrame, least: dict[str, int]) -> None:
    cells: dict[str, float] = {}
    small: dict[str, float] = {}
    equations = []
    for r in rates.itertuples():
        for group, n, of in ((r.group, r.n, r.n_cases), (r.base, r.base_n, r.base_cases)):
            cell = group_cell(r.stream, r.role, r.column, group, r.point)
            mine = {cell: float(n), cell + LEFT_OF_GROUP: float(of - n)}
            few = least.get(r.role, ledger.threshold)
            small |= {name: float(few) for name, count in mine.items() if count < few}
            cells |= mine | {cell + OF_GROUP: float(of)}
            equations.append(Equation(cell + OF_GROUP, (cell, cell + LEFT_OF_GROUP)))
    if cells:
        ledger.add(pd.Series(cells), list(dict.fromkeys(equations)), small=small)


def _told(rates: pd.DataFrame, seen: np.ndarray, ledger: Ledger, least: dict[str, int]) -> np.ndarray:
    """`seen`, without comparisons of a stream, role and column whose words would tell a small group."""
    counts = ledger.counts.to_dict()
    known = rates[rates[COUNTS].notna().all(axis=1)]
    families = [rows.index.to_numpy() for _, rows in known.groupby(FAMILY, sort=False)]
    for _ in range(len(families) + 1):
        for rows in families:
            here, few = seen[rows], least.get(rates["role"][rows[0]], ledger.threshold)
            others = rates["p"][seen & ~rates.index.isin(rows)].to_numpy(dtype=float)
            one = compared(rates.loc[rows], counts)
            if here.any() and not open_enough(ways(one, here, few, others, len(rates)), few):
                seen = seen & ~rates.index.isin(rows)
                break
        else:
            return seen
    return np.zeros(len(rates), dtype=bool)
