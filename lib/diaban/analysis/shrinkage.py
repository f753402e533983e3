"""Shrunk rates: what a small count says about a locality once the others are taken into account.

The model throughout: cases O_i ~ Poisson(theta_i E_i), theta_i ~ Gamma(nu, alpha), so that
theta_i | O_i ~ Gamma(nu + O_i, alpha + E_i). E_i is the expected count at the reference's rate, theta_i
the relative risk. `shrink` is what the tables use; the two published estimators of (nu, alpha) and
Marshall's smoother stand beside it for comparison.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import gammaincc, gammainccinv, gammaincinv, gammaln, softmax

Floats = NDArray[np.float64]

COARSE_STEPS = np.arange(-14, 10.5, 0.75)
FINE_STEPS = np.linspace(-5, 5, 31)


class GammaPrior(NamedTuple):
    """Relative risks ~ Gamma(shape nu, rate alpha); alpha is infinite when every risk equals `mean`."""

    mean: float
    alpha: float

    @property
    def nu(self) -> float:
        return self.mean * self.alpha


@dataclass(frozen=True)
class GammaPosterior:
    """Relative risks given the counts: Gamma(shape, rate), arrays of one shape. Missing where undefined."""

    shape: Floats
    rate: Floats

    @property
    def mean(self) -> Floats:
        return self.shape / self.rate

    def interval(self, level: float = 0.95) -> tuple[Floats, Floats]:
        tail = (1 - level) / 2
        return gammaincinv(self.shape, tail) / self.rate, gammainccinv(self.shape, tail) / self.rate

    def probability_above(self, risk: float = 1.0) -> Floats:
        return gammaincc(self.shape, risk * self.rate)


def marshall(cases: ArrayLike, exposure: ArrayLike) -> Floats:
    """Marshall's global empirical Bayes rates (1991, Applied Statistics 40:283-294), cases per exposure.

    cases, exposure: shape (n,). Without extra variation between the localities (a negative moment
    estimate) every rate is the overall one, where esda's `Empirical_Bayes` would extrapolate.
    """
    o, n = np.asarray(cases, dtype=float), np.asarray(exposure, dtype=float)
    m = o.sum() / n.sum()
    a = max(0.0, (n * (o / n - m) ** 2).sum() / n.sum() - m / n.mean())
    weight = a / (a + m / n) if a > 0 else np.zeros_like(n)
    return m + weight * (o / n - m)


def clayton_kaldor(
    cases: ArrayLike, expected: ArrayLike, *, max_iterations: int = 20, tolerance: float = 1e-5
) -> GammaPrior:
    """Clayton & Kaldor's moment equations for (nu, alpha) (1987, Biometrics 43:671-681, eqs. 2-3).

    cases, expected: shape (n,), expected > 0. Stops after `max_iterations` rounds, as DCluster does.
    Equal ratios everywhere: alpha is infinite.
    """
    o, e = np.asarray(cases, dtype=float), np.asarray(expected, dtype=float)
    theta = o / e
    m, v = theta.mean(), theta.var(ddof=1)
    prior = GammaPrior(m, np.inf)
    for _ in range(max_iterations):
        if v <= 0:
            break
        prior, before = GammaPrior(m, m / v), np.array([m, v])
        theta = posterior(o, e, prior).mean
        m = theta.mean()
        v = ((1 + prior.alpha / e) * (theta - m) ** 2).sum() / (len(e) - 1)
        now = np.array([m, v])
        if (np.abs(now - before) <= tolerance * (now + before)).all():
            break
    return prior


def marginal_likelihood(cases: ArrayLike, expected: ArrayLike) -> GammaPrior:
    """(nu, alpha) of greatest negative binomial likelihood (Clayton & Kaldor 1987, sec. 2.2).

    cases, expected: shape (n,), expected > 0. No more variation than Poisson gives: alpha is infinite.
    No case at all: the mean is 0.
    """
    o, e = np.asarray(cases, dtype=float), np.asarray(expected, dtype=float)
    mean = o.sum() / e.sum()
    if mean == 0 or ((o - mean * e) ** 2 - o).sum() <= 0:
        return GammaPrior(mean, np.inf)

    def deviance(log_parameters: Floats) -> float:
        m, alpha = np.exp(log_parameters)
        return -float(_log_marginal(o, e, m, alpha).sum())

    start = clayton_kaldor(o, e)
    alpha = start.alpha if np.isfinite(start.alpha) else e.mean()
    fit = minimize(deviance, np.log([mean, alpha]), method="BFGS")
    return GammaPrior(*np.exp(fit.x))


def posterior(cases: ArrayLike, expected: ArrayLike, prior: GammaPrior) -> GammaPosterior:
    """Relative risks with (nu, alpha) taken as known: too sure for few localities, see `shrink`.

    cases, expected: shape (n,). An infinite alpha leaves no spread; it is kept finite to be computed with.
    """
    alpha = min(prior.alpha, 1e12)
    o, e = np.asarray(cases, dtype=float), np.asarray(expected, dtype=float)
    return GammaPosterior(prior.mean * alpha + o, alpha + e)


def shrink(cases: ArrayLike, expected: ArrayLike, groups: ArrayLike | None = None) -> GammaPosterior:
    """Relative risks with the uncertainty of the prior itself: alpha is integrated, not plugged in.

    cases, expected: shape (n,); groups: (n,) labels, one prior a group (by default all are one group).
    The standard deviation of the risks, 1 / sqrt(alpha), is half-Cauchy(1) a priori (Gelman 2006, Bayesian
    Analysis 1:515-534; it covers better at 11 localities than uniform shrinkage), the prior mean is
    estimated with weights alpha E / (alpha + E), and the mixture of gammas over alpha is replaced by the
    gamma of the same mean and variance (Christiansen & Morris 1997, JASA 92:618-632). So intervals keep
    their width with few localities, and where nothing but chance divides them they tend to the interval
    of the common rate instead of collapsing. Missing where expected is not positive or its group has no
    case.
    """
    o, e = np.asarray(cases, dtype=float), np.asarray(expected, dtype=float)
    labels = np.zeros(len(o), dtype=int) if groups is None else np.asarray(groups)
    shape, rate = np.full(len(o), np.nan), np.full(len(o), np.nan)
    usable = np.flatnonzero((e > 0) & (o >= 0) & (_group_sums(np.nan_to_num(o), labels) > 0))
    if len(usable) == 0:
        return GammaPosterior(shape, rate)
    usable = usable[np.argsort(labels[usable], kind="stable")]
    shape[usable], rate[usable] = _integrated(o[usable], e[usable], labels[usable])
    return GammaPosterior(shape, rate)


def _integrated(o: Floats, e: Floats, labels: NDArray) -> tuple[Floats, Floats]:
    """Moment-matched gamma of each row; rows sorted by group, expected > 0, cases in every group."""
    _, starts, code = np.unique(labels, return_index=True, return_inverse=True)
    size = np.bincount(code)
    centre = np.log(np.add.reduceat(e, starts) / size)
    log_alpha = centre[:, None] + COARSE_STEPS
    weights = softmax(_log_posterior(o, e, starts, code, log_alpha), axis=1)
    mid = (weights * log_alpha).sum(1)
    spread = np.sqrt((weights * (log_alpha - mid[:, None]) ** 2).sum(1))
    fine = mid[:, None] + FINE_STEPS * np.maximum(spread, 0.1)[:, None]
    weights = softmax(_log_posterior(o, e, starts, code, fine), axis=1)

    alpha, w = np.exp(fine)[code], weights[code]
    m, m_variance = (a[code] for a in _prior_mean(o, e, starts, code, np.exp(fine)))
    total = alpha + e[:, None]
    means = (m * alpha + o[:, None]) / total
    mean = (w * means).sum(1)
    within = (w * (means / total + (alpha / total) ** 2 * m_variance)).sum(1)
    variance = within + (w * (means - mean[:, None]) ** 2).sum(1)
    return mean**2 / variance, mean / variance


def _log_posterior(o: Floats, e: Floats, starts: NDArray, code: NDArray, log_alpha: Floats) -> Floats:
    """Log density of log alpha, shape (groups, grid): mean integrated out, half-Cauchy prior."""
    alpha = np.exp(log_alpha)
    m, m_variance = _prior_mean(o, e, starts, code, alpha)
    likelihood = np.add.reduceat(_log_marginal(o[:, None], e[:, None], m[code], alpha[code]), starts, axis=0)
    half_cauchy = -log_alpha / 2 - np.logaddexp(0, -log_alpha)
    return likelihood + np.log(m_variance) / 2 + half_cauchy


def _prior_mean(o: Floats, e: Floats, starts: NDArray, code: NDArray, alpha: Floats) -> tuple[Floats, Floats]:
    """Weighted mean of the relative risks and its variance at each alpha, shape (groups, grid)."""
    share = alpha[code] / (alpha[code] + e[:, None])
    weight = np.add.reduceat(share * e[:, None], starts, axis=0)
    m = np.add.reduceat(share * o[:, None], starts, axis=0) / weight
    return m, m / weight


def _log_marginal(o: Floats, e: Floats, m: ArrayLike, alpha: ArrayLike) -> Floats:
    """Log negative binomial probability of each count, without its term in O alone."""
    nu = np.multiply(m, alpha)
    total = np.add(alpha, e)
    return gammaln(nu + o) - gammaln(nu) + nu * np.log(alpha / total) + o * np.log(e / total)


def _group_sums(values: Floats, labels: NDArray) -> Floats:
    _, code = np.unique(labels, return_inverse=True)
    return np.bincount(code, weights=values).astype(float)[code]
