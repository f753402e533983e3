"""What is known of all editions together: one system of equations and bounds over hidden cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from diaban.release.audit.columns import Statement
from diaban.release.audit.leaks import Leak
from diaban.release.ledger.joined import CHANGE, SHIFT, named, then
from diaban.release.ledger.state import LedgerState

_SAME = 1e-6
BEYOND = "|beyond"
_SMALL_COUNTS = frozenset({"count", "files", "all files"})
"""First parts of names of cells of which a small change is a late or corrected case."""


@dataclass
class Union:
    """counts: cell -> count, of all editions. rows: each sum of weight x cell is its right side. bounds:
    hidden cell -> least and greatest count that statements leave. needed: cell -> width. leaks:
    contradictions. names: edition -> name of its cells here."""

    counts: dict[str, float] = field(default_factory=dict)
    rows: dict[tuple[tuple[str, float], ...], float] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    needed: dict[str, float] = field(default_factory=dict)
    bounds: dict[str, tuple[float, float]] = field(default_factory=dict)
    leaks: list[Leak] = field(default_factory=list)
    names: dict[str, dict[str, str]] = field(default_factory=dict)

    def require(self, weights: Mapping[str, float], right: float) -> None:
        """Add an equation; one that the counts themselves break is a contradiction."""
        signed = tuple(sorted((cell, w) for cell, w in weights.items() if w))
        short = sum(w * self.counts[cell] for cell, w in signed) - right
        if abs(short) > _SAME * max(1.0, abs(right)):
            self.leaks.append(Leak("contradiction", cell=signed[0][0], given_by=tuple(c for c, _ in signed)))
            return
        self.rows.setdefault(signed, right)

    def give(self, cell: str) -> None:
        """A count that somebody gave away before: it is known, and nothing can be promised of it any more."""
        self.hidden.discard(cell)
        self.needed.pop(cell, None)

    def state(self, what: Statement) -> None:
        """Add what a frame says: a bound of one cell, or a row with a part that nobody knows. What is said of
        a cell that no ledger knows cannot be attacked, and is a leak."""
        cells = list(what.weights)
        unknown = [cell for cell in cells if cell not in self.counts]
        if unknown:
            self.leaks.append(Leak("unknown_cell", cell=unknown[0], given_by=(what.place,)))
            return
        value = sum(what.weights[cell] * self.counts[cell] for cell in cells)
        if not what.lower - _SAME <= value <= what.upper + _SAME:
            self.leaks.append(Leak("contradiction", cell=cells[0], given_by=(what.place,)))
            return
        if len(cells) == 1 and what.weights[cells[0]] == 1.0:
            low, high = self.bounds.get(cells[0], (0.0, np.inf))
            self.bounds[cells[0]] = (max(low, what.lower), min(high, what.upper))
            return
        for end, sign in ((what.lower, -1.0), (what.upper, 1.0)):
            if np.isfinite(end):
                side = "over" if sign > 0 else "under"
                rest = f"{what.place}|{side} {end:g} of {len(self.rows)}{BEYOND}"
                self.counts[rest] = sign * (end - value)
                self.hidden.add(rest)
                self.require({**what.weights, rest: sign}, end)


def unite(editions: Sequence[tuple[str, LedgerState]]) -> Union:
    """The knowledge of several editions (key, state), the newest first.

    A cell with the same count in two editions is one cell, as closed periods are printed as such. Where it
    changed there are two cells and a change, which may be negative and is shifted; a small one is protected.
    What one edition shows is known.
    """
    union = Union()
    shown: set[str] = set()
    told = {edition: state.counts.to_dict() for edition, state in editions}
    for number, (edition, state) in enumerate(editions):
        own = {str(cell): float(n) for cell, n in state.counts.items()}
        name = {
            cell: _name(cell, n, edition, union.counts, told) if number else cell for cell, n in own.items()
        }
        union.counts |= {name[cell]: n for cell, n in own.items()}
        union.hidden.update(name[cell] for cell in own if cell in state.hidden)
        shown.update(name[cell] for cell in own if cell not in state.hidden)
        for equation in state.equations:
            if all(cell in own for cell in equation.cells):
                signed: dict[str, float] = {}
                for cell, w in equation.signed:
                    signed[name[cell]] = signed.get(name[cell], 0.0) + w
                union.require(signed, -equation.constant)
        for cell, width in state.needed.items():
            union.needed[name[cell]] = max(width, union.needed.get(name[cell], 0.0))
        if number:
            _link(union, ((cell, name[cell]) for cell in own), editions[0][1].threshold)
        union.names[edition] = name
    union.hidden -= shown
    return union


def _name(
    cell: str, count: float, edition: str, known: Mapping[str, float], told: Mapping[str, Mapping[str, float]]
) -> str:
    earlier = then(cell, edition)
    return earlier if earlier in known else named(cell, count, edition, known, told)


def _link(union: Union, names: Iterable[tuple[str, str]], threshold: int) -> None:
    """now = earlier, or earlier plus a change."""
    for cell, earlier in names:
        if cell == earlier or cell not in union.counts:
            continue
        by = union.counts[cell] - union.counts[earlier]
        if abs(by) < _SAME:
            union.require({cell: 1.0, earlier: -1.0}, 0.0)
            continue
        change = f"{CHANGE}{earlier}"
        union.counts[change] = by + SHIFT
        union.hidden.add(change)
        union.require({cell: 1.0, earlier: -1.0, change: -1.0}, -SHIFT)
        if cell.split("|", 1)[0] in _SMALL_COUNTS and abs(by) < threshold:
            union.needed[change] = max(float(threshold), union.needed.get(change, 0.0))
