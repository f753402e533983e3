"""Counts regressed on what changes within a place: Poisson with every place's own level conditioned out.

Given a locality's total, its counts over the periods are multinomial; nothing that is constant in a locality
(recording habits, place, people) can disturb the estimate (Hausman, Hall & Griliches 1984). It needs only the
mean to be right, not Poisson variance (Wooldridge 1999), when the errors are clustered by locality.
"""

from __future__ import annotations

import numpy as np

from diaban.analysis.area_factors.between_model import MAX_STEPS, TOLERANCE, CountFit
from diaban.analysis.area_factors.robust import cr2_covariance, larger_error


def fit_within(cases: np.ndarray, exposure: np.ndarray, X: np.ndarray) -> CountFit:
    """Fit log E(cases) = log(exposure) + own level of the locality + X beta.

    cases, exposure: (localities, periods); exposure 0 marks an absent cell. X: (localities, periods, p), with
    the columns that describe time, without a constant; finite everywhere. Localities without a case carry no
    information here and drop out. Errors are the larger of the model-based ones (scaled by the Pearson
    dispersion, if above 1) and CR2 clustered by locality; t with (localities - 1) dof.
    """
    used = cases.sum(axis=1) > 0
    y, e, X = cases[used], exposure[used], X[used]
    total = y.sum(axis=1, keepdims=True)
    beta, converged = np.zeros(X.shape[2]), False
    for _ in range(MAX_STEPS):
        mu, centred = _expected(total, e, X, beta)
        information = np.einsum("gtp,gt,gtq->pq", centred, mu, centred)
        step = np.linalg.solve(information, np.einsum("gtp,gt->p", centred, y - mu))
        beta = beta + step / max(1.0, np.abs(step).max())
        if np.abs(step).max() < TOLERANCE:
            converged = True
            break
    mu, centred = _expected(total, e, X, beta)
    root = np.sqrt(mu)
    residuals = np.divide(y - mu, root, out=np.zeros_like(mu), where=root > 0)
    phi = (residuals**2).sum() / ((e > 0).sum() - len(y) - X.shape[2])
    model = np.sqrt(max(phi, 1.0) * np.diag(np.linalg.inv(information)))
    robust = np.sqrt(np.diag(cr2_covariance(centred * root[..., None], residuals, root / np.sqrt(total))))
    return CountFit(beta, larger_error(model, robust), len(y) - 1, phi, 0.0, 0.0, converged)


def _expected(
    total: np.ndarray, exposure: np.ndarray, X: np.ndarray, beta: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Expected counts given each locality's total, and X centred with them as weights."""
    eta = X @ beta
    share = exposure * np.exp(eta - eta.max(axis=1, keepdims=True))
    mu = total * share / share.sum(axis=1, keepdims=True)
    centred = X - (np.einsum("gt,gtp->gp", mu, X) / total)[:, None, :]
    return mu, centred
