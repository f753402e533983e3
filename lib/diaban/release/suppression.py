"""Which cells of a set of linked tables are hidden so that no small count can be read or worked out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from diaban.release.ranges import Attacker, Equation


def small(counts: pd.Series, threshold: int) -> pd.Series:
    """True where a count is below the threshold. Zero too: a shown zero would tell that no hidden one is."""
    return counts < threshold


def hidden_cells(
    counts: pd.Series,
    equations: Sequence[Equation],
    primary: Iterable[str],
    *,
    threshold: int,
    group: Mapping[str, str] | None = None,
    reluctance: Mapping[str, int] | None = None,
) -> set[str]:
    """`primary` and the complementary cells that keep each of them uncertain by at least `threshold`.

    counts: cell -> count, all cells of all linked tables. `group`: cell -> name of the cells that are
    hidden together (a series is shown whole or not at all). `reluctance`: cell -> how much it would be
    missed (default 0); of an equation the least missed is hidden first, and one above 0 only where nothing
    else helps. Greedy: as long as a primary cell can be told to less than `threshold`, the smallest visible
    cell that shares an equation with it (or with a hidden cell that is known all the same) is hidden too.
    Deterministic: ties go by cell name.
    """
    groups = _members(counts.index, group or {})
    linked = _Linked(counts.to_dict(), _equations_of(equations), reluctance or {})
    protected = set(primary)
    hidden = _with_groups(protected, groups)
    attacker = Attacker(counts, equations, enough=threshold)
    while hidden:
        ranges = attacker.ranges(hidden, of=protected)
        width = ranges["upper"] - ranges["lower"]
        exposed = [cell for cell in sorted(protected) if width[cell] < threshold]
        if not exposed:
            break
        useless = width.index[width == 0]  # hidden, yet known: it protects nothing
        added = linked.companions((*exposed, *useless), hidden) or linked.companions(sorted(hidden), hidden)
        hidden |= _with_groups(added, groups)
    return hidden


def also_shown(
    counts: pd.Series,
    equations: Sequence[Equation],
    hidden: set[str],
    candidates: Mapping[str, set[str]],
    *,
    protected: Iterable[str],
    unpublished: Iterable[str] = (),
    threshold: int,
) -> set[str]:
    """The cells of `candidates` that may be shown beside what is shown already, without hiding more of that.

    hidden: cells of the tables that were protected first. candidates: name -> cells that are shown together,
    tried in order of name; one that would tell a protected cell to less than `threshold` stays unpublished.
    unpublished: cells of the equations that nobody is ever shown.
    """
    attacker = Attacker(counts, equations, enough=threshold)
    away = set(unpublished).union(*candidates.values())
    kept = set(protected)
    shown: set[str] = set()
    for name in sorted(candidates):
        trial = shown | candidates[name]
        ranges = attacker.ranges(hidden | (away - trial), of=kept)
        width = (ranges["upper"] - ranges["lower"])[sorted(kept)]
        if (width >= threshold).all():
            shown = trial
    return shown


@dataclass(frozen=True)
class _Linked:
    """Counts and, for every cell, the equations that it stands in."""

    counts: dict[str, float]
    equations_of: dict[str, list[Equation]]
    reluctance: Mapping[str, int]

    def companions(self, cells: Iterable[str], hidden: set[str]) -> set[str]:
        found = (self._companion(cell, hidden) for cell in cells)
        return {cell for cell in found if cell is not None}

    def _companion(self, cell: str, hidden: set[str]) -> str | None:
        """The cheapest visible cell to hide beside `cell`: from its equation with the fewest hidden cells."""
        around = self.equations_of.get(cell, [])
        visible = [
            [c for c in equation.cells if c not in hidden]
            for equation in sorted(around, key=lambda e: len(hidden.intersection(e.cells)))
        ]
        readily = [[c for c in cells if self.reluctance.get(c, 0) <= 0] for cells in visible]
        choice = next((cells for cells in [*readily, *visible] if cells), [])
        return min(choice, key=self._cost, default=None)

    def _cost(self, cell: str) -> tuple[int, bool, float, str]:
        count = self.counts[cell]
        return self.reluctance.get(cell, 0), count == 0, count, cell


def _equations_of(equations: Sequence[Equation]) -> dict[str, list[Equation]]:
    found: dict[str, list[Equation]] = {}
    for equation in equations:
        for cell in equation.cells:
            found.setdefault(cell, []).append(equation)
    return found


def _members(cells: pd.Index, group: Mapping[str, str]) -> dict[str, set[str]]:
    """Cell -> all cells that are hidden with it."""
    together: dict[str, set[str]] = {}
    for cell in cells:
        together.setdefault(group.get(cell, cell), set()).add(cell)
    return {cell: together[group.get(cell, cell)] for cell in cells}


def _with_groups(cells: set[str], groups: dict[str, set[str]]) -> set[str]:
    return set().union(*(groups[cell] for cell in cells)) if cells else set()


def blank(frame: pd.DataFrame, hide: pd.Series, columns: Sequence[str]) -> pd.DataFrame:
    """`frame` with `columns` missing where `hide`, and a column `hidden` that says so."""
    blanked = frame.assign(hidden=np.asarray(hide, dtype=bool))
    for column in columns:
        blanked[column] = blanked[column].astype(object).where(~blanked["hidden"], None).convert_dtypes()
    return blanked
