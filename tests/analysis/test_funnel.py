import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from diaban.analysis.funnel import (
    adjusted_z,
    between_variance,
    dispersion,
    exact_z,
    funnel_curve,
    funnel_limits,
    log_z,
    outliers,
    root_z,
    winsorise,
    winsorised_normal_variance,
)

# FunnelPlotR, tests/testthat/test-classes_methods.R
OBSERVED = np.array([100, 150, 180, 80, 120, 225])
EXPECTED = np.array([108, 112, 165, 95, 100, 220])


def test_limits_are_funnelplotrs():
    """FunnelPlotR, tests/testthat/test-poisson_limits.R, all three points."""
    lower, upper = funnel_limits([15, 20, 30], 0.95)
    assert lower == pytest.approx([0.5596924, 0.6108260, 0.6746958], abs=5e-8)
    assert upper == pytest.approx([1.649348, 1.544419, 1.427562], abs=5e-7)
    lower, upper = funnel_limits([15, 20, 30], 0.998)
    assert lower == pytest.approx([0.3862650, 0.4479107, 0.5289724], abs=5e-8)
    assert upper == pytest.approx([2.082907, 1.902094, 1.702771], abs=5e-7)


def test_phi_is_funnelplotrs():
    """FunnelPlotR, tests/testthat/test-classes_methods.R: SHMI, whose truncation drops none of six."""
    extra = dispersion(log_z(OBSERVED, EXPECTED), EXPECTED, winsorised=0)
    assert extra.phi == pytest.approx(2.948033, abs=5e-7)


def test_winsorising_pulls_in_a_tenth_at_each_end():
    """R quantile type 7, as FunnelPlotR's CQC method."""
    z = np.arange(11.0)
    assert winsorise(z).tolist() == [1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9]
    assert np.isnan(winsorise([np.nan, 1])[0])


def test_winsorised_variance_of_a_normal():
    z = norm.ppf((np.arange(200_000) + 0.5) / 200_000)
    assert winsorised_normal_variance(0.1) == pytest.approx((winsorise(z) ** 2).mean(), abs=1e-4)
    assert winsorised_normal_variance(0) == 1


@pytest.mark.parametrize("mean", [0.6, 2.7, 20, 800])
def test_exact_z_of_poisson_counts_is_about_standard_normal(mean):
    counts = np.random.default_rng(5).poisson(mean, 40_000)
    z = exact_z(counts, mean)
    assert z.mean() == pytest.approx(0, abs=0.06)
    assert z.std() == pytest.approx(1, abs=0.25)


def test_ordinary_extra_variation_is_flagged_about_as_often_as_the_level_says():
    """Normal risks on the square-root scale, no true outlier: 0.2 % outside, not 2 %."""
    generator = np.random.default_rng(7)
    expected = np.exp(generator.normal(6, 1, 20_000))
    cases = generator.poisson(expected * generator.normal(1, 0.2, 20_000).clip(0.01) ** 2)
    z = exact_z(cases, expected)
    plain = adjusted_z(z, expected, dispersion(z, 4 * expected).tau2)
    robust = adjusted_z(z, expected, between_variance(z, 4 * expected))
    assert np.mean(np.abs(robust) > 3.09) < 0.004
    assert np.mean(np.abs(plain) > 3.09) > 0.02


def test_exceptional_localities_do_not_hide_themselves():
    """Three of 45 at three times the reference: flagged, though they widen an unrobust funnel."""
    generator = np.random.default_rng(2)
    expected = np.full(45, 300.0)
    risk = generator.normal(1, 0.1, 45) ** 2
    risk[:3] = 3
    z = exact_z(generator.poisson(expected * risk), expected)
    flagged = outliers(adjusted_z(z, expected, between_variance(z, 4 * expected)))
    assert flagged[:3].tolist() == ["high"] * 3
    assert sum(side is None for side in flagged[3:]) >= 40


def test_limits_with_extra_variation_are_wider_and_never_negative():
    lower, upper = funnel_limits([1, 50], tau2=0.05)
    assert (lower >= 0).all()
    assert lower[1] < funnel_limits(50)[0]
    assert upper[1] > funnel_limits(50)[1]


def test_poisson_counts_alone_give_a_poisson_funnel():
    counts = np.random.default_rng(1).poisson(10, 300)
    curve = funnel_curve(counts, np.full(300, counts.mean()))
    assert curve["tau2"].eq(0).all() or curve["tau2"].max() < 0.01
    assert list(curve.columns) == ["expected", "lower_95", "upper_95", "lower_99_8", "upper_99_8", "tau2"]


def test_outliers_have_sides():
    assert outliers([4, -4, 0, np.nan]).tolist() == ["high", "low", None, None]


def test_edges():
    assert np.isnan(log_z(0, 5))
    assert root_z(0, 4) == -4
    assert exact_z(0, 5) < -2
    assert np.isfinite(exact_z([0, 10**6], [2000.0, 10.0])).all()
    assert np.isnan(exact_z([1, np.nan], [0, 3])).all()
    assert exact_z([], []).shape == (0,)
    assert np.isnan(np.ravel(funnel_limits(0))).all()
    assert dispersion([], []).tau2 == 0
    assert dispersion([5.0], [10.0]).tau2 == 0
    assert between_variance([5.0], [10.0]) == between_variance([0.1, -0.1], [1, 1]) == 0
    assert isinstance(funnel_curve([], []), pd.DataFrame)
    assert len(funnel_curve([1], [1.0])) == 200


@settings(deadline=None)
@given(st.integers(0, 5000), st.floats(0.1, 5000))
def test_exact_z_grows_with_the_count_and_has_its_sign(count, expected):
    assert exact_z(count + 1, expected) > exact_z(count, expected)
    if abs(count - expected) > 1:
        assert np.sign(exact_z(count, expected)) == np.sign(count - expected)
