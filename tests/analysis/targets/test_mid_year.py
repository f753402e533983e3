"""The running year: season, late reports, and the chance that a target will be met."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta
from target_panel import ORDER, panel

from diaban.analysis.targets import mid_year, season_shares
from diaban.analysis.targets.final_count import counted_shares, final_count
from diaban.analysis.targets.mid_year import COLUMNS
from diaban.analysis.targets.season import COLUMNS as SEASON
from diaban.analysis.trends import chance_within

AIM = [("fewer", "s", -0.05)]
HALF = range(1, 7)
EVEN = pd.DataFrame({"stream": ["s"], "share": [0.5], "a": [5e6], "b": [5e6], "withheld": [pd.NA]})


def months(years=ORDER, first=3, second=3, locality="a"):
    rows = [(locality, "s", y, n, first if n <= 6 else second) for y in years for n in range(1, 13)]
    return pd.DataFrame(rows, columns=["locality", "stream", "year", "number", "cases"])


def so_far(**cases):
    frame = pd.DataFrame({"locality": list(cases), "stream": "s", "cases": list(cases.values())})
    return frame.assign(persons=1000.0)


def told(now, past, season=EVEN, **options):
    return mid_year(now, past, season, targets=AIM, base="2023", **options).set_index("locality")


def test_half_a_year_of_18_cases_against_38():
    """methods.md: 18 cases in half a year, year limit 38: P = .656213; the year's base is 40."""
    table = told(so_far(a=18), panel(a=[40] * 8), whole=None)
    assert table.loc["a", "limit"] == 38
    assert table.loc["a", "remaining"] == 20
    assert table.loc["a", "probability_this_year_alone"] == pytest.approx(0.656213, abs=2e-6)
    assert chance_within(38, 18, 0.5, 0.5) == pytest.approx(0.656213, abs=5e-7)


def test_earlier_years_count_too():
    """18 in half a year after years of 60: this half may well be luck; after years of 40, less so."""
    after_60 = told(so_far(a=18), panel(a=[60] * 7 + [40]), whole=None).loc["a"]
    after_40 = told(so_far(a=18), panel(a=[40] * 8), whole=None).loc["a"]
    assert after_60["probability"] < after_40["probability"]
    assert after_60["probability_this_year_alone"] == after_40["probability_this_year_alone"]


def test_the_mixture_is_the_one_that_drawing_gives():
    """Risk Gamma(30, 1), season Beta(30, 30), three reports of four known, 10 cases so far: by rejection."""
    rng = np.random.default_rng(4)
    risk, season = rng.gamma(30, size=3_000_000), rng.beta(30, 30, 3_000_000)
    counted = season * 0.75
    seen = rng.poisson(risk * counted) == 10
    rest = rng.poisson((risk * (1 - counted))[seen])
    shares, weights, part = counted_shares(30, 30, 1 / 0.75)
    assert part == pytest.approx(0.75)
    final = final_count(
        np.array([10.0]), np.ones(1), shape=np.array([30.0]), rate=np.ones(1), shares=shares, weights=weights
    )
    for limit in (22, 28, 34):
        assert final.at_most([limit])[0] == pytest.approx((10 + rest <= limit).mean(), abs=0.008)
    assert final.mean()[0] == pytest.approx(10 + rest.mean(), abs=0.15)
    assert final.quantile(0.5)[0] == pytest.approx(10 + np.median(rest), abs=1)


def test_late_reports_make_a_met_target_less_likely():
    late = pd.DataFrame({"stream": ["s"], "ratio": [1.25], "standard_error": [0.05]})
    plain = told(so_far(a=18), panel(a=[40] * 8)).loc["a"]
    delayed = told(so_far(a=18), panel(a=[40] * 8), completeness=late).loc["a"]
    assert delayed["share_counted"] == pytest.approx(0.8, abs=0.005)
    assert plain["share_counted"] == 1
    assert delayed["probability"] < plain["probability"]
    assert delayed["expected"] > plain["expected"]


def test_what_is_already_over_the_limit_cannot_be_met():
    over = told(so_far(a=39, b=0), panel(a=[40] * 8, b=[0] * 8))
    assert over.loc["a", ["probability", "remaining"]].tolist() == [0, 0]
    assert over.loc["a", "outlook"] == "unlikely"
    assert over.loc["b", "limit"] == 0


def test_a_wished_rise_is_met_once_reached():
    table = mid_year(so_far(a=44), panel(a=[40] * 8), EVEN, targets=[("more", "s", 0.1)], base="2023")
    assert table["probability"].tolist() == [1, 1]
    assert table["outlook"].tolist() == ["likely", "likely"]


def test_the_whole_is_the_sum():
    table = told(so_far(a=18, b=3), panel(a=[40] * 8, b=[6] * 8))
    assert table.index.tolist() == ["*", "a", "b"]
    assert table.loc["*", ["cases", "base_cases", "limit"]].tolist() == [21, 46, 43]


def test_season_is_the_pooled_share():
    """Six months of 3 and six of 1: 18 of 24 a year, the same each year, so no spread."""
    table = season_shares(months(first=3, second=1), elapsed=HALF, years=ORDER)
    assert list(table.columns) == SEASON
    row = table.iloc[0]
    assert (row["years"], row["cases"]) == (8, 192)
    assert row["share"] == pytest.approx((144 + 0.5) / 193)
    assert row["spread"] < 0.05
    assert row["lower"] < row["share"] < row["upper"]
    assert beta.mean(row["a"], row["b"]) == pytest.approx(row["share"])


def test_a_season_that_changes_is_less_sure():
    mixed = pd.concat([months(ORDER[::2], first=30, second=10), months(ORDER[1::2], first=10, second=30)])
    row = season_shares(mixed, elapsed=HALF, years=ORDER).iloc[0]
    assert row["share"] == pytest.approx(0.5)
    assert row["spread"] == pytest.approx(0.25, abs=0.03)  # shares of .75 and .25
    assert beta.std(row["a"], row["b"]) > 0.2


def test_season_covers_the_year_to_come():
    """Simulated: yearly shares Normal(.55, .05), 60 cases a year, 8 years; 95 % limits of the true share."""
    rng = np.random.default_rng(8)
    inside = []
    for _ in range(300):
        shares = rng.normal(0.55, 0.05, 9)
        first = rng.binomial(60, shares[:-1])
        frame = pd.DataFrame({"year": np.repeat(ORDER, 2), "number": [1, 2] * 8, "stream": "s"})
        frame["cases"] = np.column_stack([first, 60 - first]).ravel()
        row = season_shares(frame.assign(locality="a"), elapsed=[1], years=ORDER).iloc[0]
        inside.append(row["lower"] <= shares[-1] <= row["upper"])
    assert np.mean(inside) == pytest.approx(0.95, abs=0.035)


def test_a_part_of_the_year_without_cases():
    row = season_shares(months(first=0, second=4000), elapsed=HALF, years=ORDER).iloc[0]
    assert 0 < row["share"] < 1e-4
    assert row["upper"] < 0.02


def test_season_refused():
    few = season_shares(months(ORDER[:2]), elapsed=HALF, years=ORDER)
    assert few["withheld"].tolist() == ["too_few_complete_years"]
    none = season_shares(months(first=0, second=0), elapsed=HALF, years=ORDER)
    assert none["withheld"].tolist() == ["too_few_complete_years"]
    unknown = months().assign(cases=lambda f: f["cases"].where(f.index != 5))
    assert season_shares(unknown, elapsed=HALF, years=ORDER)["withheld"].tolist() == ["count_not_known"]
    assert len(season_shares(months([]), elapsed=HALF, years=ORDER)) == 0
    refused = told(so_far(a=18), panel(a=[40] * 8), few)
    assert (refused["withheld"] == "too_few_complete_years").all()
    assert refused[["probability", "outlook"]].isna().all(axis=None)
    assert (refused["limit"] == 38).all()  # the count's own limit stays


def test_withheld_says_why():
    past = panel(a=[40] * 8, b=[7] * 7, c=[5] * 8)
    table = told(so_far(a=18, b=3, c=np.nan), past, whole=None)
    assert table.loc[["b", "c"], "withheld"].tolist() == ["no_baseline", "count_not_known"]
    assert pd.isna(table.loc["a", "withheld"])
    assert table.loc[["b", "c"], "probability"].isna().all()
    assert (told(so_far(a=18), past, EVEN.iloc[:0])["withheld"] == "season_not_known").all()


def test_empty():
    assert list(mid_year(so_far(), panel(), EVEN, targets=[], base="2023").columns) == COLUMNS
    assert len(told(so_far(), panel(), whole=None)) == 0


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 60), st.integers(0, 80), st.floats(0.2, 0.9), st.floats(1.0, 1.5), st.floats(0, 0.1))
def test_laws(cases, more, share, ratio, error):
    shares, weights, _ = counted_shares(40 * share, 40 * (1 - share), ratio, error)
    assert weights.sum() == pytest.approx(1)
    assert ((shares > 0) & (shares < 1)).all()
    final = final_count(
        np.array([float(cases)]), np.ones(1), shape=np.array([9.5]), rate=np.array([0.4]),
        shares=shares, weights=weights,
    )  # fmt: skip
    low, high = final.at_most([cases + more]), final.at_most([cases + more + 1])
    assert 0 <= low[0] <= high[0] + 1e-12
    assert high[0] <= 1 + 1e-9
    assert final.at_most([cases - 1]) == 0
    middle = final.quantile(0.5)
    assert final.at_most(middle)[0] >= 0.5 > final.at_most(middle - 1)[0]
