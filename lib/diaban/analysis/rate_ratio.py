"""Two counts over their exposures, exactly; and how far a panel of counts exceeds Poisson variation."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaincinv
from scipy.stats import binom, chi2

from diaban.analysis.labels import index_of

Floats = NDArray[np.float64]

LEAST_FREEDOM = 4
"""With fewer degrees of freedom the interval of a dispersion has no end that is of use."""


def rate_ratio(
    cases: ArrayLike,
    exposure: ArrayLike,
    base_cases: ArrayLike,
    base_exposure: ArrayLike,
    *,
    dispersion: ArrayLike = 1.0,
    level: float = 0.95,
) -> pd.DataFrame:
    """Ratio of two Poisson rates, conditional on their total, as R's `poisson.test`.

    All shape (n,); exposures in one unit (person-years, or years where counts are compared). Returns
    rate_ratio, lower, upper, p with the index of `cases` if it has one. Limits are Clopper-Pearson's; p
    is two-sided by the probability of the outcome. No base case: the ratio is infinite or, with no case
    at all, missing. `dispersion` above 1 divides both counts first (quasi-Poisson), and p is then twice
    the smaller tail.
    """
    x, t, b, t0, phi = np.broadcast_arrays(
        *(np.asarray(a, dtype=float) for a in (cases, exposure, base_cases, base_exposure, dispersion))
    )
    t, t0 = np.where(t > 0, t, np.nan), np.where(t0 > 0, t0, np.nan)
    lower, upper = _share_limits(x / phi, b / phi, level)
    share = t / (t + t0)
    exact = conditional_p(x, x + b, share)
    p = np.where(phi > 1, _twice_smaller_tail(x / phi, b / phi, share), exact)
    any_case = np.where(x + b > 0, 1.0, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        columns = {
            "rate_ratio": (x / t) / (b / t0),
            "lower": lower / (1 - lower) * t0 / t * any_case,
            "upper": np.where(b > 0, upper / (1 - upper), np.inf) * t0 / t * any_case,
            "p": p * any_case,
        }
    return pd.DataFrame(columns, index=index_of(cases))


def conditional_p(successes: ArrayLike, trials: ArrayLike, share: ArrayLike) -> Floats:
    """Two-sided binomial p over the outcomes no likelier than the one seen, any shape (R's `binom.test`)."""
    x, n, p = np.broadcast_arrays(*(np.asarray(a, dtype=float) for a in (successes, trials, share)))
    high = x > n * p
    x, p = np.where(high, n - x, x), np.where(high, 1 - p, p)
    likelihood = binom.pmf(x, n, p) * (1 + 1e-7)
    low_end, high_end = np.ceil(n * p), n + 1
    steps = int(np.ceil(np.log2(np.nanmax(n, initial=1) + 2))) + 1
    for _ in range(steps):  # the first count of the far tail that is no likelier than x
        middle = np.floor((low_end + high_end) / 2)
        far = binom.pmf(middle, n, p) <= likelihood
        high_end, low_end = np.where(far, middle, high_end), np.where(far, low_end, middle + 1)
    far_tail = np.where(high_end > x, binom.sf(high_end - 1, n, p), 1)
    return np.minimum(1.0, binom.cdf(x, n, p) + far_tail)


def panel_dispersion(exposed: pd.DataFrame, *, confidence: float | None = None) -> pd.Series:
    """Pearson dispersion of each stream's counts around locality and period effects, never below 1.

    exposed: the exposed frame. confidence: with it, how much it may well be: the upper end of its one-sided
    interval (chi-squared; with fewer than LEAST_FREEDOM degrees of freedom, as with so many). Returns a
    Series by stream. 1 where there is nothing to estimate it from.
    """
    return pd.Series(
        {stream: _two_way_dispersion(rows, confidence) for stream, rows in exposed.groupby("stream")},
        dtype=float,
    )


def _two_way_dispersion(rows: pd.DataFrame, confidence: float | None) -> float:
    rows = rows[(rows["person_years"] > 0) & rows["cases"].notna()]
    for effect in ("locality", "period"):  # a margin without cases is fitted exactly, and tells nothing
        rows = rows[rows.groupby(effect)["cases"].transform("sum") > 0]
    y, t = rows["cases"].to_numpy(dtype=float), rows["person_years"].to_numpy(dtype=float)
    i, j = pd.factorize(rows["locality"])[0], pd.factorize(rows["period"])[0]
    if len(y) == 0:
        return 1.0
    b = np.ones(j.max() + 1)
    for _ in range(25):  # iterative proportional fitting of the Poisson model with both effects
        a = np.bincount(i, y) / np.bincount(i, t * b[j])
        b = np.bincount(j, y) / np.bincount(j, t * a[i])
    mu = a[i] * b[j] * t
    freedom = len(y) - (len(a) + len(b) - 1)
    if freedom <= 0:
        return 1.0
    found = float(((y - mu) ** 2 / mu).sum() / freedom)
    if confidence is not None:
        enough = max(freedom, LEAST_FREEDOM)
        found *= enough / float(chi2.ppf(1 - confidence, enough))
    return max(1.0, found)


def _share_limits(x: Floats, b: Floats, level: float) -> tuple[Floats, Floats]:
    tail = (1 - level) / 2
    lower = np.where(x > 0, betaincinv(np.where(x > 0, x, 1), b + 1, tail), 0.0)
    upper = np.where(b > 0, betaincinv(x + 1, np.where(b > 0, b, 1), 1 - tail), 1.0)
    missing = np.isnan(x) | np.isnan(b)
    return np.where(missing, np.nan, lower), np.where(missing, np.nan, upper)


def _twice_smaller_tail(x: Floats, b: Floats, share: Floats) -> Floats:
    at_least = np.where(x > 0, betainc(np.where(x > 0, x, 1), b + 1, share), 1.0)
    at_most = np.where(b > 0, 1 - betainc(x + 1, np.where(b > 0, b, 1), share), 1.0)
    return np.minimum(1.0, 2 * np.minimum(at_least, at_most))
