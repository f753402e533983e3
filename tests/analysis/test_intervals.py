import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.rates import confint_poisson

from diaban.analysis.intervals import byar_interval, count_interval, exact_interval, share_interval


def test_byar_of_65_and_of_10_is_public_health_englands():
    """PHEindicatormethods, tests/testthat/testdata_Byars_Wilson.xlsx."""
    assert byar_interval(65) == pytest.approx((50.163187710, 82.849138546), abs=5e-10)
    assert byar_interval(10, 0.998) == pytest.approx((2.916318375, 24.193724928), abs=5e-10)


def test_exact_of_5_is_public_health_englands():
    """PHEindicatormethods, tests/testthat/testdata_Rate.xlsx."""
    assert exact_interval(5) == pytest.approx((1.623486390, 11.668332079), abs=5e-10)


def test_exact_rate_is_rs():
    """R 4: poisson.test(137, 24.19893)."""
    lower, upper = (limit / 24.19893 for limit in exact_interval(137))
    assert (lower, upper) == pytest.approx((4.753124805, 6.692709334), abs=5e-9)
    assert (lower, upper) == pytest.approx(confint_poisson(137, 24.19893, method="exact-c"))


def test_wilson_is_public_health_englands_and_newcombes():
    """PHE testdata_Byars_Wilson.xlsx (65 of 100); Newcombe 1998, Stat Med 17:857-872 (81 of 263)."""
    lower, upper = share_interval([65, 81], [100, 263])
    assert lower == pytest.approx([0.552544433, 0.2553], abs=5e-5)
    assert upper == pytest.approx([0.736357518, 0.3662], abs=5e-5)
    assert (lower[0], upper[0]) == pytest.approx((0.552544433, 0.736357518), abs=5e-10)


def test_all_successes_show_over_96_percent_only_from_93_cases():
    """methods.md, trap 10: 25/25 has .8668; 93/93 is the first to exceed .96; 96/100 has (.9016, .9843)."""
    n = np.arange(1, 120)
    lower, _ = share_interval(n, n)
    assert n[lower > 0.96][0] == 93
    assert lower[[24, 92]] == pytest.approx([0.8668, 0.960332], abs=5e-5)
    assert np.ravel(share_interval(96, 100)) == pytest.approx([0.9016, 0.9843], abs=5e-5)


def test_a_negative_byar_limit_is_missing_not_zero():
    """methods.md, trap 8: one event at 99.8 %."""
    lower, upper = byar_interval(1, 0.998)
    assert np.isnan(lower)
    assert upper > 1


def test_count_interval_changes_method_at_ten():
    lower, _ = count_interval([9, 10])
    assert lower == pytest.approx([float(exact_interval(9)[0]), float(byar_interval(10)[0])])


def test_edges():
    assert exact_interval(0) == pytest.approx((0, 3.688879454))
    assert np.isnan(byar_interval(0)[0])
    assert exact_interval(1) == pytest.approx((0.025317808, 5.571643390))
    assert count_interval([])[0].shape == (0,)
    assert np.isnan(count_interval([np.nan, -1])).all()
    assert np.isnan(share_interval(0, 0)).all()
    assert share_interval(0, 5)[0] == pytest.approx(0)


@settings(deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.8, 0.95, 0.998]))
def test_interval_contains_the_count_and_widens_with_the_level(count, level):
    lower, upper = count_interval(count, level)
    assert lower <= count <= upper
    narrower = count_interval(count, level - 0.05)
    assert lower <= narrower[0]
    assert narrower[1] <= upper


@settings(deadline=None)
@given(st.integers(1, 10**5))
def test_exact_limits_leave_half_the_error_on_each_side(count):
    """The law that defines them, by simulation-free duality with the Poisson distribution."""
    from scipy.stats import poisson

    lower, upper = exact_interval(count)
    assert poisson.sf(count - 1, lower) == pytest.approx(0.025, rel=1e-6)
    assert poisson.cdf(count, upper) == pytest.approx(0.025, rel=1e-6)
