from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_area_panel import NULL, STRONG, WITHIN_STRONG, estimates, small_panel

from diaban.analysis.area_factors.associations import COLUMNS, area_factors
from diaban.errors import DiabanError

FEW = settings(max_examples=5, deadline=None)
NUMBERS = ["rate_ratio", "lower", "upper", "p", "q", "sd", "dispersion"]


@pytest.fixture(scope="module")
def told():
    return area_factors(*small_panel(1))


@cache
def plain_numbers():
    return sorted_numbers(area_factors(*small_panel(1)))


def sorted_numbers(result):
    return result.sort_values(["stream", "part", "indicator"])[NUMBERS].to_numpy(float)


def test_columns_and_comparisons(told):
    assert list(told.columns) == COLUMNS
    assert len(told) == 6
    assert (told["comparisons"] == 3).all()
    assert told["withheld"].isna().all()


def test_planted_factors_are_found_and_null_ones_are_not():
    """Fixed seeds: a strong factor (1.6 between, 1.5 within) in 60 localities and 6 periods."""
    for seed in range(3):
        result = area_factors(*small_panel(seed))
        assert estimates(result, "between", "supported").to_dict() == {
            STRONG: True,
            NULL: False,
            WITHIN_STRONG: False,
        }
        assert estimates(result, "within", "supported").to_dict() == {
            STRONG: False,
            NULL: False,
            WITHIN_STRONG: True,
        }


def test_between_and_within_are_kept_apart(told):
    assert estimates(told, "between")[STRONG] == pytest.approx(1.6, rel=0.15)
    assert estimates(told, "within")[STRONG] == pytest.approx(1.0, rel=0.1)
    assert estimates(told, "within")[WITHIN_STRONG] == pytest.approx(1.5, rel=0.1)


def test_interval_holds_the_estimate_and_agrees_with_p(told):
    assert ((told["lower"] < told["rate_ratio"]) & (told["rate_ratio"] < told["upper"])).all()
    outside = (told["lower"] > 1) | (told["upper"] < 1)
    assert (outside == (told["p"] < 0.05)).all()
    assert (told["q"] >= told["p"]).all()


@FEW
@given(st.integers(0, 10_000))
def test_order_of_rows_changes_nothing(seed):
    exposed, indicators, groups = small_panel(1)
    shuffled = area_factors(
        exposed.sample(frac=1, random_state=seed),
        indicators.sample(frac=1, random_state=seed),
        groups.sample(frac=1, random_state=seed),
    )
    assert np.allclose(sorted_numbers(shuffled), plain_numbers(), rtol=1e-5)


@FEW
@given(st.permutations(range(60)))
def test_names_of_localities_change_nothing(order):
    exposed, indicators, groups = small_panel(1)
    new = {f"L{i:02d}": f"M{j:02d}" for i, j in enumerate(order)}
    renamed = area_factors(
        exposed.assign(locality=exposed["locality"].map(new)),
        indicators.assign(locality=indicators["locality"].map(new)),
        groups.rename(new),
    )
    assert np.allclose(sorted_numbers(renamed), plain_numbers(), rtol=1e-5)


@FEW
@given(st.floats(0.01, 1000))
def test_scale_of_exposure_moves_the_intercept_only(factor):
    exposed, indicators, groups = small_panel(1)
    scaled = exposed.assign(person_years=exposed["person_years"] * factor)
    result = sorted_numbers(area_factors(scaled, indicators, groups))
    assert np.allclose(result, plain_numbers(), rtol=1e-5)


@FEW
@given(st.floats(0.01, 100), st.floats(-100, 100))
def test_unit_of_an_indicator_moves_its_sd_only(factor, shift):
    exposed, indicators, groups = small_panel(1)
    other = indicators.assign(value=indicators["value"] * factor + shift)
    result = sorted_numbers(area_factors(exposed, other, groups))
    sd = NUMBERS.index("sd")
    assert np.allclose(result[:, :sd], plain_numbers()[:, :sd], rtol=1e-4)
    assert np.allclose(result[:, sd], plain_numbers()[:, sd] * factor, rtol=1e-5)


def test_few_cases_take_a_trend_and_then_nothing():
    exposed, indicators, groups = small_panel(1)
    events = exposed["cases"].sum()
    assert (
        "period_effects" in estimates(area_factors(exposed, indicators, groups), "within", "method").iloc[0]
    )
    trend = area_factors(exposed, indicators, groups, events_per_parameter=events / 5)
    assert "linear_trend" in estimates(trend, "within", "method").iloc[0]
    nothing = area_factors(exposed, indicators, groups, events_per_parameter=events)
    assert (nothing["withheld"] == "too_few_events_per_parameter").all()
    assert nothing[["rate_ratio", "lower", "p", "q"]].isna().all(axis=None)
    assert nothing["supported"].isna().all()
    assert (nothing["comparisons"] == 0).all()


def test_no_case_at_all_is_refused():
    exposed, indicators, groups = small_panel(1)
    result = area_factors(exposed.assign(cases=0), indicators, groups)
    assert result["withheld"].notna().all()


def test_one_locality_is_refused():
    exposed, indicators, groups = small_panel(1)
    result = area_factors(exposed[exposed["locality"] == "L00"], indicators, groups)
    assert result["withheld"].notna().all()
    assert result["rate_ratio"].isna().all()


def test_one_period_has_a_between_part_only():
    exposed, indicators, groups = small_panel(1, cases=30)
    result = area_factors(exposed[exposed["period"] == "2016"], indicators, groups)
    assert estimates(result, "between", "withheld").isna().all()
    assert (estimates(result, "within", "withheld") == "indicator_does_not_change").all()


def test_empty_frames():
    exposed, indicators, groups = small_panel(1)
    assert list(area_factors(exposed.iloc[:0], indicators, groups).columns) == COLUMNS
    assert area_factors(exposed, indicators.iloc[:0], groups).empty


def test_indicator_that_ends_early_keeps_both_parts():
    exposed, indicators, groups = small_panel(1)
    late = (indicators["indicator"] == STRONG) & (indicators["period"] > "2019")
    result = area_factors(exposed, indicators[~late], groups)
    assert result["withheld"].isna().all()
    assert (estimates(result, "within", "n") == 60 * 4).all()
    assert (estimates(result, "between", "n") == 60).all()
    as_missing = area_factors(exposed, indicators.assign(value=indicators["value"].mask(late)), groups)
    pd.testing.assert_frame_equal(as_missing, result)


def test_indicator_of_one_census_before_the_counts_is_used_between():
    exposed, indicators, groups = small_panel(1)
    census = indicators[(indicators["indicator"] == NULL) & (indicators["period"] == "2016")].assign(
        period="2011"
    )
    others = indicators[indicators["indicator"] != NULL]
    result = area_factors(exposed, pd.concat([others, census]), groups)
    assert pd.isna(estimates(result, "between", "withheld")[NULL])
    assert estimates(result, "within", "withheld")[NULL] == "indicator_does_not_change"
    assert (estimates(result, "within", "n") == 360).all()


def test_indicator_known_in_few_places_is_refused_and_the_others_stay():
    exposed, indicators, groups = small_panel(1)
    gone = (indicators["indicator"] == NULL) & (indicators["locality"] > "L20")
    result = area_factors(exposed, indicators[~gone], groups)
    assert estimates(result, "between", "withheld")[NULL] == "indicator_mostly_missing"
    assert estimates(result, "within", "withheld")[NULL] == "indicator_observed_too_seldom"
    assert estimates(result, "between", "n")[STRONG] == 60
    assert (result["comparisons"] == 2).all()


def test_the_same_indicator_twice_under_two_names_is_refused_once():
    exposed, indicators, groups = small_panel(1)
    twin = indicators[indicators["indicator"] == STRONG].assign(indicator="twin")
    result = area_factors(exposed, pd.concat([indicators, twin]), groups)
    assert (result.loc[result["indicator"] == "twin", "withheld"] == "indicator_collinear").all()
    assert result.loc[result["indicator"] != "twin", "withheld"].isna().all()


def test_a_locality_that_exists_for_part_of_the_time_is_used():
    exposed, indicators, groups = small_panel(1)
    gone = (exposed["locality"] == "L00") & (exposed["period"] > "2017")
    for absent in (exposed[~gone], exposed.assign(person_years=exposed["person_years"].mask(gone, 0))):
        result = area_factors(absent, indicators, groups)
        assert (estimates(result, "within", "n") == 356).all()
        assert result["withheld"].isna().all()


def test_without_groups_there_is_no_group_effect():
    exposed, indicators, _ = small_panel(1)
    assert not area_factors(exposed, indicators)["method"].str.contains("group").any()


def test_streams_share_one_family():
    exposed, indicators, groups = small_panel(1)
    both = pd.concat([exposed, exposed.assign(stream="t")])
    result = area_factors(both, indicators, groups)
    assert (result["comparisons"] == 6).all()
    assert set(area_factors(both, indicators, groups, streams=["t"])["stream"]) == {"t"}


def test_locality_without_group_is_named():
    exposed, indicators, groups = small_panel(1)
    with pytest.raises(DiabanError, match="L07"):
        area_factors(exposed, indicators, groups.drop("L07"))


def test_indicator_given_twice_is_named():
    exposed, indicators, groups = small_panel(1)
    with pytest.raises(DiabanError, match=STRONG):
        area_factors(exposed, pd.concat([indicators, indicators.iloc[:1]]), groups)
