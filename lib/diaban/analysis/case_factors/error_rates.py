"""Sensitivity, specificity and true shares from two coders in groups of files: maximum likelihood."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import stats

# Answers of a file by pattern: both coders yes, one of two, both no, one coder alone yes, one alone no.
YES = np.array([2, 1, 0, 1, 0])
NO = np.array([0, 1, 2, 0, 1])
STEPS = 300
BETTER_THAN_CHANCE = 0.1
REACH = 6.0  # of log-likelihood below the best: beyond the limits of any usual level
TINY = 1e-300


class CodingErrors(NamedTuple):
    """Error rates common to both coders and all groups; true share of each group with its limits."""

    sensitivity: float
    false_positive: float
    shares: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


class _Grid(NamedTuple):
    """Points of the true shares (groups x points), of sensitivity Se and of the false positive rate a."""

    pi: np.ndarray
    Se: np.ndarray
    a: np.ndarray


def estimate_errors(files: np.ndarray, *, level: float = 0.95) -> CodingErrors:
    """Maximum likelihood of the latent classes "the code belongs there" and "it does not".

    files: (groups, 5) counts by pattern of answers (see YES, NO). In group g a file of a pattern has the
    probability pi_g Se^yes (1 - Se)^no + (1 - pi_g) a^yes (1 - a)^no, with Se the sensitivity and a the
    false positive rate (Hui & Walter 1980, for two coders with the same Se and a). The likelihood is summed
    up on a grid with Se > a + BETTER_THAN_CHANCE, once coarse and once close to its top, from where EM climbs
    (Dawid & Skene 1979). lower, upper: where the profile likelihood of pi_g falls off. It takes two groups or
    more whose shares differ, for which the caller answers.
    """
    pi = np.tile(_points(0, 1, 61), (len(files), 1))
    grid = _Grid(pi, _points(0.2, 1, 41), _points(0, 0.4, 31))
    of_errors, profile = _likelihood(files, grid)
    grid = _Grid(
        np.array([_close_up(points, row) for points, row in zip(grid.pi, profile, strict=True)]),
        _close_up(grid.Se, of_errors.max(axis=1)),
        _close_up(grid.a, of_errors.max(axis=0)),
    )
    of_errors, profile = _likelihood(files, grid)
    i, j = np.unravel_index(of_errors.argmax(), of_errors.shape)
    start = grid.pi[np.arange(len(files)), profile.argmax(axis=1)]
    shares, Se, a, best = _climb(files, start, grid.Se[i], grid.a[j])
    z = stats.norm.ppf(0.5 + level / 2)
    limits = [_limits(*row, best, z) for row in zip(grid.pi, profile, shares, strict=True)]
    lower, upper = np.array(limits).T
    return CodingErrors(Se, a, shares, lower, upper)


def _points(lowest: float, highest: float, number: int) -> np.ndarray:
    """Evenly spaced for a share: on the scale where its standard error is the same everywhere."""
    first, last = np.arcsin(np.sqrt([lowest, highest]))
    return np.sin(np.linspace(first, last, number)) ** 2


def _close_up(points: np.ndarray, profile: np.ndarray) -> np.ndarray:
    """As many points over the part where the likelihood is within reach of its top."""
    near = np.flatnonzero(profile >= profile.max() - REACH)
    first, last = max(near[0] - 1, 0), min(near[-1] + 1, len(points) - 1)
    return _points(points[first], points[last], len(points))


def _likelihood(files: np.ndarray, grid: _Grid) -> tuple[np.ndarray, np.ndarray]:
    """Log-likelihood profiles: of (Se, a), every share at its best; of each share (groups x points)."""
    pi, Se, a = (
        x[..., None] for x in np.meshgrid(np.arange(grid.pi.shape[1]), grid.Se, grid.a, indexing="ij")
    )
    true, false = Se**YES * (1 - Se) ** NO, a**YES * (1 - a) ** NO
    worse = (Se <= a + BETTER_THAN_CHANCE)[..., 0]
    by_group = []
    for counts, shares in zip(files, grid.pi, strict=True):
        chance = true * shares[pi] + false * (1 - shares[pi])
        by_group.append(np.where(worse, -np.inf, np.log(np.maximum(chance, TINY)) @ counts))
    best = [table.max(axis=0) for table in by_group]
    of_errors = np.sum(best, axis=0)
    rest = [np.where(worse[0], -np.inf, of_errors - np.where(worse[0], 0, own)) for own in best]
    profile = [(table + other).max(axis=(1, 2)) for table, other in zip(by_group, rest, strict=True)]
    return of_errors, np.array(profile)


def _climb(
    files: np.ndarray, shares: np.ndarray, Se: float, a: float
) -> tuple[np.ndarray, float, float, float]:
    """EM steps from a start; with the log-likelihood that they reach."""
    Se, a = np.clip([Se, a], 1e-4, 1 - 1e-4)
    pi = np.clip(shares, 1e-4, 1 - 1e-4)[:, None]
    for _ in range(STEPS):
        true = pi * Se**YES * (1 - Se) ** NO
        false = (1 - pi) * a**YES * (1 - a) ** NO
        belongs = files * true / np.maximum(true + false, TINY)
        not_so = files - belongs
        pi = belongs.sum(axis=1, keepdims=True) / files.sum(axis=1, keepdims=True)
        Se = (belongs @ YES).sum() / (belongs @ (YES + NO)).sum()
        a = (not_so @ YES).sum() / (not_so @ (YES + NO)).sum()
    chance = pi * Se**YES * (1 - Se) ** NO + (1 - pi) * a**YES * (1 - a) ** NO
    return pi[:, 0], float(Se), float(a), float((files * np.log(np.maximum(chance, TINY))).sum())


def _limits(points: np.ndarray, profile: np.ndarray, at: float, best: float, z: float) -> tuple[float, float]:
    """Where the root of the deviance, almost straight on either side of the estimate, crosses z."""
    root = np.sqrt(2 * np.maximum(best - profile, 0))
    below, above = points < at, points > at
    left = np.interp(-z, [*-root[below], 0.0], [*points[below], at])
    right = np.interp(z, [0.0, *root[above]], [at, *points[above]])
    return float(left), float(right)
