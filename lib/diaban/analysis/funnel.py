"""Funnels: which localities lie further from the reference than chance, and ordinary variation, explain."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import gammaincinv, gammaln, ndtri, pdtr, pdtrc, xlogy
from scipy.stats import norm

from diaban.analysis.labels import first_true

Floats = NDArray[np.float64]

WINSORISED = 0.1
OUTLIER_LEVEL = 0.998
LEVELS = (0.95, OUTLIER_LEVEL)
# Beyond this z the tail probability runs out of floating point; the deviance residual agrees there.
EXACT_UP_TO = 30.0


class Dispersion(NamedTuple):
    """phi: mean squared z (1 when chance is all); tau2: variance between localities, on z's scale."""

    phi: float
    tau2: float


def funnel_limits(
    expected: ArrayLike, level: float = OUTLIER_LEVEL, *, tau2: float = 0.0
) -> tuple[Floats, Floats]:
    """Limits of observed over expected around 1, any shape.

    Without extra variation the chi-squared form of the Poisson limits, as FunnelPlotR draws them; with
    `tau2` (of the square root of the ratio) (1 -+ z sqrt(1 / 4E + tau2))² (Spiegelhalter 2005, Stat Med 24).
    """
    e = np.asarray(expected, dtype=float)
    e = np.where(e > 0, e, np.nan)
    tail = (1 - level) / 2
    if tau2 == 0:
        return gammaincinv(e, tail) / e, gammaincinv(e + 1, 1 - tail) / e
    half = norm.ppf(1 - tail) * np.sqrt(1 / (4 * e) + tau2)
    return np.maximum(1 - half, 0) ** 2, (1 + half) ** 2


def log_z(cases: ArrayLike, expected: ArrayLike) -> Floats:
    """z on the log scale, sqrt(E) log(O / E), as NHS Digital's SHMI has it. No cases: missing."""
    o, e = np.asarray(cases, dtype=float), np.asarray(expected, dtype=float)
    return np.sqrt(e) * np.log(np.where(o > 0, o, np.nan) / np.where(e > 0, e, np.nan))


def root_z(cases: ArrayLike, expected: ArrayLike) -> Floats:
    """z on the square-root scale, 2 (sqrt(O) - sqrt(E)), as the Care Quality Commission has it."""
    return 2 * (np.sqrt(np.asarray(cases, dtype=float)) - np.sqrt(np.asarray(expected, dtype=float)))


def exact_z(cases: ArrayLike, expected: ArrayLike) -> Floats:
    """Normal quantile of the mid-probability of the count under Poisson(expected), any shape.

    Fit for tiny counts, where both transformations are skewed (Spiegelhalter et al. 2012, JRSS A 175:1-47).
    """
    o, e = np.broadcast_arrays(np.asarray(cases, dtype=float), np.asarray(expected, dtype=float))
    e = np.where(e > 0, e, np.nan)
    residual = np.sign(o - e) * np.sqrt(2 * np.maximum(xlogy(o, o / e) - (o - e), 0))
    point = np.exp(xlogy(o, e) - gammaln(o + 1) - e)
    below, above = pdtr(o, e) - point / 2, pdtrc(o, e) + point / 2
    z = np.where(o < e, ndtri(below), -ndtri(above))
    return np.where(np.abs(residual) < EXACT_UP_TO, z, residual)


def winsorise(z: ArrayLike, share: float = WINSORISED) -> Floats:
    """z with its lowest and highest `share` pulled in to the quantiles there. Missing stays missing."""
    values = np.asarray(z, dtype=float)
    if share == 0 or np.isnan(values).all():
        return values
    low, high = np.nanquantile(values, [share, 1 - share])
    return np.clip(values, low, high)


def dispersion(z: ArrayLike, precision: ArrayLike, *, winsorised: float = WINSORISED) -> Dispersion:
    """Overdispersion of z scores (n,) and the variance between localities, as FunnelPlotR has them.

    precision: 1 / s² of each locality on z's own scale: E for `log_z`, 4 E for `root_z` and `exact_z`.
    phi is the mean of squared, Winsorised z; tau2 DerSimonian & Laird's (1986) from it, 0 unless n phi
    exceeds n - 1. Winsorising makes both too small where no locality is exceptional.
    """
    values, w = np.asarray(z, dtype=float), np.asarray(precision, dtype=float)
    used = np.isfinite(values) & (w > 0)
    n, w = used.sum(), w[used]
    if n == 0:
        return Dispersion(np.nan, 0.0)
    phi = float((winsorise(values[used], winsorised) ** 2).mean())
    spread = w.sum() - (w**2).sum() / w.sum()
    return Dispersion(phi, max(0.0, float((n * phi - (n - 1)) / spread)) if spread > 0 else 0.0)


def between_variance(z: ArrayLike, precision: ArrayLike, *, winsorised: float = WINSORISED) -> float:
    """Variance between localities that leaves the adjusted z (n,) the spread of chance; 0 if they have less.

    precision as in `dispersion`. Paule & Mandel's estimator (1982; DerSimonian & Kacker 2007) on Winsorised
    z, corrected for what Winsorising takes from a normal variance: a few exceptional localities do not
    inflate it, and ordinary variation is flagged as seldom as the level of the limits says.
    """
    values, w = np.asarray(z, dtype=float), np.asarray(precision, dtype=float)
    used = np.isfinite(values) & (w > 0)
    values, w, n = values[used], w[used], used.sum()
    if n < 2:
        return 0.0
    target = winsorised_normal_variance(winsorised) * (n - 1) / n

    def excess(tau2: float) -> float:
        return float((winsorise(values / np.sqrt(1 + w * tau2), winsorised) ** 2).mean()) - target

    if excess(0) <= 0:
        return 0.0
    high = 1.0
    while excess(high) > 0:
        high *= 10
    return float(brentq(excess, 0, high, xtol=1e-10))


def winsorised_normal_variance(share: float) -> float:
    """Variance of a standard normal with `share` pulled in at each end (0: 1)."""
    if share == 0:
        return 1.0
    q = float(norm.ppf(1 - share))
    return 1 - 2 * share - 2 * q * float(norm.pdf(q)) + 2 * share * q**2


def adjusted_z(z: ArrayLike, expected: ArrayLike, tau2: float) -> Floats:
    """z with the variance between localities (square-root scale) added to chance: z / sqrt(1 + 4 E tau2)."""
    return np.asarray(z, dtype=float) / np.sqrt(1 + 4 * np.asarray(expected, dtype=float) * tau2)


def outliers(z: ArrayLike, level: float = OUTLIER_LEVEL) -> NDArray[np.object_]:
    """Outside the two-sided `level` limits of a funnel, shape (n,): "high", "low" or None."""
    values, limit = np.asarray(z, dtype=float), norm.ppf(0.5 + level / 2)
    return first_true([values > limit, values < -limit], ["high", "low"])


def funnel_curve(
    cases: ArrayLike, expected: ArrayLike, *, points: int = 200, margin: float = 1.0
) -> pd.DataFrame:
    """Lines of a funnel of observed over expected for one group of localities.

    Returns expected (from the smallest over `margin` to the largest times it), lower_95, upper_95,
    lower_99_8, upper_99_8 and tau2 (0: Poisson limits), the same that `rates_table` adjusts z by.
    """
    o, e = np.asarray(cases, dtype=float), np.asarray(expected, dtype=float)
    shown = e[e > 0]
    if len(shown) == 0:
        return pd.DataFrame(columns=["expected", "lower_95", "upper_95", "lower_99_8", "upper_99_8", "tau2"])
    tau2 = between_variance(exact_z(o, e), 4 * e)
    grid = np.geomspace(shown.min() / margin, max(shown.max(), shown.min() * 1.01) * margin, points)
    curve = pd.DataFrame({"expected": grid})
    for level, name in zip(LEVELS, ("95", "99_8"), strict=True):
        curve[f"lower_{name}"], curve[f"upper_{name}"] = funnel_limits(grid, level, tau2=tau2)
    return curve.assign(tau2=tau2)
