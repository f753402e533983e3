"""Cumulative incidence of decisions with reports not yet due as censored, and an interval for few of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from statsmodels.duration.survfunc import CumIncidenceRight

from diaban.analysis.intervals import share_interval

Floats = NDArray[np.float64]


class Incidence(NamedTuple):
    """share, lower, upper: shape (kinds + 1, days), the last row for any kind."""

    share: Floats
    lower: Floats
    upper: Floats


def cumulative_incidence(
    days: ArrayLike, kind: ArrayLike, at: ArrayLike, *, kinds: int, level: float = 0.95
) -> Incidence:
    """Probability that a decision of each kind has been made by each of the days `at`.

    days: (n,) to the decision, or for how long a report without one has been seen. kind: (n,) 1..kinds, 0
    where there is none. Aalen-Johansen's estimate with Dinse & Larson's variance v (statsmodels'
    CumIncidenceRight). The interval is Wilson's on p (1 - p) / v reports, the number that would carry as much
    without censoring (after Dorey & Korn 1987, Stat Med 6:679): so it is just Wilson's where nothing is
    censored, and has width at 0 and 1. That number is held between those whose state on the day is known and
    all. A day that no report was seen to is missing, unless the curve has reached 1 before.
    """
    t, j, ask = np.asarray(days, float), np.asarray(kind, int), np.asarray(at, float)
    if len(t) == 0:
        nothing = np.full((kinds + 1, len(ask)), np.nan)
        return Incidence(nothing, nothing, nothing)
    each, variance = _aalen_johansen(t, j, ask, kinds)
    every, variance_any = _aalen_johansen(t, (j > 0).astype(int), np.append(ask, np.inf), 1)
    all_decided = every[0, -1] > 1 - 1e-12
    every, variance_any = every[:, :-1], variance_any[:, :-1]
    p = np.clip(np.vstack([each, every]), 0.0, 1.0)
    known = ((t[:, None] >= ask) | (j > 0)[:, None]).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        alike = p * (1 - p) / np.vstack([variance, variance_any])
    alike = np.clip(np.where(np.isfinite(alike), alike, known), known, len(t))
    lower, upper = share_interval(p * alike, alike, level)
    lower, upper = np.where(p == 0, 0.0, lower), np.where(p == 1, 1.0, upper)
    followed = (t[:, None] >= ask).any(axis=0) | all_decided
    return Incidence(*(np.where(followed, values, np.nan) for values in (p, lower, upper)))


def _aalen_johansen(t: Floats, j: NDArray[np.int64], at: Floats, kinds: int) -> tuple[Floats, Floats]:
    """Incidence and variance of each kind on each day, shape (kinds, days)."""
    p, variance = np.zeros((2, kinds, len(at)))
    if not (j > 0).any():
        return p, variance
    with np.errstate(divide="ignore", invalid="ignore"):
        fit = CumIncidenceRight(t, j)
    place = np.searchsorted(fit.times, at, side="right") - 1
    for k, (share, error) in enumerate(zip(fit.cinc, fit.cinc_se, strict=True)):
        p[k] = np.where(place >= 0, share[place], 0.0)
        variance[k] = np.where(place >= 0, error[place] ** 2, 0.0)
    return p, variance
