"""The linear programmes and the attacker that asks them, against scipy's own linprog on random systems."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_array

from diaban.release.ranges.programme import Programme
from diaban.release.ranges.ranges import Attacker, Equation


def random_system(seed: int) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    """A matrix of a few equations, and the right side of a solution that is not negative."""
    rng = np.random.default_rng(seed)
    rows, columns = rng.integers(1, 5), rng.integers(2, 8)
    matrix = rng.integers(-2, 3, size=(rows, columns)).astype(float)
    return matrix, matrix @ rng.integers(0, 9, size=columns), rng


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.booleans())
def test_the_optimum_is_that_of_linprog(seed, capped):
    matrix, known, rng = random_system(seed)
    top = np.full(matrix.shape[1], 20.0) if capped else None
    programme = Programme(csr_array(matrix), known, upper=top)
    for _ in range(4):  # one solver, many questions: each must not depend on those before it
        aim = rng.normal(size=matrix.shape[1]).round(2)
        bounds = [(0, 20.0 if capped else None)] * matrix.shape[1]
        expected = linprog(aim, A_eq=matrix, b_eq=known, bounds=bounds)
        found = programme.smallest(aim)
        if expected.status == 0:
            assert found is not None
            assert aim @ found == pytest.approx(expected.fun, abs=1e-6)
            assert matrix @ found == pytest.approx(known, abs=1e-6)
            assert found.min() >= -1e-9
        else:
            assert expected.status in (3, 4)
            assert found is None


def test_prices_are_what_a_unit_more_would_cost():
    """min 2x + 3y with x + y = 10, x + z = 4: x is 4; a unit more of 10 costs 3, of 4 it saves 1."""
    matrix = csr_array(np.array([[1.0, 1, 0], [1, 0, 1]]))
    programme = Programme(matrix, np.array([10.0, 4.0]))
    found = programme.smallest(np.array([2.0, 3.0, 0.0]))
    assert found == pytest.approx([4, 6, 0])
    assert programme.prices() == pytest.approx([3, -1])


def test_no_least_value_is_none():
    programme = Programme(csr_array(np.array([[1.0, -1.0]])), np.array([0.0]))
    assert programme.smallest(np.array([-1.0, 0.0])) is None
    assert programme.smallest(np.array([1.0, 0.0])) == pytest.approx([0, 0])


@pytest.mark.parametrize("aim", [[0.0, 0.0], [1.0, 0.0], [-1.0, 0.0], [-1.0, -1.0]])
def test_numbers_that_contradict_each_other_raise(aim):
    """x + y = 1 and x + y = 2: whatever is asked for, none of it is possible, which is not 'no limit'."""
    programme = Programme(csr_array(np.array([[1.0, 1.0], [1.0, 1.0]])), np.array([1.0, 2.0]))
    with pytest.raises(ArithmeticError):
        programme.smallest(np.array(aim))


def test_a_contradiction_beside_an_unbounded_cell_raises():
    """x = y + 1 without limit, and z = -1, which no count can be."""
    matrix = csr_array(np.array([[1.0, -1.0, 0.0], [0.0, 0.0, 1.0]]))
    programme = Programme(matrix, np.array([1.0, -1.0]))
    with pytest.raises(ArithmeticError):
        programme.smallest(np.array([-1.0, 0.0, 0.0]))


def test_nothing_is_printed(capfd):
    """Output past Python's own would show here; what is printed afterwards still arrives."""
    Programme(csr_array(np.array([[1.0, 1.0]])), np.array([3.0])).smallest(np.array([1.0, 2.0]))
    print("later")
    assert capfd.readouterr() == ("later\n", "")


def test_the_first_solver_of_a_process_prints_nothing_either():
    """It is the first one whose banner comes."""
    script = """
import numpy as np
from scipy.sparse import csr_array
from diaban.release.ranges.programme import Programme
programme = Programme(csr_array(np.array([[1.0, 1.0]])), np.array([3.0]))
print(programme.smallest(np.array([1.0, 2.0])).sum(), flush=True)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("3.0\n", "")


# The attacker ----------------------------------------------------------------------------------------------


@st.composite
def linked(draw):
    """Cells, equations with weights, constants and slacks that hold, and the cells that are hidden."""
    counts = {f"c{i}": float(draw(st.integers(0, 12))) for i in range(draw(st.integers(3, 7)))}
    names, equations = sorted(counts), []
    for n in range(draw(st.integers(1, 4))):
        chosen = draw(st.lists(st.sampled_from(names), min_size=2, max_size=4, unique=True))
        total, parts = chosen[0], tuple(chosen[1:])
        weights = tuple(draw(st.sampled_from([1.0, 0.97, 2.0, -1.0])) for _ in parts)
        rest = counts[total] - sum(w * counts[p] for w, p in zip(weights, parts, strict=True))
        if draw(st.booleans()):
            equations.append(Equation(total, parts, weights, rest))
        else:
            counts[f"slack{n}"] = abs(rest)
            sign = 1.0 if rest >= 0 else -1.0
            equations.append(Equation(total, (*parts, f"slack{n}"), (*weights, sign)))
    hidden = set(draw(st.lists(st.sampled_from(names), min_size=1, unique=True)))
    return pd.Series(counts), equations, hidden | {c for c in counts if c.startswith("slack")}


def by_linprog(counts, equations, hidden, cell) -> tuple[float, float]:
    names = list(counts.index)
    matrix, right = np.zeros((len(equations), len(names))), np.zeros(len(equations))
    for n, e in enumerate(equations):
        matrix[n, names.index(e.total)] = -1.0
        for part, weight in zip(e.parts, e.weights or [1.0] * len(e.parts), strict=True):
            matrix[n, names.index(part)] += weight
        right[n] = -e.constant
    bounds = [(0, None) if c in hidden else (counts[c], counts[c]) for c in names]
    ends = []
    for sign in (1.0, -1.0):
        found = linprog(sign * np.array([c == cell for c in names]), A_eq=matrix, b_eq=right, bounds=bounds)
        assert found.status in (0, 3), found.message
        ends.append(sign * found.fun if found.status == 0 else np.inf)
    return ends[0], ends[1]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(linked())
def test_ranges_with_weights_constants_and_slacks_are_those_of_linprog(system):
    counts, equations, hidden = system
    told = Attacker(counts, equations).ranges(hidden)
    for cell in sorted(hidden):
        assert tuple(told.loc[cell]) == pytest.approx(by_linprog(*system, cell), abs=1e-5), cell


@settings(max_examples=40, deadline=None, derandomize=True)
@given(linked(), st.sampled_from([3.0, 6.0]))
def test_with_enough_a_range_is_never_said_to_be_wider_than_it_is(system, enough):
    """The short cut may stop early, but says of the same cells that they are narrower than enough."""
    counts, equations, hidden = system
    told = Attacker(counts, equations, enough=enough).ranges(hidden)
    for cell in sorted(hidden):
        low, high = by_linprog(*system, cell)
        width = told.loc[cell, "upper"] - told.loc[cell, "lower"]
        assert low - 1e-5 <= told.loc[cell, "lower"] <= counts[cell] + 1e-5
        assert counts[cell] - 1e-5 <= told.loc[cell, "upper"] <= high + 1e-5
        if high - low > enough + 1e-5:
            assert width >= enough - 1e-5
        else:
            assert width == pytest.approx(high - low, abs=1e-5)


def test_a_weight_of_nothing_does_not_break_the_bounds():
    """The target of a fall by 100 %: met is x <= 0 times y, so x is 0 and y is free."""
    counts = pd.Series({"x": 0.0, "y": 4.0, "slack": 0.0})
    told = Attacker(counts, [Equation("x", ("y", "slack"), (0.0, -1.0))]).ranges(counts.index)
    assert told.loc["x"].tolist() == [0, 0]
    assert told.loc["y"].tolist() == [0, np.inf]


@pytest.mark.filterwarnings("error")
def test_a_range_without_an_upper_end_needs_no_warning():
    """x is at least y, and both can be as large as they like."""
    counts = pd.Series({"x": 3.0, "y": 2.0, "slack": 1.0})
    told = Attacker(counts, [Equation("x", ("y", "slack"))]).ranges(counts.index)
    assert told["upper"].tolist() == [np.inf] * 3
    assert told["lower"].tolist() == [0] * 3


def test_bounds_and_a_new_start_change_no_answer():
    """x + y = 10: the least x is 0; with y at most 4 it is 6; without that again 0."""
    programme = Programme(csr_array(np.array([[1.0, 1.0]])), np.array([10.0]))
    aim = np.array([1.0, 0.0])
    assert programme.smallest(aim) == pytest.approx([0, 10])
    programme.bound(1, 0.0, 4.0)
    assert programme.smallest(aim) == pytest.approx([6, 4])
    programme.start_anew()
    assert programme.smallest(aim) == pytest.approx([6, 4])
    programme.bound(1, 0.0, np.inf)
    programme.start_anew()
    assert programme.smallest(aim) == pytest.approx([0, 10])
