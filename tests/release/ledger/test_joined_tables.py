"""A release is judged together with what was given out before."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from diaban.release.ledger.joined import CHANGE, SHIFT, joined, small_changes, then
from diaban.release.ledger.ledger import Ledger
from diaban.release.ledger.state import LedgerState
from diaban.release.ranges.ranges import Attacker, Equation
from diaban.release.suppression.suppression import hidden_cells

THRESHOLD = 5
PLACES = ("a", "b", "c", "d")


def table(values: list[int]) -> tuple[pd.Series, list[Equation]]:
    """count|a|s|p … add up to count|*|s|p."""
    cells = {f"count|{place}|s|p": float(n) for place, n in zip(PLACES, values, strict=True)}
    counts = pd.Series(cells | {"count|*|s|p": float(sum(values))})
    return counts, [Equation("count|*|s|p", tuple(cells))]


def first_edition(values: list[int]) -> LedgerState:
    counts, equations = table(values)
    small = set(counts.index[counts < THRESHOLD])
    hidden = hidden_cells(counts, equations, small, threshold=THRESHOLD)
    return Ledger(counts, equations, hidden, small, threshold=THRESHOLD).state


def second_edition(values: list[int], state: LedgerState) -> tuple[set[str], Ledger]:
    counts, equations = table(values)
    small = set(counts.index[counts < THRESHOLD])
    before = joined(counts, [("one", state)], THRESHOLD)
    others = before.counts[~before.counts.index.isin(counts.index)]
    both = pd.concat([counts, others])
    hidden = hidden_cells(
        both,
        [*equations, *before.equations],
        small,
        threshold=THRESHOLD,
        shown=before.shown,
        hidden=before.hidden,
        needed=before.needed,
    )
    ledger = Ledger(
        both,
        [*equations, *before.equations],
        hidden,
        small - before.shown,
        threshold=THRESHOLD,
        needed=before.needed,
        editions=["one"],
    )
    return hidden, ledger


def test_the_same_counts_are_the_same_cells() -> None:
    values = [3, 4, 20, 30]
    state = first_edition(values)
    before = joined(table(values)[0], [("one", state)], THRESHOLD)
    assert set(before.counts.index) == set(state.counts.index), "nothing under another name"
    assert before.shown == set(state.counts.index) - set(state.hidden)


def test_one_late_case_is_not_told_by_two_editions() -> None:
    """20 and then 21, both shown, would tell it."""
    state = first_edition([9, 14, 20, 30])
    assert not state.hidden
    hidden, _ = second_edition([9, 14, 21, 30], state)
    assert "count|c|s|p" in hidden
    assert "count|*|s|p" in hidden, "the whole rose by one, and the others did not"


def test_many_late_cases_may_be_told() -> None:
    hidden, _ = second_edition([9, 14, 27, 30], first_edition([9, 14, 20, 30]))
    assert {cell for cell in hidden if not cell.startswith(CHANGE)} == set()


def test_what_was_shown_cannot_be_hidden_and_what_was_hidden_stays() -> None:
    values = [3, 9, 20, 30]
    state = first_edition(values)
    assert {"count|a|s|p", "count|b|s|p"} <= state.hidden, "9 was hidden beside 3"
    hidden, _ = second_edition(values, state)
    assert hidden == set(state.hidden)


def test_a_change_is_a_cell_that_may_be_negative() -> None:
    counts, _ = table([9, 14, 18, 30])
    before = joined(counts, [("one", first_edition([9, 14, 20, 30]))], THRESHOLD)
    change = CHANGE + then("count|c|s|p", "one")
    assert before.counts[change] == SHIFT - 2
    assert small_changes(before.counts[before.counts.index.str.startswith(CHANGE)].to_dict(), 5) == [
        CHANGE + then("count|c|s|p", "one"),
        CHANGE + then("count|*|s|p", "one"),
    ]


def test_cells_that_come_later_are_linked_to_those_of_then() -> None:
    state = first_edition([9, 14, 20, 30])
    with_more = Ledger(state.counts, state.equations, (), set(), threshold=THRESHOLD)
    with_more.add(pd.Series({"reports|a": 12.0, "files|x": 12.0}), [])
    assert with_more.show({"reports|a", "files|x"})
    _, ledger = second_edition([9, 14, 20, 30], with_more.state)
    ledger.add(pd.Series({"reports|a": 12.0, "files|x": 14.0}), [])
    assert ledger.show({"reports|a"}), "the same as before"
    assert not ledger.show({"files|x"}), "two files more than before"


def test_editions_that_hold_cells_of_each_other_name_each_once() -> None:
    """The second was told with the first, and the first was protected again with the second."""
    counts, _ = table([9, 14, 22, 30])
    first, second = {"x|a": 3.0, "x|b": 7.0}, {"x|a": 4.0, "x|b": 7.0, "x|a@one": 3.0, "x|b@one": 9.0}
    again = first | {"x|a@two": 4.0, "change|x|a@two": SHIFT - 1}
    states = [
        ("one", LedgerState(pd.Series(again), [], frozenset(again), {"x|a": 2.0}, THRESHOLD)),
        ("two", LedgerState(pd.Series(second), [], frozenset(second), {"x|a@one": 5.0}, THRESHOLD)),
    ]
    found = joined(counts, states, THRESHOLD)
    assert found.counts.to_dict() == {
        "x|a@one": 3.0,
        "x|b@one": 7.0,
        "x|a@two": 4.0,
        "x|b@two": 7.0,
        "change|x|a@two": SHIFT - 1,
        "x|b@one@two": 9.0,
    }, "a count that the other does not have is a cell of its own"
    assert found.needed == {"x|a@one": 5.0}, "the wider of both"


def test_a_state_is_kept_and_found_again(tmp_path) -> None:
    state = first_edition([3, 9, 20, 30])
    state.save(tmp_path)
    again = LedgerState.load(tmp_path)
    pd.testing.assert_series_equal(again.counts, state.counts)
    assert (again.equations, again.hidden, again.needed, again.threshold) == (
        state.equations,
        state.hidden,
        state.needed,
        state.threshold,
    )


values_of_a_row = st.lists(st.integers(0, 25), min_size=4, max_size=4)


@settings(deadline=None, max_examples=60)
@given(before=values_of_a_row, changes=st.lists(st.integers(-3, 8), min_size=4, max_size=4))
def test_no_attacker_who_has_both_learns_a_small_change_or_count(before, changes) -> None:
    """By scipy's solver over both editions: cells as they are, every change a free difference."""
    after = [max(n + change, 0) for n, change in zip(before, changes, strict=True)]
    state = first_edition(before)
    hidden, _ = second_edition(after, state)
    names = [*PLACES, "*"]
    rows, right, bounds = [], [], [(0, None)] * 10
    for shift, values in ((0, before), (5, after)):
        rows.append([0.0] * 10)
        right.append(0.0)
        rows[-1][shift : shift + 5] = [1, 1, 1, 1, -1]
        hides = state.hidden if shift == 0 else hidden
        for n, place in enumerate(names):
            if f"count|{place}|s|p" not in hides:
                value = sum(values) if place == "*" else values[n]
                bounds[shift + n] = (value, value)
    same = [n for n in range(5) if ([*before, sum(before)])[n] == ([*after, sum(after)])[n]]
    for n in same:
        rows.append([0.0] * 10)
        right.append(0.0)
        rows[-1][n], rows[-1][n + 5] = 1, -1

    def width(objective: list[float]) -> float:
        ends = []
        for sign in (1, -1):
            found = linprog([sign * o for o in objective], A_eq=rows, b_eq=right, bounds=bounds)
            ends.append(-sign * float("inf") if found.status == 3 else sign * found.fun)
        return abs(ends[1] - ends[0])

    for n in range(5):
        old, new = ([*before, sum(before)])[n], ([*after, sum(after)])[n]
        if 0 < abs(new - old) < THRESHOLD:
            objective = [0.0] * 10
            objective[n], objective[n + 5] = -1, 1
            assert width(objective) >= THRESHOLD - 1e-6, (names[n], before, after)
        if new < THRESHOLD and f"count|{names[n]}|s|p" not in before_shown(state):
            assert width([0.0] * (n + 5) + [1.0] + [0.0] * (4 - n)) >= THRESHOLD - 1e-6


def before_shown(state: LedgerState) -> set[str]:
    return set(state.counts.index) - set(state.hidden)


@pytest.mark.parametrize("change", [-4, -1, 1, 4])
def test_the_attacker_agrees(change: int) -> None:
    hidden, ledger = second_edition([9, 14, 20 + change, 30], first_edition([9, 14, 20, 30]))
    state = ledger.state
    cell = CHANGE + then("count|c|s|p", "one")
    seen = Attacker(state.counts, state.equations).ranges(hidden, of=[cell]).loc[cell]
    assert seen["upper"] - seen["lower"] >= THRESHOLD
