"""The protected frames of handling: how far reports come and how fast, all complete periods together."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pandas as pd

from diaban.analysis.intervals import share_interval
from diaban.release.cells import REPORTS, WHOLE, WITHOUT, count_cell
from diaban.release.frames.groups import relative_frame
from diaban.release.ledger.ledger import Ledger
from diaban.release.ranges.ranges import Equation
from diaban.release.suppression.suppression import blank
from diaban.release.tables.whole import LEFT, OF
from diaban.results import Results

ALL = "*"
OPEN_AT_MOST = 0.05
"""Part of the reports that may be open and younger than a limit where a share is given for it."""


def protected_handling(results: Results, ledger: Ledger) -> dict[str, pd.DataFrame]:
    """handling, relative_rates; each only where the study has it.

    handling: locality (WHOLE for all together), stream, measure, n, n_reports, share, lower, upper, days,
    withheld, hidden. Measures: "classified", "assigned" (how an office works: shown with the number of
    reports), "in_time", "resolved", and "by <limit>": decided within so many days.
    """
    if results.stages is None:
        return {}
    frames = {"handling": _handling(results, ledger)}
    if results.relative_rates is not None:
        frames["relative_rates"] = relative_frame(results, ledger)
    return frames


def _handling(results: Results, ledger: Ledger) -> pd.DataFrame:
    table = _measured(results, ledger.threshold)
    cells, equations, small = _cells(table, results, ledger.threshold)
    ledger.add(cells, equations, small=small)
    totals = [{_total(place, stream)} for place, stream in _pairs(table)]
    ledger.show_most(totals)
    own = table.assign(cell=[_cell(r.locality, r.stream, r.measure) for r in table.itertuples()])
    order = own["locality"].ne(WHOLE).sort_values(kind="stable").index
    wanted = [
        {r.cell, r.cell + WITHOUT, r.cell + OF, r.cell + LEFT}
        for r in own.loc[order].itertuples()
        if small.isdisjoint({r.cell, r.cell + LEFT}) and ledger.shows(_total(r.locality, r.stream))
    ]
    shown = ledger.show_most(wanted)
    about_office = own["measure"].isin(["classified", "assigned"]) & (own["n"] == own["n_reports"])
    total_shown = np.array([ledger.shows(_total(r.locality, r.stream)) for r in own.itertuples()], dtype=bool)
    hide = ~(own["cell"].isin(shown) | (about_office & total_shown))
    own = own.assign(withheld=own["withheld"].mask(hide)).drop(columns="cell")
    return blank(own, hide, ["n", "n_reports", "share", "lower", "upper"])


def _measured(results: Results, threshold: int) -> pd.DataFrame:
    """One row a locality, stream and measure, of all complete periods together."""
    assert results.stages is not None
    assert results.resolution is not None
    assert results.time_to_decision is not None
    keys = ["locality", "stream"]
    stages = results.stages[(results.stages["period"] == ALL) & (results.stages["stream"] != ALL)]
    columns = [*keys, "measure", "n", "n_reports", "share", "lower", "upper", "withheld"]
    reached = stages[stages["stage"].isin(["classified", "assigned"])].rename(columns={"stage": "measure"})
    decided = stages[stages["stage"] == "decided"]
    in_time = decided.drop(columns=["n", "n_reports", "share", "lower", "upper"]).rename(
        columns={"n_in_time": "n", "n_due": "n_reports", "in_time_share": "share", "in_time_lower": "lower"}
    )
    in_time = in_time.rename(columns={"in_time_upper": "upper"}).assign(measure="in_time")
    resolved = results.resolution
    resolved = resolved[(resolved["period"] == ALL) & (resolved["stream"] != ALL)]
    resolved = resolved.drop(columns="n_reports").rename(columns={"n_resolved": "n", "n_due": "n_reports"})
    resolved = resolved.assign(measure="resolved")
    limits = results.time_to_decision
    limits = limits[(limits["period"] == ALL) & (limits["stream"] != ALL) & (limits["kind"] == "any")]
    limits = limits.rename(columns={"n_decided": "n"}).assign(measure="by " + limits["limit"])
    if threshold > 0:
        limits = _decided_so_far(limits, threshold)
    rows = [reached[columns], in_time[columns], resolved[columns], limits[[*columns, "days"]]]
    return pd.concat(rows, ignore_index=True).astype({"measure": "str"})


def _decided_so_far(limits: pd.DataFrame, threshold: int) -> pd.DataFrame:
    """Shares of all reports that had a decision by then; one that is not that old yet counts as undecided.

    Cumulative incidences count it in part: beside n and n_reports they would tell how many reports are open
    and when they came, which is one or two. Where these are many the share would mislead, and is not given.
    """
    lower, upper = share_interval(limits["n"], limits["n_reports"])
    found = limits.assign(share=limits["n"] / limits["n_reports"].where(limits["n_reports"] > 0))
    found = found.assign(lower=lower, upper=upper)
    many = limits["n_open"] > np.maximum(threshold, OPEN_AT_MOST * limits["n_reports"])
    found["withheld"] = (
        limits["withheld"].where(limits["withheld"] == "too_few_files").mask(many, "not_yet_due")
    )
    shares = ["share", "lower", "upper"]
    found[shares] = found[shares].mask(found["withheld"].notna())
    return found


def _cells(
    table: pd.DataFrame, results: Results, threshold: int
) -> tuple[pd.Series, list[Equation], set[str]]:
    """n and the rest of each measure; reports are the cases of their blocks, and not all are due."""
    cells: dict[str, float] = {}
    equations: list[Equation] = []
    small: set[str] = set()
    all_reports = _reports(table)
    for row in table.itertuples():
        total, cell = _total(row.locality, row.stream), _cell(row.locality, row.stream, row.measure)
        reports, of = all_reports[row.locality, row.stream], float(row.n_reports)
        due, left = f"{cell}{OF}", f"{cell}{LEFT}"
        cells |= {total: reports, due: of, left: reports - of, cell: float(row.n)}
        cells |= {cell + WITHOUT: of - float(row.n)}
        equations += [Equation(total, (due, left)), Equation(due, (cell, cell + WITHOUT))]
        if row.measure not in ("classified", "assigned") and min(row.n, of - row.n) < threshold:
            small |= {cell, cell + WITHOUT}
        if 0 < reports - of < threshold:
            small.add(left)
    for place, stream in _pairs(table):
        blocks = tuple(count_cell(place, stream, block.key) for block in results.spec.periods.blocks)
        equations.append(Equation(_total(place, stream), blocks))
        if all_reports[place, stream] < threshold:
            small.add(_total(place, stream))
    between, more, few = _between_limits(table, cells, threshold)
    equations += [*more, *_over_localities(table)]
    return pd.Series(cells | between), equations, small | few


def _between_limits(
    table: pd.DataFrame, cells: dict[str, float], threshold: int
) -> tuple[dict[str, float], list[Equation], set[str]]:
    """Reports decided between two limits are a group like any other; those decided in their own time lie
    between those decided by the first limit and by the last, where all were due."""
    found: dict[str, float] = {}
    equations, few = [], set()
    limits = table[table["measure"].str.startswith("by ")].sort_values("days")
    for (place, stream), rows in limits.groupby(["locality", "stream"]):
        names = [_cell(place, stream, measure) for measure in rows["measure"]]
        in_time = _cell(place, stream, "in_time")
        pairs = [*pairwise(names)]
        if cells.get(f"{in_time}{LEFT}", 1.0) == 0:
            pairs += [(names[0], in_time), (in_time, names[-1])]
        for earlier, later in pairs:
            gap = f"{later}|since {earlier.rsplit('|', 1)[1]}"
            found[gap] = cells[later] - cells[earlier]
            equations.append(Equation(later, (earlier, gap)))
            if found[gap] < threshold:
                few.add(gap)
    return found, equations, few


def _over_localities(table: pd.DataFrame) -> Iterable[Equation]:
    for (stream, measure), rows in table[table["locality"] != WHOLE].groupby(["stream", "measure"]):
        for end in ("", WITHOUT):
            parts = tuple(_cell(place, stream, measure) + end for place in rows["locality"])
            yield Equation(_cell(WHOLE, stream, measure) + end, parts)


def _reports(table: pd.DataFrame) -> dict[tuple[str, str], float]:
    """(locality, stream) -> reports, due or not: cases of a place without a known population among them."""
    return table.groupby(["locality", "stream"])["n_reports"].max().astype(float).to_dict()


def _pairs(table: pd.DataFrame) -> list[tuple[str, str]]:
    pairs = table[["locality", "stream"]].drop_duplicates()
    order = pairs["locality"].ne(WHOLE).sort_values(kind="stable").index
    return list(pairs.loc[order].itertuples(index=False, name=None))


def _total(place: str, stream: str) -> str:
    return f"{REPORTS}|{place}|{stream}"


def _cell(place: str, stream: str, measure: str) -> str:
    return f"{REPORTS}|{place}|{stream}|{measure}"
