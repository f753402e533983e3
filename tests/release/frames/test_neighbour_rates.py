"""Hidden neighbours together: whom they are put with is public, what is told of them gives no count away."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from diaban.analysis.rates import rates_table
from diaban.release.audit.attack import attack
from diaban.release.audit.blocks import blocks
from diaban.release.audit.union import unite
from diaban.release.cells import WHOLE, count_cell
from diaban.release.frames.neighbour_groups import Division
from diaban.release.frames.neighbour_rates import COLUMNS, rates_neighbours
from diaban.release.ledger.ledger import Ledger
from diaban.release.ranges.ranges import Attacker, Equation
from diaban.release.suppression.suppression import hidden_cells, small

THRESHOLD = 5
PERIODS = ("p", "q")


def line(places: str) -> pd.DataFrame:
    """A map in which each place touches the next one."""
    return pd.DataFrame({"a": list(places[:-1]), "b": list(places[1:])})


def division(pairs: pd.DataFrame, **at_risk: float) -> Division:
    return Division(pairs, {code: at_risk.get(code, 1.0) for code in "abcdefghij"})


def told(cases: dict[str, list[int]], pairs: pd.DataFrame) -> tuple[pd.DataFrame, Ledger, pd.Series]:
    """The frame of two periods that add up to a block, protected as a release is."""
    places = list(cases)
    rows = [
        (place, period, "s", n) for place in places for period, n in zip(PERIODS, cases[place], strict=True)
    ]
    exposed = pd.DataFrame(rows, columns=["locality", "period", "stream", "cases"]).assign(person_years=9e3)
    rates = rates_table(exposed, per=100_000, seed=1)
    counts: dict[str, float] = {}
    equations = []
    for place in [*places, WHOLE]:
        own = [sum(cases[p][n] for p in places) if place == WHOLE else cases[place][n] for n in range(2)]
        names = [count_cell(place, "s", period) for period in (*PERIODS, "block")]
        counts |= dict(zip(names, map(float, [*own, sum(own)]), strict=True))
        equations.append(Equation(names[-1], tuple(names[:-1])))
    for period in (*PERIODS, "block"):
        parts = tuple(count_cell(place, "s", period) for place in places)
        equations.append(Equation(count_cell(WHOLE, "s", period), parts))
    series = pd.Series(counts)
    primary = series.index[small(series, THRESHOLD)]
    hidden = hidden_cells(series, equations, primary, threshold=THRESHOLD)
    ledger = Ledger(series, equations, hidden, primary, threshold=THRESHOLD)
    keys = zip(rates["locality"], rates["period"], strict=True)
    hide = pd.Series([count_cell(place, "s", period) in hidden for place, period in keys], index=rates.index)
    return rates_neighbours(rates, hide, pairs, ledger, per=100_000, seed=1), ledger, hide


def of_p(frame: pd.DataFrame) -> dict[str, float]:
    return frame[frame["period"] == "p"].set_index("localities")["cases"].to_dict()


# The division ----------------------------------------------------------------------------------------------


def test_a_line_is_cut_where_both_sides_have_the_most_equal_population():
    assert division(line("abcdef")).halves(tuple("abcdef")) == (("a", "b", "c"), ("d", "e", "f"))
    heavy = division(line("abcdef"), f=9.0)
    assert heavy.halves(tuple("abcdef")) == (("a", "b", "c", "d"), ("e", "f")), "no part of a single place"


@pytest.mark.parametrize("group", ["", "a", "ab", "abc"])
def test_fewer_than_four_are_not_divided(group):
    assert division(line("abcd")).halves(tuple(group)) is None


def test_a_star_cannot_be_cut_into_parts_of_two():
    star = pd.DataFrame({"a": ["a", "a", "a"], "b": ["b", "c", "d"]})
    assert division(star).halves(("a", "b", "c", "d")) is None


def test_pieces_that_do_not_touch_are_parted_first():
    pairs = pd.concat([line("abc"), line("de")])
    assert division(pairs).halves(tuple("abcde")) == (("a", "b", "c"), ("d", "e"))
    assert not division(pairs).touches(tuple("abcde"))
    assert division(pairs).touches(tuple("abc"))


def test_a_long_border_binds_more_than_a_short_one():
    """A square: the two long borders are kept, a short one is cut."""
    pairs = pd.DataFrame({"a": ["a", "c", "a", "b"], "b": ["b", "d", "c", "d"], "border_km": [50, 50, 1, 1]})
    assert division(pairs).halves(tuple("abcd")) == (("a", "b"), ("c", "d"))


def test_each_place_is_in_one_part():
    ring = pd.concat([line("abcdefghij"), pd.DataFrame({"a": ["a"], "b": ["j"]})])
    first, second = division(ring).halves(tuple("abcdefghij"))
    assert sorted(first + second) == list("abcdefghij")


# What is told ----------------------------------------------------------------------------------------------


def test_neighbours_are_told_in_the_smallest_groups():
    """Six small places in a line, 12 of 4, 4, 4 on either side, and two large ones."""
    cases = {place: [3, 60] for place in "abcdef"} | {"y": [40, 50], "z": [50, 60]}
    cases |= {"a": [2, 60], "f": [2, 60]}
    frame, _, _ = told(cases, line("abcdef"))
    assert of_p(frame) == {"a;b;c": 8, "d;e;f": 8}
    assert list(frame.columns) == COLUMNS
    row = frame.iloc[0]
    assert row["touching"]
    assert row["person_years"] == 3 * 9e3
    assert row["rate"] == pytest.approx(8 / 27_000 * 100_000)
    assert row["lower"] < row["rate"] < row["upper"]
    assert row["reference_rate"] == pytest.approx(106 / 72_000 * 100_000)


def test_one_small_part_leaves_the_set_whole():
    cases = {place: [4, 60] for place in "abc"} | {place: [1, 60] for place in "def"}
    frame, _, _ = told(cases | {"y": [40, 50], "z": [50, 60]}, line("abcdef"))
    assert of_p(frame) == {"a;b;c;d;e;f": 15}


def test_counts_that_are_nearly_all_that_small_ones_can_be_are_not_told():
    """4, 4 and 4: whoever knows that each is below 5 reads each of them in a sum of 12."""
    cases = {place: [4, 60] for place in "abc"} | {place: [2, 60] for place in "def"}
    frame, _, _ = told(cases | {"y": [40, 50], "z": [50, 60]}, line("abcdef"))
    assert of_p(frame) == {"a;b;c;d;e;f": 18}


def test_places_that_do_not_touch_are_no_neighbours():
    cases = {place: [3, 60] for place in "abcd"} | {"y": [40, 50], "z": [50, 60]}
    frame, _, _ = told(cases, pd.DataFrame({"a": ["y"], "b": ["z"]}))
    assert frame.empty


def test_nothing_hidden_nothing_told():
    frame, _, _ = told({"a": [9, 60], "b": [8, 60]}, line("ab"))
    assert frame.empty
    assert list(frame.columns) == COLUMNS


COUNTS = st.lists(st.tuples(st.integers(0, 9), st.integers(5, 30)), min_size=6, max_size=10)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(COUNTS)
def test_no_group_gives_a_small_count_away(pairs):
    """Groups hide in themselves, each place is in one, sums are true, and the attack finds nothing more."""
    places = "abcdefghij"[: len(pairs)]
    cases = dict(zip(places, map(list, pairs), strict=True)) | {"z": [70, 80]}
    frame, ledger, hide = told(cases, line(places))
    for period, rows in frame.groupby("period"):
        together = ";".join(rows["localities"]).split(";")
        assert len(together) == len(set(together))
        for row in rows.itertuples():
            own = row.localities.split(";")
            assert len(own) >= 2
            assert row.cases == sum(cases[place][PERIODS.index(period)] for place in own) >= THRESHOLD
    assert hide.sum() >= frame["localities"].str.split(";").map(len).sum()
    promised = {cell: width for cell, width in ledger.state.needed.items() if width >= THRESHOLD}
    widest = Attacker(ledger.counts, ledger.state.equations).ranges(ledger.counts.index)
    for block in blocks(unite([("", ledger.state)])):
        for cell in attack(block).narrow:
            name = block.cells[cell]
            assert widest.loc[name, "upper"] - widest.loc[name, "lower"] < promised.get(name, np.inf)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(COUNTS)
def test_the_same_for_the_same_input(pairs):
    places = "abcdefghij"[: len(pairs)]
    cases = dict(zip(places, map(list, pairs), strict=True)) | {"z": [70, 80]}
    first, again = (told(cases, order)[0] for order in (line(places), line(places).iloc[::-1]))
    assert_frame_equal(first, again)


@pytest.mark.parametrize("all_of_them", list("abcdef"))
def test_that_a_set_stays_whole_fits_any_place_with_all_of_its_cases(all_of_them):
    """So the refusal to divide narrows the range of no place: all could be there, or none."""
    cases = {place: 12 if place == all_of_them else 0 for place in "abcdef"} | {"z": 50}
    rows = [(place, "p", "s", n, 9e3) for place, n in cases.items()]
    exposed = pd.DataFrame(rows, columns=["locality", "period", "stream", "cases", "person_years"])
    rates = rates_table(exposed, per=100_000, seed=1)
    counts = pd.Series({count_cell(place, "s", "p"): float(n) for place, n in cases.items()})
    equations = [Equation(count_cell(WHOLE, "s", "p"), tuple(counts.index))]
    counts[count_cell(WHOLE, "s", "p")] = 62.0
    hidden = [count_cell(place, "s", "p") for place in "abcdef"]
    ledger = Ledger(counts, equations, hidden, hidden, threshold=THRESHOLD)
    hide = rates["locality"] != "z"
    frame = rates_neighbours(rates, hide, line("abcdef"), ledger, per=100_000, seed=1)
    assert of_p(frame) == {"a;b;c;d;e;f": 12}
