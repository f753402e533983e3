import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.analysis.rate_ratio import rate_ratio
from diaban.analysis.reporting.same_age import COLUMNS, same_age

PERIODS = pd.DataFrame(
    {
        "period": ["2023", "2024"],
        "start": pd.to_datetime(["2022-12-15", "2023-12-15"]),
        "end": pd.to_datetime(["2023-12-14", "2024-12-14"]),
    }
)
EXPOSED = pd.DataFrame(
    {"locality": "p", "period": ["2023", "2024"], "stream": "s", "persons": [1000.0, 1000.0]}
)
CUT = "2024-06-14"


def cases(*pairs, locality="p"):
    frame = pd.DataFrame(pairs, columns=["reported_on", "accepted_on"])
    return frame.apply(pd.to_datetime).assign(locality=locality, stream="s")


def compare(known, exposed=EXPOSED, **options):
    chosen = {"period": "2024", "base": "2023", "cutoff": CUT} | options
    return same_age(known, exposed, PERIODS, **chosen)


def test_worked_example():
    """183 days of the leap year 2024 against the first 183 days of 2023, to 15 June."""
    known = cases(
        ("2022-12-15", "2022-12-20"),  # counts
        ("2023-06-14", "2023-06-15"),  # accepted on day 183: counts
        ("2023-06-14", "2023-06-20"),  # reported in time, accepted at a greater age
        ("2023-06-16", "2023-06-16"),  # day 184
        ("2023-12-15", "2023-12-15"),
        ("2024-06-14", "2024-06-15"),  # accepted after the cut-off: not in the register yet
    )
    row = compare(known).iloc[0]
    assert list(compare(known)) == COLUMNS
    assert row["days"] == 183
    assert (row["cases"], row["base_cases"], row["base_cases_now"]) == (1, 2, 3)
    assert row["rate_ratio"] == 0.5
    assert row["naive_ratio"] == pytest.approx(1 / 3)


def test_ratio_is_the_exact_one():
    """R, poisson.test(c(11, 21), c(800, 3011)): 1.971488095, p .0796686330, .8584264 to 4.2772659."""
    known = cases(*[("2024-01-01", "2024-01-02")] * 11, *[("2023-01-01", "2023-01-02")] * 21)
    exposed = EXPOSED.assign(persons=[3011.0, 800.0])
    row = compare(known, exposed).iloc[0]
    found = row[["rate_ratio", "p", "lower", "upper"]].astype(float).tolist()
    assert found == pytest.approx([1.971488095, 0.0796686330, 0.8584264, 4.2772659], rel=1e-6)


def test_a_register_that_grows_like_last_year_did_shows_no_fall():
    """The same reports in both years, half of each accepted after 30 days: nothing has changed, though the
    naive comparison shows a fall."""
    pairs = [
        (day + pd.DateOffset(years=year), day + pd.DateOffset(years=year) + pd.Timedelta(days=lag))
        for year in (0, 1)
        for day in pd.date_range("2022-12-15", "2023-06-10", freq="3D")
        for lag in (1, 30)
    ]
    row = compare(cases(*pairs)).iloc[0]
    assert row["cases"] == row["base_cases"]
    assert row["rate_ratio"] == 1
    assert row["naive_ratio"] < 1


def test_after_the_period_is_over_it_is_still_compared_at_the_same_age():
    known = cases(("2023-12-14", "2024-06-10"), ("2024-12-10", "2025-06-01"))
    row = compare(known, cutoff="2025-06-13").iloc[0]
    assert row["days"] == 366
    assert (row["cases"], row["base_cases"]) == (1, 1)


def test_without_a_column_of_acceptance_the_day_of_report_decides():
    known = cases(("2024-01-01", None), ("2023-01-01", None)).drop(columns="accepted_on")
    assert compare(known).loc[0, ["cases", "base_cases", "undated"]].tolist() == [1, 1, 0]


def test_a_case_without_the_date_is_undated_not_zero():
    row = compare(cases(("2024-01-01", None), ("2023-01-01", "2023-01-02"))).iloc[0]
    assert (row["cases"], row["base_cases"], row["undated"]) == (0, 1, 1)


@pytest.mark.parametrize(
    ("known", "reason"),
    [(cases(), "no_cases"), (cases(("2024-01-01", "2024-01-02")), "baseline_without_cases")],
)
def test_reasons(known, reason):
    row = compare(known.astype({"reported_on": "datetime64[us]", "accepted_on": "datetime64[us]"})).iloc[0]
    assert row["withheld"] == reason
    assert np.isnan(row["rate_ratio"])


@pytest.mark.parametrize("options", [{"base": "2022"}, {"cutoff": "2023-12-01"}])
def test_a_period_that_is_not_there_is_refused(options):
    assert compare(cases(("2023-01-01", "2023-01-02")), **options)["withheld"].tolist() == ["too_few_periods"]


def test_a_locality_without_the_base_period_is_refused():
    exposed = pd.concat([EXPOSED, EXPOSED.iloc[1:].assign(locality="q")])
    told = compare(cases(("2024-01-01", "2024-01-02"), ("2023-01-01", "2023-01-02")), exposed)
    assert told.set_index("locality")["withheld"].fillna("").to_dict() == {"p": "", "q": "too_few_periods"}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 545), st.integers(0, 200)), max_size=40), st.integers(0, 364))
def test_never_more_at_the_same_age_than_now(days, cut):
    start = PERIODS["start"].iloc[0]
    known = cases(*((start + pd.Timedelta(days=a), start + pd.Timedelta(days=a + b)) for a, b in days))
    known = known.astype({"reported_on": "datetime64[us]", "accepted_on": "datetime64[us]"})
    row = compare(known, cutoff=PERIODS["start"].iloc[1] + pd.Timedelta(days=cut)).iloc[0]
    assert row["base_cases"] <= row["base_cases_now"] <= len(known)
    if pd.isna(row["withheld"]):
        exact = rate_ratio([row["cases"]], 1000, [row["base_cases"]], 1000)["rate_ratio"].item()
        assert row["rate_ratio"] == pytest.approx(exact)
