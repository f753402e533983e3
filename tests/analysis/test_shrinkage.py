import libpysal
import numpy as np
import pytest
from esda.smoothing import Empirical_Bayes
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.analysis.shrinkage import (
    GammaPrior,
    clayton_kaldor,
    marginal_likelihood,
    marshall,
    posterior,
    shrink,
)


@pytest.fixture(scope="module")
def sids():
    """Sudden infant deaths in North Carolina, 1974-78: deaths, births, expected deaths, county by name."""
    table = libpysal.io.open(libpysal.examples.get_path("sids2.dbf"))
    deaths, births = (np.array(table.by_col(name), dtype=float) for name in ("SID74", "BIR74"))
    return deaths, births, births * deaths.sum() / births.sum(), table.by_col("NAME")


def test_marshall_is_spdeps(sids):
    """spdep::EBest(SID74, BIR74), the first counties of the file."""
    deaths, births, _, names = sids
    rates = dict(zip(names, marshall(deaths, births), strict=True))
    published = {
        "Ashe": 0.001697297331, "Alleghany": 0.001705377681, "Surry": 0.001773087022,
        "Currituck": 0.002012868084, "Northampton": 0.003534913149,
    }  # fmt: skip
    assert {name: rates[name] for name in published} == pytest.approx(published, abs=5e-13)


def test_marshall_is_esdas(sids):
    deaths, births, _, _ = sids
    assert marshall(deaths, births) == pytest.approx(Empirical_Bayes(deaths, births).r.ravel())


def test_marshall_without_extra_variation_is_the_overall_rate():
    assert marshall([5, 5, 5], [100, 100, 100]) == pytest.approx([0.05] * 3)


def test_clayton_kaldor_is_dclusters(sids):
    """DCluster::empbaysmooth(SID74, expected), maxiter 20: 17 rounds, its tolerance part of the number."""
    deaths, _, expected, _ = sids
    prior = clayton_kaldor(deaths, expected)
    assert (prior.nu, prior.alpha) == pytest.approx((4.630656412, 4.395645698), abs=1e-9)


def test_marginal_likelihood_is_the_negative_binomials(sids):
    """statsmodels' NB2 likelihood with offset log E: the same maximum over mean and dispersion.

    There the variance is mu + a mu², which is ours where a mu² = mean E² / alpha: equal expected counts.
    """
    from statsmodels.discrete.discrete_model import NegativeBinomial

    deaths = sids[0]
    expected = np.full(len(deaths), deaths.mean())
    fit = NegativeBinomial(deaths, np.ones(len(deaths)), offset=np.log(expected)).fit(disp=False)
    prior = marginal_likelihood(deaths, expected)
    assert prior.mean == pytest.approx(np.exp(fit.params[0]), rel=1e-3)
    assert 1 / prior.nu == pytest.approx(fit.params[1], rel=1e-3)


def test_marginal_likelihood_beats_the_moment_equations_on_likelihood(sids):
    from diaban.analysis.shrinkage import _log_marginal

    deaths, _, expected, _ = sids
    likelihoods = [
        _log_marginal(deaths, expected, prior.mean, prior.alpha).sum()
        for prior in (marginal_likelihood(deaths, expected), clayton_kaldor(deaths, expected))
    ]
    assert likelihoods[0] > likelihoods[1]


def test_no_extra_variation_leaves_one_risk_for_all():
    expected = np.full(8, 4.0)
    assert marginal_likelihood([4, 4, 4, 4, 4, 4, 4, 4], expected) == (1, np.inf)
    assert clayton_kaldor([4, 4, 4, 4, 4, 4, 4, 4], expected) == (1, np.inf)
    risks = posterior([4, 1], [4, 4], GammaPrior(1.0, np.inf))
    assert risks.mean == pytest.approx([1, 1])


def test_shrink_keeps_its_width_where_the_prior_collapses():
    """Equal ratios: about the interval of the common rate (32 cases: 0.68 to 1.41), never a point."""
    lower, upper = shrink([4] * 8, [4] * 8).interval()
    assert (lower < 0.75).all()
    assert (upper > 1.33).all()
    assert (lower > 0.4).all()
    assert (upper < 1.8).all()


def test_shrink_agrees_with_the_plugged_in_prior_where_localities_are_many(sids):
    deaths, _, expected, _ = sids
    plugged = posterior(deaths, expected, marginal_likelihood(deaths, expected))
    assert np.abs(shrink(deaths, expected).mean - plugged.mean).max() < 0.1


@pytest.mark.parametrize(
    ("localities", "cases", "spread"), [(11, 2.7, 0.0), (11, 2.7, 0.3), (11, 20, 0.3), (111, 5, 0.36)]
)
def test_intervals_cover_and_estimates_beat_crude_ones(localities, cases, spread):
    """Simulated provinces of the size at hand, lognormal risks: a 95 % interval covers 92 % or more."""
    generator, provinces = np.random.default_rng(11), 300
    size = np.exp(generator.normal(0, 0.5, (provinces, localities)))
    expected = cases * size / size.mean(axis=1, keepdims=True)
    risk = np.exp(generator.normal(-(spread**2) / 2, spread, expected.shape))
    observed = generator.poisson(risk * expected)
    level = observed.sum(1, keepdims=True) / expected.sum(1, keepdims=True)
    groups = np.repeat(np.arange(provinces), localities)
    risks = shrink(observed.ravel(), (expected * level).ravel(), groups)
    lower, upper = (limit.reshape(risk.shape) * level for limit in risks.interval())
    assert np.mean((lower <= risk) & (risk <= upper)) >= 0.92
    shrunk_error = np.mean((risks.mean.reshape(risk.shape) * level - risk) ** 2)
    assert shrunk_error < np.mean((observed / expected - risk) ** 2)


def test_edges():
    assert np.isnan(shrink([0, 0, 0], [1, 1, 1]).mean).all()
    assert shrink([], []).mean.shape == (0,)
    assert np.isfinite(shrink([1], [1]).mean).all()
    missing = shrink([3, np.nan, 2, 1], [1, 1, 0, np.nan])
    assert np.isfinite(missing.mean).tolist() == [True, False, False, False]
    assert marginal_likelihood([0, 0], [1, 1]) == (0, np.inf)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.floats(0.5, 40)), min_size=5, max_size=30), st.randoms())
def test_order_and_other_groups_change_nothing(rows, random):
    if not any(count for count, _ in rows):
        return
    cases, expected = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    alone = shrink(cases, expected).mean
    order = list(range(len(rows)))
    random.shuffle(order)
    assert shrink(cases[order], expected[order]).mean == pytest.approx(alone[order], rel=1e-9)
    twice = shrink(np.r_[cases, [9, 1]], np.r_[expected, [2, 2]], ["a"] * len(rows) + ["b"] * 2)
    assert twice.mean[: len(rows)] == pytest.approx(alone, rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 200), min_size=5, max_size=30).filter(any))
def test_interval_contains_the_estimate_which_lies_between_the_extremes(cases):
    expected = np.full(len(cases), np.mean(cases))
    risks = shrink(cases, expected)
    lower, upper = risks.interval()
    assert (lower < risks.mean).all()
    assert (risks.mean < upper).all()
    ratios = cases / expected
    assert (risks.mean >= min(ratios) - 1e-9).all()
    assert (risks.mean <= max(ratios) + 1e-9).all()
    assert ((risks.probability_above() > 0.5) == (risks.interval(1e-9)[0] > 1)).all()
