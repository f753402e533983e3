"""Which cells of a set of linked tables are hidden so that no small count can be read or worked out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from diaban.release.ranges import Attacker, Equation

_SAME = 1e-6


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
    shown: Collection[str] = (),
    hidden: Iterable[str] = (),
    needed: Mapping[str, float] | None = None,
) -> set[str]:
    """`primary` and the complementary cells that keep each of them uncertain by at least `threshold`.

    counts: cell -> count, all cells of all linked tables. `group`: cell -> name of the cells that are
    hidden together (a series is shown whole or not at all). `reluctance`: cell -> how much it would be
    missed (default 0); the least missed is hidden first, of these the smallest. Greedy: as long as a primary
    cell can be told to less than `threshold`, one of the visible cells that hold its range there is hidden
    too. Deterministic: ties go by cell name.

    shown, hidden: cells that were given out, and kept back, before: the ones cannot be hidden any more, the
    others stay hidden. needed: further cells that must stay uncertain, and by how much.
    """
    groups = _members(counts.index, group or {})
    reluctant, values = reluctance or {}, counts.to_dict()

    def cost(cell: str) -> tuple[int, bool, float, str]:
        return reluctant.get(cell, 0), values[cell] == 0, values[cell], cell

    known = set(shown)
    wide = {**(needed or {}), **dict.fromkeys(primary, float(threshold))}
    wide = {cell: width for cell, width in wide.items() if cell not in known}
    kept_back = (_with_groups(set(wide), groups) | set(hidden)) - known
    attacker = Attacker(counts, equations, enough=threshold)
    while kept_back:
        ranges = attacker.ranges(kept_back, of=wide)
        width = ranges["upper"] - ranges["lower"]
        exposed = [cell for cell in sorted(wide) if width[cell] < wide[cell] - _SAME]
        added: set[str] = set()
        for levers in attacker.levers(kept_back, exposed):
            free = levers - known
            if free and not free & added:
                added.add(min(free, key=cost))
        if not added:
            break
        kept_back |= _with_groups(added, groups) - known
    return kept_back


def _members(cells: pd.Index, group: Mapping[str, str]) -> dict[str, set[str]]:
    """Cell -> all cells that are hidden with it."""
    together: dict[str, set[str]] = {}
    for cell in cells:
        together.setdefault(group.get(cell, cell), set()).add(cell)
    return {cell: together[group.get(cell, cell)] for cell in cells}


def _with_groups(cells: set[str], groups: dict[str, set[str]]) -> set[str]:
    return set().union(*(groups[cell] for cell in cells)) if cells else set()


def blank(frame: pd.DataFrame, hide: ArrayLike, columns: Sequence[str]) -> pd.DataFrame:
    """`frame` with `columns` missing where `hide`, and a column `hidden` that says so."""
    blanked = frame.assign(hidden=np.asarray(hide, dtype=bool))
    for column in columns:
        blanked[column] = blanked[column].astype(object).where(~blanked["hidden"], None).convert_dtypes()
    return blanked
