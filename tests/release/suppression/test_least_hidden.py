"""The choice of complementary cells: the best one, against every other, and the one for large blocks."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.release.audit.attack import attack
from diaban.release.audit.blocks import blocks
from diaban.release.audit.union import unite
from diaban.release.ledger.state import LedgerState
from diaban.release.ranges.ranges import Attacker, Equation
from diaban.release.suppression import least_hidden as search
from diaban.release.suppression.blocks import LinkedBlock, cell_weights, linked_blocks
from diaban.release.suppression.exposed import attainable, exposed_cells
from diaban.release.suppression.least_hidden import least_hidden
from diaban.release.suppression.near_least_hidden import near_least_hidden
from diaban.release.suppression.suppression import hidden_cells, small

THRESHOLD = 5


def table(rows: list[list[int]]) -> tuple[pd.Series, list[Equation]]:
    counts: dict[str, float] = {}
    columns = range(len(rows[0]))
    equations = []
    for i, row in enumerate(rows):
        counts |= {f"r{i}c{j}": float(row[j]) for j in columns} | {f"r{i}": float(sum(row))}
        equations.append(Equation(f"r{i}", tuple(f"r{i}c{j}" for j in columns)))
    for j in columns:
        counts[f"c{j}"] = float(sum(row[j] for row in rows))
        equations.append(Equation(f"c{j}", tuple(f"r{i}c{j}" for i in range(len(rows)))))
    counts["all"] = float(sum(map(sum, rows)))
    equations.append(Equation("all", tuple(f"r{i}" for i in range(len(rows)))))
    return pd.Series(counts), equations


def blocks_of(counts: pd.Series, equations: list[Equation], primary: list[str], **more) -> list[LinkedBlock]:
    given_out = {
        "known": set(),
        "group": {},
        "weights": cell_weights(counts, {}),
        "guessable": {*counts.index},
        "left": dict.fromkeys(counts.index, 3.0),
    } | more
    needed = dict.fromkeys(primary, float(THRESHOLD))
    return list(linked_blocks(counts, equations, needed=needed, kept_back=set(primary), **given_out))


def lost(block: LinkedBlock, hidden: np.ndarray) -> float:
    return float(block.weight[hidden & ~block.kept_back].sum())


def safe(counts: pd.Series, equations: list[Equation], hidden: set[str], primary: list[str]) -> bool:
    told = Attacker(counts, equations).ranges(hidden)
    return bool((told["upper"] - told["lower"]).loc[list(primary)].ge(THRESHOLD - 1e-6).all())


SQUARES = st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=4), min_size=3, max_size=4).filter(
    lambda rows: len({len(row) for row in rows}) == 1
)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(st.lists(st.integers(1, 25), min_size=3, max_size=3), min_size=3, max_size=3))
def test_no_choice_weighs_less(rows):
    """Against all choices of up to four further cells, by the attacker's own ranges."""
    counts, equations = table(rows)
    primary = [cell for cell in counts.index if counts[cell] < THRESHOLD]
    weight = cell_weights(counts, {})
    least = 0.0
    for block in map(attainable, blocks_of(counts, equations, primary)):
        best = least_hidden(block)
        assert best is not None
        least += float(block.weight[best & ~block.kept_back].sum())
    others = [cell for cell in counts.index if cell not in primary]
    for size in range(5):
        for further in combinations(others, size):
            if sum(weight[cell] for cell in further) < least - 1e-6:
                assert not safe(counts, equations, {*primary, *further}, primary), further


def test_a_table_solved_by_hand():
    """[[3, 20, 11], [30, 40, 12], [21, 22, 23]]: the corner needs a rectangle; of the four that hold it the
    lightest is (0, 2) x (0, 1): 11 + 30 + 12 and three cells."""
    counts, equations = table([[3, 20, 11], [30, 40, 12], [21, 22, 23]])
    hidden = hidden_cells(counts, equations, ["r0c0"], threshold=THRESHOLD)
    assert hidden == {"r0c0", "r0c2", "r1c0", "r1c2"}


@settings(max_examples=30, deadline=None, derandomize=True)
@given(SQUARES)
def test_the_choice_for_large_blocks_is_safe_and_never_better(rows):
    counts, equations = table(rows)
    for block in map(attainable, blocks_of(counts, equations, list(counts.index[small(counts, THRESHOLD)]))):
        near, best = near_least_hidden(block), least_hidden(block)
        assert best is not None
        assert not len(exposed_cells(block, near))
        assert not len(exposed_cells(block, best))
        assert lost(block, best) <= lost(block, near) + 1e-6
        assert (near >= block.kept_back).all()
        assert (best >= block.kept_back).all()


@settings(max_examples=30, deadline=None, derandomize=True)
@given(SQUARES)
def test_what_is_hidden_is_all_needed(rows):
    """No further cell can be shown again, in either choice."""
    counts, equations = table(rows)
    for block in map(attainable, blocks_of(counts, equations, list(counts.index[small(counts, THRESHOLD)]))):
        for hidden in (near_least_hidden(block), least_hidden(block)):
            for cell in np.flatnonzero(hidden & ~block.kept_back):
                without = hidden.copy()
                without[cell] = False
                assert len(exposed_cells(block, without)), block.cells[cell]


@settings(max_examples=25, deadline=None, derandomize=True)
@given(SQUARES, st.booleans())
def test_the_attack_in_whole_numbers_finds_nothing(rows, best):
    counts, equations = table(rows)
    primary = counts.index[small(counts, THRESHOLD)]
    with pytest.MonkeyPatch.context() as patch:
        if not best:
            patch.setattr(search, "MOST", 0)
        hidden = hidden_cells(counts, equations, primary, threshold=THRESHOLD)
    state = LedgerState(counts, equations, frozenset(hidden), dict.fromkeys(primary, 5.0), THRESHOLD)
    widest = Attacker(counts, equations).ranges(counts.index)
    for block in blocks(unite([("", state)])):
        for cell in attack(block).narrow:
            name = block.cells[cell]
            assert widest.loc[name, "upper"] - widest.loc[name, "lower"] < THRESHOLD


@settings(max_examples=15, deadline=None, derandomize=True)
@given(SQUARES)
def test_the_same_for_the_same_input_in_any_order(rows):
    counts, equations = table(rows)
    primary = list(counts.index[small(counts, THRESHOLD)])
    first = hidden_cells(counts, equations, primary, threshold=THRESHOLD)
    again = hidden_cells(counts.iloc[::-1], equations, primary[::-1], threshold=THRESHOLD)
    assert first == again


def test_a_search_that_is_given_up_falls_back(monkeypatch):
    counts, equations = table([[3, 20, 11], [30, 40, 12], [21, 22, 23]])
    (block,) = map(attainable, blocks_of(counts, equations, ["r0c0"]))
    for name in ("MOST", "ROUNDS"):
        with monkeypatch.context() as patch:
            patch.setattr(search, name, 0)
            assert least_hidden(block) is None
            hidden = hidden_cells(counts, equations, ["r0c0"], threshold=THRESHOLD)
        assert safe(counts, equations, hidden, ["r0c0"])


def test_what_nothing_can_widen_is_kept_as_wide_as_can_be():
    """a + b = 4 is known already, so a lies between 0 and 4 whatever is hidden."""
    counts = pd.Series({"a": 3.0, "b": 1.0, "ab": 4.0})
    (block,) = blocks_of(counts, [Equation("ab", ("a", "b"))], ["a"], known={"ab"})
    assert attainable(block).needed.tolist() == [4.0, 0.0]
    hidden = hidden_cells(counts, [Equation("ab", ("a", "b"))], ["a"], threshold=THRESHOLD, shown=["ab"])
    assert hidden == {"a", "b"}


def test_cells_hidden_together_are_in_one_block():
    counts = pd.Series({"a": 3.0, "b": 20.0, "ab": 23.0, "x": 9.0, "y": 8.0, "xy": 17.0})
    equations = [Equation("ab", ("a", "b")), Equation("xy", ("x", "y"))]
    (block,) = blocks_of(counts, equations, ["a"], group={"b": "series", "x": "series"})
    assert block.cells == ["a", "ab", "b", "x", "xy", "y"]
    hidden = hidden_cells(counts, equations, ["a"], threshold=THRESHOLD, group={"b": "series", "x": "series"})
    assert hidden == {"a", "ab"}, "the total weighs 24, the series 21 + 10"


def test_weights_decide():
    """A cell that is missed more is dearer than a heavier one."""
    counts, equations = table([[3, 20, 11], [30, 40, 12], [21, 22, 23]])
    (block,) = map(attainable, blocks_of(counts, equations, ["r0c0"]))
    dear = [cell.endswith("c2") for cell in block.cells]
    other = replace(block, weight=np.where(dear, 1e4, block.weight))
    hidden = least_hidden(other)
    assert not any(cell.endswith("c2") for cell, one in zip(block.cells, hidden, strict=True) if one)
