"""Charts, verdicts, alerts and changes of whole frames, with simulated truth and the usual edges."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.analysis.control_charts import (
    alert_budget,
    alerts,
    change_points,
    chart_verdicts,
    control_charts,
    first_years,
    normal_change_interval,
    season_weights,
    year_assurance,
)
from diaban.analysis.control_charts.change_points import change_interval, poisson_change
from diaban.analysis.control_charts.charts import COLUMNS
from diaban.analysis.control_charts.gaps import day_gaps, period_gaps

MONTHS = [f"{year}-{month:02d}" for year in range(2018, 2022) for month in range(1, 13)]
BASE = MONTHS[:36]


def monthly(**series):
    rows = [
        (name, "s", month, n)
        for name, values in series.items()
        for month, n in zip(MONTHS, values, strict=False)
    ]
    return pd.DataFrame(rows, columns=["locality", "stream", "period", "cases"])


def usual(mean, seed=1, n=48):
    return np.random.default_rng(seed).poisson(mean, n)


def dated(*days, start="2018-01-01"):
    dates = pd.Timestamp(start) + pd.to_timedelta(list(days), unit="D")
    frame = pd.DataFrame({"locality": "A", "stream": "s", "date": dates})
    return frame.assign(period=dates.strftime("%Y-%m"))


def test_the_mean_chooses_and_a_level_that_doubles_is_of_concern():
    busy = np.r_[usual(20)[:36], usual(40)[36:]]
    counts = monthly(A=busy, B=np.r_[usual(4)[:36], usual(9)[36:]], C=usual(0.4, 3))
    charts = control_charts(counts, MONTHS, baseline=BASE)
    assert charts.groupby("locality")["kind"].first().to_dict() == {"A": "xmr", "B": "c", "C": "g"}
    verdicts = chart_verdicts(charts).set_index("locality")
    assert verdicts.loc[["A", "B"], "variation"].tolist() == ["concern", "concern"]
    assert verdicts.loc["A", "last_signal"] == "2021-12"
    better = control_charts(counts, MONTHS, baseline=BASE, better="more")
    assert chart_verdicts(better).set_index("locality").loc["A", "variation"] == "improvement"
    neither = control_charts(counts, MONTHS, baseline=BASE, better=None)
    assert chart_verdicts(neither).set_index("locality").loc["A", "variation"] == "special"


def test_limits_are_frozen_by_the_baseline():
    one = control_charts(monthly(A=[3] * 48), MONTHS, baseline=BASE)
    other = control_charts(monthly(A=[3] * 36 + [30] * 12), MONTHS, baseline=BASE)
    assert one["upper"].equals(other["upper"])
    assert other["signal"].eq("beyond").sum() == 12


def test_counts_that_vary_more_than_poisson_get_wider_limits():
    wide = control_charts(monthly(A=[0, 8] * 24), MONTHS, baseline=BASE)
    narrow = control_charts(monthly(A=[3, 5] * 24), MONTHS, baseline=BASE)
    assert (wide["kind"].iloc[0], narrow["kind"].iloc[0]) == ("c'", "c")
    assert wide["upper"].iloc[0] > narrow["upper"].iloc[0] + 3


def test_a_season_moves_the_limits_and_is_no_signal():
    season = np.tile([1.0] * 5 + [3.0] * 3 + [1.0] * 4, 4)
    counts = monthly(A=np.random.default_rng(2).poisson(6 * season / season.mean()))
    counts["number"] = counts["period"].str[-2:].astype(int)
    plain = control_charts(counts, MONTHS, baseline=BASE)
    weights = season_weights(counts)
    charts = control_charts(counts.merge(weights, on=["stream", "number"]), MONTHS, baseline=BASE)
    assert weights["weight"].mean() == pytest.approx(1)
    assert plain["signal"].notna().sum() > charts["signal"].notna().sum()
    summer = charts["period"].str[-2:].isin(["06", "07", "08"])
    assert charts.loc[summer, "upper"].min() > charts.loc[~summer, "upper"].max()


def test_without_a_season_the_weights_are_drawn_towards_one():
    """Truth: none. Raw ratios of 12 months x 30 cases spread by 18 %."""
    counts = pd.concat([monthly(**{f"L{i}": usual(0.75, i)}) for i in range(10)])
    counts["number"] = counts["period"].str[-2:].astype(int)
    assert season_weights(counts)["weight"].between(0.85, 1.15).all()
    assert season_weights(counts.assign(cases=0))["weight"].eq(1).all()
    assert season_weights(counts.iloc[:0]).empty


def test_days_between_cases_of_a_rare_kind():
    gaps = np.random.default_rng(12).permutation(np.round(-90 * np.log(np.linspace(0.04, 0.96, 12))))
    events = dated(0, *np.cumsum(gaps), *range(1110, 1430, 20))
    counts = events.groupby("period").size().reindex(MONTHS, fill_value=0)
    charts = control_charts(
        monthly(A=counts), MONTHS, baseline=BASE, events=events, until=pd.Timestamp("2021-12-31")
    )
    assert set(charts["kind"]) == {"t"}
    assert set(charts["unit"]) == {"days"}
    assert charts.loc[charts["baseline"], "value"].tolist() == gaps.tolist()
    assert charts["open"].tolist() == [False] * (len(charts) - 1) + [True]
    late = charts[charts["signal"].notna()]
    assert set(late["side"]) == {"below"}
    assert set(late["reading"]) == {"concern"}, "short gaps are many cases"
    assert chart_verdicts(charts)["variation"].item() == "concern", "the open gap says nothing yet"


def test_a_gap_that_goes_on_signals_only_once_it_is_too_long():
    events = dated(*range(0, 36 * 30, 60))
    counts = monthly(A=events.groupby("period").size().reindex(MONTHS, fill_value=0))
    last = events["date"].max()
    for days, told in ((1, "common"), (100, "common"), (1000, "improvement")):
        charts = control_charts(
            counts, MONTHS, baseline=BASE, events=events, until=last + pd.Timedelta(days=days)
        )
        assert charts["reading"].iloc[-1] == told
        assert charts["value"].iloc[-1] == days


def test_gaps_in_days_leave_out_unknown_dates_and_keep_the_baseline_to_itself():
    events = pd.concat([dated(0, 10, 40), dated(0).assign(date=pd.NaT)])
    gaps = day_gaps(events, {"2018-01"}, None)
    assert gaps["value"].tolist() == [10, 30]
    assert gaps["baseline"].tolist() == [True, False]
    assert day_gaps(events.iloc[:0], {"2018-01"}, pd.Timestamp("2018-03-01")).empty
    assert day_gaps(events.iloc[:1], set(), pd.Timestamp("2018-01-08"))["value"].tolist() == [7]


def test_gaps_in_periods_break_at_an_unknown_count():
    frame = pd.DataFrame({"period": MONTHS[:9], "cases": [1, 0, 0, 2, np.nan, 1, 1, 0, 0]})
    gaps = period_gaps(frame, set(MONTHS[:7]))
    assert gaps["value"].tolist() == [2, 0, 2]
    assert gaps["open"].tolist() == [False, False, True]
    assert gaps["baseline"].tolist() == [True, True, False]
    assert period_gaps(frame.assign(cases=0), set()).empty


def test_gaps_of_empty_months_are_geometric():
    """p = 1 - exp(-m): the mean gap is (1 - p) / p = 1 / (exp(m) - 1)."""
    months = [f"m{i:05d}" for i in range(20_000)]
    counts = pd.DataFrame({"period": months, "cases": np.random.default_rng(6).poisson(0.3, 20_000)})
    gaps = period_gaps(counts, set(months))
    assert gaps.loc[~gaps["open"], "value"].mean() == pytest.approx(1 / np.expm1(0.3), rel=0.03)


@pytest.mark.parametrize(
    ("values", "baseline", "reason"),
    [([0] * 48, BASE, "no_cases"), ([3] * 48, MONTHS[:7], "too_few_points"),
     ([0] * 36 + [1] * 12, BASE, "too_few_points"), ([0] * 48, MONTHS[:0], "no_cases"),
     ([0, 1] * 24, MONTHS[:6], "too_few_points"), ([np.nan] * 48, BASE, "no_cases")],
)  # fmt: skip
def test_without_a_baseline_there_are_values_and_a_reason(values, baseline, reason):
    charts = control_charts(monthly(A=values), MONTHS, baseline=baseline)
    told = chart_verdicts(charts)
    assert set(charts["withheld"]) == {reason}
    assert charts[["centre", "upper", "signal", "reading"]].isna().all(axis=None)
    assert told["assurance"].isna().all()


def test_a_place_without_a_case_in_the_baseline_is_not_dropped():
    charts = control_charts(monthly(A=[0] * 36 + [1] * 12, B=[3] * 48), MONTHS, baseline=BASE)
    assert set(charts["locality"]) == {"A", "B"}


def test_an_unknown_count_is_a_gap_never_a_zero():
    charts = control_charts(monthly(A=[3] * 20 + [np.nan] + [3] * 27), MONTHS, baseline=BASE)
    assert charts["value"].isna().sum() == 1
    assert charts["centre"].iloc[0] == pytest.approx(3)
    assert charts["signal"].isna().all()


def test_an_empty_frame_gives_empty_frames():
    charts = control_charts(monthly(), MONTHS, baseline=BASE)
    assert list(charts) == COLUMNS
    assert chart_verdicts(charts).empty
    assert change_points(monthly(), MONTHS, seed=1).empty
    assert alerts(monthly(), baseline=BASE, periods=MONTHS[36:], rounds=12).empty


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 25), min_size=48, max_size=48), st.integers(0, 47))
def test_rows_in_any_order_give_the_same_chart(values, seed):
    counts = monthly(A=values)
    one = control_charts(counts, MONTHS, baseline=BASE)
    pd.testing.assert_frame_equal(
        one, control_charts(counts.sample(frac=1, random_state=seed), MONTHS, baseline=BASE)
    )


def test_first_complete_years():
    periods = pd.DataFrame({"period": MONTHS, "number": [1 + i % 12 for i in range(48)], "complete": True})
    assert first_years(periods, years=2) == MONTHS[:24]
    assert first_years(periods.iloc[3:], years=1) == MONTHS[12:24], "a year that begins late is left out"
    assert first_years(periods.assign(complete=periods.index >= 12), years=1) == MONTHS[12:24]
    assert first_years(periods.iloc[:0]) == []


def test_a_target_of_counts_has_an_assurance_and_one_of_gaps_has_none():
    charts = control_charts(monthly(A=[3, 5] * 24, B=usual(0.4, 3)), MONTHS, baseline=BASE)
    for target, told in ((30, "always"), (5, "now_and_then")):
        targets = pd.DataFrame({"locality": ["A", "B"], "stream": "s", "target": float(target)})
        verdicts = chart_verdicts(charts, targets).set_index("locality")["assurance"]
        assert verdicts["A"] == told
        assert pd.isna(verdicts["B"])


def test_a_year_meets_a_target_now_and_then_at_small_counts():
    years = pd.DataFrame({"locality": "A", "stream": "s", "period": ["1", "2", "3"], "cases": [20, 22, 18]})
    years = pd.concat([years.assign(person_years=1e4), years.assign(locality="Z", cases=0, person_years=1e4)])
    targets = pd.DataFrame(
        {
            "locality": ["A", "A", "A", "Z", "N"],
            "stream": "s",
            "limit": [19, 90, 1, 1, 1],
            "person_years": 1e4,
        }
    )
    told = year_assurance(years, targets, baseline=["1", "2", "3"])
    assert told["assurance"].iloc[:3].tolist() == ["now_and_then", "always", "never"]
    assert told["withheld"].fillna("").tolist() == ["", "", "", "no_cases", "too_few_periods"]
    assert told["expected"].iloc[0] == 20


def test_the_nile_broke_in_1898_between_1895_and_1902():
    """R strucchange, breakpoints(Nile ~ 1): observation 28, 95 % 25 to 32 (methods.md)."""
    datasets = pytest.importorskip("statsmodels.api").datasets
    volume = datasets.nile.load_pandas().data["volume"].to_numpy(dtype=float)
    assert normal_change_interval(volume) == (28, 25, 32)
    assert normal_change_interval(volume[::-1])[0] == 72


def test_a_planted_change_is_dated_and_its_interval_holds_it():
    rng = np.random.default_rng(7)
    hits, found = [], []
    for _ in range(40):
        x = np.r_[rng.poisson(2, 24), rng.poisson(5, 24)].astype(float)
        k, p = poisson_change(x, np.ones(48), rng, draws=199)
        low, high = change_interval(x, np.ones(48), rng, draws=199)
        hits.append(low <= 24 <= high)
        found.append(p <= 0.01)
        assert low <= k <= high
    assert np.mean(hits) >= 0.875, "nominal 0.95: 35 of 40 or fewer come once in 70"
    assert np.mean(found) > 0.9


@pytest.mark.parametrize("dispersion", [1.0, 2.0])
def test_without_a_change_the_test_holds_its_level(dispersion):
    rng = np.random.default_rng(8)
    n = 300
    size = 3 / (dispersion - 1) if dispersion > 1 else None
    draws = [
        rng.negative_binomial(size, 1 / dispersion, 36) if size else rng.poisson(3, 36) for _ in range(n)
    ]
    p = [poisson_change(x.astype(float), np.ones(36), rng, dispersion=dispersion, draws=99)[1] for x in draws]
    assert np.mean(np.array(p) <= 0.1) == pytest.approx(0.1, abs=0.055)


def test_change_points_in_a_frame():
    values = np.r_[usual(2, 9)[:24], usual(6, 9)[24:]]
    counts = monthly(A=values, B=usual(3, 5), C=[0] * 48, D=[4, 4, 4, 4, 4, 4, 4])
    told = change_points(counts, MONTHS, seed=1, draws=499).set_index("locality")
    assert told.loc["A", "change"] == 1
    assert told.loc["A", "earliest"] <= "2019-12" <= told.loc["A", "latest"]
    assert told.loc["A", "ratio"] == pytest.approx(3, abs=0.8)
    assert told.loc["B", "change"] == 0
    assert told["withheld"].fillna("").tolist() == ["", "", "too_few_cases", "too_few_points"]
    assert set(told["comparisons"]) == {2}
    assert set(told["expected_false"]) == {0.02}


def test_an_alarm_budget_is_kept_and_spent():
    rng = np.random.default_rng(10)
    base, ratio = rng.poisson(30, 36).astype(float), np.full(36, 1 / 36)
    for budget in (0.02, 1 / 12, 0.5):
        thresholds, chances = alert_budget(base, ratio, budget=budget)
        assert chances.sum() <= budget
        assert chances.sum() > budget / 3
        assert (thresholds >= 3).all()


def test_false_alarms_come_as_often_as_budgeted():
    """Truth: 30 places of 0.2 to 6 cases a month, no change; 200 years. Budget 1 a year."""
    rng = np.random.default_rng(11)
    rates = np.geomspace(0.2, 6, 30)
    alarms, promised = 0, 0.0
    for _ in range(2000):
        base = rng.poisson(36 * rates).astype(float)
        thresholds, chances = alert_budget(base, np.full(30, 1 / 36), budget=1 / 12)
        alarms += (rng.poisson(rates) >= thresholds).sum()
        promised += chances.sum()
    assert alarms / promised == pytest.approx(1, abs=0.2)
    assert promised / 2000 * 12 <= 1


def test_alerts_of_a_frame():
    counts = monthly(A=[2] * 47 + [12], B=usual(3), C=[np.nan] * 48, D=[1] * 47 + [np.nan], E=[0] * 48)
    told = alerts(counts, baseline=BASE, periods=MONTHS[-1:], rounds=12).set_index("locality")
    assert told["alert"].isna().tolist() == [False, False, True, True, False]
    assert told["alert"].fillna(False).tolist() == [True, False, False, False, False]
    assert told["withheld"].fillna("").to_dict() == {
        "A": "", "B": "", "C": "too_few_periods", "D": "count_not_known", "E": ""
    }  # fmt: skip
    assert set(told["comparisons"]) == {4}
    assert (told["expected_false_alarms"] <= 1).all()
    assert told.loc["A", "expected"] == pytest.approx(2)
    assert told.loc["A", "p"] <= told.loc["A", "chance"]


def test_more_variation_means_higher_thresholds_and_a_larger_budget_lower_ones():
    base, ratio = np.full(5, 100.0), np.full(5, 1 / 36)
    usual_thresholds = alert_budget(base, ratio, budget=0.1)[0]
    assert (alert_budget(base, ratio, budget=0.1, dispersion=2.0)[0] > usual_thresholds).all()
    assert (alert_budget(base, ratio, budget=1.0)[0] <= usual_thresholds).all()


def test_no_budget_no_alert():
    thresholds, chances = alert_budget([10.0], [0.1], budget=0.0)
    assert np.isinf(thresholds).all()
    assert chances.sum() == 0
    assert len(alert_budget([], [], budget=1.0)[0]) == 0
