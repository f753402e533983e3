import numpy as np
import pandas as pd
import pytest
from handled import CUTOFF, PROCEDURE, START, cell, handled, together
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.analysis.handling import decision_curves, decision_medians, time_to_decision
from diaban.analysis.handling.incidence import cumulative_incidence
from diaban.analysis.handling.median_days import median_days
from diaban.analysis.intervals import share_interval

WHOLE = {"locality": "*", "stream": "*", "period": "*"}


def test_worked_by_hand():
    """Five reports: kind 1 on day 1, one censored and one of kind 2 on day 2, kind 1 on day 3, one censored
    on day 4. Kind 1: 1/5, then + 3/5 x 1/2; kind 2: 4/5 x 1/4."""
    told = cumulative_incidence([1, 2, 2, 3, 4], [1, 0, 2, 1, 0], [0, 1, 2, 3], kinds=2)
    assert told.share[0] == pytest.approx([0, 0.2, 0.2, 0.5])
    assert told.share[1] == pytest.approx([0, 0, 0.2, 0.2])
    assert told.share[2] == pytest.approx([0, 0.2, 0.4, 0.7])


def test_without_censoring_it_is_wilsons_interval_of_a_share():
    days, kind = np.repeat([5, 25, 90], [65, 20, 15]), np.repeat([1, 2, 1], [65, 20, 15])
    told = cumulative_incidence(days, kind, [20], kinds=2)
    assert told.share[[0, 2], 0] == pytest.approx([0.65, 0.65])
    assert (told.lower[0, 0], told.upper[0, 0]) == pytest.approx((0.552544433, 0.736357518))


def test_nothing_and_everything_decided_have_width():
    none = cumulative_incidence([30] * 25, [0] * 25, [20], kinds=1)
    assert (none.share[0, 0], none.lower[0, 0]) == (0, 0)
    assert none.upper[0, 0] == pytest.approx(1 - 0.8668, abs=5e-5)
    every = cumulative_incidence([3] * 25, [1] * 25, [20], kinds=1)
    assert (every.share[1, 0], every.upper[1, 0]) == (1, 1)
    assert every.lower[1, 0] == pytest.approx(0.8668, abs=5e-5)


def test_a_day_that_no_report_was_seen_to_is_missing():
    told = cumulative_incidence([3, 10], [1, 0], [10, 11], kinds=1)
    assert np.isfinite(told.share[0, 0])
    assert np.isnan(told.share[:, 1]).all()
    assert np.isnan(told.lower[:, 1]).all()
    assert np.isnan(cumulative_incidence([], [], [20], kinds=2).share).all()


@pytest.mark.parametrize(("n", "mean"), [(12, 12.0), (30, 12.0), (30, 60.0), (100, 12.0)])
def test_it_holds_the_truth_where_reports_are_not_yet_due(n, mean):
    """Two kinds, exponential days, reports spread over the last 120 days before the cut-off."""
    rng = np.random.default_rng(5)
    held, estimates, simple = [], [], []
    truth = 0.7 * (1 - np.exp(-20 / mean))
    for _ in range(1500):
        t, seen = rng.exponential(mean, n), rng.uniform(0, 120, n)
        kind = np.where(t <= seen, np.where(rng.random(n) < 0.7, 1, 2), 0)
        told = cumulative_incidence(np.minimum(t, seen), kind, [20], kinds=2)
        held.append(told.lower[0, 0] <= truth <= told.upper[0, 0])
        estimates.append(told.share[0, 0])
        simple.append(((kind == 1) & (t <= 20)).mean())
    assert 0.935 <= np.mean(held) <= 0.985
    assert np.nanmean(estimates) == pytest.approx(truth, abs=0.012)
    assert np.mean(simple) < truth - 0.01, "the plain share of all reports is too small"


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 150), st.integers(0, 3)), min_size=1, max_size=40))
def test_kinds_add_up_grow_and_lie_in_their_limits(drawn):
    days, kind = zip(*drawn, strict=True)
    told = cumulative_incidence(days, kind, [0, 20, 80, 140], kinds=3)
    shown = ~np.isnan(told.share[0])
    share, lower, upper = (values[:, shown] for values in told)
    assert share[:3].sum(axis=0) == pytest.approx(share[3])
    assert (np.diff(share, axis=1) >= -1e-12).all()
    assert ((lower <= share + 1e-9) & (share <= upper + 1e-9)).all()
    narrowest = share_interval(share * len(days), len(days))
    assert (upper - lower >= narrowest[1] - narrowest[0] - 1e-9).all(), (
        "censoring does not add to what is known"
    )


def test_table_by_kind_and_limit():
    cases = [{"prosecuted": 10}] * 6 + [{"not_prosecuted": 30}] * 2 + [{"report_suspended": 100}, {}]
    result = time_to_decision(*handled(cases), procedure=PROCEDURE, cutoff=CUTOFF)
    told = result[(result["locality"] == "*") & (result["stream"] == "*") & (result["period"] == "*")]
    wide = told.pivot_table(index="kind", columns="days", values="share", sort=False)
    assert wide.loc["any"].tolist() == pytest.approx([0.6, 0.8, 0.9])
    assert wide.loc["not_prosecuted"].tolist() == pytest.approx([0, 0.2, 0.2])
    assert set(told["n_open"]) == {0}, "the open one was seen for longer than the last limit"
    assert told["limit"].unique().tolist() == ["first", "second", "third"]


def test_few_and_young_reports_are_withheld_with_a_reason():
    few = time_to_decision(*handled([{"prosecuted": 3}] * 9), procedure=PROCEDURE, cutoff=CUTOFF)
    assert set(few["withheld"]) == {"too_few_files"}
    assert few["share"].isna().all()
    cutoff = START + pd.Timedelta(days=25)
    young = time_to_decision(*handled([{"prosecuted": 3}] * 8 + [{}] * 4), procedure=PROCEDURE, cutoff=cutoff)
    told = young[(young["locality"] == "*") & (young["kind"] == "any")].drop_duplicates("days")
    assert told["withheld"].fillna("").tolist() == ["", "not_yet_due", "not_yet_due"]
    assert told["n_open"].tolist() == [0, 4, 4]


def test_undated_reports_are_left_out_and_counted():
    result = time_to_decision(
        *handled([{"prosecuted": 3}] * 10 + [{"prosecuted": None}]), procedure=PROCEDURE, cutoff=CUTOFF
    )
    told = cell(result, kind="any", limit="first", **WHOLE)
    assert (told["n_reports"], told["n_undated"], told["share"]) == (10, 1, 1)


def test_no_reports_at_all():
    empty = tuple(frame.iloc[:0] for frame in handled([{}]))
    for question in (time_to_decision, decision_curves, decision_medians):
        result = question(*empty, procedure=PROCEDURE, cutoff=CUTOFF, localities=["a"])
        assert set(result["withheld"]) == {"too_few_files"}


def test_curves_meet_the_table_at_the_limits():
    rng = np.random.default_rng(2)
    cases = [{"prosecuted": int(day)} for day in rng.integers(0, 170, 40)]
    parts = together(handled(cases[:20]), handled(cases[20:], locality="b", period="2023"))
    table = time_to_decision(*parts, procedure=PROCEDURE, cutoff=CUTOFF)
    curve = decision_curves(*parts, procedure=PROCEDURE, cutoff=CUTOFF, every=30)
    keys = ["locality", "stream", "period", "kind", "days"]
    both = table[table["period"] == "*"].merge(curve, on=keys, validate="one_to_one", suffixes=("", "_curve"))
    assert len(both) == 3 * 2 * 4 * 3
    assert np.allclose(both[["share", "lower", "upper"]], both[["share_curve", "lower_curve", "upper_curve"]])
    assert sorted(curve["days"].unique()) == [0, 20, 30, 60, 80, 90, 120, 140]


AML = {
    "maintained": ([9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161], [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0]),
    "nonmaintained": ([5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45], [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1]),
}


@pytest.mark.parametrize(("group", "median"), [("maintained", 31), ("nonmaintained", 23)])
def test_medians_of_aml(group, median):
    """Medians 31 and 23 weeks: R survival, data aml (Miller 1997)."""
    assert median_days(*AML[group])[0] == median


def test_median_of_an_even_number_lies_between():
    assert median_days([1, 2, 3, 4], [1, 1, 1, 1])[0] == 2.5
    assert median_days([1, 2, 3, 3], [1, 1, 0, 0])[0] == 2
    assert np.isnan(median_days([1, 2, 3], [1, 0, 0])[0])
    assert np.isnan(median_days([], [])).all()


def test_median_interval_holds_the_median_where_reports_are_open():
    rng = np.random.default_rng(4)
    held = []
    for _ in range(1000):
        t, seen = rng.exponential(15 / np.log(2), 30), rng.uniform(5, 200, 30)
        _, lower, upper = median_days(np.minimum(t, seen), t <= seen)
        held.append(not (lower > 15 or upper < 15))
    assert 0.925 <= np.mean(held) <= 0.98


def test_fewer_than_half_decided():
    result = decision_medians(
        *handled([{"prosecuted": 3}] * 4 + [{}] * 8), procedure=PROCEDURE, cutoff=CUTOFF
    )
    told = cell(result, **WHOLE)
    assert told["withheld"] == "fewer_than_half_decided"
    assert (told["n_reports"], told["n_decided"]) == (12, 4)
    assert np.isnan(told["median"])
