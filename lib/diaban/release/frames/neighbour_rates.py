"""The rung between single localities and all hidden ones together: neighbours, as few as may be told."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from diaban.analysis.rates import rates_table
from diaban.release.cells import count_cell
from diaban.release.frames.neighbour_groups import Division, Group
from diaban.release.frames.pooled_fits import TOGETHER
from diaban.release.ledger.ledger import Ledger
from diaban.release.ranges.ranges import Equation

COLUMNS = ["stream", "period", "localities", "touching", *TOGETHER]

Table = tuple[str, str]
"""Period and stream."""


def rates_neighbours(
    rates: pd.DataFrame, hide: pd.Series, pairs: pd.DataFrame, ledger: Ledger, *, per: int, seed: int
) -> pd.DataFrame:
    """The hidden localities of each period and stream in groups of neighbours.

    hide: the rows that are not shown. pairs: a, b of neighbouring localities. Columns stream, period,
    localities (codes, divided by ;), touching (whether each can be reached within the group), and TOGETHER.
    The hidden ones together are divided in two (`Division`), and each part again, as long as both parts may
    be told: neither is small, and nothing protected is told by them (the ledger holds them from then on).
    All that are not divided at all and do not touch have no row: `rates_together` has them.

    That a set stays whole tells that one of its two parts is small, or would have told something else; never
    which.
    """
    found: list[tuple[Table, Group, bool]] = []
    tables = _hidden_together(rates, hide, ledger)
    sets = [(table, tuple(sorted(counts))) for table, counts in tables.items()]
    _know(sets, ledger)
    whole = dict(sets)
    divisions = {table: Division(pairs, _at_risk(rates, table)) for table in tables}
    while sets:
        halves = {one: divisions[one[0]].halves(one[1]) for one in sets}
        parts = {
            one: [(one[0], group) for group in two]
            for one, two in halves.items()
            if two and all(_cases(tables[one[0]], group) >= ledger.threshold for group in two)
        }
        _know([part for two in parts.values() for part in two], ledger, of=parts)
        shown = ledger.show_most([{_cell(part) for part in two} for two in parts.values()])
        divided = [one for one, two in parts.items() if _cell(two[0]) in shown]
        for table, group in sets:
            touching = divisions[table].touches(group)
            if (table, group) not in divided and (touching or group != whole[table]):
                found.append((table, group, touching))
        sets = [part for one in divided for part in parts[one]]
    return _rates(rates, found, per=per, seed=seed)


def _hidden_together(rates: pd.DataFrame, hide: pd.Series, ledger: Ledger) -> dict[Table, dict[str, float]]:
    """(period, stream) -> cases of its hidden localities, where their sum can be told: it is the whole less
    what is shown."""
    tables: dict[Table, dict[str, float]] = {}
    for (period, stream), rows in rates.groupby(["period", "stream"]):
        hidden = rows[hide[rows.index]]
        counts = dict(zip(hidden["locality"].astype(str), hidden["cases"].astype(float), strict=True))
        known = all(count_cell(code, stream, period) in ledger.counts.index for code in counts)
        if known and 1 < len(counts) < len(rows) and sum(counts.values()) >= ledger.threshold:
            tables[str(period), str(stream)] = counts
    return tables


def _cases(counts: Mapping[str, float], group: Group) -> float:
    return sum(counts[code] for code in group)


def _know(sets: list[tuple[Table, Group]], ledger: Ledger, of: Mapping | None = None) -> None:
    """The sums of `sets`, and of what each set of `of` is divided into, are cells of the ledger."""
    counts, equations = {}, []
    for (period, stream), group in sets:
        parts = tuple(count_cell(code, stream, period) for code in group)
        counts[_cell(((period, stream), group))] = float(ledger.counts[list(parts)].sum())
        equations.append(Equation(_cell(((period, stream), group)), parts))
    for one, two in (of or {}).items():
        equations.append(Equation(_cell(one), tuple(_cell(part) for part in two)))
    ledger.add(pd.Series(counts, dtype=float), equations)


def _cell(one: tuple[Table, Group]) -> str:
    (period, stream), group = one
    return count_cell(";".join(group), stream, period)


def _at_risk(rates: pd.DataFrame, table: Table) -> dict[str, float]:
    rows = rates[(rates["period"] == table[0]) & (rates["stream"] == table[1])]
    return dict(zip(rows["locality"].astype(str), rows["person_years"].astype(float), strict=True))


def _rates(
    rates: pd.DataFrame, found: list[tuple[Table, Group, bool]], *, per: int, seed: int
) -> pd.DataFrame:
    """Cases and rates of the groups, beside the same whole as those of single localities."""
    keys = ["locality", "period", "stream"]
    name = {(code, *table): ";".join(group) for table, group, _ in found for code in group}
    own = [name.get(key, "") for key in zip(*(rates[k].astype(str) for k in keys), strict=True)]
    grouped = rates.assign(locality=np.where(np.array(own) != "", own, rates["locality"].astype(str)))
    sums = grouped.groupby(["locality", "period", "stream"], as_index=False)[["cases", "person_years"]].sum()
    fit = rates_table(sums, per=per, seed=seed)
    touching = {(";".join(group), *table): near for table, group, near in found}
    keyed = [(r.locality, r.period, r.stream) for r in fit.itertuples()]
    rows = fit[[key in touching for key in keyed]].rename(columns={"locality": "localities"})
    rows = rows.assign(touching=[touching[key] for key in keyed if key in touching])
    types = {"localities": "str", "period": "str", "stream": "str", "touching": "bool"}
    return rows[COLUMNS].astype(types).sort_values(["stream", "period", "localities"], ignore_index=True)
