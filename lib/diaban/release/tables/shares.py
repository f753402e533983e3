"""Targets on shares as cells: the reports that are counted, and those of them that reached the target."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd

from diaban.release.cells import REPORTS, WHOLE, WITHOUT, count_cell
from diaban.release.ledger.ledger import Ledger, Offer
from diaban.release.tables.targets import SLACK
from diaban.release.tables.whole import LEFT, OF, Tables, offer, tell_rows, told
from diaban.results import Results

TOLD = ["successes", "n", "share", "lower", "upper", "most_failures", "evidence"]
_MEASURE = {"decided": "in_time"}
"""Measure of a target -> that of the frame of handling, where it has another name."""


def share_cell(target: str, period: str) -> str:
    """Reports of the whole that reached what a target asks for; with OF behind it, those counted."""
    return f"share|{target}|{period}"


def share_cells(tables: Tables, results: Results) -> None:
    """Counted reports are those of their year but for some; so are those of one target beside another's.

    Whether the target was reached is told of every row (see `share_frame`), so it stands here as well.
    """
    if results.share_targets is None:
        return
    rows = _known(results.share_targets)
    for row in rows.itertuples():
        cell = tables.free(share_cell(row.target, row.period), row.successes)
        tables.count(cell + OF, row.n)
        left = tables.free(cell + LEFT, row.n - row.successes)
        if 0 < row.n - row.successes < tables.threshold:
            tables.count(left, row.n - row.successes)
        tables.beside(cell + OF, [cell, left], f"{cell}|never")
        _verdict(tables, row, cell + OF, left)
        _within(tables, results, row, cell)
    _beside_each_other(tables, results, rows)


def _verdict(tables: Tables, row, of: str, left: str) -> None:
    """met: no more is left than the target allows; missed: more by the least that whole numbers can."""
    allowed = 1 - Fraction(float(row.limit)).limit_denominator(1000)
    beyond = 1 / allowed.denominator if bool(row.met) == bool(row.strict) else 0.0
    side = -1.0 if row.met else 1.0
    slack = f"{left}{SLACK}"
    tables.free(slack, side * (tables[left] - float(allowed) * tables[of]) - beyond)
    tables.equal(left, {of: float(allowed), slack: side}, constant=side * beyond)


def _within(tables: Tables, results: Results, row, cell: str) -> None:
    """The year's reports, and what is told of all years' handling."""
    aim = next((t for t in results.spec.targets if t.key == row.target), None)
    if aim is None or aim.stream is None or aim.select:
        return
    not_due = aim.measure in ("decided", "resolved")
    year = count_cell(WHOLE, aim.stream, row.period)
    tables.beside(year, [cell + OF], f"{cell}|not counted", none_is_few=not_due)
    measure = _MEASURE.get(str(aim.measure), aim.measure)
    handled = f"{REPORTS}|{WHOLE}|{aim.stream}|{measure}"
    tables.beside(handled, [cell], f"{cell}|other years")
    tables.beside(handled + WITHOUT, [cell + LEFT], f"{cell}{LEFT}|other years")
    tables.beside(handled + OF, [cell + OF], f"{cell}{OF}|other years")


def _beside_each_other(tables: Tables, results: Results, rows: pd.DataFrame) -> None:
    """Of one stream and year any two numbers may differ by few: not due yet, or not resolved; none reads as
    few, or a hidden row would tell that there are some."""
    streams = {t.key: (t.stream, tuple(t.select)) for t in results.spec.targets}
    for (_, _), mine in rows.groupby([rows["target"].map(streams), rows["period"]], sort=False):
        cells = [share_cell(r.target, r.period) for r in mine.itertuples()]
        for n, cell in enumerate(cells):
            for other in cells[:n]:
                for a in (cell, cell + OF):
                    for b in (other, other + OF):
                        tables.beside(a, [b], f"{a} beside {b}", none_is_few=True)


def share_frame(ledger: Ledger, results: Results) -> pd.DataFrame:
    """Whether the share was reached tells how an office works, not what befell a child: it is shown, without
    counts, everywhere. Where there was no report none was left: that reads the same, or it would tell a zero.
    Of the whole the counts are shown too."""
    table = results.share_targets
    assert table is not None
    if ledger.threshold == 0:
        return told(table, np.ones(len(table), dtype=bool), TOLD)
    seen = tell_rows(ledger, [_offer(row) for row in table.itertuples()])
    none = table["withheld"] == "no_reports"
    table = table.assign(met=table["met"].fillna(True), withheld=table["withheld"].mask(none))
    return told(table, seen, TOLD)


def _offer(row) -> Offer | None:
    if row.locality != WHOLE or pd.isna(row.n) or pd.isna(row.successes) or pd.isna(row.met):
        return None
    cell = share_cell(row.target, row.period)
    return offer(cell, cell + OF, cell + LEFT)


def _known(table: pd.DataFrame) -> pd.DataFrame:
    rows = table[table["locality"] == WHOLE].dropna(subset=["n", "successes", "met"])
    return rows.reset_index(drop=True)
