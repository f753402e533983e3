"""Comparisons of groups in words, and other counts that say the same: how much a word leaves open.

That two shares differ clearly is no linear function of counts, so no linear programme says what it tells.
Here other counts are sought of which all the same is said: what they have in common at most is told. Of a
ratio with its limits, in one digit, no others were found where few cases stand behind it, so none is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diaban.analysis.handling.ratio_interval import mid_p
from diaban.release.tables.shown_q import FALSE_DISCOVERY, q_of_shown

FAMILY = ["stream", "role", "column"]
FEWER, MORE = "fewer", "more"
OF_GROUP, LEFT_OF_GROUP = "|of", "|left"

STEPS = 6000
"""At most, of the walk through other counts for the comparisons of a stream, role and column."""

_LOOK = 250

LARGEST_STEP = 3

TOTALS = ("resolved",)
"""Points of which it is told how many of all groups together came and went on."""

_SEED = 1


def group_cell(stream: str, role: str, column: str, group: str, point: str) -> str:
    """Cases of a group that went on at a point; with OF_GROUP behind it those that came to it, with
    LEFT_OF_GROUP those that did not go on."""
    return f"group|{stream}|{role}|{column}|{group}|{point}"


class Compared(NamedTuple):
    """Comparisons of one stream, role and column.

    cases: numbers of them; groups of the same size at several points have one. places: positions of n,
    n_cases, base_n, base_cases of each row, shape (rows, 4). sums: positions whose sum is told. pairs, names:
    of each group and point the positions of what went on and of what came, and its cell.
    """

    cases: NDArray[np.int64]
    places: NDArray[np.int64]
    sums: list[NDArray[np.int64]]
    pairs: list[tuple[int, int]]
    names: list[str]

    @property
    def groups(self) -> list[list[int]]:
        """Positions of all numbers of each group."""
        found: dict[str, set[int]] = {}
        for name, pair in zip(self.names, self.pairs, strict=True):
            found.setdefault(name.split("|")[4], set()).update(pair)
        return [sorted(members) for members in found.values()]


def compared(rows: pd.DataFrame, counts: Mapping[str, float]) -> Compared:
    """The numbers of `rows` (FAMILY, point, group, base) in `counts`, by cell: all of them are there."""
    stream, role, column = rows.iloc[0][FAMILY]
    keys = [(r.point, group) for r in rows.itertuples() for group in (r.group, r.base)]
    cells = {
        (point, group): group_cell(stream, role, column, group, point) for point, group in dict.fromkeys(keys)
    }
    came = {
        p: tuple(sorted((g, counts[cell + OF_GROUP]) for (q, g), cell in cells.items() if q == p))
        for p in dict.fromkeys(rows["point"])
    }
    position: dict[tuple, int] = {}
    place: dict[tuple, int] = {}
    values: dict[int, int] = {}
    for (point, group), cell in cells.items():
        for end, one in (("", cell), (OF_GROUP, (group, came[point]))):
            at = place[point, group, end] = position.setdefault((one,), len(position))
            values[at] = round(counts[cell + end])
    sums = [
        np.array([place[p, g, end] for q, g in cells if q == p])
        for p in came
        if p in TOTALS
        for end in (OF_GROUP, "")
    ]
    rows_at = [[place[r.point, g, end] for g in (r.group, r.base) for end in ("", OF_GROUP)]
          for r in rows.itertuples()]  # fmt: skip
    pairs = [(place[p, g, ""], place[p, g, OF_GROUP]) for p, g in cells]
    return Compared(np.array([*values.values()]), np.array(rows_at), sums, pairs, [*cells.values()])


def words(counts: NDArray, others: NDArray, comparisons: int) -> list[str]:
    """What is said of comparisons, counts of shape (rows, 4), beside the p of `others`: FEWER, MORE or ""."""
    n, of, base_n, base_of = counts.astype(float).T
    clear = _clear(counts, others, comparisons)[: len(counts)]
    return np.select([~clear, n * base_of < base_n * of], ["", FEWER], MORE).tolist()


def _clear(counts: NDArray, others: NDArray, comparisons: int) -> NDArray[np.bool_]:
    """Which of all comparisons that are shown come out, these first."""
    p = np.concatenate([mid_p(*counts.astype(float).T), others])
    return q_of_shown(p, comparisons) < FALSE_DISCOVERY


def large(counts: NDArray, least: int) -> NDArray[np.bool_]:
    """Of each comparison, counts of shape (rows, 4), whether none of its four groups is small."""
    n, of, base_n, base_of = counts.T
    return np.min([n, of - n, base_n, base_of - base_n], axis=0) >= least


def ways(
    one: Compared, shown: NDArray[np.bool_], least: int, others: NDArray[np.float64], comparisons: int
) -> dict[str, list[float]]:
    """Cell -> numbers that it can be where all is said as it is: what went on and what did not of every
    group and point of which that is few, under `least`; of each one more than `least` numbers, if they are
    found. shown: rows of `one` of which something is said; the others must stay too small for it.

    A walk by a few cases at a time; and those that went on change places with those that did not, as it is
    not told which of the two is small. What is told of all groups together stays as it is, and so does which
    of two numbers of a group is the larger, as whoever is further on has come to the earlier points: more is
    kept than is told, so there may be other ways still. others: p of what is shown elsewhere.
    """
    rng = np.random.default_rng(_SEED)
    at, moves, order, turns = one.places[shown], _moves(one), _order(one), _turns(one)

    def said(way: NDArray) -> list:
        return [*words(way[at], others, comparisons), *_clear(way[at], others, comparisons).tolist()]

    as_it_is = said(one.cases)
    here, found = one.cases, [one.cases]
    every = len(moves) + len(turns)
    chosen = zip(rng.integers(0, every, STEPS), rng.integers(1, LARGEST_STEP + 1, STEPS), strict=True)
    for step, (move, size) in enumerate(chosen):
        if step % _LOOK == 0 and open_enough(_of_few(one, found, least), least):
            break
        if move < len(moves):
            way = here + size * moves[move]
        else:
            n, of = turns[move - len(moves)]
            way = here.copy()
            way[n] = here[of] - here[n]
        if way.min() < 0 or (way[order[:, 0]] > way[order[:, 1]]).any():
            continue
        if (large(way[one.places], least) == shown).all() and said(way) == as_it_is:
            here = way
            found.append(way)
    return _of_few(one, found, least)


def _of_few(one: Compared, found: Sequence[NDArray], least: int) -> dict[str, list[float]]:
    reached = np.array(found)
    parts: dict[str, NDArray] = {}
    for name, (n, of) in zip(one.names, one.pairs, strict=True):
        parts |= {name: reached[:, n], name + LEFT_OF_GROUP: reached[:, of] - reached[:, n]}
    return {
        name: np.unique(values).astype(float).tolist() for name, values in parts.items() if values[0] < least
    }


def open_enough(found: Mapping[str, Sequence[float]], least: int) -> bool:
    """Whether each of the cells may be so many numbers that nobody knows more of it than to `least`."""
    return all(len(values) > least for values in found.values())


def _moves(one: Compared) -> NDArray[np.int64]:
    """One case more or fewer; where a sum is told, from one group to another; and numbers of a group that are
    alike together."""
    each, bound = np.eye(len(one.cases), dtype=np.int64), {int(i) for s in one.sums for i in s}
    alike = [
        each[[i for i in group if one.cases[i] == n]].sum(axis=0)
        for group in one.groups
        for n in dict.fromkeys(one.cases[group].tolist())
    ]
    free = [move for move in [*each, *alike] if not bound & set(np.flatnonzero(move).tolist())]
    within = [each[i] - each[j] for s in one.sums for i in s for j in s if i != j]
    return np.array([*free, *[-move for move in free], *within])


def _turns(one: Compared) -> list[tuple[int, int]]:
    """What went on, and what came, where the sum of neither is told."""
    bound = {int(i) for s in one.sums for i in s}
    return [(n, of) for n, of in one.pairs if n not in bound]


def _order(one: Compared) -> NDArray[np.int64]:
    """Pairs of positions of a group of which the first is no larger, shape (pairs, 2)."""
    return np.array([
        (low, high)
        for group in one.groups
        for low in group
        for high in group
        if low != high and one.cases[low] <= one.cases[high]
    ])  # fmt: skip
