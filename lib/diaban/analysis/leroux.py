"""Log relative risks on a map: Poisson counts with Leroux's autoregressive effects, integrated without draws.

    y_i ~ Poisson(E_i exp(eta_i)),  eta = mu + u,  u ~ N(0, sigma^2 Q^-1),  Q = rho (D - W) + (1 - rho) I
(Leroux, Lei & Breslow 2000), mu flat. As in INLA (Rue, Martino & Chopin 2009): Laplace's approximation given
(sigma, rho), numerical integration over them, and marginals in which the Gaussian is corrected by a place's
own Poisson likelihood (the first-order correction of Cseke & Heskes 2011, JMLR 12:417-454).

sigma is measured as tau, the typical (geometric mean) standard deviation of u - mean(u), so that it means the
same at every rho (Riebler et al. 2016); tau is half-Cauchy(1), as in shrinkage.py, and rho uniform.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg
from scipy.optimize import minimize_scalar
from scipy.special import softmax

Floats = NDArray[np.float64]

RHO_NODES = 7
TAU_BOUNDS = np.log([0.005, 5.0])
TAU_STEPS = np.linspace(-3.5, 2.5, 9)
WIDEST = 1.5
CURVATURE_STEP = 0.1
RISK_STEPS = np.linspace(-6, 6, 121)
MAX_STEPS, TOLERANCE = 100, 1e-5


@dataclass(frozen=True)
class RiskPosterior:
    """Marginals of the log relative risks on a grid: x (n, points), probability (n, points) summing to 1.

    rho: posterior mean of the spatial part, 0 (places vary each on its own) to 1 (smoothly over the map).
    """

    x: Floats
    probability: Floats
    rho: float

    @property
    def mean(self) -> Floats:
        """Of the relative risk, (n,)."""
        return (self.probability * np.exp(self.x)).sum(axis=1)

    def quantile(self, q: float) -> Floats:
        """Of the relative risk, (n,)."""
        edges = np.cumsum(self.probability, axis=1) - self.probability / 2
        return np.exp([np.interp(q, c, x) for c, x in zip(edges, self.x, strict=True)])

    def probability_above(self, risk: float = 1.0) -> Floats:
        edges = np.cumsum(self.probability, axis=1) - self.probability / 2
        return 1 - np.array(
            [np.interp(np.log(risk), x, c, 0.0, 1.0) for c, x in zip(edges, self.x, strict=True)]
        )


@dataclass(frozen=True)
class _Approximation:
    """Laplace's at one (tau, rho): mode, variances (if asked for), log posterior of (tau, rho)."""

    mode: Floats
    variance: Floats
    score: float


class _Prior:
    """Precision of eta at one rho and tau = 1, mu integrated out, and its log determinant."""

    def __init__(self, adjacent: Floats, rho: float) -> None:
        degree = adjacent.sum(axis=1)
        # A place without neighbours has u ~ N(0, sigma^2), whatever rho is.
        Q = rho * (np.diag(degree + (degree == 0)) - adjacent) + (1 - rho) * np.eye(len(adjacent))
        q = Q.sum(axis=1)
        inverse = linalg.inv(Q)
        centred = inverse - inverse.mean(axis=0) - inverse.mean(axis=1)[:, None] + inverse.mean()
        scale = np.exp(np.log(np.diag(centred)).mean())
        self.rank = len(Q) - 1
        self.P = scale * (Q - np.outer(q, q) / q.sum())
        self.half_log_determinant = (
            np.linalg.slogdet(Q)[1] - np.log(q.sum()) + self.rank * np.log(scale)
        ) / 2

    def approximate(
        self, y: Floats, E: Floats, log_tau: float, start: Floats, *, variances: bool = False
    ) -> _Approximation:
        """Newton's method from `start`; no place moves by more than 2 in one step."""
        P, eta, at = self.P * np.exp(-2 * log_tau), start, np.arange(len(start))
        for _ in range(MAX_STEPS):
            w = E * np.exp(eta)
            A = P.copy()
            A[at, at] += w
            root = linalg.cho_factor(A.T, lower=True, overwrite_a=True, check_finite=False)
            step = linalg.cho_solve(root, y - w - P @ eta, check_finite=False)
            largest = np.abs(step).max()
            eta = eta + step * min(1.0, 2 / largest) if largest > 0 else eta
            if largest < TOLERANCE:
                break
        log_prior = self.half_log_determinant - self.rank * log_tau - eta @ P @ eta / 2
        log_tau_prior = log_tau - np.log1p(np.exp(2 * log_tau))
        score = y @ eta - w.sum() + log_prior - np.log(np.diag(root[0])).sum() + log_tau_prior
        variance = np.empty(0)
        if variances:
            variance = np.diag(linalg.lapack.dpotri(root[0], lower=1)[0])
        return _Approximation(eta, variance, score)


def leroux(cases: Floats, expected: Floats, adjacent: Floats) -> RiskPosterior:
    """Posterior of the relative risks of places on a map.

    cases, expected: (n,), expected > 0, at least one case; adjacent: (n, n) symmetric, 1 for neighbours.
    """
    y, E = np.asarray(cases, dtype=float), np.asarray(expected, dtype=float)
    nodes, node_weights = np.polynomial.legendre.leggauss(RHO_NODES)
    found, scores, rhos = [], [], []
    for node, node_weight in zip((nodes + 1) / 2, node_weights, strict=True):
        along = _along_tau(_Prior(adjacent, float(node)), y, E)
        for approximation, spacing in along:
            found.append(approximation)
            scores.append(approximation.score + np.log(node_weight * spacing))
            rhos.append(node)
    weight = softmax(np.array(scores))
    return _mixture(y, E, found, weight, float(weight @ np.array(rhos)))


def _along_tau(prior: _Prior, y: Floats, E: Floats) -> list[tuple[_Approximation, float]]:
    """Approximations around the mode of log tau at one rho, with the spacing between them."""
    mode = {"eta": np.log((y + 1) / (E + 1))}

    def negative(log_tau: float) -> float:
        approximation = prior.approximate(y, E, log_tau, mode["eta"])
        mode["eta"] = approximation.mode
        return -approximation.score

    best = minimize_scalar(negative, bounds=tuple(TAU_BOUNDS), method="bounded", options={"xatol": 0.05}).x
    h = CURVATURE_STEP
    curvature = (negative(best - h) - 2 * negative(best) + negative(best + h)) / h**2
    width = min(WIDEST, 1 / np.sqrt(max(curvature, 1e-3)))
    told = []
    for log_tau in best + width * TAU_STEPS:
        told.append((prior.approximate(y, E, log_tau, mode["eta"], variances=True), width))
        mode["eta"] = told[-1][0].mode
    return told


def _mixture(y: Floats, E: Floats, found: list[_Approximation], weight: Floats, rho: float) -> RiskPosterior:
    modes = np.array([a.mode for a in found])
    variances = np.array([a.variance for a in found])
    centre = weight @ modes
    spread = np.sqrt(weight @ (variances + (modes - centre) ** 2))
    x = centre[:, None] + spread[:, None] * RISK_STEPS
    probability = np.zeros_like(x)
    likelihood = y[:, None] * x - E[:, None] * np.exp(x)
    for m, v, share in zip(modes, variances, weight, strict=True):
        w = E * np.exp(m)
        c = 1 / v - w  # the others' say on this place, its own likelihood taken out
        h = m / v - (w * m + y - w)
        probability += share * softmax(likelihood + h[:, None] * x - c[:, None] * x**2 / 2, axis=1)
    return RiskPosterior(x, probability, rho)
