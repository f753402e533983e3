import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.analysis.case_factors.event_lags import COLUMNS, event_lags, median_interval
from diaban.analysis.exposure import WHOLE


@pytest.mark.parametrize(
    ("n", "ranks"), [(6, (1, 6)), (10, (2, 9)), (20, (6, 15)), (30, (10, 21)), (50, (18, 33)), (70, (27, 44))]
)
def test_ranks_of_campbell_and_gardner(n, ranks):
    """Campbell & Gardner 1988, BMJ 296:1454: ranks of the 95 % interval of a median."""
    assert median_interval(np.arange(1.0, n + 1)) == ranks


def test_five_values_bound_no_median():
    assert np.isnan(median_interval(np.arange(5.0))).all()
    assert np.isnan(median_interval(np.array([]))).all()


def test_it_holds_the_median_of_a_skewed_law_in_95_percent():
    rng = np.random.default_rng(1)
    limits = np.array([median_interval(rng.lognormal(1, 1.5, 25)) for _ in range(2000)])
    held = ((limits[:, 0] <= np.e) & (np.e <= limits[:, 1])).mean()
    assert 0.945 <= held <= 0.975


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 400), min_size=6, max_size=40), st.integers(0, 4), st.integers(0, 1000))
def test_undated_files_only_widen_whatever_their_days_are(days, undated, any_days):
    values = np.array([*days, *[np.nan] * undated])
    lower, upper = median_interval(values)
    filled = median_interval(np.where(np.isnan(values), any_days, values))
    assert lower <= filled[0]
    assert np.isnan(upper) or filled[1] <= upper


def study(days, locality="p", accepted=1):
    keys = [f"{locality}{i}" for i in range(len(days))]
    reported = pd.Timestamp("2020-03-01")
    files = pd.DataFrame({"case_key": keys, "locality": locality, "stream": "s"})
    occurred = [reported - pd.Timedelta(days=d) if d is not None else pd.NaT for d in days]
    cases = pd.DataFrame({"case_key": keys, "occurred_to": occurred, "reported_on": reported})
    return files, cases.assign(accepted_on=reported + pd.Timedelta(days=accepted))


def row(result, lag="occurred_to_reported", locality="p"):
    return result[(result["lag"] == lag) & (result["locality"] == locality)].iloc[0]


def test_worked_example():
    result = event_lags(*study([0, 1, 1, 2, 3, 5, 8, 13, 21, 34]))
    assert list(result.columns) == COLUMNS
    told = row(result)
    assert (told["n_files"], told["n_undated"], told["median"]) == (10, 0, 4)
    assert (told["lower"], told["upper"]) == (1, 21)
    assert told["upper_quartile"] == 11.75
    assert row(result, "reported_to_accepted")["median"] == 1


def test_all_localities_together():
    parts = [study(range(10)), study([40] * 11, "q")]
    files, cases = (pd.concat([part[i] for part in parts]) for i in (0, 1))
    result = event_lags(files, cases, localities=["p", "q", "r"])
    assert row(result, locality=WHOLE)[["n_files", "median"]].tolist() == [21, 40]
    assert row(result, locality="r")["withheld"] == "too_few_files"


def test_few_and_undated_files():
    assert row(event_lags(*study([1] * 9)))["withheld"] == "too_few_files"
    half = row(event_lags(*study([*range(12), *[None] * 12])))
    assert (half["withheld"], half["n_undated"]) == ("too_many_undated", 12)
    assert half[["median", "lower", "upper", "upper_quartile"]].isna().all()
    some = row(event_lags(*study([*[4] * 20, None])))
    assert (some["n_files"], some["n_undated"], some["median"]) == (21, 1, 4)


def test_a_date_that_the_study_lacks():
    files, cases = study(range(12))
    result = event_lags(files, cases.drop(columns="accepted_on"))
    assert row(result, "reported_to_accepted")["withheld"] == "step_not_recorded"
    assert row(result)["median"] == 5.5


def test_empty():
    files, cases = study([1])
    empty = event_lags(files.head(0), cases)
    assert list(empty.columns) == COLUMNS
    assert empty.empty
