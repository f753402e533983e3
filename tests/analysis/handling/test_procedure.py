from dataclasses import replace

import pandas as pd
import pytest
from handled import CUTOFF, PROCEDURE, START, handled, together

from diaban.analysis.handling import report_clock
from diaban.analysis.handling.procedure import BY, cells, with_wholes


def clock_of(*cases, cutoff=CUTOFF):
    reports, events = handled(cases)
    return report_clock(reports, events, PROCEDURE, cutoff)


@pytest.mark.parametrize(
    ("steps", "limit"),
    [
        ({}, 20),
        ({"extended": 20}, 80),
        ({"extended": 21}, 20),
        ({"extended": 20, "extended.2": 80}, 140),
        ({"extended": 20, "extended.2": 81}, 80),
        ({"extended": 25, "extended.2": 60}, 20),
        ({"extended": None}, 20),
        ({"extended": 5, "extended.2": 6, "extended.3": 7}, 140),
    ],
)
def test_an_extension_counts_where_it_was_taken_within_the_limit(steps, limit):
    """Art. 147 CPC: 20 days, prolonged up to two months, once more up to two months (domain.md 4)."""
    assert clock_of(steps)["limit_days"].iloc[0] == limit


def test_days_run_to_the_first_decision_or_to_the_cut_off():
    clock = clock_of({"report_suspended": 12, "prosecuted": 90}, {}, {"prosecuted": 0})
    assert clock["days"].tolist() == [12, 365, 0]
    assert clock["kind"].tolist()[::2] == ["report_suspended", "prosecuted"]
    assert pd.isna(clock["kind"].iloc[1])


def test_what_comes_after_the_cut_off_is_not_known():
    cutoff = START + pd.Timedelta(days=30)
    clock = clock_of({"prosecuted": 31}, {"prosecuted": 30, "extended": 31}, cutoff=cutoff)
    assert clock["days"].tolist() == [30, 30]
    assert clock["kind"].isna().tolist() == [True, False]
    assert clock_of({}, cutoff=START - pd.Timedelta(days=1)).empty


def test_unknown_and_impossible_dates_leave_the_days_missing():
    clock = clock_of({"prosecuted": None}, {"prosecuted": -1}, {"prosecuted": None, "not_prosecuted": 9})
    assert clock["days"].isna().all()
    assert clock["kind"].notna().all()
    reports, events = handled([{"prosecuted": 3}])
    events = events[events["step"] != "received"]
    assert report_clock(reports, events, PROCEDURE, CUTOFF)["days"].tolist() == [3]
    bare = report_clock(reports.drop(columns="reported_on"), events, PROCEDURE, CUTOFF)
    assert bare["days"].isna().all()


def test_a_case_of_two_streams_is_once_in_the_whole():
    reports, _ = together(handled([{}]), handled([{}]))
    reports["stream"] = ["s", "t"]
    rows = with_wholes(reports[["case_key", *BY]])
    assert (rows["stream"] == "*").sum() == 4
    assert len(rows) == 12


def test_cells_hold_the_wholes_and_localities_without_reports():
    reports, _ = handled([{}])
    assert len(cells(reports)) == 8
    assert ("b", "*", "2024") in cells(reports, localities=["a", "b"])
    assert list(cells(reports.iloc[:0])) == [("*", "*", "*")]


@pytest.mark.parametrize("limits", [{}, {"second": 80, "first": 20}])
def test_limits_are_at_least_one_and_shortest_first(limits):
    with pytest.raises(ValueError, match="shortest first"):
        replace(PROCEDURE, limits=limits)
