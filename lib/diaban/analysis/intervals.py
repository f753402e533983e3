"""Intervals of a count and of a share: arrays of any shape in, (lower, upper) of that shape out."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammainccinv, gammaincinv
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint

Limits = tuple[NDArray[np.float64], NDArray[np.float64]]

BYAR_FROM = 10


def exact_interval(count: ArrayLike, level: float = 0.95) -> Limits:
    """Exact limits of a Poisson count, in cases (Garwood 1936; Fisher & Yates chi-squared form).

    count: non-negative, missing allowed (its limits are missing). The lower limit of 0 is 0.
    """
    x = np.asarray(count, dtype=float)
    tail = (1 - level) / 2
    valid = np.where(x >= 0, x, np.nan)
    lower = np.where(valid == 0, 0.0, gammaincinv(valid, tail))
    return lower, gammainccinv(valid + 1, tail)


def byar_interval(count: ArrayLike, level: float = 0.95) -> Limits:
    """Byar's approximate limits of a Poisson count, in cases (Breslow & Day 1987, vol. 2, p. 69).

    count: non-negative, missing allowed. A limit that the approximation cannot give (lower < 0, or a
    count of 0) is missing, never 0.
    """
    x = np.asarray(count, dtype=float)
    x = np.where(x >= 0, x, np.nan)
    z = norm.ppf(0.5 + level / 2)
    positive = np.where(x > 0, x, np.nan)
    lower = positive * (1 - 1 / (9 * positive) - z / (3 * np.sqrt(positive))) ** 3
    upper = (x + 1) * (1 - 1 / (9 * (x + 1)) + z / (3 * np.sqrt(x + 1))) ** 3
    return np.where(lower < 0, np.nan, lower), upper


def count_interval(count: ArrayLike, level: float = 0.95) -> Limits:
    """Byar's limits from 10 cases on, exact ones below (Fingertips Technical Guidance), in cases."""
    x = np.asarray(count, dtype=float)
    exact, byar = exact_interval(x, level), byar_interval(x, level)
    few = x < BYAR_FROM
    return np.where(few, exact[0], byar[0]), np.where(few, exact[1], byar[1])


def share_interval(successes: ArrayLike, trials: ArrayLike, level: float = 0.95) -> Limits:
    """Wilson's score limits of a share, 0..1 (Wilson 1927; Newcombe 1998). No trials: missing."""
    n = np.asarray(trials, dtype=float)
    x, n = np.broadcast_arrays(np.asarray(successes, dtype=float), np.where(n > 0, n, np.nan))
    lower, upper = proportion_confint(x, n, alpha=1 - level, method="wilson")
    return np.asarray(lower, dtype=float), np.asarray(upper, dtype=float)
