"""Ratio of two shares: score limits, a mid-p that they are equal, and over strata."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import hypergeom, norm
from statsmodels.stats.proportion import confint_proportions_2indep

Floats = NDArray[np.float64]


def ratio_interval(
    n: ArrayLike, total: ArrayLike, base_n: ArrayLike, base_total: ArrayLike, *, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Score limits of (n / total) / (base_n / base_total), any shape (Koopman 1984, Biometrics 40:513-517).

    No closed form has better coverage for few cases (Fagerland et al. 2015, Stat Methods Med Res 24:224-254).
    No base case: no upper limit (infinite); no case: the lower one is 0; neither, or an empty group: missing.
    """
    parts = np.broadcast_arrays(*(np.asarray(a, dtype=float) for a in (n, total, base_n, base_total)))
    flat = zip(*(part.ravel().tolist() for part in parts), strict=True)
    limits = np.array([_limits(*pair, level) for pair in flat], dtype=float).reshape(-1, 2)
    shape = parts[0].shape
    return limits[:, 0].reshape(shape), limits[:, 1].reshape(shape)


def mid_p(n: ArrayLike, total: ArrayLike, base_n: ArrayLike, base_total: ArrayLike) -> Floats:
    """Two-sided mid-p of Fisher's exact test, any shape: twice the smaller tail, half the outcome's own
    probability in it (Lancaster 1961). Missing where a margin is 0 or full: nothing can be told.
    """
    x, m, b, k = np.broadcast_arrays(*(np.asarray(a, dtype=float) for a in (n, total, base_n, base_total)))
    told = (m > 0) & (k > 0) & (x + b > 0) & (x + b < m + k)
    law = hypergeom(np.where(told, m + k, 1), np.where(told, x + b, 0), np.where(told, m, 0))
    half = law.pmf(np.where(told, x, 0)) / 2
    tail = np.minimum(law.sf(x) + half, law.cdf(x) - half)
    return np.where(told, np.minimum(1.0, 2 * tail), np.nan)


def common_ratio(
    n: ArrayLike, total: ArrayLike, base_n: ArrayLike, base_total: ArrayLike, *, level: float = 0.95
) -> tuple[float, float, float]:
    """Mantel & Haenszel's ratio of shares over strata, each (k,), with Greenland & Robins' (1985, Biometrics
    41:55-68) log limits. Missing where either group has no case that went on in a stratum with both.
    """
    a, m, b, k = (np.asarray(values, dtype=float) for values in (n, total, base_n, base_total))
    both = (m > 0) & (k > 0)
    a, m, b, k = a[both], m[both], b[both], k[both]
    t = m + k
    r, s = (a * k / t).sum(), (b * m / t).sum()
    if not (r > 0 and s > 0):
        return np.nan, np.nan, np.nan
    variance = ((m * k * (a + b) - a * b * t) / t**2).sum() / (r * s)
    half = norm.ppf(0.5 + level / 2) * np.sqrt(variance)
    return float(r / s), float(r / s * np.exp(-half)), float(r / s * np.exp(half))


@lru_cache(maxsize=10_000)
def _limits(n: float, total: float, base_n: float, base_total: float, level: float) -> tuple[float, float]:
    if not (total > 0 and base_total > 0 and n + base_n > 0):
        return np.nan, np.nan
    upper = _upper(n, total, base_n, base_total, level) if base_n > 0 else np.inf
    lower = 1 / _upper(base_n, base_total, n, total, level) if n > 0 else 0.0
    return lower, upper


def _upper(n: float, total: float, base_n: float, base_total: float, level: float) -> float:
    """statsmodels' lower limit is wrong where both shares are 1, its upper one is not; so only that is used,
    and the other by turning the ratio round."""
    with np.errstate(divide="ignore", invalid="ignore"):
        limit = confint_proportions_2indep(
            n, total, base_n, base_total, compare="ratio", method="score", correction=False, alpha=1 - level
        )[1]
    return float(np.real(limit))
