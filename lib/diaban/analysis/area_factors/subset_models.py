"""Many models of the same counts at once, each with some of the indicators."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diaban.analysis.area_factors.variation import Variation

MAX_STEPS = 100
FULL_STEPS = 20
TOLERANCE = 1e-6


@dataclass(frozen=True)
class SubsetFits:
    """beta, error: (models, p), missing where a column is not in the model; dof, converged: (models,)."""

    beta: np.ndarray
    error: np.ndarray
    dof: np.ndarray
    converged: np.ndarray


def fit_subsets(
    cases: np.ndarray,
    exposure: np.ndarray,
    X: np.ndarray,
    chosen: np.ndarray,
    variation: Variation,
    *,
    mu: np.ndarray,
    theta: np.ndarray,
) -> SubsetFits:
    """Fit log E(cases) = log(exposure) + X[:, chosen] beta for every row of `chosen`.

    cases, exposure, mu: (n,); X: (n, p), its first column of ones in every model; chosen: (models, p) bool.
    The covariance of the working residuals (Y - mu) / mu is held at (mu, theta) of one model for all
    (a generalised estimating equation with fixed working covariance: Liang & Zeger 1986), so that only
    X'V^-1 (Y - mu(beta)) / mu(beta) = 0 is left to solve, all models in one array. What a model leaves
    unexplained beyond V shows in its errors: the larger of the model-based ones (scaled by that excess) and
    HC2, as in `fit_between`, with which the estimates agree where mu and theta are its own.
    """
    R = variation.root(mu, theta)
    Xw = R @ X
    C = R.T @ Xw
    B = _inverses(Xw.T @ Xw, chosen)
    beta = np.zeros(chosen.shape)
    beta[:, 0] = np.log(cases.sum() / exposure.sum())
    converged = np.zeros(len(chosen), bool)
    for i in range(MAX_STEPS):
        left = ~converged
        r = _working_residuals(cases, exposure, X, beta[left])
        step = np.einsum("mpq,mq->mp", B[left], r @ C)
        size = np.abs(step @ X.T).max(axis=1)
        damping = 1.0 if i < FULL_STEPS else 0.5  # a far-off model may swing around its solution
        beta[left] += damping * step / np.maximum(1, size / 2)[:, None]
        converged[left] = size < TOLERANCE
        if converged.all():
            break
    residuals = _working_residuals(cases, exposure, X, beta) @ R.T
    dof = len(cases) - chosen.sum(axis=1)
    error = _errors(Xw, B, residuals, dof, variation.adjacent)
    return SubsetFits(np.where(chosen, beta, np.nan), np.where(chosen, error, np.nan), dof, converged)


def _working_residuals(
    cases: np.ndarray, exposure: np.ndarray, X: np.ndarray, beta: np.ndarray
) -> np.ndarray:
    return cases / (exposure * np.exp(beta @ X.T)) - 1


def _inverses(A: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """The inverse of each chosen block of A (p, p), zero outside of it: (models, p, p)."""
    both = chosen[:, :, None] & chosen[:, None, :]
    outside = np.eye(len(A), dtype=bool) & ~both
    return np.where(both, np.linalg.inv(np.where(both, A, 0.0) + outside), 0.0)


def _errors(
    Xw: np.ndarray, B: np.ndarray, residuals: np.ndarray, dof: np.ndarray, adjacent: np.ndarray | None
) -> np.ndarray:
    """Standard errors (models, p): the largest of model-based, HC2 and, with neighbours, Conley's."""
    influence = Xw @ B
    leverage = np.einsum("mnp,np->mn", influence, Xw)
    scale = np.maximum((residuals**2).sum(axis=1) / dof, 1.0)
    model = scale[:, None] * np.diagonal(B, axis1=1, axis2=2)
    scores = influence * (residuals / np.sqrt(1 - leverage))[:, :, None]
    largest = np.maximum(model, (scores**2).sum(axis=1))
    if adjacent is not None:
        largest = np.maximum(largest, (scores * (scores + adjacent @ scores)).sum(axis=1))
    return np.sqrt(largest)
