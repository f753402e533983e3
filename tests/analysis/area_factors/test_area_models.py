"""The two count models against published numbers and against statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from statsmodels.stats.multitest import multipletests

from diaban.analysis.area_factors.between_model import fit_between
from diaban.analysis.area_factors.robust import cr2_covariance, t_inference
from diaban.analysis.area_factors.within_model import fit_within

# MASS::glm.nb(round(violent) ~ single + urban + poverty, statecrime)
STATECRIME = [3.926663653, 0.057393731, 0.005025861, 0.020118586]
STATECRIME_ALPHA, STATECRIME_LOGLIK = 0.086748772, -313.028359695


def statecrime():
    data = sm.datasets.statecrime.load_pandas().data
    return data["violent"].round().to_numpy(), sm.add_constant(
        data[["single", "urban", "poverty"]]
    ).to_numpy()


def test_negative_binomial_variance_gives_the_coefficients_of_glm_nb():
    y, X = statecrime()
    fit = fit_between(y, np.ones(len(y)), X, variance=(STATECRIME_ALPHA, 0.0))
    assert fit.converged
    assert fit.beta == pytest.approx(STATECRIME, abs=2e-7)


def test_statsmodels_negative_binomial_gives_the_numbers_of_glm_nb():
    data = sm.datasets.statecrime.load_pandas().data.assign(n=lambda d: d["violent"].round())
    fit = smf.negativebinomial("n ~ single + urban + poverty", data).fit(disp=0, method="newton", maxiter=500)
    assert fit.params.to_numpy() == pytest.approx([*STATECRIME, STATECRIME_ALPHA], rel=1e-5)
    assert fit.llf == pytest.approx(STATECRIME_LOGLIK, abs=1e-5)


def test_estimated_variance_is_near_the_likelihood_one():
    """Restricted estimates divide by n - p, so alpha is a little above the maximum likelihood one."""
    y, X = statecrime()
    fit = fit_between(y, np.ones(len(y)), X)
    assert STATECRIME_ALPHA < fit.alpha < STATECRIME_ALPHA * (1 + 12 / len(y))
    assert fit.dispersion > 10


def test_poisson_variance_gives_the_poisson_glm():
    y, X = statecrime()
    poisson = sm.GLM(y, X, family=sm.families.Poisson()).fit()
    fit = fit_between(y, np.ones(len(y)), X, variance=(0.0, 0.0))
    assert fit.beta == pytest.approx(poisson.params, abs=1e-8)
    assert fit.dispersion == pytest.approx(poisson.pearson_chi2 / poisson.df_resid)


def test_group_effects_with_normal_sized_counts_are_found():
    rng = np.random.default_rng(5)
    member = np.repeat(np.arange(40), 10)
    X = np.column_stack([np.ones(400), rng.normal(size=400)])
    eta = 3 + 0.3 * X[:, 1] + 0.5 * rng.normal(size=40)[member] + 0.2 * rng.normal(size=400)
    fit = fit_between(rng.poisson(np.exp(eta)).astype(float), np.ones(400), X, member)
    assert fit.delta == pytest.approx(0.25, abs=0.12)
    assert fit.alpha == pytest.approx(0.04, abs=0.02)
    assert fit.beta[1] == pytest.approx(0.3, abs=0.06)


def panel(seed=2, cells=30, periods=5):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(cells, periods, 2))
    e = np.exp(rng.normal(size=(cells, periods)))
    level = np.exp(rng.normal(size=(cells, 1)))
    return rng.poisson(3 * e * level * np.exp(0.4 * X[..., 0])).astype(float), e, X


def test_within_model_equals_poisson_with_a_dummy_for_each_locality():
    y, e, X = panel()
    used = y.sum(axis=1) > 0
    dummies = np.kron(np.eye(len(y)), np.ones((y.shape[1], 1)))[np.repeat(used, y.shape[1])][:, used]
    rows = np.column_stack([X[used].reshape(-1, 2), dummies])
    glm = sm.GLM(y[used].ravel(), rows, family=sm.families.Poisson(), offset=np.log(e[used]).ravel()).fit(
        maxiter=200, tol=1e-12
    )
    assert fit_within(y, e, X).beta == pytest.approx(glm.params[:2], abs=1e-6)


def test_within_model_ignores_absent_cells_and_the_size_of_localities():
    y, e, X = panel()
    absent = np.zeros_like(e, dtype=bool)
    absent[::3, -1] = True
    y, e = np.where(absent, 0, y), np.where(absent, 0, e)
    moved = np.where(absent[..., None], 99.0, X)
    fit = fit_within(y, e, X)
    assert fit_within(y, e, moved).beta == pytest.approx(fit.beta, abs=1e-6)
    sized = fit_within(y, e * np.linspace(1, 50, len(e))[:, None], X)
    assert sized.beta == pytest.approx(fit.beta, abs=1e-6)
    assert sized.error == pytest.approx(fit.error, abs=1e-6)


def test_cr2_with_clusters_of_one_is_hc2():
    rng = np.random.default_rng(0)
    X = np.column_stack([np.ones(25), rng.normal(size=(25, 2))])
    fit = sm.OLS(X @ [1.0, 2, 3] + rng.normal(size=25), X).fit()
    residuals = np.asarray(fit.resid)[:, None]
    covariance = cr2_covariance(X[:, None, :], residuals, np.zeros((25, 1)))
    assert np.sqrt(np.diag(covariance)) == pytest.approx(fit.HC2_se)


def test_cr2_is_unbiased_where_the_errors_are_independent():
    """Bell & McCaffrey 2002: under the working model E(CR2) is the variance itself."""
    rng = np.random.default_rng(1)
    X = np.concatenate([np.ones((12, 4, 1)), rng.normal(size=(12, 4, 2))], axis=2)
    flat = X.reshape(-1, 3)
    M = np.eye(48) - flat @ np.linalg.pinv(flat)
    draws = (rng.normal(size=(4000, 48)) @ M).reshape(-1, 12, 4)
    mean = np.mean([np.diag(cr2_covariance(X, e, np.zeros((12, 4)))) for e in draws], axis=0)
    assert mean == pytest.approx(np.diag(np.linalg.inv(flat.T @ flat)), rel=0.05)


def test_t_inference_by_hand():
    lower, upper, p = t_inference(np.array([1.0]), np.array([0.5]), 10, 0.95)
    assert (lower[0], upper[0]) == pytest.approx((1 - 0.5 * 2.228138852, 1 + 0.5 * 2.228138852))
    assert p[0] == pytest.approx(0.0733880, abs=1e-6)


def test_benjamini_hochberg_1995_example():
    """Benjamini & Hochberg 1995, section 3.2: 15 p-values, BH rejects 4, Bonferroni 3."""
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262]
    p += [0.5719, 0.6528, 0.7590, 1.0000]
    assert multipletests(p, method="fdr_bh")[0].sum() == 4
    assert multipletests(p, method="bonferroni")[0].sum() == 3


def test_no_case_anywhere_is_not_fitted_silently():
    y, e, X = panel()
    with pytest.raises((ValueError, np.linalg.LinAlgError, ZeroDivisionError)):
        fit_within(np.zeros_like(y), e, X)
