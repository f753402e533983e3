"""The data dictionary: what each column of a published table means, and in which unit.

Written down in columns.toml, sheets.toml and units.toml; a column without an entry is given without a
meaning, which a test over both studies does not let pass.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import NamedTuple

UNKNOWN = "text"
_LANGUAGES = ("vi", "en")


class Meaning(NamedTuple):
    """unit: a key of units.toml; vi, en: what the column holds."""

    unit: str
    vi: str
    en: str


@cache
def _read(name: str) -> dict:
    return tomllib.loads(files("diaban.release.exports").joinpath(f"{name}.toml").read_text("utf-8"))


def meaning(table: str, column: str) -> Meaning:
    """What `column` of `table` holds: the table's own entry before the one for all tables."""
    own = _read("columns")["tables"].get(table, {})
    entry = own.get(column) or _read("columns")["columns"].get(column)
    return Meaning(*entry) if entry else Meaning(UNKNOWN, "", "")


def known(table: str, column: str) -> bool:
    """Whether the dictionary has an entry for the column."""
    return bool(meaning(table, column).en)


def title(table: str, language: str) -> str:
    """The table's title in "vi" or "en"; its name where the dictionary has none."""
    entry = _read("columns")["tables"].get(table)
    return str(entry["title"][_LANGUAGES.index(language)]) if entry else table


def short_title(table: str, language: str) -> str:
    """The name of the table's sheet, where sheets.toml has one, else its title."""
    entry = _read("sheets").get(table)
    return str(entry[_LANGUAGES.index(language)]) if entry else title(table, language)


def unit_name(unit: str, language: str) -> str:
    return str(_read("units")[unit][language])


def number_format(unit: str) -> str:
    """How a spreadsheet writes values of the unit."""
    return str(_read("units")[unit]["format"])


def words(language: str) -> dict[str, str]:
    """The words that exports need and pages do not have."""
    return dict(_read("words")[language])
