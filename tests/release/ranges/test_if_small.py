"""What is left of small counts for a reader who knows which ones are small."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from diaban.release.ranges.if_small import least_width, widths_if_small

THRESHOLD = 5


def widths(matrix, truth, small, **options):
    matrix, truth = csr_array(np.array(matrix, dtype=float)), np.array(truth, dtype=float)
    return widths_if_small(
        matrix, matrix @ truth, truth, np.array(small), threshold=THRESHOLD, **options
    ).tolist()


@pytest.mark.parametrize(
    ("pair", "left"), [((4, 4), 0), ((4, 3), 1), ((0, 0), 0), ((1, 0), 1), ((3, 3), 2), ((2, 2), 4)]
)
def test_two_small_ones_with_a_known_sum(pair, left):
    """Of 8 both are 4; of 7 each is 3 or 4; of 6 each is 2, 3 or 4."""
    assert widths([[1, 1]], pair, [True, True]) == [left, left]


def test_beside_a_cell_that_is_not_small_they_are_free():
    assert widths([[1, 1, 1]], (4, 4, 9), [True, True, False]) == [4, 4]


def test_nothing_is_known_of_cells_without_an_equation():
    assert widths(np.empty((0, 2)), (4, 0), [True, True]) == [4, 4]


def test_it_looks_no_further_than_is_asked():
    assert min(widths([[1, 1]], (2, 2), [True, True], enough=2)) >= 2


def test_three_values_are_left_or_as_many_as_the_threshold_has():
    assert [least_width(n) for n in (5, 10, 2)] == [2, 2, 1]


tables = st.lists(st.lists(st.integers(0, 7), min_size=3, max_size=3), min_size=2, max_size=3)


@settings(max_examples=60, deadline=None)
@given(tables)
def test_it_is_what_all_tables_with_the_same_sums_leave(rows):
    """All whole numbers of a table with known margins, tried one by one."""
    truth = np.array(rows)
    small = truth < THRESHOLD
    n, m = truth.shape
    sums = [np.repeat(np.eye(n)[i], m) for i in range(n)] + [np.tile(np.eye(m)[j], n) for j in range(m)]
    seen = {cell: set() for cell in map(tuple, np.argwhere(small))}
    most = [
        range(THRESHOLD) if small[i, j] else range(truth[i].sum() + 1)
        for i in range(n - 1)
        for j in range(m - 1)
    ]
    for values in product(*most):
        table = np.zeros_like(truth)
        table[: n - 1, : m - 1] = np.reshape(values, (n - 1, m - 1))
        table[: n - 1, m - 1] = truth.sum(1)[: n - 1] - table[: n - 1].sum(1)
        table[n - 1] = truth.sum(0) - table[: n - 1].sum(0)
        if (table >= 0).all() and (table[small] < THRESHOLD).all():
            for cell, possible in seen.items():
                possible.add(int(table[cell]))
    expected = [max(v) - min(v) for v in seen.values()]
    assert widths(sums, truth.ravel(), small.ravel()) == expected
