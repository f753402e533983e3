"""Figures of models in steps that follow their range."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.analysis.area_factors.e_value import e_value
from diaban.release.frames.few_digits import (
    at_least,
    at_most,
    importance,
    ratio_steps,
    ratios,
    residuals,
    robustness,
)


@pytest.mark.parametrize(
    ("p", "told"),
    [(0.0, 0.01), (0.01, 0.01), (0.0101, 0.05), (0.05, 0.05), (0.051, 0.1), (0.3, 0.5), (1.0, 1.0)],
)
def test_a_chance_is_told_as_at_most(p, told):
    assert at_most([p])[0] == told


def test_missing_chances_stay_missing():
    assert np.isnan(at_most([np.nan])[0])
    assert at_most([]).shape == (0,)


@pytest.mark.parametrize(("share", "told"), [(0.0, 0.0), (0.96, 0.9), (1.0, 1.0), (0.3, 0.3), (0.29, 0.2)])
def test_a_share_is_told_as_at_least(share, told):
    assert at_least([share])[0] == told


@pytest.mark.parametrize(
    ("lower", "upper", "step"), [(0.92, 0.94, 0.01), (1.26, 1.78, 0.05), (1.01, 1.14, 0.01), (0.5, 3.0, 0.25)]
)
def test_a_wide_range_has_coarse_steps(lower, upper, step):
    assert ratio_steps([lower], [upper])[0] == step


def area(ratio, lower, upper):
    numbers = {"rate_ratio": [ratio], "lower": [lower], "upper": [upper], "p": [0.02], "q": [np.nan]}
    return pd.DataFrame({"stream": ["s"], "indicator": ["i"], "part": ["between"]} | numbers)


@settings(deadline=None)
@given(st.floats(0.01, 5.0), st.floats(0.0, 3.0), st.floats(0.0, 1.0))
def test_what_is_told_once_is_told_the_same_again(lower, width, place):
    once = ratios(area(lower + place * width, lower, lower + width))
    pd.testing.assert_frame_equal(ratios(once), once)


def test_a_ratio_that_is_missing_stays_missing():
    told = ratios(area(np.nan, np.nan, np.nan)).iloc[0]
    assert told[["rate_ratio", "lower", "upper", "q"]].isna().all()
    assert told["p"] == 0.05


def checked(**columns):
    numbers = {
        "same_sign_share": [0.97],
        "significant_share": [0.55],
        "loo_lower": [1.42],
        "loo_upper": [1.61],
    }
    numbers |= {"permutation_p": [0.003], "e_value": [2.345], "e_value_limit": [1.876]}
    return pd.DataFrame({"stream": ["s"], "indicator": ["i"]} | numbers | columns)


def test_strengths_follow_from_the_ratios_that_are_shown():
    factors = ratios(area(1.51, 1.26, 1.78))
    told = robustness(checked(), factors).iloc[0]
    assert factors.iloc[0][["rate_ratio", "lower", "upper"]].tolist() == [1.5, 1.25, 1.8]
    expected = [float(np.round(v, 1)) for v in e_value(np.array(1.5), np.array(1.25))]
    assert told[["e_value", "e_value_limit"]].tolist() == expected
    assert told[["same_sign_share", "significant_share", "permutation_p"]].tolist() == [0.9, 0.5, 0.01]
    assert told[["loo_lower", "loo_upper"]].tolist() == [1.4, 1.6]


def test_a_check_that_was_not_made_has_no_strength():
    told = robustness(checked(e_value=[np.nan], e_value_limit=[np.nan]), ratios(area(1.5, 1.3, 1.8))).iloc[0]
    assert told[["e_value", "e_value_limit"]].isna().all()


def test_importance_and_residuals():
    rows = pd.DataFrame({"importance": [0.26], "lower": [0.02], "upper": [0.38], "explained": [0.55]})
    assert importance(rows).iloc[0].tolist() == [0.25, 0.0, 0.4, 0.55]
    left = pd.DataFrame(
        {"moran": [-0.04], "moran_left": [np.nan], "p": [0.25], "p_left": [np.nan], "expected": [-1 / 109]}
    )
    told = residuals(left).iloc[0]
    assert told[["moran", "p", "expected"]].tolist() == [0.0, 0.5, -0.01]
    assert not np.signbit(told["moran"])
    assert told[["moran_left", "p_left"]].isna().all()
