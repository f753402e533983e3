"""Each function of a count turned round gives the count back, at its edges too."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diaban.analysis.intervals import count_interval, share_interval
from diaban.analysis.shrinkage import GammaPrior, posterior
from diaban.release.audit import formulas as f
from diaban.release.audit.inversions import (
    MOST,
    column_half_unit,
    compositions,
    half_unit,
    possible_counts,
)

ROW = {"person_years": 21_431.0, "per": 100_000, "_share": 0.0713}
FUNCTIONS = {
    "rate": f.rate,
    "lower limit": f.rate_limit(0),
    "upper limit": f.rate_limit(1),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@given(n=st.integers(0, 60))
def test_a_rate_or_its_limit_gives_the_count_back(name, n):
    value = float(FUNCTIONS[name](ROW, n))
    told = possible_counts(FUNCTIONS[name], ROW, value, ["a"], {"a": n}, {"a"})
    low, high = told["a"]
    assert low <= n <= high
    assert high - low <= (1 if name == "lower limit" and n < 2 else 0)


@given(n=st.integers(0, 30), whole=st.integers(31, 400))
def test_a_ratio_to_the_known_whole_gives_the_count_back(n, whole):
    value = float(f.ratio(ROW, n, whole))
    told = possible_counts(f.ratio, ROW, value, ["a", "w"], {"a": n, "w": whole}, {"a"})
    assert told == {"a": (n, n)}


def test_expected_gives_the_whole_back():
    value = float(f.expected(ROW, 117))
    assert possible_counts(f.expected, ROW, value, ["w"], {"w": 117}, {"w"}) == {"w": (117, 117)}


def test_a_rounded_share_of_known_files_leaves_a_range():
    told = possible_counts(f.share, {}, 0.3, ["x", "n"], {"x": 13, "n": 43}, {"x"}, half=0.05)
    assert told == {"x": (11, 15)}


def test_a_share_of_two_hidden_counts_is_tried_in_pairs():
    told = possible_counts(f.share, {}, 2 / 7, ["x", "n"], {"x": 4, "n": 14}, {"x", "n"})
    assert told["x"] == (2, 142)
    assert told["n"] == (7, np.floor(MOST / 7) * 7)


def test_what_cannot_be_turned_round_tells_all():
    assert possible_counts(None, {}, 0.5, ["a", "b"], {"a": 3, "b": 9}, {"a"}) == {"a": (3, 3)}


def test_a_value_that_no_count_gives_is_empty():
    assert possible_counts(f.share, {}, 0.123456789, ["x", "n"], {"x": 4, "n": 14}, {"x"}) == {}


def test_a_shrunk_rate_with_its_printed_prior_gives_the_count_back():
    """(O + nu) / (E + alpha) of Clayton & Kaldor 1987: the count is the ratio times (E + alpha), less nu."""
    prior = GammaPrior(1.1, 4.0)
    value = posterior([3], [5.2], prior).mean[0]

    def shrunk(_, n):
        return f.gamma_poisson(n, 5.2, prior.nu, prior.alpha)

    def above(_, n):
        return f.gamma_poisson_above(n, 5.2, prior.nu, prior.alpha)

    assert possible_counts(shrunk, {}, value, ["a"], {"a": 3}, {"a"}) == {"a": (3, 3)}
    chance = posterior([3], [5.2], prior).probability_above(1.0)[0]
    assert possible_counts(above, {}, chance, ["a"], {"a": 3}, {"a"}) == {"a": (3, 3)}


def test_limits_are_those_of_the_library():
    n = np.arange(0, 40)
    for side in (0, 1):
        ours, theirs = f.poisson_limit(n, side), count_interval(n)[side]
        assert np.allclose(ours[1:], theirs[1:])
        assert np.allclose(f.wilson(n, 50, side), share_interval(n, 50)[side])
    assert f.poisson_limit(0, 0) == 0


@pytest.mark.parametrize(
    ("value", "half"), [(12.0, 0.5), (0.3, 0.05), (1.25, 0.005), (0.0, 0.5), (1 / 3, 1e-7)]
)
def test_how_far_a_printed_number_may_be_off(value, half):
    assert half_unit(value) == pytest.approx(half)


def test_a_whole_number_beside_exact_ones_is_exact():
    assert column_half_unit([12.0, 1 / 3]) == pytest.approx(1e-7)
    assert column_half_unit([12.0, 0.5]) == pytest.approx(0.05)
    assert column_half_unit([]) == 0


def test_all_ways_to_share_a_total():
    assert compositions(2, 2).tolist() == [[0, 2], [1, 1], [2, 0]]
    assert len(compositions(9, 3)) == 55
    assert compositions(0, 3).tolist() == [[0, 0, 0]]
    assert compositions(4, 1).tolist() == [[4]]
    assert len(compositions(3, 0)) == 0
