import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.analysis.case_factors.aoristic import COLUMNS, event_season

FIRST, LAST = pd.Timestamp("2016-01-01"), pd.Timestamp("2019-12-31")


def study(intervals, stream="s"):
    keys = [f"{stream}{i}" for i in range(len(intervals))]
    start, end = ([pd.Timestamp(one[i]) for one in intervals] for i in (0, 1))
    cases = pd.DataFrame({"case_key": keys, "occurred_from": start, "occurred_to": end})
    return pd.DataFrame({"case_key": keys, "stream": stream, "locality": "p"}), cases


def told(intervals, unit="month", minimum_files=1, **options):
    result = event_season(*study(intervals), first=FIRST, last=LAST, minimum_files=minimum_files, **options)
    return result[result["unit"] == unit].set_index("value")


def test_an_interval_over_two_months_is_divided_by_days():
    """Ratcliffe & McCullagh 1998: an event somewhere in n equal parts counts 1 / n in each of them."""
    month = told([("2017-01-30", "2017-02-02"), ("2017-03-05", "2017-03-05")])
    assert month["weight"].tolist() == [0.5, 0.5, 1] + [0] * 9
    weekday = told([("2017-01-30", "2017-02-02")], "weekday")
    assert weekday["weight"].tolist() == [0.25] * 4 + [0] * 3


def test_weekdays_start_on_monday():
    """1970-01-01 was a Thursday, 2019-12-29 a Sunday."""
    assert told([("1970-01-01", "1970-01-01")], "weekday")["weight"].idxmax() == 4
    assert told([("2019-12-29", "2019-12-29")], "weekday")["weight"].idxmax() == 7


def test_expected_shares_follow_the_length_of_the_months_observed():
    expected = told([("2017-01-30", "2017-02-02")])["expected_share"]
    assert expected.loc[2] == pytest.approx(113 / 1461)
    assert expected.loc[1] == pytest.approx(124 / 1461)
    assert expected.sum() == pytest.approx(1)


def test_exact_dates_have_wilson_s_interval_newcombe_1998():
    """Newcombe 1998, table I: 81 of 263 -> 0.2553 to 0.3662."""
    days = [("2017-05-01", "2017-05-01")] * 81 + [("2017-08-01", "2017-08-01")] * 182
    may = told(days).loc[5]
    assert (round(may["lower"], 4), round(may["upper"], 4)) == (0.2553, 0.3662)


def test_a_summer_peak_is_found_and_spread_intervals_understate_it():
    rng = np.random.default_rng(1)
    days = pd.date_range(FIRST, LAST)
    weight = np.where(days.month.isin([6, 7, 8]), 1.5, 1.0)
    day = pd.Series(rng.choice(days, 4000, p=weight / weight.sum()))
    exact = told(list(zip(day, day, strict=True)))
    true = np.bincount(days.month, weight)[1:] / weight.sum()
    assert exact["share"].to_numpy() == pytest.approx(true, abs=4 * np.sqrt(0.11 * 0.89 / 4000))
    assert ((exact["lower"] <= true) & (true <= exact["upper"])).sum() >= 10
    width = pd.to_timedelta(rng.integers(0, 90, 4000), unit="D")
    before = pd.to_timedelta(rng.integers(0, 90, 4000), unit="D")
    spread = told(list(zip(day - before, day + width, strict=True)))
    summer = [6, 7, 8]
    expected = exact.loc[summer, "expected_share"].sum()
    assert expected < spread.loc[summer, "share"].sum() < exact.loc[summer, "share"].sum()


def test_without_a_beginning_the_last_day_counts_and_without_an_end_nothing():
    files, cases = study([("2017-04-01", "2017-06-01"), ("2017-04-01", "2017-04-01")])
    cases.loc[0, "occurred_from"] = pd.NaT
    cases.loc[1, "occurred_to"] = pd.NaT
    result = event_season(files, cases, first=FIRST, last=LAST)
    month = result[result["unit"] == "month"].set_index("value")
    assert month.loc[6, ["weight", "n_files", "n_undated"]].tolist() == [1, 1, 1]
    assert month["weight"].sum() == 1


def test_streams_apart_and_few_files():
    parts = [study([("2017-05-01", "2017-05-02")] * 40), study([("2018-05-01", "2018-05-01")] * 3, "t")]
    files, cases = (pd.concat([part[i] for part in parts]) for i in (0, 1))
    result = event_season(files, cases, first=FIRST, last=LAST)
    assert list(result.columns) == COLUMNS
    assert len(result) == 2 * 19
    few = result[result["stream"] == "t"]
    assert (few["withheld"] == "too_few_files").all()
    assert few[["share", "lower", "upper"]].isna().all().all()
    assert few["weight"].sum() == 6
    assert result.loc[result["stream"] == "s", "withheld"].isna().all()


def test_empty_and_undated():
    files, cases = study([("2017-05-01", "2017-05-02")])
    empty = event_season(files.head(0), cases, first=FIRST, last=LAST)
    assert list(empty.columns) == COLUMNS
    assert empty.empty
    undated = event_season(files, cases.assign(occurred_to=pd.NaT), first=FIRST, last=LAST)
    assert (undated["weight"] == 0).all()
    assert (undated["withheld"] == "too_few_files").all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1400), st.integers(0, 500)), min_size=1, max_size=20))
def test_weights_add_up_to_the_files(spans):
    days = [(FIRST + pd.Timedelta(days=a), FIRST + pd.Timedelta(days=a + b)) for a, b in spans]
    for unit in ("month", "weekday"):
        weight = told(days, unit)["weight"]
        assert weight.sum() == pytest.approx(len(spans))
        assert weight.between(0, len(spans) + 1e-9).all()
