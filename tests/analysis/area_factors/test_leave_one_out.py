import numpy as np
import pandas as pd
import pytest
from small_area_panel import NULL, STRONG, estimates, small_panel

from diaban.analysis.area_factors.associations import area_factors
from diaban.analysis.area_factors.leave_one_out import COLUMNS, leave_one_group_out


@pytest.fixture(scope="module")
def told():
    return leave_one_group_out(*small_panel(1)).set_index("indicator")


def test_planted_factor_rests_on_no_single_group(told):
    assert [told.index.name, *told.columns] == ["indicator", *[c for c in COLUMNS if c != "indicator"]]
    assert told.loc[STRONG, "loo_same_sign"]
    assert (
        1.3 < told.loc[STRONG, "loo_lower"] < told.loc[STRONG, "rate_ratio"] < told.loc[STRONG, "loo_upper"]
    )
    assert (told["groups"] == 6).all()
    assert told["withheld"].isna().all()


def test_range_agrees_with_the_model_fitted_anew(told):
    """Refits estimate the variance again; holding it moves the ratio by under 2 %."""
    exposed, indicators, groups = small_panel(1)
    ratios = {}
    for group in groups.unique():
        kept = groups.index[groups != group]
        part = area_factors(
            exposed[exposed["locality"].isin(kept)], indicators[indicators["locality"].isin(kept)], groups
        )
        unit = estimates(area_factors(*small_panel(1)), "between", "sd") / estimates(part, "between", "sd")
        ratios[group] = estimates(part, "between") ** unit
    refits = pd.DataFrame(ratios)
    assert told["loo_lower"].to_dict() == pytest.approx(refits.min(axis=1).to_dict(), rel=0.02)
    assert told["loo_upper"].to_dict() == pytest.approx(refits.max(axis=1).to_dict(), rel=0.02)
    moved = np.log(refits).sub(np.log(told["rate_ratio"]), axis=0).abs()
    assert told.loc[STRONG, "loo_group"] == moved.loc[STRONG].idxmax()


def test_an_association_of_one_group_only_is_seen():
    exposed, indicators, groups = small_panel(1)
    trees = indicators[indicators["indicator"] == NULL].groupby("locality")["value"].mean()
    there = exposed["locality"].map(groups) == "G2"
    pushed = (exposed["cases"] * np.exp(1.2 * exposed["locality"].map(trees))).round().astype(int)
    told = leave_one_group_out(exposed.assign(cases=exposed["cases"].mask(there, pushed)), indicators, groups)
    row = told.set_index("indicator").loc[NULL]
    assert row["loo_group"] == "G2"
    assert row["rate_ratio"] > 1.1
    assert abs(np.log(row["loo_lower"])) < np.log(row["rate_ratio"]) / 2


def test_an_indicator_that_varies_in_one_group_only_is_refused():
    exposed, indicators, groups = small_panel(1)
    flat = (indicators["indicator"] == NULL) & (indicators["locality"].map(groups) != "G0")
    told = leave_one_group_out(exposed, indicators.assign(value=indicators["value"].mask(flat, 3.0)), groups)
    told = told.set_index("indicator")
    assert told.loc[NULL, "withheld"] == "indicator_collinear"
    assert told.loc[[NULL], ["rate_ratio", "loo_lower", "loo_group", "loo_same_sign"]].isna().all(axis=None)
    assert pd.isna(told.loc[STRONG, "withheld"])


def test_names_of_groups_change_nothing_but_the_name(told):
    exposed, indicators, groups = small_panel(1)
    other = leave_one_group_out(exposed, indicators, groups.str.replace("G", "D")).set_index("indicator")
    assert other["loo_lower"].to_dict() == pytest.approx(told["loo_lower"].to_dict())
    assert (other["loo_group"] == told["loo_group"].str.replace("G", "D")).all()


@pytest.mark.parametrize("groups", [None, 1, 2])
def test_too_few_groups(groups):
    exposed, indicators, _ = small_panel(1)
    places = None
    if groups:
        names = exposed["locality"].unique()
        places = pd.Series([f"G{i % groups}" for i in range(len(names))], index=names)
    told = leave_one_group_out(exposed, indicators, places)
    assert (told["withheld"] == "too_few_groups").all()
    assert told["loo_lower"].isna().all()


def test_no_case_and_empty():
    exposed, indicators, groups = small_panel(1)
    none = leave_one_group_out(exposed.assign(cases=0), indicators, groups)
    assert none["withheld"].notna().all()
    assert (none["withheld"] != "too_few_groups").all()
    assert list(leave_one_group_out(exposed.iloc[:0], indicators, groups).columns) == COLUMNS
