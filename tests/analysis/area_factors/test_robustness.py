import numpy as np
import pandas as pd
import pytest
from small_area_panel import NULL, STRONG, WITHIN_STRONG, small_panel

from diaban.analysis.area_factors.associations import area_factors
from diaban.analysis.area_factors.e_value import e_value
from diaban.analysis.area_factors.leave_one_out import leave_one_group_out
from diaban.analysis.area_factors.permutation import permutation_test
from diaban.analysis.area_factors.robustness import COLUMNS, area_robustness, robust_area_factors
from diaban.analysis.area_factors.specifications import specification_curve
from diaban.bench.light_province import light_province
from diaban.language.catalogue import catalogue

SEED = 1


@pytest.fixture(scope="module")
def told():
    return robust_area_factors(*small_panel(1), seed=SEED)


def frames(**change):
    """One indicator that passes everything, in the four frames; keywords replace single values."""
    at = {
        "rate_ratio": 1.5,
        "supported": True,
        "ratios": [1.5] * 20,
        "p": [0.01] * 20,
        "loo": (1.3, 1.6),
        "loo_withheld": None,
        "permutation_p": 0.01,
        "withheld": None,
    } | change
    key = {"stream": ["s"], "indicator": ["x"]}
    main = pd.DataFrame(key).assign(
        part="between",
        rate_ratio=at["rate_ratio"],
        lower=1.2,
        upper=1.9,
        supported=pd.array([at["supported"]], "boolean"),
        withheld=at["withheld"],
    )
    curve = pd.DataFrame({"rate_ratio": at["ratios"], "p": at["p"]}).assign(stream="s", indicator="x")
    low, high = at["loo"]
    same_sign = None if at["loo_withheld"] else (low > 1) == (high > 1) == (at["rate_ratio"] > 1)
    left_out = pd.DataFrame(key).assign(
        rate_ratio=at["rate_ratio"],
        loo_lower=low,
        loo_upper=high,
        loo_group="G1",
        loo_same_sign=pd.array([same_sign], "boolean"),
        withheld=at["loo_withheld"],
    )
    return curve, left_out, pd.DataFrame(key).assign(permutation_p=at["permutation_p"]), main


BRANCHES = {
    "passes": ({}, None),
    "passes, down": ({"rate_ratio": 0.6, "ratios": [0.6] * 20, "loo": (0.5, 0.7)}, None),
    "19 of 20 of one sign": ({"ratios": [1.5] * 19 + [0.9]}, None),
    "18 of 20": ({"ratios": [1.5] * 18 + [0.9] * 2}, "sign_depends_on_model"),
    "half significant": ({"p": [0.01] * 10 + [0.2] * 10}, None),
    "fewer": ({"p": [0.01] * 9 + [0.2] * 11}, "significance_depends_on_model"),
    "refused ones do not count": (
        {"p": [0.01] * 10 + [np.nan] * 10, "ratios": [1.5] * 10 + [np.nan] * 10},
        None,
    ),
    "one group turns it": ({"loo": (0.95, 1.6)}, "rests_on_one_group"),
    "one group halves it": ({"loo": (1.2, 1.6)}, "rests_on_one_group"),
    "no groups": ({"loo": (np.nan, np.nan), "loo_withheld": "too_few_groups"}, "too_few_groups"),
    "chance": ({"permutation_p": 0.05}, "chance_not_excluded"),
    "no permutation": ({"permutation_p": np.nan}, "chance_not_excluded"),
    "main model first": ({"supported": False, "permutation_p": 0.5}, "not_associated"),
    "no main model": (
        {"supported": pd.NA, "rate_ratio": np.nan, "withheld": "indicator_collinear"},
        "indicator_collinear",
    ),
}


@pytest.mark.parametrize("branch", BRANCHES)
def test_every_branch_of_the_rule(branch):
    change, reason = BRANCHES[branch]
    row = area_robustness(*frames(**change)).iloc[0]
    assert row["robust"] == (reason is None)
    assert (None if pd.isna(row["reason"]) else row["reason"]) == reason


def test_reasons_are_in_the_catalogue():
    reasons = {reason for _, reason in BRANCHES.values() if reason}
    assert reasons <= set(catalogue("withheld"))


def test_shares_count_the_sign_of_the_main_model():
    row = area_robustness(*frames(ratios=[1.5] * 15 + [0.9] * 5, p=[0.01] * 10 + [0.2] * 5 + [0.01] * 5))
    assert row["specifications"].tolist() == [20]
    assert row["same_sign_share"].tolist() == [0.75]
    assert row["significant_share"].tolist() == [0.5]


def test_e_values_are_of_the_limit_nearer_to_one():
    row = area_robustness(*frames()).iloc[0]
    assert (row["e_value"], row["e_value_limit"]) == e_value(1.5, 1.2)
    down = area_robustness(
        *frames(rate_ratio=0.6)[:3], frames(rate_ratio=0.6)[3].assign(lower=0.5, upper=0.8)
    )
    assert (down["e_value"].iloc[0], down["e_value_limit"].iloc[0]) == e_value(0.6, 0.8)


def test_all_at_once_is_each_on_its_own(told):
    panel = small_panel(1)
    curve, robustness = told
    pd.testing.assert_frame_equal(curve, specification_curve(*panel))
    alone = area_robustness(
        specification_curve(*panel),
        leave_one_group_out(*panel),
        permutation_test(*panel, seed=SEED),
        area_factors(*panel),
    )
    pd.testing.assert_frame_equal(robustness, alone)


def test_planted_factor_is_robust_and_the_others_were_never_associated(told):
    frame = told[1].set_index("indicator")
    assert [frame.index.name, *frame.columns] == ["indicator", *[c for c in COLUMNS if c != "indicator"]]
    assert frame["robust"].to_dict() == {STRONG: True, NULL: False, WITHIN_STRONG: False}
    assert frame.loc[[NULL, WITHIN_STRONG], "reason"].tolist() == ["not_associated"] * 2


def test_null_indicator_that_goes_with_a_strong_one_is_not_robust():
    """Two provinces of 111 communes: alone it looks associated, in the main model it is not."""
    for seed in range(2):
        one = light_province(seed)
        streams = ["under18_offending"]
        curve, robustness = robust_area_factors(
            one.exposed, one.indicators, one.groups, streams=streams, lags=[0], seed=seed, permutations=99
        )
        frame = robustness.set_index("indicator")
        alone = curve[(curve["indicator"] == "indicator_04") & (curve["specification"] == 1)]
        assert alone["rate_ratio"].iloc[0] > 1
        assert not frame.loc["indicator_04", "robust"]
        assert frame.loc["indicator_00", "robust"]


def test_no_case_and_empty():
    exposed, indicators, groups = small_panel(1)
    curve, none = robust_area_factors(exposed.assign(cases=0), indicators, groups, seed=1)
    assert not none["robust"].any()
    assert none["reason"].notna().all()
    assert none[["same_sign_share", "permutation_p", "e_value"]].isna().all(axis=None)
    assert curve["withheld"].notna().all()
    curve, none = robust_area_factors(exposed.iloc[:0], indicators, groups, seed=1)
    assert curve.empty
    assert list(none.columns) == COLUMNS
    assert none.empty
