"""How a sheet of the workbook is called, headed and laid out."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from diaban.findings.words import capital
from diaban.release.exports.dictionary import meaning, short_title, title

HEADS = 3
"""Rows of heads: Vietnamese, English, and the name that the data package and findings.json use."""
LONGEST_NAME = 31
_FORBIDDEN = frozenset("[]:*?/\\")
_WIDEST, _NARROWEST, _OF_NUMBERS = 28, 9, 12  # letters
_FILTER = 3  # letters that the button of a filter covers
_BOLD, _LINES = 1.2, 4  # a bold letter; lines of a head
_LOOKED_AT = 2_000  # rows by which a column's width is measured
LINE = 15.0
"""Height of a line in points."""


class Layout(NamedTuple):
    """widths: of the columns, in letters. heads: the rows of heads. height: of the first two, in lines."""

    widths: list[int]
    heads: list[list[str]]
    height: list[int]


def sheet_names(tables: Iterable[str], language: str) -> dict[str, str]:
    """Table -> name of its sheet: short words where the dictionary has some that a workbook allows and that
    no other table has, else the table's own name."""
    names: dict[str, str] = {}
    for table in tables:
        name = short_title(table, language)
        fits = len(name) <= LONGEST_NAME and not _FORBIDDEN & set(name)
        taken = {given.casefold() for given in names.values()}
        names[table] = name if fits and name.casefold() not in taken else table[:LONGEST_NAME]
    return names


def sheet_title(table: str) -> str:
    """What stands above the heads of a table, in both languages."""
    return f"{title(table, 'vi')} / {title(table, 'en')}"


def layout(table: str, frame: pd.DataFrame) -> Layout:
    """Heads and widths of the sheet of `frame`."""
    columns = [str(column) for column in frame]
    said = [meaning(table, column) for column in columns]
    heads = [[capital(entry.vi) for entry in said], [capital(entry.en) for entry in said], columns]
    longest = [max(map(len, entry[1:])) for entry in said]
    widths = [_width(frame[column], head=head) for column, head in zip(frame, longest, strict=True)]
    lines = [max((_lines(t, w) for t, w in zip(row, widths, strict=True)), default=1) for row in heads[:2]]
    return Layout(widths, heads, lines)


def _width(column: pd.Series, *, head: int) -> int:
    """Of a column in letters: as wide as its name and its longest text and as a head of `head` letters in
    few lines asks, within limits."""
    least = max(len(str(column.name)) + _FILTER, _NARROWEST, math.ceil(_BOLD * head / _LINES))
    if pd.api.types.is_string_dtype(column.dtype):
        longest = column.dropna().head(_LOOKED_AT).str.len().max()
        return int(min(max(least, 0 if pd.isna(longest) else longest + 1), _WIDEST))
    return min(max(least, _OF_NUMBERS), _WIDEST)


def _lines(text: str, width: int) -> int:
    """Lines of a head in bold letters."""
    return max(1, math.ceil(_BOLD * len(text) / width))
