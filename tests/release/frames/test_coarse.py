"""Figures of models in few digits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from diaban.analysis.rate_ratio import conditional_p
from diaban.release.frames.coarse import coarse, theme_ratios


def area(**columns):
    return pd.DataFrame({"rate_ratio": [1.2345], "lower": [1.0], "upper": [2.0], "p": [0.01234]} | columns)


def test_ratios_and_chances_in_steps():
    told = coarse({"area_factors": area(q=[np.nan], dispersion=[1.26])})["area_factors"].iloc[0]
    assert told[["rate_ratio", "p", "dispersion"]].tolist() == [1.25, 0.05, 1.3]
    assert np.isnan(told["q"])


def test_no_ratio_becomes_zero():
    """It is turned round where it is below one."""
    told = coarse({"area_factors": area(rate_ratio=[0.0001], lower=[0.00001])})["area_factors"]
    assert told["lower"].tolist() == [0.01]


def test_no_side_is_left_of_a_rounded_nothing():
    rows = pd.DataFrame({"cases": [-0.04, 3.26], "lower": [-1.0, 1], "upper": [1.0, 5]})
    cases = coarse({"excess_decomposition": rows})["excess_decomposition"]["cases"]
    assert cases.tolist() == [0.0, 3.3]
    assert not np.signbit(cases[0])


@pytest.mark.parametrize(("made", "told"), [(782, 780), (7, 7), (0, 0), (12_345, 12_000)])
def test_about_how_many_pairs(made, told):
    rows = pd.DataFrame({"comparisons": [made]})
    assert coarse({"code_pairs": rows})["code_pairs"]["comparisons"].tolist() == [told]


def test_other_frames_and_empty_ones_are_as_they_were():
    frames = {"rates": area(), "what_if": pd.DataFrame({"cases": pd.Series(dtype="Float64")})}
    told = coarse(frames)
    assert told["rates"] is frames["rates"]
    assert told["what_if"].empty


# Themes of several streams ---------------------------------------------------------------------------------

SHARES = np.array([[0.21, 0.20], [0.14, 0.15], [0.31, 0.30], [0.34, 0.35]])


def themes(of_streams):
    """Rows of four localities: a theme's cases in two streams, at each one's share of those at risk."""
    expected = SHARES @ np.array(of_streams, dtype=float)
    cases = np.array([9, 5, 12, 14])
    rows = pd.DataFrame({"cases": cases, "whole_cases": 40, "expected": expected, "person_years": np.nan})
    return rows.assign(ratio=cases / expected, ratio_lower=0.5, ratio_upper=2.0, p=0.5, q=0.5)


def solved(rows):
    return np.linalg.lstsq(SHARES, rows["expected"].to_numpy(float), rcond=None)[0]


def test_expected_cases_tell_the_theme_in_each_stream():
    """Else the next test would be of nothing."""
    assert solved(themes([3, 37])) == pytest.approx([3, 37])


def test_in_tenths_several_counts_lead_to_the_same_figures():
    own = theme_ratios(themes([3, 37]))
    told = ["expected", "ratio", "p"]
    alike = [n for n in range(41) if theme_ratios(themes([n, 40 - n]))[told].equals(own[told])]
    assert len(alike) >= 5
    assert own["expected"].tolist() == own["expected"].round(1).tolist()
    assert own["ratio"].to_numpy(float) == pytest.approx(own["cases"] / own["expected"])
    assert own["p"].to_numpy(float) == pytest.approx(conditional_p(own["cases"], 40, own["expected"] / 40))


def test_a_theme_of_one_stream_stays_as_it_is():
    rows = themes([3, 37]).assign(person_years=1000.0)
    pd.testing.assert_frame_equal(theme_ratios(rows), rows, check_dtype=False)
