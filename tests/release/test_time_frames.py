"""What is shown over time: the whole alone, and no small number in it."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from diaban.release.cells import WHOLE, count_cell
from diaban.release.ledger import Ledger
from diaban.release.ranges import Equation
from diaban.release.time_frames import protected_over_time

THRESHOLD = 5


def protect(counts=None, hidden=(), charts=None, ledger=None, **frames) -> dict[str, pd.DataFrame]:
    names = (
        "late_reports",
        "late_months",
        "same_age",
        "reading",
        "campaign_effects",
        "alerts",
        "dated_cases",
    )
    results = SimpleNamespace(**{name: frames.get(name) for name in names})
    results.report_of = pd.Series({"a1": "a"})
    results.tables = SimpleNamespace(campaigns=pd.DataFrame({"campaign": ["C"], "locality": ["a1"]}))
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


@pytest.mark.parametrize(
    ("cases", "base", "base_now", "hidden"),
    [(9, 12, 12, True), (9, 12, 17, False), (9, 12, 13, True), (4, 12, 12, True), (9, 4, 12, True)],
)
def test_same_age_hides_small_counts_and_few_that_came_late(cases, base, base_now, hidden):
    row = {"locality": WHOLE, "stream": "s", "cases": cases, "base_cases": base, "base_cases_now": base_now,
           "persons": 1000, "base_persons": 1000, "undated": 1}  # fmt: skip
    told = ["rate_ratio", "lower", "upper", "p", "naive_ratio"]
    table = pd.DataFrame([row, row | {"locality": "a"}]).assign(**dict.fromkeys(told, 0.5))
    shown = protect(same_age=table)["same_age"]
    assert shown["locality"].tolist() == [WHOLE]
    assert bool(shown["hidden"].iloc[0]) is hidden
    assert shown[["cases", "base_cases", "base_cases_now", *told]].isna().all(axis=None) == hidden
    assert not {"persons", "undated"} & set(shown)


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


def test_a_campaign_with_a_small_count_tells_no_effect():
    numbers = {"before": 20, "after": 9, "control_before": 30, "control_after": 40}
    told = ["ratio", "lower", "upper", "p", "placebo_p", "difference", "difference_lower", "difference_upper",
            "told"]  # fmt: skip
    table = pd.DataFrame([numbers, numbers | {"after": 4}]).assign(
        campaign=["A", "B"], **dict.fromkeys(told, 0.5)
    )
    shown = protect(campaign_effects=table)["campaign_effects"]
    assert shown["hidden"].tolist() == [False, True]
    assert shown.loc[1, [*numbers, *told]].isna().all()


def test_an_alert_of_few_cases_is_not_raised():
    table = pd.DataFrame(
        {"locality": list("abc"), "stream": "s", "period": "2023-Q1", "cases": [5, 4, 30],
         "alert": [True, True, False], "comparisons": 22, "budget": 1.0, "expected_false_alarms": 0.9}
    )  # fmt: skip
    shown = protect(alerts=table)["alerts"]
    assert shown["locality"].tolist() == [WHOLE, "a"], "how many were asked, and the one of five cases"
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
