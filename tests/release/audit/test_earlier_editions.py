"""Editions are attacked alike: one that adds to what was told before is stopped, one that does not is not."""

from __future__ import annotations

import pandas as pd
import pytest

from diaban.release.audit import audit
from diaban.release.cube import Cube
from diaban.release.ledger.state import LedgerState
from diaban.release.published import Published
from diaban.release.ranges.ranges import Equation

A, B, C, WHOLE = (f"count|{place}|s|2020" for place in ("a", "b", "c", "*"))
COUNTS = pd.Series({A: 3.0, B: 4.0, C: 30.0, WHOLE: 37.0})
SUM = Equation(WHOLE, (A, B, C))


def rates(**told):
    """One row a locality: its cases, where they are told."""
    rows = pd.DataFrame({"locality": list("abc"), "period": "2020", "stream": "s", "person_years": 1000.0})
    rows["cases"] = pd.array([told.get(place) for place in rows["locality"]], dtype="Float64")
    empty = ["expected", "reference_rate", "z", "outlier", "shrunk_rate", "shrunk_lower", "shrunk_upper",
             "probability_above", "rank_lower", "rank_upper"]  # fmt: skip
    return rows.assign(hidden=rows["cases"].isna(), **dict.fromkeys(empty))


def edition(name, *, hidden, frames=None, needed=None, facts=None):
    """An edition that hides these cells, of which A and B are protected."""
    needs = {cell: 5.0 for cell in (A, B) if cell in hidden} if needed is None else needed
    localities = pd.DataFrame({"locality": list("abc")})
    cube = Cube({"localities": localities, **(frames or {})}, facts or {})
    return Published(name, cube, LedgerState(COUNTS, [SUM], frozenset(hidden), needs, 5))


def kinds(leaks):
    return {(leak.kind, leak.cell) for leak in leaks}


def test_two_editions_that_hide_alike():
    found = audit(edition("new", hidden=[A, B]), [edition("old", hidden=[A, B])])
    assert found.ok
    assert found.told_before == []
    assert found.certificate["told_before"] == 0


def test_a_count_that_the_earlier_edition_printed_is_told_before():
    """The newest hides it, and adds nothing: b follows from what was printed then, not from now."""
    then = edition("old", hidden=[A, B], frames={"rates": rates(a=3, c=30)})
    found = audit(edition("new", hidden=[A, B]), [then])
    assert found.ok
    assert ("hidden_value", A) in kinds(found.told_before)
    assert ("told", B) in kinds(found.told_before)
    assert found.certificate["told_before"] == len(found.told_before)


def test_the_same_count_printed_now_stops_it():
    now = edition("new", hidden=[A, B], frames={"rates": rates(a=3, c=30)})
    found = audit(now, [edition("old", hidden=[A, B])])
    assert ("hidden_value", A) in kinds(found.leaks)
    assert found.told_before == []


def test_what_follows_only_from_both_editions_stops_the_newest():
    """Then a was printed, and c was hidden; now c is shown, and b is the difference."""
    then = edition("old", hidden=[A, B, C], frames={"rates": rates(a=3)})
    alone = audit(then)
    assert ("told", B) not in kinds(alone.leaks)
    found = audit(edition("new", hidden=[A, B], needed={B: 5.0}), [then])
    assert kinds(found.leaks) == {("told", B)}
    assert kinds(found.told_before) == {("hidden_value", A)}


def test_a_protected_count_that_the_newest_shows_stops_it():
    """Its own ledger takes it for shown."""
    found = audit(edition("new", hidden=[B, C]), [edition("old", hidden=[A, B, C])])
    assert ("told", A) in kinds(found.leaks)


def test_a_protected_count_that_the_earlier_edition_showed_is_told_before():
    found = audit(edition("new", hidden=[A, B, C]), [edition("old", hidden=[B, C])])
    assert found.ok
    assert kinds(found.told_before) == {("told", A)}


@pytest.mark.parametrize(("frames", "facts"), [({"by_school": pd.DataFrame({"n": [3]})}, {}), ({}, {"x": 1})])
def test_what_nobody_understands_of_an_earlier_edition_stops_the_newest(frames, facts):
    """What both tell together cannot be known then."""
    then = edition("old", hidden=[A, B], frames=frames, facts=facts)
    found = audit(edition("new", hidden=[A, B]), [then])
    assert {(leak.kind, leak.edition) for leak in found.leaks} == {("unregistered", "old")}


def test_a_statement_of_the_earlier_edition_that_cannot_be_audited_counts_as_told():
    """Its q ranks a hidden comparison; of the counts that it speaks of nothing is promised any more."""
    cells = {f"theme|{place}|x|2020": n for place, n in (("a", 3.0), ("b", 2.0), ("c", 30.0), ("*", 35.0))}
    a, b, c, whole = cells
    needed = dict.fromkeys([a, b], 5.0)
    state = LedgerState(pd.Series(cells), [Equation(whole, (a, b, c))], frozenset(needed), needed, 5)
    silent = edition("new", hidden=[])._replace(state=state)
    rows = pd.DataFrame({"theme": "x", "locality": list("abc"), "stream": "*", "period": "2020"})
    rows = rows.assign(p=[None, None, 0.01], q=[None, None, 0.015], differs=None, comparisons=2)
    frames = {**silent.cube.frames, "theme_counts": rows.assign(hidden=[True, True, False])}
    then = Published("old", Cube(frames, {}), state)
    assert {leak.kind for leak in audit(then).leaks} == {"not_audited"}
    found = audit(silent, [then])
    assert found.ok
    assert kinds(found.told_before) == {("not_audited", a)}
    assert found.protected == 0
