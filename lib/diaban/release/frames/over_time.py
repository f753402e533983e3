"""The protected frames of time: late reports, control charts, and how a change may be read."""

from __future__ import annotations

import pandas as pd

from diaban.release.cells import WHOLE, count_cell
from diaban.release.frames.late import late_reports
from diaban.release.ledger.ledger import Ledger
from diaban.release.ranges.ranges import Equation
from diaban.release.suppression.suppression import blank
from diaban.results import Results
from diaban.results.over_time import UNITS


def protected_over_time(results: Results, ledger: Ledger) -> dict[str, pd.DataFrame]:
    """late_reports, late_months, reading, control_charts, change_points.

    Series within a year are of the whole alone; a locality's are small nearly everywhere. Each only where the
    study has it.
    """
    charts = _charts(results, ledger)  # first: what they show of a year, no other table can hide
    frames = {
        "late_reports": late_reports(results, ledger),
        "late_months": _held_back(results.late_months),
        "reading": _reading(results, ledger),
    }
    frames |= charts
    return {name: frame for name, frame in frames.items() if frame is not None}


def _held_back(months: pd.DataFrame | None) -> pd.DataFrame | None:
    """Which months' reports came late, not how many."""
    if months is None:
        return None
    late = months[months["held_back"].fillna(False).astype(bool)]
    return late[["stream", "seen", "comparisons"]].reset_index(drop=True)


def _reading(results: Results, ledger: Ledger) -> pd.DataFrame | None:
    """Where the counts of both blocks are shown: the label says how to read their difference."""
    table = results.reading
    if table is None:
        return None
    hide = [
        not ledger.shows(*(count_cell(r.locality, r.stream, period) for period in (r.period, r.base)))
        for r in table.itertuples()
    ]
    clear = (table["lower"] > 1) | (table["upper"] < 1)
    columns = ["locality", "stream", "period", "base", "direction", "label", "reasons", "clear", "withheld"]
    kept = table.assign(clear=clear.astype("boolean"))[columns]
    return blank(kept, hide, ["direction", "label", "reasons", "clear"])


def _charts(results: Results, ledger: Ledger) -> dict[str, pd.DataFrame]:
    """Of each stream in the whole, by the shortest part of a year of which no count is small, where these and
    the years that they add up to tell nothing else."""
    if results.dated_cases is None:
        return {}
    if ledger.threshold == 0:
        return {"control_charts": results.control_charts, "change_points": results.change_points}
    charts, changes = [], []
    for stream in results.spec.streams:
        for unit in UNITS:
            if _parts_told(results, ledger, stream.key, unit):
                chart = results.charts_of(stream.key, unit)
                charts.append(chart[chart["locality"] == WHOLE])
                change = results.changes_of(stream.key, unit)
                changes.append(change[change["locality"] == WHOLE])
                break
    if not charts:
        return {}
    return {
        "control_charts": pd.concat(charts, ignore_index=True),
        "change_points": pd.concat(changes, ignore_index=True),
    }


def _parts_told(results: Results, ledger: Ledger, stream: str, unit: str) -> bool:
    """Whether the parts of all years are shown now."""
    counts = results.counts_by(unit)
    assert counts is not None
    mine = counts[counts["stream"] == stream].groupby(["parent", "period"], as_index=False)["cases"].sum()
    if mine.empty or mine["cases"].min() < ledger.threshold:
        return False
    mine = mine.assign(cell=[count_cell(WHOLE, stream, period) for period in mine["period"]])
    years = {
        count_cell(WHOLE, stream, year): (tuple(rows["cell"]), float(rows["cases"].sum()))
        for year, rows in mine.groupby("parent")
    }
    cells = dict(zip(mine["cell"], mine["cases"].astype(float), strict=True))
    ledger.add(
        pd.Series(cells | {year: n for year, (_, n) in years.items()}),
        [Equation(year, parts) for year, (parts, _) in years.items() if parts != (year,)],
    )
    return ledger.show({*cells, *years})
