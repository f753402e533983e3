"""Where a table of the study comes from: file, format, columns, and what a data row looks like."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from diaban.spec.text import Declared, Text, Words

TableName = Literal[
    "localities",
    "neighbours",
    "boundaries",
    "population",
    "counts",
    "cases",
    "persons",
    "cause_codes",
    "process_events",
    "indicators",
    "programmes",
    "campaigns",
    "outreach",
    "support_coverage",
    "code_book",
]

FORMATS = {".csv": "csv", ".txt": "csv", ".tsv": "csv", ".xlsx": "xlsx", ".parquet": "parquet"}
FORMATS |= {".shp": "polygons", ".geojson": "polygons", ".gpkg": "polygons"}


class ColumnSpec(Declared):
    """How one canonical column is made from the source.

    `from` gives header spellings (the first one present is used) or a 1-based position, for columns
    without a usable header. In this order: white space is stripped, `pad` fills a code with leading
    zeros, the first pattern of `replace` that matches the whole value rewrites it, `map` translates
    whole values. `accept` lists the values that are allowed. `ratio` names two other canonical
    columns; the value is then `times` * first / second, rounded to `decimals` where they are given.
    """

    from_: list[str] | int | None = Field(default=None, alias="from")
    pad: int | None = Field(default=None, ge=1)
    replace: list[tuple[str, str]] = Field(default_factory=list)
    map: dict[str, str] = Field(default_factory=dict)
    accept: list[str] = Field(default_factory=list)
    ratio: tuple[str, str] | None = None
    times: float = 1.0
    decimals: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _one_origin(self) -> ColumnSpec:
        if self.from_ is not None and self.ratio is not None:
            raise PydanticCustomError("spec_two_origins", "one of `from` and `ratio`, not both")
        return self


def _shorthand(value: object) -> object:
    """A bare header, list of headers or position stands for a column with nothing else to say."""
    if isinstance(value, str):
        return {"from": [value]}
    if isinstance(value, (int, list)):
        return {"from": value}
    if isinstance(value, dict) and isinstance(value.get("from"), str):
        return value | {"from": [value["from"]]}
    return value


Column = Annotated[ColumnSpec, BeforeValidator(_shorthand)]


class SourceSpec(Declared):
    """One source of one canonical table.

    A tidy UTF-8 CSV needs `table` and `path` only: columns that already carry a canonical name are
    taken as they are. `path` is relative to the study's folder; `{period}` stands for each of
    `periods` (all periods of the study when empty), and `*` matches any file names.

    `header` is the row that holds the column names (0: none, columns are given by position).
    `rows` says, by column, which pattern the whole value of a data row has; every other row is
    furniture (titles, notes, repeated headers) and only counted. `where` then picks the rows that
    the study uses, by value; the others are set aside and counted.
    `unpivot` turns several columns into rows of `indicator` and `value`.
    `distinct` keeps one of rows that are equal in every column; `repeat_periods` makes a single
    measurement stand for every period.
    `calendar` names the calendar that the periods of the source are counted by, where that is worth saying:
    one that differs from the study's stops the run.
    """

    table: TableName
    path: str
    format: str | None = None
    sheet: str | None = None
    encoding: str = "utf-8"
    separator: str = Field(default=",", min_length=1, max_length=1)
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ".", ",", " "] = ""
    date_format: str = "%Y-%m-%d"
    missing: list[str] = Field(default_factory=list)
    header: int = Field(default=1, ge=0)
    columns: dict[str, Column] = Field(default_factory=dict)
    constants: dict[str, str | int | float] = Field(default_factory=dict)
    unpivot: dict[str, Column] = Field(default_factory=dict)
    rows: dict[str, str] = Field(default_factory=dict)
    where: dict[str, list[str]] = Field(default_factory=dict)
    periods: list[str] = Field(default_factory=list)
    calendar: str | None = None
    distinct: bool = False
    repeat_periods: bool = False
    citation: Text | Words = ""
    licence: Words = ""

    @model_validator(mode="after")
    def _patterns_compile(self) -> SourceSpec:
        columns = (*self.columns.values(), *self.unpivot.values())
        for pattern in (*self.rows.values(), *(p for c in columns for p, _ in c.replace)):
            try:
                re.compile(pattern)
            except re.error as error:
                raise PydanticCustomError(
                    "spec_bad_pattern",
                    "{pattern} is not a regular expression: {detail}",
                    {"pattern": pattern, "detail": str(error)},
                ) from None
        return self

    @property
    def helpers(self) -> set[str]:
        """Columns that only serve to choose rows or to work out others."""
        parts = {part for c in (*self.columns.values(), *self.unpivot.values()) for part in c.ratio or ()}
        return parts | set(self.rows) | set(self.where)

    @property
    def reader(self) -> str:
        """Key of the reader: `format` where it is given, else by the suffix of the file."""
        if self.format:
            return self.format
        path = PurePosixPath(self.path.lower().removesuffix(".gz"))
        return FORMATS.get(path.suffix, path.suffix.lstrip("."))
