"""What a column of the cube tells: the words of which the register is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pandas as pd

from diaban.release.cube import Cube

Row = Mapping[str, Any]
Formula = Callable[..., Any]
"""(row, counts of its cells ...) -> value; counts may be arrays."""

VICTIMS = "victims"
"""Threshold of counts of child victims."""


@dataclass(frozen=True)
class Column:
    """One column.

    kind: "known" (keys, words, what is public), "cell" (a count of the ledger, or a function of some),
    "count" (a count outside the ledger, of the whole alone), "model" (a statement over all localities from
    which no single count can be read: `why`), "verdict" (says on which side of a ratio two counts lie),
    "reason" (why there is no number). cells: templates of cell names, filled from the row. formula: what the
    value is of these cells; without one the value is taken to tell them exactly. least: of a "count", the
    smallest that may be shown, where it is not the study's threshold. when: rows in which the column is what
    it says here; in others it is `otherwise`. digits: most decimals that its numbers may have.
    """

    kind: Literal["known", "cell", "count", "model", "verdict", "reason"]
    cells: tuple[str, ...] = ()
    formula: Formula | None = None
    why: str = ""
    least: int | str | None = None
    when: Callable[[Row], bool] | None = None
    otherwise: Column | None = None
    digits: int | None = None

    def in_row(self, row: Row) -> Column:
        if self.when is None or self.when(row):
            return self
        return KNOWN if self.otherwise is None else self.otherwise.in_row(row)


KNOWN = Column("known")
REASON = Column("reason")


@dataclass(frozen=True)
class Statement:
    """lower <= sum of weight x cell <= upper, as a frame says it by `place`."""

    weights: Mapping[str, float]
    lower: float
    upper: float
    place: str


@dataclass(frozen=True)
class Frame:
    """What a frame of the cube tells.

    keys: columns that name a row. columns: all of them but `keys` and "hidden". prepare: adds what formulas
    need (columns that begin with "_"). between: differences of counts of a row, which must be none or not
    small: name -> column -> sign. statements: what its rows say together.
    """

    keys: tuple[str, ...]
    columns: Mapping[str, Column]
    prepare: Callable[[pd.DataFrame, Cube], pd.DataFrame] | None = None
    between: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    statements: Callable[[pd.DataFrame, int], list[Statement]] | None = None


def known(*names: str) -> dict[str, Column]:
    """Keys, words, and numbers that are public or no count of persons or cases."""
    return dict.fromkeys(names, KNOWN)


def model(why: str, *names: str) -> dict[str, Column]:
    return dict.fromkeys(names, Column("model", why=why))


def short(digits: int, columns: Mapping[str, Column]) -> dict[str, Column]:
    """The same columns, of numbers with no more than so many decimals."""
    return {name: replace(column, digits=digits) for name, column in columns.items()}


def of(cells: str | tuple[str, ...], *names: str, **formulas: Formula) -> dict[str, Column]:
    """Columns that depend on `cells`: `names` tell them exactly, `formulas` as far as they invert."""
    cells = (cells,) if isinstance(cells, str) else cells
    told = {name: Column("cell", cells) for name in names}
    return told | {name: Column("cell", cells, formula) for name, formula in formulas.items()}


def counts(*names: str, least: int | str | None = None) -> dict[str, Column]:
    """Counts of the whole that no cell of the ledger stands for."""
    return {name: Column("count", least=least) for name in names}


def itself(_: Row, n: Any) -> Any:
    """The formula of a count."""
    return n
