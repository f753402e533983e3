"""Two groups of places before and after: the difference in cases, and the ratio of the two ratios."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import fisher_exact, norm
from scipy.stats.contingency import odds_ratio


@dataclass(frozen=True)
class Displacement:
    """A weighted displacement difference, in cases, its standard error and limits."""

    difference: float
    error: float
    lower: float
    upper: float
    z: float


def weighted_displacement(
    treated: tuple[float, float],
    control: tuple[float, float],
    *,
    treated_near: tuple[float, float] = (0.0, 0.0),
    control_near: tuple[float, float] = (0.0, 0.0),
    time_weights: tuple[float, float] = (1.0, 1.0),
    area_weights: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0),
    level: float = 0.95,
) -> Displacement:
    """(treated - control) + (treated_near - control_near), each a change from before to after.

    Counts (before, after) of the places of a measure, of places like them, and of places near both, where
    what was prevented may have moved. time_weights: length of before and after; area_weights: size of
    control, treated, control_near, treated_near. Poisson errors. Wheeler & Ratcliffe 2018, Crime Sci. 7:11.
    """
    pairs = (control, treated, control_near, treated_near)
    signs = (-1, 1, -1, 1)
    changes, variance = 0.0, 0.0
    for (before, after), sign, size in zip(pairs, signs, area_weights, strict=True):
        b, a = time_weights[0] * size, time_weights[1] * size
        changes += sign * (after / a - before / b)
        variance += after / a**2 + before / b**2
    error = float(np.sqrt(variance))
    half = norm.ppf(0.5 + level / 2) * error
    z = changes / error if error else np.nan
    return Displacement(changes, error, changes - half, changes + half, z)


def ratio_of_ratios(
    treated: tuple[int, int],
    control: tuple[int, int],
    *,
    exposure: tuple[float, float] = (1.0, 1.0),
    control_exposure: tuple[float, float] = (1.0, 1.0),
    level: float = 0.95,
) -> tuple[float, float, float, float]:
    """How the rate changed from before to after, over how it changed elsewhere: ratio, lower, upper, p.

    Counts and exposures (before, after). Conditional on both totals the four Poisson counts are Fisher's
    table: the conditional maximum likelihood odds ratio and its exact limits, as R's `fisher.test`. p is
    against no difference, exact where the exposures changed alike; missing where they did not (the limits
    then tell). A total of 0 in a margin leaves everything missing.
    """
    table = np.array([[treated[1], treated[0]], [control[1], control[0]]])
    if (table.sum(axis=0) == 0).any() or (table.sum(axis=1) == 0).any():
        return np.nan, np.nan, np.nan, np.nan
    offset = (exposure[1] / exposure[0]) / (control_exposure[1] / control_exposure[0])
    told = odds_ratio(table, kind="conditional")
    limits = told.confidence_interval(level)
    p = fisher_exact(table).pvalue if np.isclose(offset, 1, rtol=1e-6) else np.nan
    return float(told.statistic / offset), float(limits.low / offset), float(limits.high / offset), float(p)
