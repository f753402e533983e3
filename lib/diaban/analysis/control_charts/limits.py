"""Centre and natural limits of each kind of control chart, as published and by probability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln
from scipy.stats import f, norm, poisson, t

from diaban.analysis.control_charts.exact import negative_binomial
from diaban.analysis.control_charts.middles import balanced_middle

Floats = NDArray[np.float64]

FAR, NEAR = 3.0, 2.0
_D2 = 1.128  # mean range of two standard normal values
_RANGE_FREEDOM = 0.62  # degrees of freedom a point of a mean moving range (Wheeler 1995)
_NELSON = 3.6


@dataclass(frozen=True)
class Limits:
    """What a point is held against; numbers, or one a point where sizes of periods differ.

    centre: the mean (for t: of the transformed gaps). middle: half of the points lie above, for runs;
    missing where no number divides them so. lower, upper: passed as seldom as three standard deviations of
    a normal value; near_lower, near_upper: as two. Missing where nothing can lie beyond.
    """

    centre: Floats
    middle: Floats
    lower: Floats
    upper: Floats
    near_lower: Floats
    near_upper: Floats


def xmr_limits(values: Floats, weights: ArrayLike = 1.0, *, published: bool = False) -> Limits:
    """XmR chart: mean +- 2.66 mean moving range, ranges of 3.267 times their mean or more dropped.

    values: n numbers in the order of time, already divided by the `weights` of their periods; the limits
    are multiplied with those given here. published: as NHSRplotthedots does (methods.md, "SPC"); otherwise
    wider, for a baseline that is short: Student's t of 0.62 (n - 1) degrees of freedom, and sqrt(1 + 1/n)
    for the mean.
    """
    ranges = np.abs(np.diff(values))
    kept = ranges[ranges < 3.267 * ranges.mean()] if ranges.any() else ranges
    sigma = kept.mean() / _D2 if len(kept) else 0.0
    n = len(values)
    freedom = max(1.0, _RANGE_FREEDOM * (n - 1))
    wide = [z if published else t.ppf(norm.cdf(z), freedom) * np.sqrt(1 + 1 / n) for z in (FAR, NEAR)]
    return _symmetric(float(values.mean()), sigma, wide, np.asarray(weights, dtype=float))


def c_limits(mean: float, weights: ArrayLike = 1.0, *, sigma_z: float = 1.0) -> Limits:
    """c chart as published: c +- 3 sqrt c, with c = mean x weight of the period.

    sigma_z above 1: c' chart, for counts that vary more than Poisson counts (Laney 2002, Quality
    Engineering 14:531).
    """
    c = mean * np.asarray(weights, dtype=float)
    half = [z * sigma_z * np.sqrt(c) for z in (FAR, NEAR)]
    lower, near_lower = (np.where(c > h, c - h, np.nan) for h in half)
    return Limits(c, c, lower, c + half[0], near_lower, c + half[1])


def c_probability_limits(cases: float, size: float, weights: ArrayLike, *, dispersion: float = 1.0) -> Limits:
    """c chart by probability: `cases` in a baseline of `size` weights; see `exact.exceeding` for the law.

    c +- 3 sqrt c is passed three times as often as it says at a mean of 3, and more after a short baseline.
    """
    w, place = np.unique(np.asarray(weights, dtype=float), return_inverse=True)
    law = negative_binomial(np.full_like(w, cases), w / size, dispersion)
    c = cases * w / size
    lower, near_lower = (law.ppf(norm.cdf(-z)) - 0.5 for z in (FAR, NEAR))
    upper, near_upper = (law.ppf(norm.cdf(z)) + 0.5 for z in (FAR, NEAR))
    lower, near_lower = (np.where(x > 0, x, np.nan) for x in (lower, near_lower))
    middle = balanced_middle(law.cdf if dispersion > 1 else poisson(c).cdf, np.floor(c))
    return Limits(*(x[place] for x in (c, middle, lower, upper, near_lower, near_upper)))


def sigma_of_z(counts: Floats, mean: float, weights: Floats) -> float:
    """Laney's sigma_z: mean moving range of standardised counts / 1.128, never below 1."""
    z = (counts - mean * weights) / np.sqrt(mean * weights)
    return max(1.0, float(np.abs(np.diff(z)).mean() / _D2))


def g_limits(mean: float) -> Limits:
    """g chart as published: g +- 3 sqrt(g (g + 1)), g the mean number of units between cases; middle 0.693 g.

    Benneyan 2001, Health Care Manag Sci 4:305; the middle that of an exponential law.
    """
    half = [z * np.sqrt(mean * (mean + 1)) for z in (FAR, NEAR)]
    lower, near_lower = (mean - h if mean > h else np.nan for h in half)
    parts = (mean, np.log(2) * mean, lower, mean + half[0], near_lower, mean + half[1])
    return Limits(*(np.asarray(x, dtype=float) for x in parts))


def g_probability_limits(gaps: Floats) -> Limits:
    """g chart by probability: the gap that a geometric law passes as seldom as three (two) sigma.

    gaps: n whole numbers of units between cases, sum s. Share of units with a case Beta(n, s + 1/2)
    (Jeffreys), so that P(gap >= k) = B(n, s + 1/2 + k) / B(n, s + 1/2). 1.8 % of gaps pass the
    published limit, each of which would be praised as an improvement. No lower limit: a gap of 0 is usual.
    """
    n, s = len(gaps), float(gaps.sum())
    counts = np.arange(int(40 * (s / n + 1)) + 40)
    beyond = np.exp(betaln(n, s + 1.5 + counts) - betaln(n, s + 0.5))
    upper, near_upper = (float(counts[beyond <= norm.sf(z)].min(initial=counts[-1])) for z in (FAR, NEAR))
    p = n / (n + s)
    middle = balanced_middle(lambda k: 1 - (1 - p) ** (k + 1), np.floor(np.log(0.5) / np.log1p(-p + 1e-12)))
    parts = (s / n, middle, np.nan, upper + 0.5, np.nan, near_upper + 0.5)
    return Limits(*(np.asarray(x, dtype=float) for x in parts))


def t_limits(gaps: Floats) -> Limits:
    """t chart as published: XmR of gap ** (1 / 3.6), turned back (Nelson 1994, J Qual Technol 26:232).

    gaps: days between cases, in the order of time. The centre is the middle too: the transformed gaps of a
    Poisson process are nearly symmetric.
    """
    limits = xmr_limits(gaps ** (1 / _NELSON), published=True)
    return _of_days({name: np.maximum(x, 0) ** _NELSON for name, x in vars(limits).items()})


def t_probability_limits(gaps: Floats) -> Limits:
    """t chart by probability: a gap of a Poisson process over the mean of n others is F(2, 2n).

    gaps: n days between cases; a case on the day of the one before counts as half a day. Centre and middle:
    the median gap.
    """
    mean = np.maximum(gaps, 0.5).mean()
    law = f(2, 2 * len(gaps))
    shares = {"lower": -FAR, "near_lower": -NEAR, "centre": 0, "middle": 0, "near_upper": NEAR, "upper": FAR}
    return _of_days({name: np.asarray(mean * law.ppf(norm.cdf(z))) for name, z in shares.items()})


def _of_days(lines: dict[str, Floats]) -> Limits:
    """A lower limit under a day cannot be told from dates: missing."""
    for name in ("lower", "near_lower"):
        lines[name] = np.where(lines[name] >= 1, lines[name], np.nan)
    return Limits(**lines)


def _symmetric(centre: float, sigma: float, wide: list[float], weights: Floats) -> Limits:
    far, near = (z * sigma for z in wide)
    lower, near_lower = (centre - half if centre > half else np.nan for half in (far, near))
    parts = (centre, centre, lower, centre + far, near_lower, centre + near)
    return Limits(*(x * weights for x in parts))
