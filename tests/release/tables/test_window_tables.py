"""The year so far, campaigns and alerts: small counts, and what days differ by from whole periods."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest
from whole_results import ledger_of, told

from diaban.release.cells import WHOLE, count_cell, events_cell
from diaban.release.ranges.ranges import Equation

AGES = ["rate_ratio", "lower", "upper", "p", "naive_ratio"]
YEARS = pd.DataFrame(
    {"period": ["2022", "2023", "2024"], "start": pd.to_datetime(["2022-01-01", "2023-01-01", "2024-01-01"]),
     "end": pd.to_datetime(["2022-12-31", "2023-12-31", "2024-12-31"])}
)  # fmt: skip
CAMPAIGNS = pd.DataFrame({"campaign": ["A", "B"], "locality": ["a1", "a1"]})


def halves(unit: str) -> pd.DataFrame:
    if unit != "half":
        return pd.DataFrame(columns=["period", "parent", "start", "end"])
    starts = pd.date_range("2022-01-01", periods=6, freq="6MS")
    names = [f"{day.year}-H{1 + (day.month > 6)}" for day in starts]
    ends = starts + pd.DateOffset(months=6) - pd.Timedelta(days=1)
    return pd.DataFrame({"period": names, "parent": [n[:4] for n in names], "start": starts, "end": ends})


def frames(ledger=None, **options):
    tables = SimpleNamespace(periods=YEARS, campaigns=CAMPAIGNS)
    return told(ledger, tables=tables, parts=halves, report_of=pd.Series({"a1": "a"}), **options)


# The same age -----------------------------------------------------------------------------------------------


def same_age(cases: int, base: int, base_now: int, ledger=None, days: int = 183) -> pd.Series:
    row = {"locality": WHOLE, "stream": "s", "period": "2024", "base": "2023", "days": days, "cases": cases,
           "base_cases": base, "base_cases_now": base_now, "persons": 1000, "base_persons": 1000,
           "undated": 1}  # fmt: skip
    table = pd.DataFrame([row, row | {"locality": "a"}]).assign(**dict.fromkeys(AGES, 0.5))
    shown = frames(ledger, same_age=table)["same_age"]
    assert shown["locality"].tolist() == [WHOLE]
    assert not {"persons", "undated"} & set(shown)
    first = shown.iloc[0]
    assert first[["cases", "base_cases", "base_cases_now", *AGES]].isna().all() == first["hidden"]
    return first


@pytest.mark.parametrize(
    ("cases", "base", "base_now", "hidden"),
    [(9, 12, 12, True), (9, 12, 17, False), (9, 12, 13, True), (4, 12, 20, True), (9, 4, 12, True)],
)
def test_same_age_hides_small_counts_and_few_that_came_late(cases, base, base_now, hidden):
    assert same_age(cases, base, base_now)["hidden"] == hidden


@pytest.mark.parametrize(("half", "hidden"), [(38.0, True), (40.0, False), (30.0, False), (43.0, True)])
def test_few_cases_of_the_days_after_a_half_year_do_not_show_beside_its_chart(half, hidden):
    """183 days are the half-year and two days more: 40 of them and 38 of it are 2 on these days."""
    ledger = ledger_of({count_cell(WHOLE, "s", "2023-H1"): half})
    assert same_age(20, 30, 40, ledger)["hidden"] == hidden


@pytest.mark.parametrize(("year", "hidden"), [(43.0, True), (60.0, False)])
def test_few_cases_of_the_rest_of_the_year_do_not_show_beside_it(year, hidden):
    ledger = ledger_of({count_cell(WHOLE, "s", "2023"): year})
    assert same_age(20, 30, 40, ledger)["hidden"] == hidden


def test_few_cases_that_are_not_taken_up_yet_do_not_show_beside_the_year_so_far():
    ledger = ledger_of({count_cell(WHOLE, "s", "2024"): 22.0})
    assert same_age(20, 30, 40, ledger)["hidden"]


# Campaigns --------------------------------------------------------------------------------------------------

EFFECTS = ["ratio", "lower", "upper", "p", "placebo_p", "difference", "difference_lower", "difference_upper",
           "told"]  # fmt: skip
NUMBERS = {"before": 20, "after": 9, "control_before": 30, "control_after": 40}


def events(days: dict[str, int]) -> pd.DataFrame:
    rows = [(WHOLE, "s", pd.Timestamp(day)) for day, n in days.items() for _ in range(n)]
    return pd.DataFrame(rows, columns=["locality", "stream", "occurred_to"])


def campaigns(*rows: dict, ledger=None, days: dict[str, int] | None = None) -> pd.DataFrame:
    """After: all of 2023 and a month; before: as long, from 2022 on."""
    days = days or {"2022-06-01": 50, "2023-06-01": 49}
    table = pd.DataFrame(rows).assign(
        campaign=["A", "B"][: len(rows)],
        stream="s",
        start=pd.Timestamp("2023-01-01"),
        end=pd.Timestamp("2024-01-31"),
        base_start=pd.Timestamp("2021-12-01"),
        base_end=pd.Timestamp("2022-12-31"),
        **dict.fromkeys(EFFECTS, 0.5),
    )
    return frames(ledger, campaign_effects=table, dated_cases=events(days))["campaign_effects"]


def test_a_campaign_with_a_small_count_tells_no_effect():
    shown = campaigns(NUMBERS, NUMBERS | {"after": 4, "control_after": 45})
    assert shown["hidden"].tolist() == [False, True]
    assert shown.loc[1, [*NUMBERS, *EFFECTS]].isna().all()
    assert shown["localities"].tolist() == ["a", "a"]


def test_few_events_where_nobody_was_compared_do_not_show_beside_those_of_another_campaign():
    """Both speak of the same 49 events: one leaves none out, the other 3 in a district without compare."""
    shown = campaigns(NUMBERS, NUMBERS | {"control_after": 37})
    assert shown["hidden"].tolist() == [False, True]


@pytest.mark.parametrize(("in_year", "hidden"), [(47, True), (40, False)])
def test_few_events_of_the_days_beyond_a_year_do_not_show_beside_the_year(in_year, hidden):
    """9 and 40 events after the campaign began; the year's are told with the late reports."""
    ledger = ledger_of({events_cell("s", "2023"): float(in_year)})
    days = {"2022-06-01": 50, "2023-06-01": in_year, "2024-01-15": 49 - in_year}
    assert campaigns(NUMBERS, ledger=ledger, days=days)["hidden"].tolist() == [hidden]


# Alerts -----------------------------------------------------------------------------------------------------


def alerts(least: tuple[int, ...] = (10, 11, 31), ledger=None) -> list[str]:
    """Where alerts are; of a it has 12 cases, of b 4, of c 30. least: the counts from which there is one."""
    table = pd.DataFrame(
        {"locality": list("abc"), "stream": "s", "period": "2023-Q1",
         "cases": [12, 4, 30], "threshold": least,
         "alert": [True, False, False], "comparisons": 22, "budget": 1.0, "expected_false_alarms": 0.98765}
    )  # fmt: skip
    shown = frames(ledger, alerts=table)["alerts"]
    assert "cases" not in shown
    assert set(shown["expected_false_alarms"]) == {0.99}
    return shown["locality"].tolist()


def test_no_alert_is_told_where_none_would_tell_that_there_were_few():
    """Where an alert stands at nine cases already, a quarter without one has eight at most."""
    assert alerts() == [WHOLE, "a"], "how many were asked, and the one"
    assert alerts(least=(10, 9, 31)) == [WHOLE]


@pytest.mark.parametrize(("both", "raised"), [(14.0, [WHOLE]), (40.0, [WHOLE, "a"])])
def test_an_alert_that_tells_how_few_another_district_had_is_not_raised(both, raised):
    """a and b have 14 in the year: with ten of the quarter of a, b has 4 at most."""
    own = {count_cell("a", "s", "2023"): 13.0, count_cell("b", "s", "2023"): both - 13}
    total = count_cell(WHOLE, "s", "2023")
    ledger = ledger_of({total: both}, own, [Equation(total, tuple(own))], small=list(own))
    assert alerts(ledger=ledger) == raised


@pytest.mark.parametrize(("in_year", "raised"), [(14.0, [WHOLE]), (40.0, [WHOLE, "a"])])
def test_an_alert_that_tells_how_few_the_rest_of_the_year_had_is_not_raised(in_year, raised):
    """Ten of 14 cases at least in one quarter leave four for the others; of forty they leave plenty."""
    ledger = ledger_of({count_cell("a", "s", "2023"): in_year})
    assert alerts(ledger=ledger) == raised
