"""The protected frame of late reports: which year's events have been reported by now."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from diaban.calendars import assign_periods
from diaban.release.cells import EVENTS, WHOLE, count_cell, events_cell
from diaban.release.ledger.ledger import Ledger
from diaban.release.ranges.ranges import Equation
from diaban.release.suppression.suppression import blank
from diaban.results import Results

ANOTHER_TIME = "?"
TOLD = ["counted", "expected_finally", "lower", "upper"]


def late_reports(results: Results, ledger: Ledger) -> pd.DataFrame | None:
    """By year of the events, of the whole: counted so far and expected finally; the newest years first.

    Years of events and years of reports are the two sides of one table, in which nearly all lies on the
    diagonal: what is shown of one side tells, beside the other, how many were reported a year late.
    """
    late = results.late_reports
    if late is None:
        return None
    rows = late[late["origin"].str.startswith("year ")].reset_index(drop=True)
    rows = rows.assign(period=rows["origin"].str.removeprefix("year "))
    rows = rows.drop(columns=["origin", "factor", "factor_error", "share_error"])
    if ledger.threshold == 0:
        return blank(rows, [False] * len(rows), [])
    _add(results, ledger)
    newest = rows.sort_values("period", ascending=False, kind="stable")
    cells = [events_cell(r.stream, r.period) for r in newest.itertuples()]
    shown = ledger.show_most([{cell} for cell in cells if cell in ledger.counts.index])
    hide = [events_cell(r.stream, r.period) not in shown for r in rows.itertuples()]
    return blank(_in_whole_cases(rows), hide, TOLD)


def _in_whole_cases(rows: pd.DataFrame) -> pd.DataFrame:
    """With more digits expected_finally would give the share counted as it was fitted, and so how many single
    cases came late. Where next to nothing is still to come nothing is said of it: its limits would tell that
    none ever came so late."""
    rows = rows.round({"share_counted": 2, "expected_finally": 0})
    complete = rows["share_counted"] == 1
    expected = rows["expected_finally"].mask(complete, rows["counted"])
    limits = {name: rows[name].mask(complete) for name in ("lower", "upper")}
    return rows.assign(expected_finally=expected, **limits)


def _add(results: Results, ledger: Ledger) -> None:
    """The table of years of events and years of reports, its small cells protected, zeros left out."""
    dated = results.dated_cases
    assert dated is not None  # where there are late reports there are dated cases
    happened = assign_periods(dated["occurred_to"], results.tables.periods).fillna(ANOTHER_TIME)
    table = dated.assign(event=happened).groupby(["stream", "event", "period"], as_index=False).size()
    table = table.assign(cell=[_cell(r.stream, r.event, r.period) for r in table.itertuples()])
    cells = dict(zip(table["cell"], table["size"].astype(float), strict=True))
    sides = table.groupby(["stream", "event"])["size"].sum()
    cells |= {events_cell(stream, year): float(n) for (stream, year), n in sides.items()}
    small = {cell for cell, n in cells.items() if n < ledger.threshold}
    ledger.add(pd.Series(cells), [*_sides(table)], small=small)


def _sides(table: pd.DataFrame) -> Iterable[Equation]:
    for (stream, year), rows in table.groupby(["stream", "event"]):
        yield Equation(events_cell(stream, year), tuple(rows["cell"]))
    for (stream, year), rows in table.groupby(["stream", "period"]):
        yield Equation(count_cell(WHOLE, stream, year), tuple(rows["cell"]))


def _cell(stream: str, event: str, reported: str) -> str:
    return f"{EVENTS}|{WHOLE}|{stream}|{event}|{reported}"
