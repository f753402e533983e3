"""Comparisons of groups in words: other counts of which the same is said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from diaban.release.tables import groups
from diaban.release.tables.groups import (
    FEWER,
    LEFT_OF_GROUP,
    MORE,
    OF_GROUP,
    compared,
    group_cell,
    large,
    open_enough,
    ways,
    words,
)

NOBODY = np.empty(0)


def rows_of(*points, groups=("a",), base="b"):
    return pd.DataFrame(
        [("s", "suspect", "sex", p, g, base) for p in points for g in groups],
        columns=["stream", "role", "column", "point", "group", "base"],
    )


def counts_of(numbers):
    """(group, point) -> (went on, came)."""
    found = {}
    for (group, point), (n, of) in numbers.items():
        cell = group_cell("s", "suspect", "sex", group, point)
        found |= {cell: n, cell + OF_GROUP: of}
    return found


def test_a_clear_difference_has_a_side():
    counts = np.array([[10, 60, 50, 60], [50, 60, 10, 60], [30, 60, 31, 60]])
    assert words(counts, NOBODY, 3) == [FEWER, MORE, ""]


def test_a_comparison_that_is_not_shown_counts_as_the_least_clear():
    barely = np.array([[10, 40, 20, 40]])
    assert words(barely, NOBODY, 1) == [FEWER]
    assert words(barely, NOBODY, 30) == [""]


@pytest.mark.parametrize("said", [[(20, 60), (50, 60)], [(40, 60), (42, 60)], [(6, 11), (60, 80)]])
def test_every_way_says_the_same(said):
    rows, least = rows_of("resolved", "x"), 5
    numbers = {
        ("a", "resolved"): said[0],
        ("b", "resolved"): said[1],
        ("a", "x"): (3, 8),
        ("b", "x"): (9, 30),
    }
    one = compared(rows, counts_of(numbers))
    shown = large(one.cases[one.places], least)
    assert shown.tolist() == [True, False]
    found = ways(one, shown, least, NOBODY, 2)
    cell = group_cell("s", "suspect", "sex", "a", "x")
    assert set(found) >= {cell}
    assert 3.0 in found[cell]
    assert open_enough({cell: found[cell]}, least)


def test_what_was_not_found_does_not_count_as_open(monkeypatch):
    """Without a walk the true numbers are the only ones, and the comparison may not be told."""
    numbers = {("a", "x"): (3, 8), ("b", "x"): (9, 30)}
    numbers |= {("a", "resolved"): (40, 60), ("b", "resolved"): (42, 60)}
    one = compared(rows_of("resolved", "x"), counts_of(numbers))
    monkeypatch.setattr(groups, "STEPS", 0)
    found = ways(one, np.array([True, False]), 5, NOBODY, 2)
    assert found[group_cell("s", "suspect", "sex", "a", "x")] == [3.0]
    assert not open_enough(found, 5)


def test_who_is_further_on_came_to_the_points_before():
    """Ways keep it: 4 that were concluded are no more than those prosecuted."""
    rows = rows_of("prosecuted", "concluded")
    numbers = {("a", "prosecuted"): (30, 40), ("b", "prosecuted"): (60, 90)}
    numbers |= {("a", "concluded"): (26, 30), ("b", "concluded"): (50, 60)}
    one = compared(rows, counts_of(numbers))
    found = ways(one, large(one.cases[one.places], 5), 5, NOBODY, 2)
    left = group_cell("s", "suspect", "sex", "a", "concluded") + LEFT_OF_GROUP
    assert min(found[left]) >= 0
    assert 4.0 in found[left]
