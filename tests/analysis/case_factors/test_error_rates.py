import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from diaban.analysis.case_factors.error_rates import NO, YES, estimate_errors


def probabilities(pi, Se, a):
    """Of the patterns (both yes, one, both no, one coder yes, one coder no) in groups of shares pi."""
    pi, ways = np.asarray(pi)[:, None], np.array([1, 2, 1, 1, 1])
    return ways * (pi * Se**YES * (1 - Se) ** NO + (1 - pi) * a**YES * (1 - a) ** NO)


def expected(pi, Se, a, twice, once=0):
    return probabilities(pi, Se, a) * np.array([twice] * 3 + [once] * 2)


def test_the_mantoux_and_tine_tests_of_hui_and_walter():
    """Hui & Walter 1980, table 2: two tests of their own errors in two populations, by which sensitivity is
    .9661 and .9688, 1 - specificity .0067 and .0159, the shares .0268 and .7168. Errors that both tests share
    lie in between, and the shares are the same."""
    files = np.array([[14, 4 + 9, 528, 0, 0], [887, 31 + 37, 367, 0, 0]])
    errors = estimate_errors(files)
    assert 0.9661 < errors.sensitivity < 0.9688
    assert 0.0067 < errors.false_positive < 0.0159
    assert errors.shares == pytest.approx([0.0268, 0.7168], abs=1e-3)


@settings(max_examples=15, deadline=None)
@given(
    st.floats(0.02, 0.25),
    st.floats(0.4, 0.9),
    st.floats(0.7, 0.95),
    st.floats(0.01, 0.15),
    st.integers(0, 500),
)
def test_expected_counts_give_the_truth_back(low, high, Se, a, once):
    errors = estimate_errors(expected([low, high], Se, a, 500, once))
    assert (errors.sensitivity, errors.false_positive) == pytest.approx((Se, a), abs=1e-2)
    assert errors.shares == pytest.approx([low, high], abs=1e-2)
    assert (errors.lower < errors.shares).all()
    assert (errors.shares < errors.upper).all()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_two_groups_without_single_files_solve_the_moment_equations(seed):
    """P(both) = (Se + a) p - Se a in each group, p the share of yes: two equations, exactly solved."""
    rng = np.random.default_rng(seed)
    chances = probabilities([0.1, 0.6], 0.85, 0.05)[:, :3]
    files = np.array([rng.multinomial(400, row) for row in chances])
    p, both = (files @ [2, 1, 0]) / 800, files[:, 0] / 400
    total, product = np.linalg.solve(np.column_stack([p, [-1, -1]]), both)
    a, Se = np.sort(np.roots([1, -total, product]).real)
    assume(a > 0.01 and Se < 0.99)
    errors = estimate_errors(np.column_stack([files, np.zeros((2, 2))]))
    assert (errors.sensitivity, errors.false_positive) == pytest.approx((Se, a), abs=2e-3)
    assert errors.shares == pytest.approx((p - a) / (Se - a), abs=2e-3)


def test_limits_are_where_the_profile_likelihood_has_fallen_by_half_of_chi_squared():
    """Against a direct search over the other parameters."""
    files = np.array([[3, 4, 143, 12, 168], [70, 25, 205, 110, 290]])
    errors = estimate_errors(files)

    def loss(free, share=None):
        Se, a, *pi = 1 / (1 + np.exp(-np.asarray(free)))
        pi = pi if share is None else [pi[0], share]
        return -(files * np.log(probabilities(pi, Se, a))).sum()

    def lowest(start, **fixed):
        search = {"method": "Nelder-Mead", "options": {"maxiter": 5000, "xatol": 1e-6, "fatol": 1e-9}}
        return optimize.minimize(loss, start, args=tuple(fixed.values()), **search).fun

    start = np.array([2.0, -4.0, -3.0, -1.0])
    best = lowest(start)
    for limit in (errors.lower[1], errors.upper[1]):
        assert 2 * (lowest(start[:3], share=limit) - best) == pytest.approx(stats.chi2.ppf(0.95, 1), abs=0.06)


def test_order_of_groups_and_a_level_of_its_own():
    files = np.array([[3, 4, 143, 12, 168], [70, 25, 205, 110, 290], [20, 9, 91, 0, 0]])
    one, other = estimate_errors(files), estimate_errors(files[::-1])
    assert other.sensitivity == pytest.approx(one.sensitivity, abs=1e-3)
    assert other.shares[::-1] == pytest.approx(one.shares, abs=1e-3)
    wide = estimate_errors(files, level=0.99)
    assert (wide.lower <= one.lower).all()
    assert (wide.upper >= one.upper).all()
