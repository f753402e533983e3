"""Whether the risk itself fell as far as a target asks: a probability, and the word for it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, log_expit, logsumexp, ndtr
from scipy.stats import norm

from diaban.analysis.labels import first_true
from diaban.analysis.targets.risk_path import RiskPath

Floats = NDArray[np.float64]

SURE = 0.9
# How much of a year's step may be common to all localities, and places of its standard score.
SHARED = (0.3, 0.6)
NODES = norm.ppf((np.arange(7) + 0.5) / 7)
_SHARE, _PLACE = np.append(np.repeat(SHARED, len(NODES)), 0.0), np.append(np.tile(NODES, len(SHARED)), 0.0)
_CHANCE = np.append(np.full(len(_SHARE) - 1, 1 / len(NODES)), 1.0) / (len(SHARED) + 1)
_LEAST = 1e-300
# Pairs that the past supports less than this can change nothing that is printed.
_NEGLIGIBLE = 1e-4
# Fine where changes of a year lie, coarse beyond; one of the edges is the target itself.
_FINE = np.linspace(-0.6, 0.6, 241)
_COARSE = np.linspace(0.65, 4, 34)
_OFFSETS = np.concatenate([-_COARSE[::-1], _FINE, _COARSE])


def change_chance(
    path: RiskPath,
    cases: ArrayLike,
    person_years: ArrayLike,
    change: float,
    *,
    dispersion: float = 1.0,
) -> Floats:
    """Posterior probability that the risk changed by `change` or better since the path's last period, (n,).

    cases, person_years: of the period after it, (n,). Steps of the size that the path has are likelier
    than others, so that a jump of few cases is read as mostly luck; a part of the step may be common to all
    localities; and the level before rests on all periods of the path, not on the last alone, so that a year
    of bad luck makes the next no success. Change above 0: probability of that or more. Missing without cases,
    person-years or a level before.
    """
    y, t = (np.asarray(a, dtype=float) / dispersion for a in (cases, person_years))
    known = np.isfinite(y) & (t > 0) & (path.rate > 0).all(axis=0)
    if not known.any():
        return np.full(len(y), np.nan)
    weighty = path.weight > _NEGLIGIBLE
    told = [
        _one_step(y[known], t[known], change, m=m, w=w, shape=shape[known], rate=rate[known])
        for m, w, shape, rate in zip(
            *(part[weighty] for part in (path.m, path.w, path.shape, path.rate)), strict=True
        )
    ]
    support = np.array([one[0] for one in told]) + np.log(path.weight[weighty])[:, None]
    weight = np.exp(support - logsumexp(support))
    chance = np.full(len(y), np.nan)
    chance[known] = np.einsum("hk,hnk->n", weight, np.array([one[1] for one in told]))
    return chance if change <= 0 else 1 - chance


def _one_step(
    y: Floats, t: Floats, change: float, *, m: float, w: float, shape: Floats, rate: Floats
) -> tuple[Floats, Floats]:
    """Support of the counts, (k,), and chance of at most `change`, (n, k), under one pair of m and w.

    k: how much of the step all localities take together, and how far that went.
    """
    edges = np.log1p(change) + _OFFSETS
    middle, below = (edges[1:] + edges[:-1]) / 2, len(edges) // 2
    share, z, chance = (
        part[:, None] if len(y) > 1 else part[-1:, None] for part in (_SHARE, _PLACE, _CHANCE)
    )
    prior = np.diff(ndtr((edges - m - w * np.sqrt(share) * z) / (w * np.sqrt(1 - share)))).T
    logit = middle + (np.log(t) - np.log(rate))[:, None]
    told = y[:, None] * log_expit(logit) + shape[:, None] * log_expit(-logit)
    best = told.max(axis=1, keepdims=True)
    likelihood = np.exp(told - best)
    total = np.maximum(likelihood @ prior, _LEAST)
    constant = best[:, 0] + gammaln(shape + y) - gammaln(shape)
    support = (np.log(total) + constant[:, None]).sum(axis=0) + np.log(chance[:, 0])
    return support, likelihood[:, :below] @ prior[:below] / total


def evidence_word(chance: ArrayLike, change: ArrayLike, *, sure: float = SURE) -> NDArray[np.object_]:
    """The word for a chance, any shape; None where it is missing.

    "fell" ("rose" for a wished rise) from `sure` on, "not" up to 1 - `sure`, "open" between.
    """
    p, rise = np.asarray(chance, dtype=float), np.asarray(change, dtype=float) > 0
    reached, open_ = p >= sure, np.isfinite(p)
    return first_true(
        [reached & rise, reached, p <= 1 - sure + 1e-12, open_], ["rose", "fell", "not", "open"]
    )
