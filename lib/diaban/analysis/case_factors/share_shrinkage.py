"""Shares of few files, shrunk towards the share of all: beta-binomial, the strength of the pull unknown."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import betaln, expit, logit

PULLS = (np.arange(25) + 0.5) / 25
CENTRES = np.linspace(-1.5, 1.5, 21)
NEGLIGIBLE = 1e-6
SHARES = expit(np.linspace(-10, 10, 801))


class ShrunkShares(NamedTuple):
    """Posterior mean and limits of each locality's share, and P(share > the share compared with)."""

    share: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    probability_above: np.ndarray


def shrink_shares(
    coded: np.ndarray, files: np.ndarray, against: np.ndarray, *, level: float = 0.95
) -> ShrunkShares:
    """Shrink the shares coded / files of one code towards the share of all localities.

    coded, files: (localities,) counts; against: (localities,) shares in 0..1 to compare with. The model:
    share ~ Beta(m M, (1 - m) M), the centre m flat on the logit scale around the share of all, and the pull
    B = M / (M + mean files) uniform in (0, 1), as a handful of localities tells little of either
    (Christiansen & Morris 1997). Summed on grids; the one of shares is even on the logit scale. A locality
    without files gets the model's prediction for it.
    """
    m = expit(logit((coded.sum() + 0.5) / (files.sum() + 1.0)) + CENTRES)[:, None]
    M = max(files.mean(), 1.0) * PULLS / (1 - PULLS)
    a, b = (m * M).reshape(-1, 1), ((1 - m) * M).reshape(-1, 1)
    evidence = betaln(a + coded, b + files - coded) - betaln(a, b)
    others = evidence.sum(axis=1, keepdims=True) - evidence  # what the other localities say of (m, M)
    weight = np.exp(others - others.max(axis=0))
    likely = weight.max(axis=1) > NEGLIGIBLE
    a, b, weight = a[likely], b[likely], weight[likely]
    log_prior = a * np.log(SHARES) + b * np.log1p(-SHARES) - betaln(a, b)  # even logit steps: x s (1 - s)
    prior = weight.T @ np.exp(log_prior)
    log_likelihood = np.outer(coded, np.log(SHARES)) + np.outer(files - coded, np.log1p(-SHARES))
    posterior = prior * np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True))
    posterior /= posterior.sum(axis=1, keepdims=True)
    below, tail = np.cumsum(posterior, axis=1), (1 - level) / 2
    lower, upper = (np.array([np.interp(at, row, SHARES) for row in below]) for at in (tail, 1 - tail))
    above = (posterior * (against[:, None] < SHARES)).sum(axis=1)
    return ShrunkShares(posterior @ SHARES, lower, upper, above)
