"""Limits against published formulas and exact probabilities, and the laws they keep."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import geom, nbinom, norm, poisson

from diaban.analysis.control_charts.assurance import assurance
from diaban.analysis.control_charts.exact import exceeding
from diaban.analysis.control_charts.kinds import chart_kind, is_overdispersed
from diaban.analysis.control_charts.limits import (
    Limits,
    c_limits,
    c_probability_limits,
    g_limits,
    g_probability_limits,
    sigma_of_z,
    t_limits,
    t_probability_limits,
    xmr_limits,
)
from diaban.analysis.control_charts.middles import balanced_middle
from diaban.analysis.control_charts.signals import signals

TAIL = norm.sf(3)


def test_xmr_is_mean_and_2_66_mean_ranges():
    """methods.md, "SPC": XmR 2.66 mR. Ranges 2, 1, 3, 2: mean 2."""
    limits = xmr_limits(np.array([10.0, 12, 11, 14, 12]), published=True)
    assert limits.centre == pytest.approx(11.8)
    assert (limits.upper - limits.centre) == pytest.approx(2.66 * 2, rel=1e-3)
    assert (limits.centre - limits.lower) == pytest.approx(2.66 * 2, rel=1e-3)


def test_xmr_drops_a_range_of_3_267_times_the_mean():
    """methods.md, "SPC": drop mR >= 3.267 mR. Nine ranges of 1 and one of 20 have the mean 2.9."""
    values = np.array([0.0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 21])
    limits = xmr_limits(values, published=True)
    assert limits.upper - limits.centre == pytest.approx(2.66, rel=1e-3)


def test_xmr_of_equal_values_has_no_width():
    limits = xmr_limits(np.full(9, 12.0))
    assert float(limits.upper) == float(limits.lower) == 12


def test_a_short_baseline_of_an_xmr_chart_is_allowed_for():
    """Truth: normal values. A new one passes two sigma in 2.3 %: published limits say so, ours do so."""
    rng = np.random.default_rng(1)
    own, printed = [], []
    for _ in range(4000):
        x = rng.normal(50, 5, 13)
        own.append(x[12] > xmr_limits(x[:12]).near_upper)
        printed.append(x[12] > xmr_limits(x[:12], published=True).near_upper)
    assert np.mean(own) == pytest.approx(norm.sf(2), abs=0.008)
    assert np.mean(printed) > 0.035
    x = rng.normal(50, 5, 5000)
    assert float(xmr_limits(x).upper) == pytest.approx(float(xmr_limits(x, published=True).upper), rel=1e-3)


def test_c_chart_as_published():
    """c +- 3 sqrt c; no lower limit up to c = 9 (Montgomery, Introduction to Statistical Quality Control)."""
    assert float(c_limits(16.0).upper) == 28
    assert float(c_limits(16.0).lower) == 4
    assert np.isnan(c_limits(9.0).lower)
    assert float(c_limits(16.0, sigma_z=2.0).near_upper) == 32


def test_g_chart_as_published():
    """methods.md, "SPC": g +- 3 sqrt(g (g + 1)): 8 -> 8 + 3 sqrt 72."""
    limits = g_limits(8.0)
    assert float(limits.upper) == pytest.approx(33.455844)
    assert np.isnan(limits.lower)


def test_t_chart_as_published():
    """methods.md, "SPC": y ** (1 / 3.6), then XmR, and back."""
    gaps = np.array([20.0, 30, 10, 40, 25, 35])
    y = gaps ** (1 / 3.6)
    ranges = np.abs(np.diff(y))
    limits = t_limits(gaps)
    assert float(limits.upper) == pytest.approx((y.mean() + 2.66 * ranges.mean()) ** 3.6, rel=1e-3)
    assert float(limits.centre) == pytest.approx(y.mean() ** 3.6)


@pytest.mark.parametrize("mean", [1.5, 3.0, 8.0, 20.0])
def test_probability_limits_of_a_long_baseline_are_those_of_poisson(mean):
    size = 1e7
    limits = c_probability_limits(mean * size, size, np.ones(1))
    assert poisson.sf(np.floor(limits.upper), mean) <= TAIL
    assert poisson.sf(np.floor(limits.upper) - 1, mean) > TAIL


def test_limits_of_a_short_baseline_are_wider_and_those_of_a_busy_month_higher():
    short, long = (c_probability_limits(3.0 * n, n, np.ones(1)) for n in (12, 1200))
    assert short.upper > long.upper
    both = c_probability_limits(300.0, 100.0, np.array([0.5, 1.0, 2.0]))
    assert (np.diff(both.upper) > 0).all()
    assert both.centre == pytest.approx([1.5, 3, 6])


def test_chance_of_a_count_is_the_gamma_mixture_of_poisson():
    rng = np.random.default_rng(3)
    rate = rng.gamma(12.5, 1 / 36, 400_000)
    assert exceeding(3, 12, 1 / 36) == pytest.approx((rng.poisson(rate) >= 3).mean(), rel=0.05)
    assert exceeding([0, 1], 12, 1 / 36)[0] == 1
    assert exceeding(4, 12, 1 / 36, dispersion=2.0) > exceeding(4, 12, 1 / 36)


def test_g_limit_by_probability_is_passed_as_seldom_as_three_sigma():
    mean = 4.0
    gaps = np.tile([0.0, 2, 4, 10], 5000)
    limits = g_probability_limits(gaps)
    p = 1 / (1 + mean)
    passed = [geom.sf(np.floor(limits.upper) + 1 - k, p) for k in (0, 1)]
    assert passed[0] <= TAIL < passed[1]
    assert geom.sf(np.floor(g_limits(mean).upper) + 1, p) > 0.015, "why the published limit is not used"


def test_g_limit_allows_for_few_gaps():
    """P(gap >= k) = E(1 - p)^k over Beta(n, s + 1/2), here by drawing p."""
    gaps = np.array([0.0, 3, 1, 5, 2, 2, 0, 3])
    limits = g_probability_limits(gaps)
    p = np.random.default_rng(4).beta(8, 16.5, 200_000)
    assert ((1 - p) ** np.ceil(limits.upper)).mean() == pytest.approx(TAIL, rel=0.3)


def test_t_limit_by_probability_is_passed_as_seldom_as_three_sigma():
    rng = np.random.default_rng(5)
    passed = []
    for _ in range(4000):
        gaps = rng.exponential(500, 11)
        limits = t_probability_limits(gaps[:10])
        passed.append([gaps[10] > limits.near_upper, gaps[10] < limits.near_lower, gaps[10] > limits.middle])
    assert np.mean(passed, axis=0)[:2] == pytest.approx(norm.sf(2), abs=0.008)
    assert np.mean(passed, axis=0) == pytest.approx([norm.sf(2), norm.sf(2), 0.5], abs=0.025)


def test_a_lower_limit_under_a_day_is_none():
    assert np.isnan(t_probability_limits(np.full(10, 30.0)).lower)
    assert float(t_probability_limits(np.full(10, 3000.0)).lower) > 1


def test_gaps_of_no_day_do_not_make_the_mean_nothing():
    assert float(t_probability_limits(np.zeros(8)).upper) > 0


@pytest.mark.parametrize(("mean", "kind"), [(0.3, "t"), (1.39, "t"), (1.4, "c"), (9.9, "c"), (10.0, "xmr")])
def test_the_mean_chooses_the_chart(mean, kind):
    assert chart_kind(mean, dated=True) == kind


def test_without_days_or_with_many_on_one_day_rare_cases_are_counted():
    assert chart_kind(0.3, dated=False) == "g"
    assert chart_kind(0.3, dated=True, same_day=0.2) == "g"


def test_overdispersion_is_called_by_the_index_of_dispersion():
    """R 4: 1 - pchisq(sum((x - mean(x))^2) / mean(x), length(x) - 1) of 0, 10, ... is far below 0.01."""
    ones = np.ones(20)
    assert is_overdispersed(np.tile([0.0, 10], 10), ones)
    assert not is_overdispersed(np.tile([4.0, 6], 10), ones)
    assert not is_overdispersed(np.zeros(5), np.ones(5))
    assert not is_overdispersed(np.array([3.0]), np.ones(1))
    assert sigma_of_z(np.tile([0.0, 10], 10), 5.0, ones) == pytest.approx(10 / np.sqrt(5) / 1.128)
    assert sigma_of_z(np.tile([5.0], 10), 5.0, np.ones(10)) == 1


@pytest.mark.parametrize("mean", [0.9, 1.4, 2.2, 3.1, 5.7, 9.5, 40.0])
def test_the_middle_of_counts_divides_them_evenly(mean):
    middle = float(balanced_middle(poisson(mean).cdf, np.floor(mean)))
    if np.isnan(middle):
        assert poisson.pmf(0, mean) > 0.3
        return
    above, below = poisson.sf(np.floor(middle), mean), poisson.cdf(np.ceil(middle) - 1, mean)
    assert abs(above - below) / (above + below) <= 0.2


def test_counts_that_are_mostly_nothing_have_no_middle():
    assert np.isnan(balanced_middle(poisson(0.2).cdf, np.array(0.0)))
    assert np.isfinite(balanced_middle(nbinom(5, 0.2).cdf, np.array(19.0)))


@pytest.mark.parametrize(
    ("limits", "more", "fewer"),
    [((1, 3), "never", "always"), ((5, 7), "always", "never"), ((1, 5), "now_and_then", "now_and_then"),
     ((4, 7), "now_and_then", "now_and_then")],
)  # fmt: skip
def test_assurance_is_that_of_nhsrplotthedots(limits, more, fewer):
    """NHSRplotthedots, ptd_calculate_assurance_type: target 4, increase or decrease good (methods.md)."""
    assert assurance(*limits, 4, better="more") == more
    assert assurance(*limits, 4, better="fewer") == fewer


def test_assurance_without_a_target_or_limits_is_missing_and_no_lower_limit_is_zero():
    told = assurance([1, np.nan, np.nan], [3, np.nan, 6], [np.nan, 4, 0])
    assert list(told) == [None, None, "now_and_then"]
    assert len(assurance([], [], [])) == 0


def flat(centre=5.0):
    parts = (centre, centre, centre - 3, centre + 3, centre - 2, centre + 2)
    return Limits(*(np.asarray(x) for x in parts))


def test_a_point_beyond_a_limit_signals_and_one_on_it_does_not():
    told = signals(np.array([5.0, 8.1, 5, 5, 8, 5, 5, 1.9]), flat())
    assert told["signal"].dropna().tolist() == ["beyond"] * 2
    assert told["side"].dropna().tolist() == ["above", "below"]


def test_two_of_three_signals_at_the_second_on_the_same_side():
    told = signals(np.array([7.5, 5.0, 7.5, 5.0, 2.5, 7.2, 2.5]), flat())
    assert np.flatnonzero(told["signal"] == "two_of_three").tolist() == [2, 6]
    assert told["side"].fillna("").tolist()[-1] == "below"


def test_a_run_signals_from_its_eighth_point_and_points_on_the_middle_do_not_count():
    values = np.array([5.5] * 4 + [5.0] + [5.5] * 5)
    told = signals(values, flat())
    assert told["signal"].fillna("").tolist() == [""] * 8 + ["run"] * 2


def test_an_unknown_point_breaks_a_run_and_never_signals():
    told = signals(np.array([5.5] * 7 + [np.nan] + [5.5] * 7), flat())
    assert told["signal"].isna().all()
    assert signals(np.array([]), flat()).empty


@given(st.lists(st.integers(0, 12), min_size=1, max_size=40))
def test_signals_turned_upside_down_are_the_same_on_the_other_side(values):
    x = np.array(values, dtype=float)
    one, other = signals(x, flat(6.0)), signals(12 - x, flat(6.0))
    assert one["signal"].equals(other["signal"])
    assert (
        one["side"].map({"above": "below", "below": "above"}).fillna("").tolist()
        == other["side"].fillna("").tolist()
    )


@given(st.lists(st.integers(0, 60), min_size=8, max_size=40).filter(sum))
def test_limits_lie_around_the_centre_and_near_ones_within_far_ones(values):
    x = np.array(values, dtype=float)
    for limits in (
        xmr_limits(x),
        c_probability_limits(x.sum(), len(x), np.ones(1)),
        g_probability_limits(x),
        t_probability_limits(x),
        c_limits(x.mean()),
        g_limits(x.mean()),
        t_limits(x),
    ):
        assert limits.near_upper <= limits.upper
        assert limits.centre <= limits.upper
        assert not limits.lower > limits.centre
        assert not limits.near_lower < limits.lower
