"""What goes with a better level: hand-worked change, limits of the range, and every refusal."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_area_panel import NULL, STRONG, WITHIN_STRONG, small_panel

from diaban.analysis.area_factors.associations import area_factors
from diaban.analysis.area_factors.what_if import COLUMNS, TARGETS, what_if

FEW = settings(max_examples=3, deadline=None)
PERIODS = [str(2016 + t) for t in range(6)]
WORSE = dict.fromkeys([STRONG, NULL, WITHIN_STRONG], "worse")
NUMBERS = ["to_value", "change", "lower", "upper"]


def asked(panel, robustness=None, *, own=False, associations=None, higher_is=WORSE, **options):
    exposed, indicators, groups = panel
    report_of = {name: name for name in groups.index} if own else groups
    associations = area_factors(*panel) if associations is None else associations
    options = {"periods": PERIODS, "seed": 1} | options
    return what_if(
        exposed, indicators, groups, report_of, associations, robustness, higher_is=higher_is, **options
    )


def of(told, indicator=STRONG, target="median"):
    return told[(told["indicator"] == indicator) & (told["target"] == target)].set_index("locality")


def means(panel, indicator=STRONG):
    rows = panel[1][panel[1]["indicator"] == indicator]
    return rows.groupby("locality")["value"].mean()


@cache
def known():
    return asked(small_panel(1))


@pytest.fixture(scope="module")
def panel():
    return small_panel(1)


@pytest.fixture(scope="module")
def told():
    return known()


def test_frame(told):
    assert list(told.columns) == COLUMNS
    assert len(told) == 6 * 3 * len(TARGETS)
    assert of(told)["withheld"].isna().all()
    assert (of(told, NULL)["withheld"] == "not_supported").all()
    assert of(told, NULL)[["value", "cases", *NUMBERS]].isna().all(axis=None)


@pytest.mark.parametrize(("target", "quantile"), [("median", 0.5), ("best_quarter", 0.25)])
def test_change_is_that_of_the_rate_ratio(panel, target, quantile):
    """A place at x, moved to T: cases times rate ratio ** ((T - x) / sd) - 1."""
    told = of(asked(panel, own=True), target=target)
    ratio = area_factors(*panel).query("part == 'between' and indicator == @STRONG").iloc[0]
    x = means(panel)
    T = x.quantile(quantile)
    moved = x.index[x > T]
    step = (T - x[moved]) / ratio["sd"]
    expected = told.loc[moved, "cases"] * (ratio["rate_ratio"] ** step - 1)
    assert told.loc[moved, "change"].to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-6)
    assert (told.loc[x.index[x <= T], "withheld"] == "already_favourable").all()
    assert told["target_value"].unique() == pytest.approx([T])
    assert told.loc[moved, "to_value"].to_numpy() == pytest.approx(T)
    assert told["value"].to_numpy() == pytest.approx(x.to_numpy())
    assert told["cases"].sum() == pytest.approx(panel[0]["cases"].sum())


def test_limits_are_those_of_what_was_chosen_for_being_clear(panel):
    """Of 3 compared 1 is told: level 1 - 0.05 / 3, wider than the coefficient's own; with more told, less."""
    told = of(asked(panel, own=True, draws=8000))
    ratio = area_factors(*panel).query("part == 'between' and indicator == @STRONG").iloc[0]
    x = means(panel)
    moved = x.index[x > x.median()]
    step = (x.median() - x[moved]) / ratio["sd"]
    cases = told.loc[moved, "cases"]
    plain = cases * (ratio["lower"] ** step - ratio["upper"] ** step)
    width = told.loc[moved, "upper"] - told.loc[moved, "lower"]
    assert (width / plain).median() > 1.1
    every = area_factors(*panel).assign(supported=True)
    wider = of(asked(panel, own=True, draws=8000, associations=every, higher_is=_towards(every)))
    ratios = (wider["upper"] - wider["lower"])[moved] / width
    assert 0.7 < ratios.median() < 1.0


def _towards(associations):
    """Directions in which every association is unfavourable."""
    between = associations[associations["part"] == "between"].set_index("indicator")["rate_ratio"]
    return {name: "worse" if ratio > 1 else "better" for name, ratio in between.items()}


def test_only_the_unfavourable_side_is_moved_and_nothing_leaves_the_observed_range(panel, told):
    x = means(panel)
    for target in TARGETS:
        rows = of(told, target=target)
        assert (rows["to_value"] <= rows["value"]).all()
        assert rows["target_value"].between(x.min(), x.max()).all()
        assert rows["to_value"].between(x.min(), x.max()).all()
        assert (rows["lower"] < rows["change"]).all()
        assert (rows["change"] < rows["upper"]).all()
        assert (rows["change"] < 0).all()
        assert (rows["change"] > -rows["cases"]).all()
    assert (of(told, target="best_quarter")["change"] < of(told)["change"]).all()


@FEW
@given(st.floats(0.01, 100), st.floats(-100, 100))
def test_unit_of_the_indicator_changes_no_case(factor, shift):
    panel = small_panel(1)
    plain = known()
    other = asked((panel[0], panel[1].assign(value=panel[1]["value"] * factor + shift), panel[2]))
    assert of(other)["change"].to_numpy() == pytest.approx(of(plain)["change"].to_numpy(), rel=1e-3)
    value = of(plain)["to_value"].to_numpy() * factor + shift
    assert of(other)["to_value"].to_numpy() == pytest.approx(value, rel=1e-3, abs=1e-6)


def test_turned_round_indicator_where_more_is_better(panel):
    turned = (panel[0], panel[1].assign(value=-panel[1]["value"]), panel[2])
    better = asked(turned, higher_is=dict.fromkeys(WORSE, "better"))
    assert of(better)["change"].to_numpy() == pytest.approx(of(asked(panel))["change"].to_numpy(), rel=1e-4)


def test_fewer_periods_have_fewer_cases_and_the_same_share(panel, told):
    half = asked(panel, periods=PERIODS[:3])
    share = of(half)["change"] / of(half)["cases"]
    assert share.to_numpy() == pytest.approx((of(told)["change"] / of(told)["cases"]).to_numpy(), rel=0.02)
    rows = panel[0][panel[0]["period"].isin(PERIODS[:3])]
    assert of(half)["cases"].sum() == pytest.approx(rows["cases"].sum())


@pytest.mark.parametrize(
    ("higher_is", "robust", "reason"),
    [
        ("neutral", True, "no_direction"),
        ("better", True, "against_direction"),
        ("worse", False, "not_robust"),
        ("worse", pd.NA, "not_robust"),
        ("worse", None, "not_robust"),
    ],
)
def test_refusals_of_a_supported_factor(panel, higher_is, robust, reason):
    robustness = pd.DataFrame({"stream": "s", "indicator": [STRONG], "robust": [robust]})
    robustness = robustness if robust is not None else robustness.iloc[:0]
    told = of(asked(panel, robustness, higher_is=WORSE | {STRONG: higher_is}))
    assert (told["withheld"] == reason).all()
    assert told[["value", "cases", *NUMBERS]].isna().all(axis=None)


def test_a_robust_factor_is_told(panel, told):
    robustness = pd.DataFrame({"stream": "s", "indicator": list(WORSE), "robust": True})
    pd.testing.assert_frame_equal(asked(panel, robustness), told)


def test_refused_models_keep_their_reason(panel):
    told = asked(panel, events_per_parameter=1e6)
    assert (told["withheld"] == "too_few_events_per_parameter").all()
    assert told[NUMBERS].isna().all(axis=None)


def test_places_without_values_or_counts(panel):
    exposed, indicators, groups = panel
    gone = (indicators["locality"] < "L10") & (indicators["indicator"] == NULL)
    told = of(asked((exposed, indicators[~gone], groups)))
    assert told["withheld"].dropna().to_dict() == {"G0": "indicator_missing_here"}
    assert told.loc["G0", ["value", "cases", *NUMBERS]].isna().all()
    silent = exposed["locality"].map(groups).eq("G2") & (exposed["period"] == "2021")
    told = of(asked((exposed[~silent], indicators, groups), periods=["2021"]))
    assert told["withheld"].dropna().to_dict() == {"G2": "not_recorded_then"}
    assert (of(asked(panel, periods=["1999"]))["withheld"] == "not_recorded_then").all()


def test_intervals_hold_the_change_of_the_true_ratio():
    """8 provinces: the change that ln 1.6 per standard deviation gives, at the modelled cases."""
    inside = []
    for seed in range(8):
        panel = small_panel(seed)
        told = of(asked(panel, own=True), target="best_quarter")
        x = means(panel)
        step = (x.quantile(0.25) - x).clip(upper=0) / x.std(ddof=1)
        truth = told["cases"] * (1.6**step - 1)
        shown = told["withheld"].isna()
        inside.append(((told["lower"] <= truth) & (truth <= told["upper"]))[shown].mean())
    assert np.mean(inside) >= 0.85


def test_empty_frames(panel):
    exposed, indicators, groups = panel
    associations = area_factors(*panel)
    assert list(asked((exposed.iloc[:0], indicators, groups), associations=associations).columns) == COLUMNS
    assert asked((exposed, indicators.iloc[:0], groups), associations=associations).empty
    told = asked(panel, associations=associations.iloc[:0])
    assert (told["withheld"] == "not_supported").all()
