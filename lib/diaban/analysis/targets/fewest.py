"""Targets that ask for as few as can be: suspended or returned cases, of so many, against the base period."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import beta, hypergeom

from diaban.analysis.intervals import share_interval
from diaban.analysis.labels import first_true, index_of, text
from diaban.analysis.targets.evidence import SURE

Floats = NDArray[np.float64]

COLUMNS = ["count", "n", "share", "lower", "upper", "base_count", "base_n", "base_share", "base_lower",
           "base_upper", "fewer", "p", "attainment", "evidence", "withheld"]  # fmt: skip
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(400)


def fewest(
    count: ArrayLike, n: ArrayLike, base_count: ArrayLike, base_n: ArrayLike, *, level: float = 0.95
) -> pd.DataFrame:
    """One row an element of `count` of `n` cases, all (m,), with the index of `count` if it has one.

    share, lower, upper (Wilson) of both periods. fewer: what the counts say. p: exact chance of a share as
    low as this if nothing changed (Fisher, one-sided). attainment: probability that the chance of it is
    smaller than in the base period (Jeffreys' priors; surer than it should be where counts are small, so the
    word does not rest on it). evidence: "fell" where p is 1 - SURE at most, "not" where as high a share would
    be as unlikely, "open" between. With none in either period it is open, whatever was done.
    withheld: `count_not_known`, `no_cases` (n is 0), `no_baseline` (base unknown or of no cases).

    Raises ValueError for a count above its n.
    """
    given = (np.asarray(a, dtype=float) for a in (count, n, base_count, base_n))
    x, m, b, m0 = np.broadcast_arrays(*given)
    if (x > m).any() or (b > m0).any():
        raise ValueError("a count above its n")
    chance = fell_chance(x, m, b, m0)
    known = np.isfinite(chance)
    fell, rose = _one_sided(x, m, b, m0)
    reasons = first_true(
        [~np.isfinite(x + m), m == 0, ~np.isfinite(b + m0) | (m0 == 0)],
        ["count_not_known", "no_cases", "no_baseline"],
    )
    told = pd.DataFrame(index=index_of(count) if index_of(count) is not None else range(len(x)))
    limits, base_limits = share_interval(x, m, level), share_interval(b, m0, level)
    return told.assign(
        count=pd.array(x, dtype="Int64"),
        n=pd.array(m, dtype="Int64"),
        share=x / np.where(m > 0, m, np.nan),
        lower=limits[0],
        upper=limits[1],
        base_count=pd.array(b, dtype="Int64"),
        base_n=pd.array(m0, dtype="Int64"),
        base_share=b / np.where(m0 > 0, m0, np.nan),
        base_lower=base_limits[0],
        base_upper=base_limits[1],
        fewer=pd.array(np.where(np.isfinite(x + b), x < b, np.nan), dtype="boolean"),
        p=fell,
        attainment=chance,
        evidence=text(first_true([fell <= 1 - SURE, rose <= 1 - SURE, known], ["fell", "not", "open"])),
        withheld=text(reasons),
    )[COLUMNS]


def fell_chance(x: Floats, m: Floats, b: Floats, m0: Floats) -> Floats:
    """P(Beta(x + 1/2, m - x + 1/2) < Beta(b + 1/2, m0 - b + 1/2)) by quadrature, (k,); missing without n."""
    known = (m > 0) & (m0 > 0) & np.isfinite(x + b)
    x, m, b, m0 = (np.where(known, a, 0.0)[:, None] for a in (x, m, b, m0))
    before = beta.ppf((_NODES + 1) / 2, b + 0.5, m0 - b + 0.5)
    chance = (beta.cdf(before, x + 0.5, m - x + 0.5) * _WEIGHTS / 2).sum(axis=1)
    return np.where(known, chance, np.nan)


def _one_sided(x: Floats, m: Floats, b: Floats, m0: Floats) -> tuple[Floats, Floats]:
    """Exact chance, given the sum of both counts, of at most and of at least x if nothing changed, (k,)."""
    known = (m > 0) & (m0 > 0) & np.isfinite(x + b)
    x, m, b, m0 = (np.where(known, a, 0.0) for a in (x, m, b, m0))
    at_most = hypergeom.cdf(x, m + m0, x + b, m)
    at_least = hypergeom.sf(x - 1, m + m0, x + b, m)
    return np.where(known, at_most, np.nan), np.where(known, at_least, np.nan)
