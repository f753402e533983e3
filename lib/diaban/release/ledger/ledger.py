"""What a release shows so far, and whether one thing more would tell a small number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from diaban.release.ledger.joined import links, renamed, small_changes, then
from diaban.release.ledger.state import LedgerState
from diaban.release.ranges.ranges import Attacker, Equation
from diaban.release.suppression.varied import unpromised

_EXACT = 1e-6


class Offer(NamedTuple):
    """What is told together or not at all: cells, and what equations say of others."""

    cells: frozenset[str]
    beside: tuple[Equation, ...] = ()


class Ledger:
    """All cells that a release knows of, the equations between them, and which of them nobody is shown.

    counts: cell -> count. hidden: the cells that are not published. protected: those of them of which nobody
    may learn more than to `threshold`. needed: further cells, and by how much they must stay uncertain.
    editions: keys of the earlier editions whose cells are among them (`joined.then`).
    unguessed: protected cells that no table has, so that nobody guesses from its gaps that they are small.
    large: cells of tables that are no small ones, which a reader may guess as well.
    secret: what nobody outside knows, and chooses the tables of which such a reader is promised nothing
    (suppression/varied.py).
    apart: small ones of which several values are left to whoever guesses them to be small (default: looked
    for).
    """

    def __init__(
        self,
        counts: pd.Series,
        equations: Sequence[Equation],
        hidden: Iterable[str],
        protected: Iterable[str],
        *,
        threshold: int,
        needed: Mapping[str, float] | None = None,
        editions: Sequence[str] = (),
        unguessed: Iterable[str] = (),
        large: Iterable[str] = (),
        secret: bytes = b"",
        apart: Iterable[str] | None = None,
    ) -> None:
        self.threshold = threshold
        self._equations: list[Equation] = []
        self._within: dict[str, list[Equation]] = {}
        self._know(equations)
        self._hidden = set(hidden)
        self._needed = {**(needed or {}), **dict.fromkeys(protected, float(threshold))}
        self._editions = editions
        self._holds: bool | None = (
            None  # whether all protected cells are as wide as they must be; None: not looked
        )
        self._attacker = Attacker(counts.astype(float), self._equations, enough=threshold + 1)
        self._may_be_guessed = set(self._needed) - set(unguessed)
        self._large, self._secret = set(large), secret
        self._few = self._small_ones()
        if apart is None:
            apart = self._promised(self._few) - self._closed_in(self._attacker, self._hidden)
        self._apart = set(apart)

    @classmethod
    def of(cls, state: LedgerState) -> Ledger:
        """The ledger that a state was kept of, to be told more."""
        return cls(
            state.counts,
            state.equations,
            state.hidden,
            (),
            threshold=state.threshold,
            needed=state.needed,
            unguessed=state.needed.keys() - state.guessed,
            large=state.large,
            apart=state.apart,
            editions=sorted({cell.rpartition("@")[2] for cell in state.counts.index if "@" in cell}),
        )

    @property
    def counts(self) -> pd.Series:
        return self._attacker.counts

    @property
    def protected(self) -> set[str]:
        return set(self._needed)

    @property
    def state(self) -> LedgerState:
        """All of it, to be kept."""
        return LedgerState(
            counts=self.counts.rename_axis(None),
            equations=list(self._equations),
            hidden=frozenset(self._hidden),
            needed=dict(self._needed),
            guessed=frozenset(self._few),
            apart=frozenset(self._apart),
            large=frozenset(self._large & self._hidden),
            threshold=self.threshold,
        )

    def _small_ones(self) -> set[str]:
        """The protected cells that are small, and may be guessed to be."""
        counts = self.counts.to_dict()
        return {cell for cell in self._needed.keys() & self._may_be_guessed if counts[cell] < self.threshold}

    def _promised(self, cells: set[str]) -> set[str]:
        return {cell for cell in cells if not unpromised(cell, self._secret)}

    def _closed_in(self, attacker: Attacker, hidden: set[str]) -> set[str]:
        """Small ones of `hidden` that whoever knows them to be small knows too well."""
        few = self._few & hidden
        large = self._large & hidden
        return attacker.closed_in(hidden, few, threshold=self.threshold, large=large) if few else set()

    def shows(self, *cells: str) -> bool:
        """Whether all of the cells are published: known, and not hidden."""
        return all(cell in self.counts.index and cell not in self._hidden for cell in cells)

    def add(
        self,
        counts: pd.Series,
        equations: Iterable[Equation],
        *,
        small: Iterable[str] | Mapping[str, float] = (),
        careful: bool = False,
        guessed: Iterable[str] = (),
    ) -> None:
        """Cells that exist beside those known so far, none of them shown; `small` ones are protected, to the
        threshold or to the width that a mapping gives them.

        A cell that is known already stays as it is. An equation that does not hold, as where cases lie in a
        place without a known population, holds with a rest that nobody is shown. Of a small one that is told
        to less already, no more may be told. careful: the small ones must stay uncertain by one more than the
        threshold, as inequalities speak of them and linear programmes end between whole numbers. guessed:
        cells of a table in whose gaps a reader may see that they are small (ranges/if_small.py).
        """
        self._call_alike(counts.astype(float).to_dict())
        new = counts[~counts.index.isin(self.counts.index)].astype(float)
        guessed = set(guessed)
        self._may_be_guessed.update(guessed)
        self._large.update(cell for cell in new.index[new >= self.threshold] if cell in guessed)
        changes, linked = self._links_to_earlier(new)
        self._call_alike(changes.to_dict())
        known = _first_of_each([self.counts, new, changes])
        equations = [*equations, *linked]
        few = small_changes(changes.to_dict(), self.threshold)
        width = dict(small) if isinstance(small, Mapping) else dict.fromkeys(small, float(self.threshold))
        width = {cell: most + careful for cell, most in (dict.fromkeys(few, self.threshold) | width).items()}
        true, rests = _with_rests(equations, known.to_dict())
        self._call_alike(rests)
        known = _first_of_each([self.counts, new, changes, pd.Series(rests, dtype=float)])
        self._know(e for e in true if e not in self._within.get(e.total, ()))
        self._holds = None
        self._hidden |= set(known.index) - set(self.counts.index)
        self._attacker = self._attack(self._equations, known)
        chosen = sorted(self._hidden.intersection(width))
        if chosen:
            most = pd.Series(width)[chosen].astype(float)
            attacker, near = self._attacker, self._near(chosen)
            if most.max() > attacker.enough:
                attacker = replace(attacker, enough=most.max())
            now = attacker.ranges(self._hidden & near, of=chosen).loc[chosen]
            left = (now["upper"] - now["lower"]).clip(upper=most)
            for cell, told in left.items():
                self._needed[str(cell)] = max(told, self._needed.get(str(cell), 0.0))
            known_before, self._few = self._few, self._small_ones()
            self._apart |= self._promised(self._few - known_before)
            self._apart -= self._closed_in(attacker, self._hidden & near)

    def _call_alike(self, counts: Mapping[str, float]) -> None:
        """Cells that an earlier edition had with the same count are the same cells, under one name.

        Closed periods are printed as such, so whoever reads both editions knows it.
        """
        held = self.counts.to_dict()
        names = {
            earlier: cell
            for edition in self._editions
            for cell, count in counts.items()
            if cell not in held and abs(held.get(earlier := then(cell, edition), np.inf) - count) < _EXACT
        }
        if not names:
            return
        known = self.counts.rename(names)
        shown = {names[cell] for cell in names if cell not in self._hidden}
        needed = [(names.get(cell, cell), width) for cell, width in self._needed.items()]
        equations = list(dict.fromkeys(renamed(e, names) for e in self._equations))
        self._equations, self._within, self._holds = [], {}, None
        self._know(equations)
        self._hidden = {names.get(cell, cell) for cell in self._hidden} - shown
        self._needed = {}
        for cell, width in needed:
            if cell not in shown:
                self._needed[cell] = max(width, self._needed.get(cell, 0.0))
        self._attacker = self._attack(self._equations, known[~known.index.duplicated()])
        self._may_be_guessed = {names.get(cell, cell) for cell in self._may_be_guessed}
        self._large = {names.get(cell, cell) for cell in self._large}
        self._apart = {names.get(cell, cell) for cell in self._apart}.intersection(self._needed)
        self._few = self._small_ones()

    def _links_to_earlier(self, new: pd.Series) -> tuple[pd.Series, list[Equation]]:
        """Changes of new cells that earlier editions had as well, and the equations over them."""
        before, now = self.counts.to_dict(), new.to_dict()
        changes: dict[str, float] = {}
        equations: list[Equation] = []
        for edition in self._editions:
            both = [cell for cell in now if then(cell, edition) in before]
            changed, linked = links(both, now, before, edition)
            changes |= changed
            equations += linked
        return pd.Series(changes, dtype=float), equations

    def show(self, cells: Iterable[str] = (), *, beside: Sequence[Equation] = ()) -> bool:
        """Publish `cells`, and what the equations `beside` say of others, if no protected cell is told by it.

        Slack cells of `beside` are to be added first. Returns whether it is published now.
        """
        trial = self._hidden - set(cells)
        if not trial.issuperset(self._needed):
            return False
        if self._holds is None:
            self._holds = self._attacker.holds(self._hidden, self._needed)
        attacker = self._attack([*self._equations, *beside]) if beside else self._attacker
        near = self._near({*cells, *(cell for equation in beside for cell in equation.cells)})
        if not (self._holds and attacker.holds(trial & near, self._needed)):
            return False
        if self._apart & self._closed_in(attacker, trial & near):
            return False
        self._hidden, self._attacker = trial, attacker
        self._know(beside)
        return True

    def _know(self, equations: Iterable[Equation]) -> None:
        for equation in equations:
            for cell in equation.cells:
                self._within.setdefault(cell, []).append(equation)
            self._equations.append(equation)

    def _near(self, cells: Iterable[str]) -> set[str]:
        """All cells that equations link to `cells` by way of hidden ones: nothing else is told by these."""
        seen, ahead = set(cells), list(cells)
        while ahead:
            for equation in self._within.get(ahead.pop(), ()):
                new = [cell for cell in equation.cells if cell in self._hidden and cell not in seen]
                seen.update(new)
                ahead += new
        return seen

    def _attack(self, equations: Sequence[Equation], counts: pd.Series | None = None) -> Attacker:
        known = self._attacker.counts if counts is None else counts
        return Attacker(known, equations, enough=self.threshold + 1, solved=self._attacker.solved)

    def show_most(self, candidates: Sequence[set[str]]) -> set[str]:
        """Publish as many of `candidates` (cells that are shown together) as may be; returns all their cells.

        All at once where that tells nothing, else one half after the other, in their order.
        """
        told = self.tell_most([Offer(frozenset(cells)) for cells in candidates])
        shown = [cells for cells, one in zip(candidates, told, strict=True) if one]
        return set().union(*shown)

    def tell_most(self, offers: Sequence[Offer]) -> list[bool]:
        """For each of `offers` whether it is published now; in the same way, those with a protected cell
        left out first."""
        free = [not offer.cells & self._needed.keys() for offer in offers]
        told = iter(self._tell([offer for offer, may in zip(offers, free, strict=True) if may]))
        return [may and next(told) for may in free]

    def _tell(self, offers: Sequence[Offer]) -> list[bool]:
        if not offers:
            return []
        cells = frozenset().union(*(offer.cells for offer in offers))
        if self.show(cells, beside=[equation for offer in offers for equation in offer.beside]):
            return [True] * len(offers)
        if len(offers) == 1:
            return [False]
        half = len(offers) // 2
        return [*self._tell(offers[:half]), *self._tell(offers[half:])]


def _first_of_each(counts: Sequence[pd.Series]) -> pd.Series:
    """All cells; one that stands in several has the count of the first."""
    known = pd.concat(counts)
    return known[~known.index.duplicated()]


def _with_rests(
    equations: Iterable[Equation], counts: Mapping[str, float]
) -> tuple[list[Equation], dict[str, float]]:
    """The equations of known cells, each with a rest where it needs one to hold, and the rests."""
    true: list[Equation] = []
    rests: dict[str, float] = {}
    for equation in equations:
        if any(cell not in counts for cell in equation.cells):
            continue
        short = -equation.constant - sum(sign * counts[cell] for cell, sign in equation.signed)
        if abs(short) > _EXACT:
            rest = f"rest|{'|'.join(equation.cells)}"
            rests[rest] = abs(short)
            weights = equation.weights or (1.0,) * len(equation.parts)
            sign = 1.0 if short > 0 else -1.0
            equation = replace(equation, parts=(*equation.parts, rest), weights=(*weights, sign))
        true.append(equation)
    return true, rests
