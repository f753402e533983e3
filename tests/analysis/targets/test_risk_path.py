"""How the risk moves: the filter against a brute-force posterior, and the law of its approximations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import polygamma, psi
from scipy.stats import beta, nbinom

from diaban.analysis.detectability import target_attainment
from diaban.analysis.targets.evidence import change_chance, evidence_word
from diaban.analysis.targets.risk_path import RiskPath, count_log_chance, fit_path, shape_of, step


def known_path(w, *, shape, rate, m=0.0):
    """A path whose steps are known: one pair of m and w."""
    one = np.array([[float(shape)]]), np.array([[float(rate)]])
    return RiskPath(np.array([m]), np.array([w]), np.ones(1), *one)


@pytest.mark.parametrize("shape", [0.3, 0.5, 2.0, 40.0, 5000.0])
def test_shape_of_inverts_trigamma(shape):
    assert shape_of(polygamma(1, shape)) == pytest.approx(shape, rel=1e-4)


def test_a_step_keeps_the_mean_of_the_logarithm_and_adds_to_its_variance():
    shape, rate = step(np.array([12.5]), np.array([900.0]), -0.05, 0.2)
    assert psi(shape) - np.log(rate) == pytest.approx(psi(12.5) - np.log(900.0) - 0.05, abs=1e-6)
    assert polygamma(1, shape) == pytest.approx(polygamma(1, 12.5) + 0.04, rel=1e-4)


def test_the_chance_of_a_count_is_the_negative_binomial():
    told = count_log_chance([3.0], [200.0], np.array([12.5]), np.array([900.0]))
    assert told == pytest.approx(nbinom.logpmf(3, 12.5, 900 / 1100))


def test_steps_that_may_be_anything_leave_the_two_counts_alone():
    """Closed form for a flat step of the logarithm: the share of the newer count is Beta(57, 60 + 1/2)."""
    told = change_chance(known_path(3.0, shape=60.5, rate=1.0), [57.0], [1.0], -0.05)
    assert told == pytest.approx(beta.cdf(0.95 / 1.95, 57, 60.5), abs=0.003)
    assert told == pytest.approx(target_attainment(57, 60, -0.05), abs=0.02)


def test_the_posterior_of_a_step_is_the_one_that_drawing_gives():
    """Level Gamma(20.5, 1), step Normal(-.02, .2²), 14 cases of 1.05 times the persons: weighted draws."""
    rng = np.random.default_rng(3)
    risk = rng.gamma(20.5, size=2_000_000)
    change = rng.normal(-0.02, 0.2, risk.size)
    mean = risk * np.exp(change) * 1.05
    weight = np.exp(14 * np.log(mean) - mean - 14 * np.log(14) + 14)
    drawn = weight[change <= np.log(0.95)].sum() / weight.sum()
    path = known_path(0.2, shape=20.5, rate=1.0, m=-0.02)
    assert change_chance(path, [14.0], [1.05], -0.05) == pytest.approx(drawn, abs=0.003)


def test_what_all_localities_do_together_is_read_as_common():
    """Eleven localities that fall by a third: each is surer of its own fall than if it fell alone."""
    rng = np.random.default_rng(5)
    cases = rng.poisson(15, (11, 7))
    path = fit_path(cases, np.ones((11, 7)))
    last = cases[:, -1].astype(float)
    together = change_chance(path, np.full(11, 9.0), np.ones(11), -0.05)
    alone = last.copy()
    alone[0] = 9.0
    assert together[0] > change_chance(path, alone, np.ones(11), -0.05)[0] + 0.05


def test_a_year_of_bad_luck_makes_the_next_no_success():
    steady = fit_path([[20, 20, 20, 20, 20, 20, 20]], np.ones((1, 7)))
    spike = fit_path([[20, 20, 20, 20, 20, 20, 32]], np.ones((1, 7)))
    assert change_chance(spike, [20.0], [1.0], -0.05) < target_attainment(20, 32, -0.05) - 0.1
    assert change_chance(steady, [20.0], [1.0], -0.05) < 0.5


def test_steps_are_learned():
    """Simulated: 30 localities of some 50 cases, 9 years, true steps of .05 and .4 (mean of 5 provinces)."""
    for w in (0.05, 0.4):
        learned = []
        for seed in range(5):
            rng = np.random.default_rng([seed, 9])
            risk = np.exp(np.log(50) + np.cumsum(rng.normal(0, w, (30, 9)), axis=1))
            learned.append(fit_path(rng.poisson(risk), np.ones((30, 9))).change_sd)
        assert np.mean(learned) == pytest.approx(w, abs=0.025)


def test_blocks_of_a_random_walk_lie_apart_as_declared():
    """Means of years 1-3 and 4-6 of a walk with steps of variance 1: variance 19/9."""
    walk = np.cumsum(np.random.default_rng(1).normal(size=(200_000, 6)), axis=1)
    between = (walk[:, 3:].mean(axis=1) - walk[:, :3].mean(axis=1)).var()
    path = known_path(1.0, shape=3.0, rate=1.0).over(3, np.array([8.0]), np.array([3.0]))
    assert path.w[0] ** 2 == pytest.approx(between, rel=0.02)
    assert (path.shape[0, 0], path.rate[0, 0], path.m[0]) == (8.5, 3.0, 0.0)


def test_ahead_is_one_gamma_for_all_pairs():
    path = fit_path([[5, 7, 6, 9]], [[1.0, 1.0, 1.0, 1.0]])
    shape, rate = path.ahead()
    assert shape[0] < path.shape[:, 0].max()
    assert shape[0] / rate[0] == pytest.approx(7, abs=1.5)


def test_edges():
    nothing = fit_path(np.zeros((2, 0)), np.zeros((2, 0)))
    assert np.isnan(change_chance(nothing, [1.0, 2.0], [1.0, 1.0], -0.05)).all()
    zeros = fit_path(np.zeros((1, 5)), np.ones((1, 5)))
    assert 0 < change_chance(zeros, [0.0], [1.0], -0.05)[0] < 0.6
    missing = fit_path([[4, np.nan, 5]], np.ones((1, 3)))
    assert missing.weight.sum() == pytest.approx(1)
    assert np.isfinite(missing.shape).all()
    assert np.isnan(change_chance(missing, [np.nan], [1.0], -0.05)).all()
    assert change_chance(fit_path([], []), [], [], -0.05).shape == (0,)


def test_words():
    words = evidence_word([0.95, 0.9, 0.5, 0.1, np.nan, 0.95], [-0.05] * 5 + [0.05])
    assert words.tolist() == ["fell", "fell", "open", "not", None, "rose"]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=3, max_size=6), st.integers(0, 60), st.floats(-0.4, 0.4))
def test_fewer_cases_are_better_evidence_and_a_fall_and_a_rise_exclude_each_other(past, cases, change):
    path = fit_path([past], np.ones((1, len(past))))
    better, worse = (change_chance(path, [float(k)], [1.0], -abs(change)) for k in (cases, cases + 1))
    assert 0 <= worse[0] <= better[0] + 1e-9 <= 1 + 2e-9
    rise = change_chance(path, [float(cases)], [1.0], abs(change) + 0.01)
    assert better[0] + rise[0] <= 1 + 1e-3
