"""The tables of a release together with those that earlier editions gave out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from diaban.release.cells import ALL_FILES, FILES
from diaban.release.ledger.state import LedgerState
from diaban.release.ranges.ranges import Equation

CHANGE = "change|"
SHIFT = 1e4
"""Added to a change of a count, which may be negative where a cell may not."""

_SAME = 1e-6
_COUNTED = ("count", FILES, ALL_FILES, "stopped", "stopped in", "share", "age", "entries", "pair",
            "configuration", "lag", "group", "quarter")  # fmt: skip
"""First parts of names of cells of which a small change is a late or corrected case."""


@dataclass(frozen=True)
class Joined:
    """What earlier editions add. counts, equations: of their cells; one that stands in this edition with the
    same count goes by its name, every other by `then`. shown: cells that are known from them. hidden: those
    that they hide. needed: what of these must stay uncertain, and by how much. unguessed: those of them
    that no table has. large: cells of tables that are no small ones."""

    counts: pd.Series = field(default_factory=lambda: pd.Series(dtype=float))
    equations: list[Equation] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    needed: dict[str, float] = field(default_factory=dict)
    unguessed: set[str] = field(default_factory=set)
    large: set[str] = field(default_factory=set)


def then(cell: str, edition: str) -> str:
    """The name of a cell of an earlier edition whose count has changed, or which this edition lacks."""
    return f"{cell}@{edition}"


def named(
    cell: str, count: float, edition: str, held: Mapping[str, float], told: Mapping[str, Mapping[str, float]]
) -> str:
    """What a cell that `edition` knows goes by here.

    held: cells that have a name already, with their counts. told: edition -> its own cells. A cell with the
    same count goes by the same name; one that was taken over from another edition by the name it has there.
    """
    if held.get(cell) == count:
        return cell
    base, _, other = cell.rpartition("@")
    if other in told and cell not in held:
        if cell.startswith(CHANGE):
            return cell
        if told[other].get(base) == count:
            return named(base, count, other, held, told)
    return then(cell, edition)


def joined(counts: pd.Series, earlier: Sequence[tuple[str, LedgerState]], threshold: int) -> Joined:
    """What the earlier editions (key, state), any order, add to the cells of `counts`.

    A cell with the same count here or in one of the others is one cell. One that changed is linked to what it
    was by the change, of which no more may be told than to `threshold` where it is small: a single late or
    corrected case.
    """
    found = Joined()
    all_counts: dict[str, float] = {}
    known, told = counts.to_dict(), {edition: state.counts.to_dict() for edition, state in earlier}
    for edition, state in earlier:
        own, held = told[edition], {**all_counts, **known}
        name = {cell: named(cell, own[cell], edition, held, told) for cell in own}
        all_counts |= {name[cell]: count for cell, count in own.items()}
        found.equations.extend(renamed(equation, name) for equation in state.equations)
        found.shown.update(name[cell] for cell in own if cell not in state.hidden)
        found.hidden.update(name[cell] for cell in state.hidden)
        for cell, width in state.needed.items():
            found.needed[name[cell]] = max(width, found.needed.get(name[cell], 0.0))
        found.large.update(name[cell] for cell in state.large)
        found.unguessed.update(name[cell] for cell in state.needed.keys() - state.guessed)
        changed = [cell for cell in own if cell in known and name[cell] != cell]
        changes, equations = links(changed, known, all_counts, edition)
        all_counts |= changes
        found.equations.extend(equations)
        found.hidden.update(changes)
        found.needed.update(dict.fromkeys(small_changes(changes, threshold), float(threshold)))
    return replace(
        found,
        counts=pd.Series(all_counts, dtype=float),
        equations=list(dict.fromkeys(found.equations)),
        hidden=found.hidden - found.shown,
    )


def links(
    cells: Iterable[str], now: Mapping[str, float], before: Mapping[str, float], edition: str
) -> tuple[dict[str, float], list[Equation]]:
    """Cells of the changes since an earlier edition, and the equations that lead from then to now."""
    changes: dict[str, float] = {}
    equations = []
    for cell in cells:
        earlier, change = then(cell, edition), f"{CHANGE}{then(cell, edition)}"
        changes[change] = now[cell] - before[earlier] + SHIFT
        equations.append(Equation(cell, (earlier, change), (1.0, 1.0), -SHIFT))
    return changes, equations


def small_changes(changes: Mapping[str, float], threshold: int) -> list[str]:
    """Changes of counts of cases or files that are few and not none."""
    return [
        cell
        for cell, value in changes.items()
        if cell.removeprefix(CHANGE).split("|", 1)[0] in _COUNTED and _SAME < abs(value - SHIFT) < threshold
    ]


def renamed(equation: Equation, name: Mapping[str, str]) -> Equation:
    """The equation with the cells of `name` under their new names."""
    return replace(
        equation,
        total=name.get(equation.total, equation.total),
        parts=tuple(name.get(part, part) for part in equation.parts),
    )
