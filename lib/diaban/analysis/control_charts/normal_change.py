"""When the mean of a series of normal values changed: the check of our change points against a known one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import norm

Floats = NDArray[np.float64]


def normal_change_interval(values: Floats, level: float = 0.95) -> tuple[int, int, int]:
    """One change of the mean of normal values: k, first and last k of its interval.

    values: shape (n,), both sides of the change varying; k counts the points before it. Least squares, and
    the interval of Bai (1997, Rev Econ Stat 79:551) with its own variance on each side.
    """
    y, n = np.asarray(values, dtype=float), len(values)
    ends = np.arange(1, n)
    before, after = np.cumsum(y)[:-1] / ends, (y.sum() - np.cumsum(y)[:-1]) / (n - ends)
    k = int(ends[(ends * (n - ends) * (after - before) ** 2).argmax()])
    shift = before[k - 1] - after[k - 1]
    s1, s2 = y[:k].var(), y[k:].var()
    if not (s1 > 0 and s2 > 0):
        return k, k, k
    earlier = _bai_quantile((1 - level) / 2, s2 / s1) * s2 / shift**2
    later = _bai_quantile((1 - level) / 2, s1 / s2) * s1 / shift**2
    return k, max(1, int(np.floor(k - earlier))), min(n - 1, int(np.ceil(k + later)))


def _bai_quantile(tail: float, ratio: float) -> float:
    """Point beyond which the estimate lies with probability `tail`, on one side of the true change.

    In units of the variance on that side / shift²; ratio: that variance / the other one.
    """
    return float(brentq(lambda x: _bai_tail(x, ratio) - tail, 1e-9, 1e4))


def _bai_tail(x: float, c: float) -> float:
    """Chance that two-sided Brownian motion with drift has its maximum beyond x on one side (Bai 1997)."""
    root = np.sqrt(x)
    odds = (1 + 2 * c) / (c * (1 + c))
    far = np.exp(c * (1 + c) * x / 2 + norm.logcdf(-(0.5 + c) * root))
    near = (x / 2 - 2 + (1 + 2 * c) * odds) * norm.cdf(-root / 2)
    return float(near - odds * far - root / np.sqrt(2 * np.pi) * np.exp(-x / 8))
