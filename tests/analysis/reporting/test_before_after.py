import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diaban.analysis.reporting.before_after import ratio_of_ratios, weighted_displacement

TREATED, CONTROL = (207, 110), (308, 318)
NEAR = {"treated_near": (178, 157), "control_near": (150, 140)}


def test_example_of_the_paper():
    """Wheeler & Ratcliffe 2018: -118, SE √1568, z -2.98, -196 to -40."""
    told = weighted_displacement(TREATED, CONTROL, **NEAR)
    assert told.difference == -118
    assert told.error == pytest.approx(np.sqrt(1568))
    assert told.z == pytest.approx(-2.98, abs=0.005)
    assert [round(told.lower), round(told.upper)] == [-196, -40]


def test_weights_of_time():
    """ptools tests: -20, √115."""
    told = weighted_displacement((80, 20), (100, 50), time_weights=(2, 1))
    assert (told.difference, told.error) == (-20, pytest.approx(np.sqrt(115)))


def test_weights_of_area():
    """ptools tests: -99.69444444, 35.4280755."""
    told = weighted_displacement(TREATED, CONTROL, **NEAR, area_weights=(0.9, 1.2, 1.6, 1.5))
    assert told.difference == pytest.approx(-99.69444444, abs=1e-8)
    assert told.error == pytest.approx(35.4280755, abs=1e-7)


def test_no_cases_no_difference():
    told = weighted_displacement((0, 0), (0, 0))
    assert (told.difference, told.error) == (0, 0)
    assert np.isnan(told.z)


def test_convictions_of_twins():
    """R, fisher.test(matrix(c(2, 10, 15, 3), 2)): odds ratio .04693661, p .0005367, .003325764 to .363182271,
    to the tolerance of R's root finder."""
    ratio, lower, upper, p = ratio_of_ratios((10, 2), (3, 15))
    assert (ratio, p) == (pytest.approx(0.04693661, rel=1e-5), pytest.approx(0.0005367, abs=5e-8))
    assert (lower, upper) == (pytest.approx(0.003325764, rel=0.005), pytest.approx(0.363182271, rel=1e-4))


def test_tea():
    """R, fisher.test(matrix(c(3, 1, 1, 3), 2)): 6.408309, p .4857."""
    ratio, _, _, p = ratio_of_ratios((1, 3), (3, 1))
    assert (ratio, p) == (pytest.approx(6.408309, rel=1e-5), pytest.approx(0.4857, abs=5e-5))


def test_exposures_that_change_alike_do_not_matter_and_others_divide():
    plain = ratio_of_ratios((10, 2), (3, 15))
    assert ratio_of_ratios((10, 2), (3, 15), exposure=(2, 1), control_exposure=(4, 2)) == plain
    grown = ratio_of_ratios((10, 2), (3, 15), exposure=(1, 2))
    assert np.array(grown[:3]) == pytest.approx(np.array(plain[:3]) / 2)
    assert np.isnan(grown[3])


@pytest.mark.parametrize(
    ("treated", "control"), [((0, 0), (3, 4)), ((3, 4), (0, 0)), ((0, 3), (0, 4)), ((3, 0), (4, 0))]
)
def test_an_empty_margin_tells_nothing(treated, control):
    assert np.isnan(ratio_of_ratios(treated, control)).all()


def test_none_after():
    ratio, lower, upper, _ = ratio_of_ratios((10, 0), (20, 20))
    assert (ratio, lower) == (0, 0)
    assert 0 < upper < 1


@given(*[st.integers(1, 60)] * 4)
def test_swapping_the_groups_inverts_it(a, b, c, d):
    there, back = ratio_of_ratios((a, b), (c, d)), ratio_of_ratios((c, d), (a, b))
    assert there[0] * back[0] == pytest.approx(1, rel=1e-4)
    assert there[3] == pytest.approx(back[3])


def test_it_holds_the_true_ratio_in_95_percent_at_least():
    rng = np.random.default_rng(1)
    held = []
    for b, a, cb, ca in rng.poisson([40, 10, 60, 30], (400, 4)):  # 1/4 over 1/2
        _, lower, upper, _ = ratio_of_ratios((b, a), (cb, ca))
        held.append(lower <= 0.5 <= upper)
    assert 0.94 <= np.mean(held) <= 0.995
