"""How often two yes/no features meet within strata: the exact law under chance, its p-value and limits."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
BISECTIONS = 50
LARGEST_LOG_ODDS = 30.0


class PairCounts(NamedTuple):
    """Files of each stratum and pair, shape (strata, pairs): all, with a, with b, with both."""

    n: Counts
    a: Counts
    b: Counts
    both: Counts


class Meeting(NamedTuple):
    """By pair: files with both that chance leads to expect, observed / expected with limits, two-sided p."""

    expected: Floats
    lift: Floats
    lower: Floats
    upper: Floats
    p: Floats


def meet_within_strata(pairs: PairCounts, *, level: float = 0.95) -> Meeting:
    """Compare the files with both features with every permutation of one of them within the strata.

    Under permutation the count k of a stratum is hypergeometric, so that their sum K has the law
    c(k) = their convolution, in closed form: what simulated permutations approximate. p is twice the smaller
    mid-p tail, P(K > k) + P(K = k) / 2. With the same odds ratio psi in all strata K has the law
    c(k) psi^k / sum of c(j) psi^j (Gart 1970, Biometrika 57:471-475); the limits of psi whose mid-p tails are
    (1 - level) / 2 give those of the lift, E(K; psi) / E(K; 1). The interval holds 1 where p > 1 - level.
    """
    k = pairs.both.sum(axis=0)
    c = chance_law(pairs)
    with np.errstate(divide="ignore"):
        log_c = np.log(c)
    support = np.arange(c.shape[1])
    expected = c @ support
    above, below = _tails(c, k)
    tail = (1 - level) / 2
    lower, upper = (_solve(log_c, k, tail, upper=side) for side in (False, True))
    limits = [tilted(log_c, log_odds) @ support for log_odds in (lower, upper)]
    for limit, end in zip(limits, _ends(c), strict=True):
        limit[k == end] = end[k == end]
    with np.errstate(divide="ignore", invalid="ignore"):
        lift, lower, upper = (count / expected for count in (k, *limits))
    return Meeting(expected, lift, lower, upper, np.minimum(2 * np.minimum(above, below), 1))


def chance_law(pairs: PairCounts) -> Floats:
    """P(K = k) by pair, shape (pairs, largest k + 1): the convolution of the strata's hypergeometrics."""
    law = np.ones((pairs.n.shape[1], 1))
    for n, a, b in zip(pairs.n, pairs.a, pairs.b, strict=True):
        part = hypergeometric(n, a, b)
        longer = np.zeros((len(law), law.shape[1] + part.shape[1] - 1))
        for j in range(part.shape[1]):
            longer[:, j : j + law.shape[1]] += part[:, [j]] * law
        law = longer
    reached = np.minimum(pairs.a, pairs.b).sum(axis=0).max(initial=0)
    return law[:, : reached + 1]


def hypergeometric(n: Counts, a: Counts, b: Counts) -> Floats:
    """P(k of b drawn are among a of n), shape (len(n), largest k + 1)."""
    k = np.arange(np.minimum(a, b).max(initial=0) + 1)
    n, a, b = n[:, None], a[:, None], b[:, None]
    possible = (k <= a) & (k <= b) & (k >= a + b - n)
    k = np.where(possible, k, np.maximum(a + b - n, 0))
    log_p = _log_choose(a, k) + _log_choose(n - a, b - k) - _log_choose(n, b)
    return np.where(possible, np.exp(log_p), 0.0)


def tilted(log_c: Floats, log_odds: Floats) -> Floats:
    """The law of K where the odds ratio is exp(log_odds) in every stratum; one value a pair."""
    log_p = log_c + log_odds[:, None] * np.arange(log_c.shape[1])
    p = np.exp(log_p - log_p.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def _ends(law: Floats) -> tuple[Counts, Counts]:
    """Smallest and largest count that can be; there the odds ratio has no limit."""
    possible = law > 0
    return possible.argmax(axis=1), law.shape[1] - 1 - possible[:, ::-1].argmax(axis=1)


def _tails(law: Floats, k: Counts) -> tuple[Floats, Floats]:
    """Mid-p tails (at and above, at and below) of the observed count."""
    rows, support = np.arange(len(k)), np.arange(law.shape[1])
    half = law[rows, k] / 2
    above = np.where(support > k[:, None], law, 0).sum(axis=1)
    below = np.where(support < k[:, None], law, 0).sum(axis=1)
    return above + half, below + half


def _solve(log_c: Floats, k: Counts, tail: float, *, upper: bool) -> Floats:
    """Log odds ratio at which the tail beyond the observed count has the probability `tail`."""
    low, high = np.full(len(k), -LARGEST_LOG_ODDS), np.full(len(k), LARGEST_LOG_ODDS)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        above, below = _tails(tilted(log_c, middle), k)
        too_low = below > tail if upper else above < tail
        low, high = np.where(too_low, middle, low), np.where(too_low, high, middle)
    return (low + high) / 2


def _log_choose(n: Counts, k: Counts) -> Floats:
    return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
