"""`tables.xlsx`: notes, a data dictionary, and a sheet a table of the cube."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from diaban.errors import DiabanError
from diaban.release.cube import Cube
from diaban.release.exports.dictionary import meaning, number_format, title, unit_name, words
from diaban.release.exports.marks import mark
from diaban.release.exports.notes import notes
from diaban.release.exports.sheets import HEADS, LINE, Layout, layout, sheet_names, sheet_title
from diaban.release.exports.tidy import tidy_tables
from diaban.spec import StudySpec

DICTIONARY = "dictionary"
_EPOCH = pd.Timestamp("2000-01-01").to_pydatetime()
"""A fixed date of creation: the same input gives the same file."""
_LONGEST_CELL = 32_767
_EVERYWHERE = "A1:XFD1048576"
"""Codes are texts that look like numbers, on purpose."""


def write_workbook(spec: StudySpec, cube: Cube, path: Path) -> None:
    """`tables.xlsx`: notes and dictionary, then a sheet a table; hidden values empty, names beside codes.

    Sheets are called in the study's first language. Above the rows of each stand the mark (simulated data
    alone), its title, and its heads in three rows; of these the last has the names of the columns.
    Text is written as text whatever it begins with: nothing in the file is a formula or a link.
    """
    tables = tidy_tables(cube)
    with xlsxwriter.Workbook(path) as book:
        said, language = mark(spec) or "", spec.study.languages[0]
        book.set_properties({"title": spec.study.title.en, "comments": said, "created": _EPOCH})
        formats = _Formats(book)
        names = sheet_names((DICTIONARY, *tables), language)
        _write_notes(book.add_worksheet(words(language)["notes"]), spec, cube, names, formats)
        for table, frame in ({DICTIONARY: _dictionary(tables, names)} | tables).items():
            sheet = book.add_worksheet(names[table])
            _write(sheet, table, frame, said, formats)
            _finish(sheet, said)


class _Formats(dict[str, Format]):
    """A cell format a number format, made when first asked for."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        super().__init__()
        self._book = book
        self.head = book.add_format({"bold": True, "valign": "top", "text_wrap": True, "border": 1})
        self.title = book.add_format({"bold": True, "font_size": 13})
        self.line = book.add_format({"valign": "top", "text_wrap": True})
        self.name = book.add_format({"italic": True, "font_size": 9, "font_color": "#595959", "border": 1})
        self.text = book.add_format({"valign": "top", "text_wrap": True})

    def __missing__(self, written: str) -> Format:
        self[written] = self._book.add_format({"num_format": written, "valign": "top"})
        return self[written]


def _write(sheet: Worksheet, table: str, frame: pd.DataFrame, said: str, formats: _Formats) -> None:
    """The mark (simulated data alone), the title, the heads, and the rows."""
    above = [said] if said else []
    for row, line in enumerate([*above, sheet_title(table)]):
        _text(sheet, row, 0, line, formats.title if row == len(above) else None)
    last = len(above) + HEADS
    _heads(sheet, layout(table, frame), len(above) + 1, formats)
    for at, column in enumerate(frame):
        form = formats[number_format(meaning(table, str(column)).unit)]
        for row, value in enumerate(frame[column].tolist(), start=last + 1):
            _cell(sheet, row, at, value, form, formats.text)
    sheet.freeze_panes(last + 1, 2)
    sheet.repeat_rows(0, last)
    if len(frame):
        sheet.autofilter(last, 0, last + len(frame), len(frame.columns) - 1)
    sheet.ignore_errors({"number_stored_as_text": _EVERYWHERE})


def _heads(sheet: Worksheet, laid: Layout, first: int, formats: _Formats) -> None:
    """Heads in rows from `first` on, and the widths of the columns."""
    for at, width in enumerate(laid.widths):
        sheet.set_column(at, at, width)
    forms = (formats.head, formats.head, formats.name)
    for row, (heads, form) in enumerate(zip(laid.heads, forms, strict=True), start=first):
        for at, text in enumerate(heads):
            _text(sheet, row, at, text, form)
    for row, lines in enumerate(laid.height, start=first):
        sheet.set_row(row, LINE * lines)


def _cell(sheet: Worksheet, row: int, column: int, value: Any, form: Format, text: Format) -> None:
    if pd.isna(value):
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value, text)
    elif isinstance(value, pd.Timestamp):
        sheet.write_datetime(row, column, value.to_pydatetime(), form)
    elif isinstance(value, int | float) and abs(value) != float("inf"):
        sheet.write_number(row, column, value, form)
    else:
        _text(sheet, row, column, str(value), text)


def _text(sheet: Worksheet, row: int, column: int, value: str, form: Format | None = None) -> None:
    """Text as text. One that a spreadsheet cannot hold is refused: half a sentence may say the opposite."""
    if len(value) > _LONGEST_CELL:
        raise DiabanError(
            "export_text_too_long", sheet=sheet.get_name(), length=len(value), longest=_LONGEST_CELL
        )
    sheet.write_string(row, column, value, form)


def _finish(sheet: Worksheet, said: str) -> None:
    """A printed sheet lies across, is as wide as the paper, and carries the mark and its page."""
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_header(f"&L&B{said}&R{sheet.get_name()}" if said else f"&R{sheet.get_name()}")
    sheet.set_footer(f"&L{said}&C{sheet.get_name()}&R&P / &N")


def _dictionary(tables: Mapping[str, pd.DataFrame], names: Mapping[str, str]) -> pd.DataFrame:
    """sheet, table, column, meaning_vi, meaning_en, unit_vi, unit_en: a row a column of every sheet."""
    rows = []
    for table, frame in tables.items():
        for column in frame:
            said = meaning(table, str(column))
            units = [unit_name(said.unit, language) for language in ("vi", "en")]
            rows.append([names[table], table, str(column), said.vi, said.en, *units])
    heads = ["sheet", "table", "column", "meaning_vi", "meaning_en", "unit_vi", "unit_en"]
    return pd.DataFrame(rows, columns=heads, dtype="str")


def _write_notes(
    sheet: Worksheet, spec: StudySpec, cube: Cube, names: Mapping[str, str], formats: _Formats
) -> None:
    """What to know first, then the list of the sheets."""
    lines = notes(spec, cube)
    for row, line in enumerate(lines):
        _text(sheet, row, 0, line)
    first = len(lines) + 1
    heads = " / ".join(words(language)["tables"] for language in spec.study.languages)
    for column, text in enumerate((heads, "Tiếng Việt", "English", "data/*.csv")):
        _text(sheet, first, column, text, formats.head)
    for row, (table, name) in enumerate(names.items(), start=first + 1):
        file = "" if table == DICTIONARY else f"{table}.csv"
        for column, text in enumerate((name, title(table, "vi"), title(table, "en"), file)):
            _text(sheet, row, column, text, formats.line)
    for column, width in enumerate((32, 52, 52, 28)):
        sheet.set_column(column, column, width)
    _finish(sheet, mark(spec) or "")
