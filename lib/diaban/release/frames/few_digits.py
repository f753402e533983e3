"""Figures of models over all communes in steps: what a reader needs of them, and no more.

Whoever moves one hidden case refits the model and sees whether a figure changes. The wider its range, the
coarser a ratio is told; chances are told as "at most", shares as "at least".
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from diaban.analysis.area_factors.e_value import e_value

CHANCES = (0.01, 0.05, 0.1, 0.2, 0.5, 1.0)
"""A chance is told as the first of these that it does not exceed."""

RATIO_STEPS = (0.01, 0.05, 0.25)
"""Each a multiple of the one before, and no middle of a coarser step is one of a finer: rounding twice is
rounding once."""

STEPS_IN_A_RANGE = 4
LEAST_RATIO = 0.01
SHARE_STEP, IMPORTANCE_STEP = 0.1, 0.05

_SLIGHT = 1e-9
_RATIOS = ["rate_ratio", "lower", "upper"]
_KEYS = ["stream", "indicator"]


def at_most(chances: ArrayLike) -> NDArray[np.float64]:
    """The step of CHANCES of each chance, same shape; missing ones are missing."""
    p = np.asarray(chances, dtype=float)
    place = np.searchsorted(CHANCES, np.nan_to_num(p) - _SLIGHT)
    return np.where(np.isnan(p), np.nan, np.array(CHANCES)[np.minimum(place, len(CHANCES) - 1)])


def at_least(shares: ArrayLike, step: float = SHARE_STEP) -> NDArray[np.float64]:
    """The step below each share, same shape."""
    return np.round(np.floor(np.asarray(shares, dtype=float) / step + _SLIGHT) * step, 2)


def in_steps(values: ArrayLike, step: ArrayLike) -> NDArray[np.float64]:
    """The nearest step of each value, same shape; no -0."""
    return np.round(np.round(np.asarray(values, dtype=float) / step) * step, 2) + 0.0


def ratio_steps(lower: ArrayLike, upper: ArrayLike) -> NDArray[np.float64]:
    """The coarsest of RATIO_STEPS that leaves STEPS_IN_A_RANGE between the limits as they are told in it."""
    low, high = np.asarray(lower, dtype=float), np.asarray(upper, dtype=float)
    chosen = np.full(low.shape, RATIO_STEPS[0])
    for step in RATIO_STEPS[1:]:
        width = in_steps(high, step) - in_steps(low, step)
        chosen = np.where(width >= STEPS_IN_A_RANGE * step - _SLIGHT, step, chosen)
    return chosen


def ratios(rows: pd.DataFrame) -> pd.DataFrame:
    """`area_factors` with ratios in steps of their own, chances as at most; a ratio is never zero, as it is
    turned round where it is below one."""
    step = ratio_steps(rows["lower"], rows["upper"])
    told = {c: np.maximum(in_steps(rows[c], step), LEAST_RATIO) for c in _RATIOS}
    told |= {c: at_most(rows[c]) for c in ("p", "q") if c in rows}
    return rows.assign(**{c: pd.Series(v, index=rows.index).where(rows[c].notna()) for c, v in told.items()})


def robustness(rows: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """`area_robustness` beside `ratios` of `area_factors`: shares as at least, the e-values of the ratios
    that are shown, and ratios without a group of places in the steps of theirs."""
    between = factors[factors["part"] == "between"].set_index(_KEYS)
    own = between[_RATIOS].reindex(pd.MultiIndex.from_frame(rows[_KEYS]))
    ratio, lower, upper = (own[c].to_numpy(dtype=float) for c in _RATIOS)
    step = ratio_steps(lower, upper)
    told = {c: at_least(rows[c]) for c in ("same_sign_share", "significant_share")}
    told |= {c: np.maximum(in_steps(rows[c], step), LEAST_RATIO) for c in ("loo_lower", "loo_upper")}
    e, e_limit = e_value(ratio, np.where(ratio > 1, lower, upper))
    told |= {"e_value": np.round(e, 1), "e_value_limit": np.round(e_limit, 1)}
    told |= {"permutation_p": at_most(rows["permutation_p"])}
    return rows.assign(**{c: pd.Series(v, index=rows.index).where(rows[c].notna()) for c, v in told.items()})


def importance(rows: pd.DataFrame) -> pd.DataFrame:
    """`factor_importance` in twentieths."""
    told = ("importance", "lower", "upper", "explained")
    return rows.assign(**{c: in_steps(rows[c], IMPORTANCE_STEP) for c in told})


def residuals(rows: pd.DataFrame) -> pd.DataFrame:
    """`residual_autocorrelation` in tenths; what is expected by chance follows from the number of places."""
    told = {c: in_steps(rows[c], 0.1) for c in ("moran", "moran_left")}
    return rows.assign(
        **told, **{c: at_most(rows[c]) for c in ("p", "p_left")}, expected=rows["expected"].round(2)
    )
