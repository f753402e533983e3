"""The attack on small tables with known answers, and against the attacker that protection itself uses."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from two_way import two_way

from diaban.release.audit.attack import attack, range_of
from diaban.release.audit.blocks import blocks
from diaban.release.audit.columns import Statement
from diaban.release.audit.few_values import possible_values
from diaban.release.audit.union import unite
from diaban.release.ledger.state import LedgerState
from diaban.release.ranges.ranges import Attacker, Equation
from diaban.release.suppression.suppression import hidden_cells


def state(counts, equations, hidden, needed, threshold=5):
    return LedgerState(counts, list(equations), frozenset(hidden), needed, threshold)


def only_block(*editions):
    (block,) = blocks(unite(editions))
    return block


def ranges(union):
    found = {}
    for block in blocks(union):
        told = attack(block, enough=np.where(block.needed > 0, np.inf, 0.0))
        found |= {c: (told.low[i], told.high[i]) for i, c in enumerate(block.cells) if block.needed[i] > 0}
    return found


SDC = [[30, 47, 64, 89], [90, 124, 5, 31], [92, 100, 59, 85], [800, 991, 651, 685]]
HIDDEN = ["r0c0", "r0c1", "r0c2", "r1c0", "r1c2", "r2c1", "r2c3", "r3c1", "r3c3"]


def test_sdctable_case_two_hidden_a_line_and_one_is_exact():
    """sdcTable (Meindl), test-simpleheuristic.R: w|b = 47 follows; with x|d hidden too it lies in [0, 78]."""
    counts, equations = two_way(SDC)
    told = ranges(unite([("", state(counts, equations, HIDDEN, {"r0c1": 5.0}))]))
    assert told["r0c1"] == (47, 47)
    told = ranges(unite([("", state(counts, equations, [*HIDDEN, "r1c3"], {"r0c1": 5.0}))]))
    assert told["r0c1"] == (0, 78)


def test_a_cell_without_an_equation_may_be_anything():
    block = only_block(("", state(pd.Series({"a": 3.0}), [], ["a"], {"a": 5.0})))
    found = attack(block)
    assert (found.low[0], found.high[0]) == (0, np.inf)
    assert not len(found.narrow)


def test_nothing_protected_is_no_block():
    assert list(blocks(unite([("", state(pd.Series({"a": 3.0}), [], ["a"], {}))]))) == []
    assert list(blocks(unite([("", state(pd.Series(dtype=float), [], [], {}))]))) == []


def test_whole_numbers_tell_more_than_a_linear_programme():
    """2a + 2b + 3c = 9 with c at most 2: c is 1, as only an odd one leaves an even rest."""
    counts = pd.Series({"a": 2.0, "b": 1.0, "c": 1.0, "n": 9.0, "top": 2.0, "gap": 1.0})
    equations = [Equation("n", ("a", "b", "c"), (2.0, 2.0, 3.0)), Equation("top", ("c", "gap"))]
    block = only_block(("", state(counts, equations, ["a", "b", "c", "gap"], {"c": 1.0})))
    found = attack(block)
    assert [block.cells[i] for i in found.narrow] == ["c"]
    linear = Attacker(counts, equations).ranges(["a", "b", "c", "gap"]).loc["c"]
    assert linear["upper"] - linear["lower"] > 1


def test_a_range_with_holes_has_few_values():
    """a + 3 b = 7 leaves a = 1, 4, 7: six wide, three values."""
    counts = pd.Series({"a": 4.0, "b": 1.0, "n": 7.0})
    block = only_block(("", state(counts, [Equation("n", ("a", "b"), (1.0, 3.0))], ["a", "b"], {"a": 5.0})))
    assert range_of(block, 0) == (1, 7)
    assert not len(attack(block).narrow)
    assert possible_values(block, 0, 1, 7, most=6) == [1, 4, 7]


def test_an_inequality_narrows_a_range():
    counts = pd.Series({"a": 2.0, "b": 20.0, "n": 22.0})
    own = state(counts, [Equation("n", ("a", "b"))], ["a", "b"], {"a": 5.0})
    union = unite([("", own)])
    assert ranges(union)["a"] == (0, 22)
    union.state(Statement({"a": 1.0, "b": -0.25}, -np.inf, 0.0, "verdict"))
    assert ranges(union)["a"] == (0, 4)
    union.state(Statement({"a": 1.0}, 1.0, 3.0, "rate"))
    assert ranges(union)["a"] == (1, 3)
    assert union.leaks == []


def test_a_statement_that_is_not_true_is_a_contradiction():
    union = unite([("", state(pd.Series({"a": 2.0}), [], ["a"], {"a": 5.0}))])
    union.state(Statement({"a": 1.0}, 7.0, 9.0, "somewhere"))
    assert [leak.kind for leak in union.leaks] == ["contradiction"]


def test_a_statement_on_a_cell_that_no_ledger_knows_is_not_dropped():
    union = unite([("", state(pd.Series({"a": 2.0}), [], ["a"], {"a": 5.0}))])
    union.state(Statement({"a": 1.0, "b": 1.0}, 2.0, 9.0, "somewhere"))
    assert [(leak.kind, leak.cell, leak.given_by) for leak in union.leaks] == [
        ("unknown_cell", "b", ("somewhere",))
    ]


# Two editions ----------------------------------------------------------------------------------------------


def edition(n, *, hidden=()):
    counts = pd.Series({"count|a|s|2020": float(n), "count|b|s|2020": 30.0, "count|*|s|2020": n + 30.0})
    equation = Equation("count|*|s|2020", ("count|a|s|2020", "count|b|s|2020"))
    return state(counts, [equation], hidden, dict.fromkeys(set(hidden) & {"count|a|s|2020"}, 5.0))


def test_two_editions_that_differ_by_two_late_reports_tell_them():
    union = unite([("mid", edition(22)), ("end", edition(20))])
    told = {c: r for c, r in ranges(union).items() if c.startswith("change|count|a")}
    assert {high - low for low, high in told.values()} == {0}
    assert len(told) == 1


def test_editions_that_agree_tell_nothing_new():
    hidden = ["count|a|s|2020", "count|b|s|2020"]
    union = unite([("mid", edition(3, hidden=hidden)), ("end", edition(3, hidden=hidden))])
    assert ranges(union) == {"count|a|s|2020": (0, 33)}


def test_what_one_edition_shows_another_cannot_hide():
    hidden = ["count|a|s|2020", "count|b|s|2020"]
    union = unite([("mid", edition(3, hidden=hidden)), ("end", edition(3))])
    assert not {"count|a|s|2020", "count|b|s|2020"} & union.hidden


def test_a_large_change_is_no_secret():
    union = unite([("mid", edition(40)), ("end", edition(20))])
    assert ranges(union) == {}


# Against the attacker of protection ------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=3, max_size=4),
    data=st.data(),
)
def test_ranges_of_two_way_tables_are_those_of_the_other_attacker(rows, data):
    """Two-way tables are totally unimodular: whole numbers tell no more than the linear programme."""
    counts, equations = two_way(rows)
    inner = [cell for cell in counts.index if "c" in cell[1:]]
    hidden = data.draw(st.lists(st.sampled_from(inner), min_size=1, unique=True))
    ours = ranges(unite([("", state(counts, equations, hidden, dict.fromkeys(hidden, 5.0)))]))
    theirs = Attacker(counts, equations).ranges(hidden)
    for cell in hidden:
        assert tuple(theirs.loc[cell]) == pytest.approx(ours[cell])


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.lists(st.integers(0, 30), min_size=4, max_size=4), min_size=4, max_size=4))
def test_the_attack_never_wins_against_protected_tables(rows):
    counts, equations = two_way(rows)
    inner = [cell for cell in counts.index if "c" in cell[1:]]
    small = [cell for cell in inner if counts[cell] < 5]
    hidden = hidden_cells(counts, equations, small, threshold=5)
    whole = Attacker(counts, equations).ranges(counts.index)  # what no suppression can widen
    possible = {c: 5.0 for c in small if whole.loc[c, "upper"] - whole.loc[c, "lower"] >= 5}
    for block in blocks(unite([("", state(counts, equations, hidden, possible))])):
        assert not len(attack(block).narrow)


def test_the_order_of_cells_and_equations_changes_nothing():
    counts, equations = two_way(SDC)
    own = state(counts, equations, [*HIDDEN, "r1c3"], dict.fromkeys(HIDDEN, 5.0))
    other = state(counts[::-1], equations[::-1], [*HIDDEN[::-1], "r1c3"], dict.fromkeys(HIDDEN[::-1], 5.0))
    assert ranges(unite([("", own)])) == ranges(unite([("", other)]))
