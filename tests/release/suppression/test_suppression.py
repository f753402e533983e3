"""Complementary suppression: what an attacker can work out from the published cells."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.release.ranges.ranges import Attacker, Equation
from diaban.release.suppression.suppression import blank, hidden_cells, small
from diaban.release.suppression.varied import decoys


def table(rows):
    """A two-way table with margins as cells and equations; rows: list of lists of counts."""
    counts, equations = {}, []
    n_columns = len(rows[0])
    for i, row in enumerate(rows):
        counts |= {f"r{i}c{j}": v for j, v in enumerate(row)} | {f"r{i}": sum(row)}
        equations.append(Equation(f"r{i}", tuple(f"r{i}c{j}" for j in range(n_columns))))
    for j in range(n_columns):
        counts[f"c{j}"] = sum(row[j] for row in rows)
        equations.append(Equation(f"c{j}", tuple(f"r{i}c{j}" for i in range(len(rows)))))
    counts["all"] = sum(sum(row) for row in rows)
    equations.append(Equation("all", tuple(f"r{i}" for i in range(len(rows)))))
    return pd.Series(counts), equations


def test_one_hidden_cell_is_worked_out_from_its_margin():
    counts, equations = table([[3, 20], [30, 40]])
    assert Attacker(counts, equations).ranges(["r0c0"]).loc["r0c0"].tolist() == [3, 3]


def test_four_hidden_corners_leave_a_range():
    """Hand-solved: with margins 23, 70, 33, 60 the corner lies between 0 and min(23, 33)."""
    counts, equations = table([[3, 20], [30, 40]])
    ranges = Attacker(counts, equations).ranges(["r0c0", "r0c1", "r1c0", "r1c1"])
    assert ranges.loc["r0c0"].tolist() == [0, 23]


def test_two_a_line_is_not_enough():
    """A pattern with two suppressions in a line can still be exact (methods.md, trap 6): rows 0 and 1 hide
    columns 0, 1; the third row's cells tie them down only through the sum, but a zero line does it."""
    counts, equations = table([[0, 2, 9], [0, 3, 9], [7, 8, 9]])
    ranges = Attacker(counts, equations).ranges(["r0c0", "r0c1", "r1c0", "r1c1"])
    assert (ranges["upper"] - ranges["lower"]).max() == 0


def test_hidden_cells_protects_where_primary_alone_fails():
    counts, equations = table([[3, 20, 11], [30, 40, 12], [21, 22, 23]])
    hidden = hidden_cells(counts, equations, ["r0c0"], threshold=5)
    ranges = Attacker(counts, equations).ranges(hidden)
    assert {"r0c0"} < hidden
    assert ranges.loc["r0c0", "upper"] - ranges.loc["r0c0", "lower"] >= 5


def test_nothing_small_hides_nothing():
    counts, equations = table([[10, 20], [30, 40]])
    assert hidden_cells(counts, equations, counts.index[small(counts, 5)], threshold=5) == set()


def test_a_cell_outside_every_equation_is_safe_once_hidden():
    counts = pd.Series({"alone": 2})
    assert hidden_cells(counts, [], ["alone"], threshold=5) == {"alone"}
    assert Attacker(counts, []).ranges(["alone"]).loc["alone", "upper"] == float("inf")


def test_groups_are_hidden_whole():
    counts, equations = table([[3, 20], [30, 40]])
    group = {"r0c0": "row0", "r0c1": "row0"}
    assert {"r0c0", "r0c1"} <= hidden_cells(counts, equations, ["r0c0"], threshold=5, group=group)


@pytest.mark.parametrize(("count", "expected"), [(0, True), (1, True), (4, True), (5, False)])
def test_small_edges(count, expected):
    assert bool(small(pd.Series([count]), 5).iloc[0]) is expected


def test_blank_hides_values_and_says_so():
    frame = pd.DataFrame({"locality": ["a", "b"], "cases": [3, 12], "rate": [1.5, 6.0]})
    blanked = blank(frame, frame["cases"] < 5, ["cases", "rate"])
    assert blanked["cases"].tolist()[1] == 12
    assert blanked.loc[0, ["cases", "rate"]].isna().all()
    assert blanked["hidden"].tolist() == [True, False]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=3, max_size=4))
def test_the_attack_never_wins(rows):
    """Whatever the table: no small cell is left with a range narrower than the threshold."""
    counts, equations = table(rows)
    primary = counts.index[small(counts, 5)]
    hidden = hidden_cells(counts, equations, primary, threshold=5)
    ranges = Attacker(counts, equations).ranges(hidden)
    for cell in primary:
        assert ranges.loc[cell, "upper"] - ranges.loc[cell, "lower"] >= 5


def test_what_would_be_missed_most_is_hidden_last():
    counts, equations = table([[3, 20, 11], [30, 40, 12], [21, 22, 23]])
    missed = {cell: 1 for cell in counts.index if cell.endswith("c1")}
    hidden = hidden_cells(counts, equations, ["r0c0"], threshold=5, reluctance=missed)
    assert not any(cell.endswith("c1") for cell in hidden)
    only = hidden_cells(
        counts, [equations[0]], ["r0c0"], threshold=5, reluctance=dict.fromkeys(counts.index, 1)
    )
    assert len(only) == 2, "hidden all the same where nothing else helps"


def test_more_is_hidden_where_small_counts_nearly_fill_their_sum():
    """4 + 4 of 8: each could be 0 to 8, but not for a reader who knows that both are small."""
    counts = pd.Series({"all": 40.0, "a": 4.0, "b": 4.0, "c": 6.0, "d": 26.0})
    hidden = hidden_cells(counts, [Equation("all", ("a", "b", "c", "d"))], {"a", "b"}, threshold=5)
    assert hidden == {"a", "b", "c"}
    counts = pd.Series({"all": 40.0, "a": 3.0, "b": 3.0, "c": 8.0, "d": 26.0})
    hidden = hidden_cells(counts, [Equation("all", ("a", "b", "c", "d"))], {"a", "b"}, threshold=5)
    assert hidden == {"a", "b"}


# Whoever makes the choice again with other counts ----------------------------------------------------------


def with_corner(corner: int):
    """A table of which the corner moves, and three cells with it: all sums stay as they are."""
    by = corner - 4
    return table([[corner, 13 - by, 9], [22 - by, 14 + by, 6], [28, 27, 8], [23, 15, 7]])


def chosen(corner: int, secret: bytes) -> frozenset[str]:
    counts, equations = with_corner(corner)
    ranks = {cell: 0 if "c" in cell[1:] else 2 for cell in counts.index}
    small_ones = counts.index[small(counts, 5)]
    return frozenset(
        hidden_cells(counts, equations, small_ones, threshold=5, reluctance=ranks, secret=secret)
    )


def test_the_choice_is_the_same_for_the_same_secret_and_not_for_another():
    assert chosen(4, b"one") == chosen(4, b"one")
    assert len({chosen(4, bytes([n])) for n in range(20)}) > 3


def test_who_does_not_know_the_secret_cannot_rule_counts_out():
    """Both cells beside the corner are hidden: without a secret only with the true 4, with one with 3 too."""

    def both_beside(corner: int, secret: bytes) -> bool:
        return chosen(corner, secret) >= {"r0c1", "r0c2"}

    assert [corner for corner in range(5) if both_beside(corner, b"")] == [4]
    secrets = [bytes([n]) for n in range(40)]
    often = [sum(both_beside(corner, secret) for secret in secrets) for corner in range(5)]
    assert often[3] >= 5
    assert often[4] < 5 * often[3]


def test_few_small_counts_have_few_decoys():
    """A thousand counts of 10 beside ten small ones: about one decoy for ten of these, and none of them."""
    many = pd.Series({**{f"a{n}": 10.0 for n in range(1000)}, **{f"b{n}": 2.0 for n in range(10)}})
    found = [decoys(many, {"a0": 2}, bytes([n]), threshold=5) for n in range(40)]
    assert 0 < sum(map(len, found)) < 120
    assert all(many[list(cells)].ge(5).all() and "a0" not in cells for cells in found)
    assert decoys(many, {}, b"", threshold=5) == set()


def test_what_would_be_missed_is_a_decoy_too_but_seldom():
    """Else whoever sees such a cell hidden would know that a small one lies beside it."""
    many = pd.Series({f"{kind}{n}": float(4 + 6 * (kind != "c")) for kind in "abc" for n in range(400)})
    reluctance = {f"b{n}": 1 for n in range(400)}
    drawn = [cell[0] for n in range(20) for cell in decoys(many, reluctance, bytes([n]), threshold=5)]
    assert 0.35 < drawn.count("b") / drawn.count("a") < 0.65
