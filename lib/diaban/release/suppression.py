"""Which cells of a set of linked tables are hidden so that no small count can be read or worked out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from diaban.release.ranges import Attacker, Equation


def small(counts: pd.Series, threshold: int) -> pd.Series:
    """True where a count is 1 up to threshold - 1 (zero is shown)."""
    return counts.between(1, threshold - 1)


def hidden_cells(
    counts: pd.Series,
    equations: Sequence[Equation],
    primary: Iterable[str],
    *,
    threshold: int,
    group: dict[str, str] | None = None,
) -> set[str]:
    """`primary` and the complementary cells that keep each of them uncertain by at least `threshold`.

    counts: cell -> count, all cells of all linked tables. `group`: cell -> name of the cells that are
    hidden together (a series is shown whole or not at all). Greedy: as long as a primary cell can be
    told to less than `threshold`, the smallest visible cell that shares an equation with it (or with a
    hidden cell that is known all the same) is hidden too. Deterministic: ties go by cell name.
    """
    groups = _members(counts.index, group or {})
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
        added = _companions((*exposed, *useless), counts, equations, hidden) or _companions(
            sorted(hidden), counts, equations, hidden
        )
        hidden |= _with_groups(added, groups)
    return hidden


def _companions(
    cells: Iterable[str], counts: pd.Series, equations: Sequence[Equation], hidden: set[str]
) -> set[str]:
    found = (_companion(cell, counts, equations, hidden) for cell in cells)
    return {cell for cell in found if cell is not None}


def _companion(cell: str, counts: pd.Series, equations: Sequence[Equation], hidden: set[str]) -> str | None:
    """The cheapest visible cell to hide beside `cell`: from its equation with the fewest hidden cells."""
    around = [e for e in equations if cell in e.cells]
    around.sort(key=lambda e: sum(c in hidden for c in e.cells))
    for equation in around:
        visible = [c for c in equation.cells if c not in hidden]
        if visible:
            return min(visible, key=lambda c: (counts[c] == 0, counts[c], c))
    return None


def _members(cells: pd.Index, group: dict[str, str]) -> dict[str, set[str]]:
    """Cell -> all cells that are hidden with it."""
    names = pd.Series({cell: group.get(cell, cell) for cell in cells}, dtype=object)
    together = {name: set(part.index) for name, part in names.groupby(names)}
    return {cell: together[name] for cell, name in names.items()}


def _with_groups(cells: set[str], groups: dict[str, set[str]]) -> set[str]:
    return set().union(*(groups[cell] for cell in cells)) if cells else set()


def blank(frame: pd.DataFrame, hide: pd.Series, columns: Sequence[str]) -> pd.DataFrame:
    """`frame` with `columns` missing where `hide`, and a column `hidden` that says so."""
    blanked = frame.assign(hidden=np.asarray(hide, dtype=bool))
    for column in columns:
        blanked[column] = blanked[column].astype(object).where(~blanked["hidden"], None).convert_dtypes()
    return blanked
