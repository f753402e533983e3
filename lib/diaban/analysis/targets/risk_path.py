"""How the risk of localities moves from year to year: a local-level model of counts.

A yearly count is Poisson(risk x person-years); each year the logarithm of the risk takes a Normal(m, w²)
step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, logsumexp, polygamma, psi
from scipy.stats import norm

Floats = NDArray[np.float64]

# What a year may do before any count is seen: drift by some 10 %, and swing by some 20 %.
DRIFT_SD = 0.1
SWING_SCALE = 0.2
DRIFTS = np.linspace(-0.2, 0.2, 21)
SWINGS = np.array([0.01, 0.03, 0.06, 0.1, 0.14, 0.19, 0.25, 0.32, 0.4, 0.5, 0.7, 1.0])
_SHAPES = np.exp(np.linspace(np.log(1e-3), np.log(1e9), 20_000))
_VARIANCES = polygamma(1, _SHAPES)


@dataclass(frozen=True)
class RiskPath:
    """What the counts up to the last period tell.

    m, w, weight: shape (h,): steps of the logarithm (mean, standard deviation) and how well each pair is
    supported, summing to 1. shape, rate: (h, n): the risk of each locality in the last period, Gamma, under
    each pair; rate in person-years, 0 where nothing was counted yet.
    """

    m: Floats
    w: Floats
    weight: Floats
    shape: Floats
    rate: Floats

    @property
    def change_sd(self) -> float:
        """Standard deviation of a year's true change (log scale), averaged over what is supported."""
        return float(np.sqrt((self.weight * self.w**2).sum()))

    def over(self, years: float, cases: Floats, person_years: Floats) -> RiskPath:
        """The same steps between two blocks of years whose middles are `years` apart.

        cases, person_years: of the first block, each (n,). The variance between means of two adjacent blocks
        of n years of a random walk is w² (2 n² + 1) / (3 n).
        """
        wider = np.sqrt((2 * years**2 + 1) / (3 * years))
        shape = np.broadcast_to(np.where(person_years > 0, cases, 0.0) + 0.5, self.shape.shape)
        rate = np.broadcast_to(np.where(person_years > 0, person_years, 0.0), self.rate.shape)
        return RiskPath(self.m * years, self.w * wider, self.weight, shape, rate)

    def ahead(self) -> tuple[Floats, Floats]:
        """Shape and rate of the next period's risk, each (n,): one Gamma with the log moments of all."""
        shape, rate = step(self.shape, self.rate, self.m[:, None], self.w[:, None])
        mean, weight = psi(shape) - _log(rate), self.weight[:, None]
        centre = (weight * mean).sum(axis=0)
        variance = (weight * (polygamma(1, shape) + (mean - centre) ** 2)).sum(axis=0)
        known = (rate > 0).all(axis=0)
        one = np.where(known, shape_of(np.where(known, variance, 1.0)), 0.5)
        return one, np.where(known, np.exp(psi(one) - np.where(known, centre, 0.0)), 0.0)


def fit_path(cases: ArrayLike, person_years: ArrayLike, *, dispersion: float = 1.0) -> RiskPath:
    """The path through all columns. cases, person_years: (n localities, t periods), oldest first.

    A missing count moves the risk on without telling anything. dispersion above 1 divides the counts and
    person-years (quasi-Poisson). Steps are weighed by the exact chance of each count given those before, over
    all localities together (Harvey & Fernandes 1989, J Bus Econ Stat 7:407-417, with steps that keep the
    logarithm's mean and add to its variance instead of a discount). Jeffreys' prior for the first level.
    """
    y, t = (np.atleast_2d(np.asarray(a, dtype=float)) / dispersion for a in (cases, person_years))
    m, w = (grid.ravel() for grid in np.meshgrid(DRIFTS, SWINGS, indexing="ij"))
    told = norm.logpdf(m, 0, DRIFT_SD) + norm.logpdf(w, 0, SWING_SCALE) + np.log(np.gradient(SWINGS))[_at(w)]
    shape, rate = np.full((len(m), len(y)), 0.5), np.zeros((len(m), len(y)))
    for k, exposure in zip(y.T, t.T, strict=True):
        shape, rate = step(shape, rate, m[:, None], w[:, None])
        seen = np.isfinite(k) & (exposure > 0)
        k, exposure = np.where(seen, k, 0.0), np.where(seen, exposure, 0.0)
        told = told + count_log_chance(k, exposure, shape, rate).sum(axis=1)
        shape, rate = shape + k, rate + exposure
    return RiskPath(m, w, np.exp(told - logsumexp(told)), shape, rate)


def step(shape: Floats, rate: Floats, m: ArrayLike, w: ArrayLike) -> tuple[Floats, Floats]:
    """A Gamma risk a period later: its logarithm's mean moves by m, its variance grows by w²."""
    later = shape_of(polygamma(1, shape) + np.square(w))
    moved = np.exp(psi(later) - psi(shape) + _log(rate) - m)
    return np.where(rate > 0, later, shape), np.where(rate > 0, moved, 0.0)


def shape_of(variance: ArrayLike) -> Floats:
    """Shape of the Gamma whose logarithm has this variance: the inverse of trigamma, any shape."""
    log_variance, log_shapes = np.log(_VARIANCES[::-1]), np.log(_SHAPES[::-1])
    return np.exp(np.interp(np.log(np.asarray(variance, dtype=float)), log_variance, log_shapes))


def count_log_chance(cases: ArrayLike, exposure: ArrayLike, shape: Floats, rate: Floats) -> Floats:
    """Log chance of a count given a Gamma risk (negative binomial); 0 where the risk is not known yet."""
    k, t = np.asarray(cases, dtype=float), np.asarray(exposure, dtype=float)
    known = (rate > 0) & (t > 0)
    r, t = np.where(known, rate, 1.0), np.where(known, t, 1.0)
    ways = gammaln(shape + k) - gammaln(shape) - gammaln(k + 1)
    return np.where(known, ways + shape * np.log(r / (r + t)) + k * np.log(t / (r + t)), 0.0)


def wide(exposed: pd.DataFrame, order: list[str], column: str) -> pd.DataFrame:
    """`column` of one stream as localities x periods in `order`, missing where there is no row."""
    table = exposed.pivot(index="locality", columns="period", values=column)
    return table.reindex(columns=order).astype("float64")


def _at(w: Floats) -> NDArray[np.int64]:
    return np.searchsorted(SWINGS, w)


def _log(rate: Floats) -> Floats:
    return np.log(np.where(rate > 0, rate, 1.0))
