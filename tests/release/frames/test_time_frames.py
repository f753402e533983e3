"""What is shown over time: the whole alone, and no small number in it."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd

from diaban.release.cells import WHOLE, count_cell
from diaban.release.frames.over_time import protected_over_time
from diaban.release.ledger.ledger import Ledger
from diaban.release.ranges.ranges import Equation

THRESHOLD = 5


def protect(counts=None, hidden=(), charts=None, ledger=None, **frames) -> dict[str, pd.DataFrame]:
    names = (
        "late_reports",
        "late_months",
        "reading",
        "dated_cases",
    )
    results = SimpleNamespace(**{name: frames.get(name) for name in names})
    if charts:
        results.spec = SimpleNamespace(streams=[SimpleNamespace(key="s")])
        results.counts_by = lambda unit: charts.get(unit, charts["year"])
        results.charts_of = results.changes_of = lambda stream, unit: pd.DataFrame(
            {"locality": [WHOLE, "a"], "stream": stream, "every": unit}
        )
    known = pd.Series(counts or {"none": 9.0}, dtype=float)
    ledger = ledger or Ledger(known, [], hidden, set(), threshold=THRESHOLD)
    return protected_over_time(results, ledger)


def test_nothing_asked_nothing_shown():
    assert protect() == {}


def test_a_reading_is_told_only_where_both_counts_are_shown():
    cells = {count_cell(p, "s", b): 20.0 for p in "abc" for b in ("new", "old")}
    hidden = {count_cell("b", "s", "old"), count_cell("c", "s", "new")}
    table = pd.DataFrame({"locality": list("abc"), "stream": "s", "period": "new", "base": "old"})
    table = table.assign(
        direction="fell", label="plain", reasons="", withheld=None, cases=3, lower=0.5, upper=2.0
    )
    shown = protect(cells, hidden, reading=table)["reading"]
    assert shown["hidden"].tolist() == [False, True, True]
    assert shown.loc[shown["hidden"], ["direction", "label", "reasons"]].isna().all(axis=None)
    assert "cases" not in shown


def unit_counts(n: list[int]) -> pd.DataFrame:
    rows = [(place, "s", f"y-{i}", "y", count) for i, count in enumerate(n) for place in ("a", "b")]
    return pd.DataFrame(rows, columns=["locality", "stream", "period", "parent", "cases"])


def test_years_that_a_chart_adds_up_to_are_told_before_late_reports_ask():
    """Half-years of 20 each tell the year, and beside it how few of another year's reports came late."""
    charts = {unit: unit_counts([10, 10]) for unit in ("month", "quarter", "half", "year")}
    year = count_cell(WHOLE, "s", "y")
    ledger = Ledger(pd.Series({year: 40.0}), [], {year}, set(), threshold=THRESHOLD)
    assert "control_charts" in protect(dated_cases=pd.DataFrame(), charts=charts, ledger=ledger)
    assert ledger.shows(year)


def test_a_chart_that_would_tell_a_small_number_is_not_drawn():
    """The year is 38 known cases and 2 others: 40 less what is shown elsewhere."""
    charts = {unit: unit_counts([10, 10]) for unit in ("month", "quarter", "half", "year")}
    year = count_cell(WHOLE, "s", "y")
    counts = pd.Series({year: 40.0, "known": 38.0, "few": 2.0})
    ledger = Ledger(counts, [Equation(year, ("known", "few"))], {year, "few"}, {"few"}, threshold=THRESHOLD)
    assert protect(dated_cases=pd.DataFrame(), charts=charts, ledger=ledger) == {}
    assert not ledger.shows(year)


def test_a_chart_is_of_the_whole_by_the_shortest_part_without_a_small_count():
    """2 x 2 a month are small, 2 x 3 a quarter are not."""
    charts = {"month": unit_counts([2, 9]), "quarter": unit_counts([3, 9]), "year": unit_counts([30])}
    frames = protect(dated_cases=pd.DataFrame(), charts=charts)
    for name in ("control_charts", "change_points"):
        assert frames[name]["locality"].tolist() == [WHOLE]
        assert frames[name]["every"].tolist() == ["quarter"]


def test_a_stream_that_is_small_by_every_part_has_no_chart():
    charts = dict.fromkeys(("month", "quarter", "half", "year"), unit_counts([1, 30]))
    assert protect(dated_cases=pd.DataFrame(), charts=charts) == {}
