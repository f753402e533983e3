"""What a running year's count will finally be, over all that is not known of its share so far."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import beta, nbinom, norm

from diaban.analysis.targets.risk_path import count_log_chance

Floats = NDArray[np.float64]

NODES = 15


@dataclass(frozen=True)
class FinalCount:
    """The rest of a year is a mixture of negative binomial counts on top of what is counted.

    cases: (n,). size, success, mass: (n, s), the parts of the mixture, mass summing to 1 over s.
    """

    cases: Floats
    size: Floats
    success: Floats
    mass: Floats

    def at_most(self, count: ArrayLike) -> Floats:
        """Chance of a final count of at most `count`, (n,)."""
        rest = (np.asarray(count, dtype=float) - self.cases)[:, None]
        return (self.mass * nbinom.cdf(rest, self.size, self.success)).sum(axis=1)

    def mean(self) -> Floats:
        rest = self.size * (1 - self.success) / self.success
        return self.cases + (self.mass * rest).sum(axis=1)

    def quantile(self, chance: float) -> Floats:
        """The smallest count that is not exceeded with `chance`, (n,), by halving."""
        high = self.cases + nbinom.ppf(0.999999, self.size, self.success).max(axis=1)
        low = self.cases - 1.0
        for _ in range(int(np.ceil(np.log2(np.nanmax(high - low, initial=1) + 1))) + 1):
            middle = np.floor((low + high) / 2)
            enough = self.at_most(middle) >= chance
            high, low = np.where(enough, middle, high), np.where(enough, low, middle)
        return high


def final_count(
    cases: Floats, persons: Floats, *, shape: Floats, rate: Floats, shares: Floats, weights: Floats
) -> FinalCount:
    """What the year's count will be. cases, persons, shape, rate: (n,); shares, weights: (s,).

    shares: possible shares of the year's cases that are counted so far, with their weights, which sum to 1.
    The risk is Gamma(shape, rate) before the year, rate in person-years; (1/2, 0) knows nothing.
    """
    k, t = cases[:, None], persons[:, None] * shares
    told = count_log_chance(k, t, shape[:, None], rate[:, None])
    mass = weights * np.exp(told - told.max(axis=1, keepdims=True))
    left = persons[:, None] * (1 - shares)
    known = rate[:, None] + t
    return FinalCount(
        cases, shape[:, None] + k, known / (known + left), mass / mass.sum(axis=1, keepdims=True)
    )


def counted_shares(
    a: float, b: float, ratio: float = 1.0, standard_error: float = 0.0, *, nodes: int = NODES
) -> tuple[Floats, Floats, Floats]:
    """Shares of the year's cases that are counted so far, their weights, and the share of the elapsed part's.

    The season is Beta(a, b), its equal parts taken at their middles; the ratio of final to counted cases is
    Normal and never below 1.
    """
    middles = (np.arange(nodes) + 0.5) / nodes
    season = beta.ppf(middles, a, b)
    ratios = norm.ppf(middles, ratio, standard_error) if standard_error > 0 else np.array([ratio])
    counted = 1 / np.maximum(ratios, 1.0)
    shares = np.outer(season, counted).ravel()
    return shares, np.full(len(shares), 1 / len(shares)), counted
