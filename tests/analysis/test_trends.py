import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.analysis.intervals import share_interval
from diaban.analysis.trends import (
    RUN_COLUMNS,
    SIGNIFICANCE,
    TREND_COLUMNS,
    chance_within,
    prediction_limits,
    run_chart,
    trend_marker,
    trends_table,
)

YEARS = [str(year) for year in range(2016, 2024)]

# FingertipsNext, trend-analysis/TrendAnalysisApp.UnitTests/Calculator/IndicatorTestData.cs; oldest first.
DIABETES = (
    [7.0826, 7.1085, 7.2571, 7.4528, 7.6554],
    [7.0754, 7.1013, 7.2499, 7.4456, 7.6481],
    [7.094, 7.1199, 7.2684, 7.4643, 7.6669],
)
YORKSHIRE_MMR = (
    [92.6254, 92.3221, 90.8708, 90.017, 90.1013],
    [92.4168, 92.1072, 90.6358, 89.7694, 89.8578],
    [92.8288, 92.5315, 91.1004, 90.2594, 90.3396],
)
EYE_DISEASE = (
    [2.935, 1.93028, 2.7567, 2.8701, 3.0121],
    [2.7841, 1.8085, 2.6113, 2.7225, 2.8616],
    [3.0919, 2.058, 2.9082, 3.0237, 3.1683],
)
# The newest value stands there as 120/7742, an integer division; its limits say 120.7742.
CANCER = (
    [126.9341, 125.829, 121.5234, 122.3782, 120.7742],
    [125.9343, 124.8371, 120.5533, 121.4012, 119.8035],
    [127.94, 126.8268, 122.4993, 123.361, 121.7507],
)


def exposed(**cases):
    rows = [
        (name, year, "s", n) for name, series in cases.items() for year, n in zip(YEARS, series, strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["locality", "period", "stream", "cases"])
    return frame.assign(persons=1000.0, person_years=1000.0)


@pytest.mark.parametrize(
    ("points", "marker"),
    [
        (DIABETES, "increasing"),
        (YORKSHIRE_MMR, "decreasing"),
        (EYE_DISEASE, "increasing"),
        (CANCER, "decreasing"),
    ],
)
def test_marker_is_fingertips(points, marker):
    """FingertipsNext, TrendCalculatorTests.cs."""
    assert trend_marker(*points)[0] == marker


def test_chi_squared_of_diabetes():
    """methods.md: about 9740, against the 99.8 % point 9.54953570608."""
    assert trend_marker(*DIABETES)[1] == pytest.approx(9740, abs=1)
    assert pytest.approx(9.54953570608) == SIGNIFICANCE


def test_points_without_intervals_have_no_marker_whatever_fingertips_says():
    """FingertipsNext calls GP-registered over-65s "no change": its points there carry no interval, and

    a comparison with not-a-number is false. The shares with Wilson's intervals do rise, so we say that,
    and nothing at all where the intervals are missing.
    """
    over_65 = np.array([10588957, 10547929, 10851467, 11034431, 11246440])
    registered = np.array([60458658, 60744002, 61625745, 62418295, 63227624])
    missing = np.full(5, np.nan)
    assert trend_marker(over_65 / registered, missing, missing)[0] == np.array(None)
    assert trend_marker(over_65 / registered, *share_interval(over_65, registered))[0] == "increasing"


def test_one_point_that_makes_the_trend_is_not_one():
    level = np.array([10.0, 9.9, 10.1, 9.9, 30.0])
    assert trend_marker(level, level - 1, level + 1)[0] == "no_change"


def test_marker_edges():
    assert trend_marker([1.0] * 4, [0.5] * 4, [1.5] * 4)[0] == np.array(None)
    assert trend_marker([1.0] * 5, [1.0] * 5, [1.0] * 5)[0] == np.array(None)
    assert trend_marker([0.0] * 5, [0.0] * 5, [1.0] * 5)[0] == "no_change"
    assert trend_marker(np.empty((0, 5)), np.empty((0, 5)), np.empty((0, 5)))[0].shape == (0,)


@settings(deadline=None)
@given(st.floats(-50, 50), st.floats(0.1, 20))
def test_marker_ignores_shift_and_scale(shift, scale):
    points = [np.array(values) * scale + shift for values in DIABETES]
    assert trend_marker(*points)[1] == pytest.approx(trend_marker(*DIABETES)[1], rel=1e-5)


def test_table_is_the_exact_ratio_and_marks_the_rise():
    cases = exposed(a=[20, 20, 20, 20, 40, 80, 120, 160], b=[10] * 8)
    table = trends_table(cases, YEARS, baseline=YEARS[:3], dispersion=1.0)
    assert list(table.columns) == TREND_COLUMNS
    assert table["period"].tolist() == YEARS[3:] * 2
    last = table[(table["locality"] == "a") & (table["period"] == "2023")].iloc[0]
    assert last["rate_ratio"] == pytest.approx(8)
    assert last["marker"] == "increasing"
    assert last["p"] < 1e-9
    assert last["baseline"] == "2016–2018"
    flat = table[table["locality"] == "b"]
    assert flat["rate_ratio"].tolist() == pytest.approx([1] * 5)
    assert flat["marker"].fillna("-").tolist() == ["-"] + ["no_change"] * 4


def test_dispersion_widens():
    cases = exposed(a=[200, 260, 180, 290, 150, 270, 190, 300], b=[900, 700, 950, 640, 980, 700, 930, 660])
    own = trends_table(cases, YEARS, baseline=YEARS[:3])
    poisson = trends_table(cases, YEARS, baseline=YEARS[:3], dispersion=1.0)
    assert (own["dispersion"] > 5).all()
    assert (own["upper"] > poisson["upper"]).all()


def test_withheld_says_why():
    cases = exposed(few=[1] * 8, none=[0, 0, 0, 4, 5, 20, 20, 20], new=[9] * 8)
    cases = cases[(cases["locality"] != "new") | (cases["period"] >= "2020")]
    table = trends_table(cases, YEARS, baseline=YEARS[:3]).set_index("locality")
    assert (table.loc["few", "withheld"] == "too_few_cases").all()
    assert table.loc["none", "withheld"].iloc[-1] == "baseline_without_cases"
    assert (table.loc["new", "withheld"] == "too_few_periods").all()
    assert table["rate_ratio"].isna().all()


def test_table_edges():
    assert list(trends_table(exposed(), YEARS, baseline=YEARS[:3]).columns) == TREND_COLUMNS
    assert len(trends_table(exposed(a=[5] * 8), YEARS, baseline=YEARS[-1:])) == 0
    missing = exposed(a=[50.0] * 7 + [np.nan])
    table = trends_table(missing, YEARS, baseline=YEARS[:3])
    assert np.isnan(table["rate_ratio"].iloc[-1])


def test_shuffling_changes_nothing():
    cases = exposed(a=[20, 21, 19, 25, 40, 44, 50, 61], b=[10, 9, 8, 12, 11, 9, 8, 7])
    table = trends_table(cases, YEARS, baseline=YEARS[:3])
    shuffled = trends_table(cases.sample(frac=1, random_state=2), YEARS, baseline=YEARS[:3])
    pd.testing.assert_frame_equal(table.reset_index(drop=True), shuffled.reset_index(drop=True))


def test_mid_year_chance_is_the_closed_form():
    """methods.md: 18 cases in half a year, year limit 38."""
    assert chance_within(38, 18, 0.5, 0.5) == pytest.approx(0.656213, abs=5e-7)
    assert chance_within(17, 18, 0.5, 0.5) == 0


def test_prediction_limits_hold_the_next_count():
    generator = np.random.default_rng(9)
    base, after = generator.poisson(8.1, 20_000), generator.poisson(2.7, 20_000)
    lower, upper = prediction_limits(base, 3, 1)
    assert 0.95 <= np.mean((lower <= after) & (after <= upper)) <= 0.99
    assert prediction_limits(8, 3, 1, dispersion=4)[1] > prediction_limits(8, 3, 1)[1]


def test_run_chart_signals_and_refuses():
    chart = run_chart(exposed(a=[5, 6, 4, 5, 5, 30, 5, 1]), YEARS, baseline=YEARS[:3], dispersion=1.0)
    assert list(chart.columns) == RUN_COLUMNS
    assert chart["expected"].tolist() == pytest.approx([5] * 8)
    assert chart["signal"].fillna("-").tolist() == ["-"] * 5 + ["above"] + ["-"] * 2
    refused = run_chart(exposed(a=[5] * 8), YEARS, baseline=YEARS[:2])
    assert (refused["withheld"] == "too_few_periods").all()
    assert refused[["expected", "lower", "upper", "signal"]].isna().all(axis=None)
    assert refused["cases"].notna().all()


def test_run_chart_edges():
    assert list(run_chart(exposed(), YEARS, baseline=YEARS[:3]).columns) == RUN_COLUMNS
    zeros = run_chart(exposed(a=[0] * 8), YEARS, baseline=YEARS[:3])
    assert zeros["signal"].isna().all()
    assert zeros["upper"].gt(0).all()
