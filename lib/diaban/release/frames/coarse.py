"""Figures of models to as many digits as a reader needs: with all of them hidden counts could be fitted.

A coefficient of a Poisson model says exactly what the sum of counts times its indicator is, so the many
digits of a dozen of them are a dozen equations over the counts of all communes. In few digits they are bands.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from diaban.analysis.rate_ratio import conditional_p
from diaban.analysis.standardise import indirectly_standardised_ratio
from diaban.release.frames.few_digits import at_most, importance, ratios, residuals, robustness

_CASES = dict.fromkeys(["cases", "lower", "upper"], 1)

DIGITS: dict[str, dict[str, int]] = {
    "area_factors": {"dispersion": 1},
    "excess_decomposition": _CASES,
    "what_if": _CASES | {"change": 1},
    "alerts": {"expected_false_alarms": 1},
}  # fmt: skip
"""Frame -> column -> decimals."""

IN_STEPS = {
    "area_factors": ratios,
    "factor_importance": importance,
    "residual_autocorrelation": residuals,
}
CHANCE = {"configurations": "p", "campaign_effects": "placebo_p"}
"""Frame -> chance of it that comes from drawing anew, told as at most."""

ABOUT = {"code_pairs": {"comparisons": 2}}
"""Frame -> column -> significant digits: how many comparisons hidden counts were large enough for."""


def coarse(frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """`frames` with the columns of DIGITS and ABOUT rounded; others, and missing values, as they are."""
    told = dict(frames)
    for name, digits in DIGITS.items():
        if name in told:
            told[name] = told[name].assign(
                **{c: _rounded(told[name][c], d) for c, d in digits.items() if c in told[name]}
            )
    told |= {name: made(told[name]) for name, made in IN_STEPS.items() if name in told}
    if "area_robustness" in told:
        told["area_robustness"] = robustness(told["area_robustness"], told["area_factors"])
    for name, column in CHANCE.items():
        if name in told:
            told[name] = told[name].assign(
                **{column: at_most(told[name][column].astype("Float64").to_numpy(float, np.nan))}
            )
    for name, digits in ABOUT.items():
        if name in told:
            told[name] = told[name].assign(
                **{c: _significant(told[name][c], d) for c, d in digits.items() if c in told[name]}
            )
    if "theme_counts" in told:
        told["theme_counts"] = theme_ratios(told["theme_counts"])
    return told


def theme_ratios(themes: pd.DataFrame) -> pd.DataFrame:
    """`theme_counts` with the expected cases of themes of several streams in tenths, and what follows.

    Two localities with different shares of the persons at risk of each stream are two equations: with all
    digits they tell how many cases the theme has in each stream, which no table does.
    """
    several = themes["person_years"].isna() & themes["expected"].notna()
    expected = themes["expected"].where(~several, themes["expected"].round(1))
    cases, whole = (
        themes[name].astype("Float64").to_numpy(float, np.nan) for name in ("cases", "whole_cases")
    )
    ratio = indirectly_standardised_ratio(cases, expected)
    share = np.clip(expected.to_numpy(float) / np.where(whole > 0, whole, np.nan), None, 1)
    again = {"ratio": ratio.value, "ratio_lower": ratio.lower, "ratio_upper": ratio.upper}
    again["p"] = conditional_p(np.nan_to_num(cases), np.nan_to_num(whole), np.nan_to_num(share))
    told = {c: themes[c].mask(several & themes[c].notna(), np.asarray(v)) for c, v in again.items()}
    return themes.assign(expected=expected, **told)


def _rounded(values: pd.Series, digits: int) -> pd.Series:
    """Rounded; no -0, which reads like a side."""
    return values.round(digits) + 0.0 if values.notna().any() else values


def _significant(values: pd.Series, digits: int) -> pd.Series:
    whole = values.to_numpy(dtype=float)
    size = 10.0 ** np.maximum(np.floor(np.log10(np.maximum(whole, 1))) - digits + 1, 0)
    return pd.Series(np.round(whole / size) * size, index=values.index).astype(values.dtype)
