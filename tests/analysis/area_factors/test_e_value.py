import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diaban.analysis.area_factors.e_value import e_value

RATIO = st.floats(1.0001, 50)


def test_vanderweele_and_ding_2017_example():
    """Breast feeding, RR 3.9 (1.8, 8.7): E-values 7.26 and 3.0 (Ann. Intern. Med. 167, p. 268)."""
    ratio, limit = e_value(3.9, 1.8)
    assert ratio == pytest.approx(7.26, abs=0.005)
    assert limit == pytest.approx(3.0, abs=0.005)


def test_protective_ratio_is_inverted():
    """EValue package, tests: RR 0.80 -> 1.81 = 1.25 + sqrt(1.25 * 0.25)."""
    ratio, limit = e_value(0.80, 0.90)
    assert ratio == pytest.approx(1.25 + np.sqrt(1.25 * 0.25))
    assert ratio == pytest.approx(1.81, abs=0.005)
    assert limit == pytest.approx(e_value(1 / 0.9, 1.01)[0])


def test_an_interval_that_crosses_one_needs_nothing():
    assert e_value(np.array([1.3, 0.8]), np.array([0.9, 1.2]))[1].tolist() == [1.0, 1.0]


def test_no_association_one_number_none_and_missing():
    assert [float(v) for v in e_value(1.0, 1.0)] == [1.0, 1.0]
    assert e_value(np.array([]), np.array([]))[0].shape == (0,)
    ratio, limit = e_value(np.array([np.nan, 2.0]), np.array([np.nan, np.nan]))
    assert np.isnan(ratio[0])
    assert np.isnan(limit).all()


@given(RATIO)
def test_up_and_down_are_the_same_strength(ratio):
    assert e_value(ratio, 1.0)[0] == pytest.approx(e_value(1 / ratio, 1.0)[0])


@given(RATIO)
def test_bounding_factor_of_the_e_value_is_the_ratio_itself(ratio):
    """Ding & VanderWeele 2016: confounding of strength (E, E) can move a ratio by E^2 / (2E - 1)."""
    e = e_value(ratio, 1.0)[0]
    assert e * e / (2 * e - 1) == pytest.approx(ratio)
