"""What each table of a study is for and how a row of it looks, for whoever fills it in."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Column:
    """A column in both languages; `needed` ones a table cannot do without. `examples`: a value a row."""

    name: str
    needed: bool
    vi: str
    en: str
    examples: tuple[str, ...]


@dataclass(frozen=True)
class TableGuide:
    """A table: what a row of it is, and its columns in the order of the file."""

    table: str
    purpose: dict[str, str]
    columns: tuple[Column, ...]

    def header(self) -> str:
        """The first line of the CSV file."""
        return ",".join(column.name for column in self.columns)

    def examples(self) -> list[str]:
        """Invented lines below it."""
        return [",".join(row) for row in zip(*(column.examples for column in self.columns), strict=True)]


@cache
def guides() -> dict[str, TableGuide]:
    """Guide by table."""
    text = files("diaban.new_study").joinpath("guide.toml").read_text(encoding="utf-8")
    return {table: _guide(table, said) for table, said in tomllib.loads(text).items()}


def _guide(table: str, said: dict) -> TableGuide:
    columns = [
        Column(name.removesuffix("*"), name.endswith("*"), vi, en, tuple(examples))
        for name, vi, en, *examples in said["columns"]
    ]
    return TableGuide(table, {"vi": said["vi"], "en": said["en"]}, tuple(columns))
