import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa

from diaban.analysis.case_factors.reliability import (
    alpha_of_two,
    cohen_kappa,
    fleiss_kappa,
    krippendorff_alpha,
)

nan = np.nan
# Krippendorff 2011, "Computing Krippendorff's alpha-reliability", part C: 4 observers, 12 units.
FOUR_OBSERVERS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, nan, nan, nan],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, nan, 3],
        [nan, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, nan],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, nan],
    ]
).T


def as_ratings(both, first_only, second_only, neither):
    pairs = [[1, 1]] * both + [[1, 0]] * first_only + [[0, 1]] * second_only + [[0, 0]] * neither
    return np.array(pairs, dtype=float).reshape(-1, 2)


def test_alpha_of_the_published_reliability_data():
    """Krippendorff 2011, part C and E: nominal .743, interval .849."""
    assert krippendorff_alpha(FOUR_OBSERVERS) == pytest.approx(0.743, abs=5e-4)
    assert krippendorff_alpha(FOUR_OBSERVERS, metric="interval") == pytest.approx(0.849, abs=5e-4)


def test_alpha_of_two_coders_on_yes_or_no_in_the_published_example():
    """Krippendorff 2011, part A: 10 units, alpha .095."""
    first = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    second = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert krippendorff_alpha(np.column_stack([first, second])) == pytest.approx(0.095, abs=5e-4)
    assert float(alpha_of_two(1, 1, 3, 5)) == pytest.approx(0.095, abs=5e-4)


def test_kappa_of_the_textbook_table():
    assert float(cohen_kappa(20, 5, 10, 15)) == pytest.approx(0.4)


def test_fleiss_kappa_of_the_published_example():
    """Fleiss 1971 (14 raters, 10 subjects): .20993."""
    table = """0 0 0 0 14
    0 2 6 4 2
    0 0 3 5 6
    0 3 9 2 0
    2 2 8 1 1
    7 7 0 0 0
    3 2 6 3 0
    2 5 3 2 2
    6 5 2 1 0
    0 2 2 3 7"""
    counts = np.array(table.split(), int).reshape(10, 5)
    ratings = np.array([np.repeat(np.arange(5), row) for row in counts])
    assert fleiss_kappa(ratings) == pytest.approx(0.20993, abs=1e-5)


def test_edges():
    assert np.isnan(cohen_kappa(0, 0, 0, 0))
    assert np.isnan(cohen_kappa(0, 0, 0, 9))
    assert np.isnan(alpha_of_two(9, 0, 0, 0))
    assert float(alpha_of_two(1, 0, 0, 1)) == 1
    assert np.isnan(krippendorff_alpha(np.full((3, 2), nan)))
    assert np.isnan(krippendorff_alpha(np.ones((5, 3))))
    assert np.isnan(krippendorff_alpha(np.array([[1, nan], [2, nan]])))
    assert np.isnan(krippendorff_alpha(np.empty((0, 2))))
    assert np.isnan(fleiss_kappa(np.ones((4, 3), int)))


CELLS = st.tuples(*[st.integers(0, 12)] * 4)


@settings(max_examples=60, deadline=None)
@given(CELLS)
def test_the_short_formulas_are_the_general_ones(cells):
    assert alpha_of_two(*cells) == pytest.approx(krippendorff_alpha(as_ratings(*cells)), nan_ok=True)
    a, b, c, d = cells
    if 0 < 2 * a + b + c < 2 * sum(cells):
        assert float(cohen_kappa(*cells)) == pytest.approx(
            cohens_kappa(np.array([[a, b], [c, d]]), return_results=False)
        )


@settings(max_examples=40, deadline=None)
@given(CELLS, st.integers(0, 5))
def test_alpha_does_not_care_who_is_who_nor_of_units_rated_once(cells, lone):
    ratings = as_ratings(*cells)
    alpha = krippendorff_alpha(ratings)
    assert krippendorff_alpha(ratings[::-1, ::-1]) == pytest.approx(alpha, nan_ok=True)
    assert krippendorff_alpha(3 - 2 * ratings) == pytest.approx(alpha, nan_ok=True)
    once = np.vstack([ratings, np.tile([1.0, nan], (lone, 1))])
    assert krippendorff_alpha(once) == pytest.approx(alpha, nan_ok=True)


def test_interval_alpha_does_not_care_of_origin_and_scale():
    alpha = krippendorff_alpha(FOUR_OBSERVERS, metric="interval")
    assert krippendorff_alpha(7 - 3 * FOUR_OBSERVERS, metric="interval") == pytest.approx(alpha)
