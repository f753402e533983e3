"""Counts of places regressed on how places differ: negative-binomial variance and random group effects.

Quasi-likelihood on one total a locality, with
    Var(Y) = mu + alpha mu^2 + delta mu^2 (shared within a group),
that is, a Poisson count whose rate varies between localities (alpha; 0 gives Poisson, above it the variance
of NB2) and between groups (delta). alpha and delta by pseudo-REML Fisher scoring on the working residuals
(Breslow & Clayton 1993). Group effects are random, not fixed: with fixed ones a strong factor is found in
84 % instead of 92 % of provinces of 111 communes in 11 districts, and without any intervals are too short.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.regression.linear_model import OLS

from diaban.analysis.area_factors.robust import larger_error

MAX_STEPS = 200
TOLERANCE = 1e-6
DAMPING = 0.6


@dataclass(frozen=True)
class CountFit:
    """Coefficients (log rate ratios) with their standard errors.

    dof: of the t distribution; dispersion: Pearson chi2 / dof of the plain Poisson fit (1 = Poisson);
    alpha, delta: extra variance between units and between groups, on the log scale.
    """

    beta: np.ndarray
    error: np.ndarray
    dof: float
    dispersion: float
    alpha: float
    delta: float
    converged: bool


@dataclass(frozen=True)
class _Groups:
    member: np.ndarray
    Z: np.ndarray

    def whiten(self, rows: np.ndarray, weight: np.ndarray, delta: float) -> np.ndarray:
        """V^(-1/2) rows for V = diag(1/weight) + delta ZZ': within each group, quasi-demeaning."""
        a = np.sqrt(weight)
        s = self.Z.T @ weight
        k = (1 - 1 / np.sqrt(1 + delta * s)) / s
        scaled = a[:, None] * rows
        return scaled - (a * k[self.member])[:, None] * (self.Z.T @ (a[:, None] * scaled))[self.member]


def fit_between(
    cases: np.ndarray,
    expected: np.ndarray,
    X: np.ndarray,
    member: np.ndarray | None = None,
    *,
    variance: tuple[float, float] | None = None,
) -> CountFit:
    """Fit log E(cases) = log(expected) + X beta.

    cases, expected: (n,), expected > 0 in any unit (its scale moves the intercept only); X: (n, p) with its
    column of ones; member: (n,) integer group from 0, or None for no group effects. `variance` fixes
    (alpha, delta) instead of estimating them. Errors are the larger of the model-based ones (scaled by the
    Pearson dispersion that is left, if above 1) and HC2, both on the whitened scale; t with n - p dof.
    """
    n, p = X.shape
    groups = _make_groups(np.zeros(n, int) if member is None else member)
    shared = member is not None and groups.Z.shape[1] > 2
    start = GLM(cases, X, family=Poisson(), offset=np.log(expected)).fit(maxiter=100)
    theta = np.zeros(2) if variance is None else np.array(variance)
    eta, beta, converged = X @ start.params, start.params, False
    for _ in range(MAX_STEPS):
        mu = expected * np.exp(eta)
        weight = 1 / (1 / mu + theta[0])
        z = eta + (cases - mu) / mu
        fit = OLS(groups.whiten(z[:, None], weight, theta[1])[:, 0], groups.whiten(X, weight, theta[1])).fit()
        step = _bounded(X @ fit.params - eta)
        new_theta = theta
        if variance is None:
            new_theta = _score_step(theta, (cases - mu) / mu, X, weight, groups, shared)
        change = max(np.abs(step).max(), np.abs(new_theta - theta).max())
        beta, eta, theta = fit.params, eta + step, new_theta
        if change < TOLERANCE:
            converged = True
            break
    model = fit.bse * np.sqrt(max(fit.scale, 1.0) / fit.scale)
    return CountFit(
        beta=beta,
        error=larger_error(model, fit.HC2_se),
        dof=n - p,
        dispersion=start.pearson_chi2 / (n - p),
        alpha=theta[0],
        delta=theta[1],
        converged=converged,
    )


def _make_groups(member: np.ndarray) -> _Groups:
    return _Groups(member, (member[:, None] == np.arange(member.max() + 1)).astype(float))


def _bounded(step: np.ndarray) -> np.ndarray:
    """No unit's log rate moves by more than 2 in one step: far-off starts must not overshoot."""
    return step / max(1.0, np.abs(step).max() / 2)


def _score_step(
    theta: np.ndarray, r: np.ndarray, X: np.ndarray, weight: np.ndarray, groups: _Groups, shared: bool
) -> np.ndarray:
    """One Fisher-scoring step of the restricted likelihood for (alpha, delta), kept at or above 0.

    Damped, as full steps can swing around the solution for long while mu follows them.
    """
    Z = groups.Z
    R = groups.whiten(np.eye(len(r)), weight, theta[1])
    Q = np.linalg.qr(R @ X)[0]
    A = R - Q @ (Q.T @ R)
    P = A.T @ A
    q, PZ = P @ r, P @ Z
    ZPZ = Z.T @ PZ
    score = np.array([q @ q - np.trace(P), (Z.T @ q) @ (Z.T @ q) - np.trace(ZPZ)])
    information = np.array([[(P**2).sum(), (PZ**2).sum()], [(PZ**2).sum(), (ZPZ**2).sum()]])
    step = np.linalg.solve(information, score) if shared else np.zeros(2)
    new = theta + step
    if not shared or new[1] < 0:
        new = np.array([theta[0] + score[0] / information[0, 0], 0.0])
    elif new[0] < 0:
        new = np.array([0.0, theta[1] + score[1] / information[1, 1]])
    return np.where(new > 0, theta + DAMPING * (new - theta), 0.0)
