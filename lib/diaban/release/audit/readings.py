"""A cube read number by number: what each tells, and whether it may stand there at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from diaban.release.audit.columns import VICTIMS, Column, Frame, Row, Statement, itself
from diaban.release.audit.finest import too_fine
from diaban.release.audit.inversions import agrees, column_half_unit, possible_counts
from diaban.release.audit.leaks import Kind, Leak
from diaban.release.audit.register import FACTS, REGISTER
from diaban.release.cube import Cube
from diaban.release.ledger.state import LedgerState

TELLING_REASONS = frozenset(
    {
        "no_cases",
        "no_reports",
        "no_baseline",
        "no_cases_in_reference",
        "group_too_small",
        "same_everywhere",
    }
)
"""Reasons for a missing number that are the number."""

_ROUNDING = 1e-9


@dataclass
class Readings:
    """leaks: what must not stand in the cube. statements: what it says of hidden cells. figures: shown
    cell -> where it stands. numbers, inverted: how many were looked at, and turned round."""

    leaks: list[Leak] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    figures: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    numbers: int = 0
    inverted: int = 0


@dataclass(frozen=True)
class _Place:
    frame: str
    row: str
    column: str
    edition: str

    def leak(self, kind: Kind, cell: str = "", **told: Any) -> Leak:
        where = {"frame": self.frame, "row": self.row, "column": self.column, "edition": self.edition}
        return Leak(kind, cell=cell, **(where | told))

    def __str__(self) -> str:
        return f"{self.frame}[{self.row}].{self.column}"


def read_cube(
    cube: Cube,
    state: LedgerState,
    *,
    edition: str = "",
    victims: int | None = None,
    register: Mapping[str, Frame] = REGISTER,
) -> Readings:
    """Everything in `cube`, held against `state` (what it knows and hides) and the register.

    victims: threshold of counts of child victims (default: that of `state`).
    """
    told = Readings(leaks=[*too_fine(cube, register, edition=edition)])
    least = {None: state.threshold, VICTIMS: max(victims or 0, state.threshold)}
    for fact in sorted(set(cube.facts) - FACTS):
        told.leaks.append(_Place("facts", "", fact, edition).leak("unregistered"))
    counts = state.counts.to_dict()
    for name, frame in sorted(cube.frames.items()):
        if name not in register:
            told.leaks.append(_Place(name, "", "", edition).leak("unregistered"))
            continue
        spec = register[name]
        strange = set(frame.columns) - set(spec.columns) - set(spec.keys) - {"hidden"}
        told.leaks += [_Place(name, "", str(c), edition).leak("unregistered") for c in sorted(strange)]
        prepared = spec.prepare(frame, cube) if spec.prepare else frame
        _read_frame(name, spec, prepared, counts, state, least, edition, told)
        if spec.statements:
            told.statements += spec.statements(frame, state.threshold)
    return told


def _read_frame(
    name: str,
    spec: Frame,
    frame: pd.DataFrame,
    counts: Mapping[str, float],
    state: LedgerState,
    least: Mapping[Any, int],
    edition: str,
    told: Readings,
) -> None:
    halves = {
        column: column_half_unit(frame[column].dropna().unique())
        for column, what in spec.columns.items()
        if column in frame and what.formula not in (None, itself)
    }
    flagged = "hidden" in frame.columns and "hidden" not in spec.columns
    for row in frame.to_dict("records"):
        key = ", ".join(str(row[k]) for k in spec.keys if k in row)
        hidden_row = flagged and bool(row["hidden"])
        for column, value, what in _values(spec, row):
            told.numbers += 1
            place = _Place(name, key, column, edition)
            if what.digits is not None and not _as_short(value, what.digits):
                told.leaks.append(place.leak("not_as_registered", given_by=(str(value),)))
            if what.kind in ("cell", "verdict"):
                _read_cells(what, row, value, place, counts, state, told, halves.get(column, 0.0))
            elif what.kind == "reason" and hidden_row and value in TELLING_REASONS:
                told.leaks.append(place.leak("reason", given_by=(str(value),)))
            elif what.kind in ("count", "model") and hidden_row:
                told.leaks.append(place.leak("hidden_row", given_by=(str(value),)))
            elif what.kind == "count" and abs(float(value)) < _least(what, least):
                n = float(value)
                told.leaks.append(place.leak("small_count", lower=n, upper=n, needed=_least(what, least)))
        if not hidden_row:
            told.leaks += _between(spec, row, _Place(name, key, "", edition), least[None])


def _values(spec: Frame, row: Row) -> Iterator[tuple[str, Any, Column]]:
    """The values of a row that are there and more than a key or a word, each with what it is."""
    for column, what in spec.columns.items():
        value = row.get(column)
        if what.kind == "known" or value is None or _missing(value):
            continue
        actual = what.in_row(row)
        if actual.kind != "known":
            yield column, value, actual


def _as_short(value: Any, digits: int) -> bool:
    """Whether a number has no more decimals than that."""
    return bool(abs(float(value) - round(float(value), digits)) < _ROUNDING)


def _missing(value: Any) -> bool:
    return bool(np.ndim(value) == 0 and pd.isna(value))


def _least(what: Column, least: Mapping[Any, int]) -> int:
    return what.least if isinstance(what.least, int) else least[what.least]


def _between(spec: Frame, row: Row, place: _Place, least: int) -> Iterator[Leak]:
    """Differences of shown counts that are few and not none."""
    for what, signs in spec.between.items():
        if any(row.get(name) is None or _missing(row[name]) for name in signs):
            continue
        n = float(sum(sign * row[name] for name, sign in signs.items()))
        if 0 < abs(n) < least:
            yield place.leak("small_count", lower=n, upper=n, needed=least, given_by=(what,))


def _read_cells(
    what: Column,
    row: Row,
    value: Any,
    place: _Place,
    counts: Mapping[str, float],
    state: LedgerState,
    told: Readings,
    half: float,
) -> None:
    """A number that follows from cells of the ledger: right where all are shown, a leak where one is not."""
    cells = [template.format_map(row) for template in what.cells]
    unknown = [cell for cell in cells if cell not in counts]
    if unknown:
        told.leaks.append(place.leak("unknown_cell", unknown[0]))
        return
    hidden = {cell for cell in cells if cell in state.hidden}
    if what.kind == "verdict":
        _read_verdict(row, value, cells, hidden, place, told)
        return
    if not hidden:
        for cell in cells:
            told.figures[cell].append(str(place))
        if what.formula is not None and not _right(what, row, value, cells, counts, half):
            told.leaks.append(place.leak("not_as_registered", cells[0], given_by=(str(value),)))
        return
    number = float(value) if np.isreal(value) else np.nan
    possible = possible_counts(what.formula, row, number, cells, counts, hidden, half=half)
    told.inverted += 1
    for cell in sorted(hidden):
        low, high = possible.get(cell, (counts[cell], counts[cell]))
        told.statements.append(Statement({cell: 1.0}, low, high, str(place)))
        told.leaks.append(
            place.leak("hidden_value", cell, lower=low, upper=high, needed=state.needed.get(cell, 0.0),
                       given_by=(str(place),))
        )  # fmt: skip


def _right(
    what: Column, row: Row, value: Any, cells: list[str], counts: Mapping[str, float], half: float
) -> bool:
    assert what.formula is not None
    with np.errstate(all="ignore"):
        found = float(what.formula(row, *(counts[cell] for cell in cells)))
    return bool(np.isnan(found) or agrees(found, float(value), half))


def _read_verdict(
    row: Row, met: Any, cells: list[str], hidden: set[str], place: _Place, told: Readings
) -> None:
    """newer <= (1 + change) x older where a fall was met or a rise missed, else at least that."""
    if not hidden:
        return
    if not row.get("met_shown", False):
        told.leaks += [place.leak("hidden_value", cell, given_by=(str(place),)) for cell in sorted(hidden)]
    newer, older = cells
    below = bool(met) != (row["change"] > 0)
    distance = {newer: 1.0, older: -(1.0 + row["change"])}
    ends = (-np.inf, 0.0) if below else (0.0, np.inf)
    told.statements.append(Statement(distance, *ends, str(place)))
