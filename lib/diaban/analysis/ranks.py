"""How sure a place in a ranking is. Rank 1 is the highest."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diaban.analysis.shrinkage import GammaPosterior

Ranks = tuple[NDArray[np.float64], NDArray[np.float64]]


def rank_intervals(
    risks: GammaPosterior,
    groups: ArrayLike | None = None,
    *,
    seed: int,
    draws: int = 500,
    level: float = 0.95,
) -> Ranks:
    """Marginal interval of each locality's rank among its group, by draws from the gamma posteriors.

    risks: shape (n,); groups: (n,) labels. Returns (lower, upper) ranks, floats, missing where the risk is
    (Goldstein & Spiegelhalter 1996, JRSS A 159:385-443). Draws are dealt in row order: sort rows first
    where the result must not depend on it.
    """
    shape = np.asarray(risks.shape, dtype=float)
    labels = np.zeros(len(shape), dtype=int) if groups is None else np.asarray(groups)
    lower, upper = np.full(len(shape), np.nan), np.full(len(shape), np.nan)
    usable = np.flatnonzero(np.isfinite(shape) & np.isfinite(risks.rate))
    usable = usable[np.argsort(labels[usable], kind="stable")]
    generator = np.random.default_rng(seed)
    for rows in np.split(usable, np.flatnonzero(np.diff(_codes(labels[usable]))) + 1):
        if len(rows):
            sample = generator.standard_gamma(shape[rows], size=(draws, len(rows)), dtype=np.float32)
            sample /= risks.rate[rows].astype(np.float32)
            lower[rows], upper[rows] = _quantiles(_ranks(sample), level)
    return lower, upper


def rank_confidence_set(
    estimate: ArrayLike, standard_error: ArrayLike, *, seed: int, draws: int = 1000, level: float = 0.95
) -> Ranks:
    """Marginal confidence set of each rank of independent normal estimates (Mogstad et al. 2024, REStud).

    estimate, standard_error: shape (n,). For each one, the difference to every other is tested with a
    two-sided, step-free critical value of the largest studentised difference, by parametric bootstrap.
    """
    x, s = np.asarray(estimate, dtype=float), np.asarray(standard_error, dtype=float)
    noise = np.random.default_rng(seed).standard_normal((draws, len(x))) * s
    lower, upper = np.empty(len(x)), np.empty(len(x))
    for j in range(len(x)):
        others = np.arange(len(x)) != j
        error = np.sqrt(s[others] ** 2 + s[j] ** 2)
        largest = np.abs((noise[:, others] - noise[:, [j]]) / error).max(axis=1, initial=0)
        critical = np.quantile(largest, level) * error
        difference = x[others] - x[j]
        lower[j] = 1 + (difference > critical).sum()
        upper[j] = len(x) - (difference < -critical).sum()
    return lower, upper


def _ranks(sample: NDArray) -> NDArray[np.unsignedinteger]:
    """Descending rank of each column within each row, shape (draws, n)."""
    order = np.argsort(-sample, axis=1)
    places = np.arange(1, sample.shape[1] + 1, dtype=np.min_scalar_type(sample.shape[1]))
    ranks = np.repeat(places[None, :], len(sample), axis=0)
    np.put_along_axis(ranks, order, places[None, :], axis=1)
    return ranks


def _quantiles(ranks: NDArray[np.unsignedinteger], level: float) -> Ranks:
    draws = len(ranks)
    low = int(np.floor((1 - level) / 2 * draws))
    by_locality = np.partition(np.ascontiguousarray(ranks.T), [low, draws - 1 - low], axis=1)
    return by_locality[:, low].astype(float), by_locality[:, draws - 1 - low].astype(float)


def _codes(labels: NDArray) -> NDArray[np.intp]:
    return np.unique(labels, return_inverse=True)[1]
