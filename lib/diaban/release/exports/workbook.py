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
from diaban.release.exports.marks import audience, internal_lines, mark
from diaban.release.exports.tidy import tidy_tables
from diaban.release.pages.fragment import texts
from diaban.spec import StudySpec

FIXED = ("notes", "dictionary")
_EPOCH = pd.Timestamp("2000-01-01").to_pydatetime()
"""A fixed date of creation: the same input gives the same file."""
_WIDEST = 180  # pixels
_LONGEST_CELL = 32_767
_EVERYWHERE = "A1:XFD1048576"
"""Codes are texts that look like numbers, on purpose."""


def write_workbook(spec: StudySpec, cube: Cube, path: Path) -> None:
    """`tables.xlsx`: notes and dictionary, then a sheet a table; hidden values empty, names beside codes.

    Text is written as text whatever it begins with: nothing in the file is a formula or a link.
    """
    tables = tidy_tables(cube)
    with xlsxwriter.Workbook(path) as book:
        said = mark(spec) or ""
        book.set_properties({"title": spec.study.title.en, "comments": said, "created": _EPOCH})
        formats = _Formats(book)
        _write_notes(book.add_worksheet("notes"), spec, cube, tables)
        _finish(_write(book.add_worksheet("dictionary"), _dictionary(tables), said, formats, {}), said)
        for name, frame in tables.items():
            units = {str(column): meaning(name, str(column)).unit for column in frame}
            _finish(_write(book.add_worksheet(name), frame, said, formats, units), said)


class _Formats(dict[str, Format]):
    """A cell format a number format, made when first asked for."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        super().__init__()
        self._book = book
        self.head = book.add_format({"bold": True, "bottom": 1, "valign": "top", "text_wrap": True})
        self.text = book.add_format({"valign": "top", "text_wrap": True})

    def __missing__(self, written: str) -> Format:
        self[written] = self._book.add_format({"num_format": written, "valign": "top"})
        return self[written]


def _write(
    sheet: Worksheet, frame: pd.DataFrame, said: str, formats: _Formats, units: Mapping[str, str]
) -> Worksheet:
    """The mark (simulated data alone), the names of the columns, and the rows."""
    first = 1 if said else 0
    for at, column in enumerate(frame):
        _text(sheet, first, at, str(column), formats.head)
        form = formats[number_format(units.get(str(column), "text"))]
        for row, value in enumerate(frame[column].tolist(), start=first + 1):
            _cell(sheet, row, at, value, form, formats.text)
    sheet.freeze_panes(first + 1, 2)
    sheet.repeat_rows(0, first)
    sheet.autofit(max_width=_WIDEST)
    if said:
        sheet.write_string(0, 0, said)  # after the widths: it may run over the cells beside it
    if len(frame):
        sheet.autofilter(first, 0, first + len(frame), len(frame.columns) - 1)
    sheet.ignore_errors({"number_stored_as_text": _EVERYWHERE})
    return sheet


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


def _dictionary(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """table, column, meaning_vi, meaning_en, unit_vi, unit_en: a row a column of every sheet."""
    rows = []
    for table, frame in tables.items():
        for column in frame:
            said = meaning(table, str(column))
            units = [unit_name(said.unit, language) for language in ("vi", "en")]
            rows.append([table, str(column), said.vi, said.en, *units])
    names = ["table", "column", "meaning_vi", "meaning_en", "unit_vi", "unit_en"]
    return pd.DataFrame(rows, columns=names)


def _write_notes(sheet: Worksheet, spec: StudySpec, cube: Cube, tables: Mapping[str, pd.DataFrame]) -> None:
    lines = [line for line in notes(spec, cube) if line]
    for row, line in enumerate(lines):
        _text(sheet, row, 0, line)
    heads = " / ".join(words(language)["tables"] for language in spec.study.languages)
    rows = [(heads, "", ""), *((name, title(name, "vi"), title(name, "en")) for name in tables)]
    for row, cells in enumerate(rows, start=len(lines) + 1):
        for column, text in enumerate(cells):
            _text(sheet, row, column, text)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 2, 60)
    _finish(sheet, mark(spec) or "")


def notes(spec: StudySpec, cube: Cube) -> list[str | None]:
    """What a reader must know before the first number, in every language of the study."""
    lines = [mark(spec), spec.study.title.vi, spec.study.title.en, *internal_lines(spec, cube)]
    for language in spec.study.languages:
        said = words(language)
        if audience(cube) == "share":
            lines.append(str(texts(language)["hidden_legend"]))
            lines.append(said["hidden_rule"].format(threshold=cube.facts["threshold"]))
        per = f"{spec.model.per:,}".replace(",", "." if language == "vi" else ",")
        lines.append(said["per_rule"].format(per=per))
    return [*lines, *spec.study.licences]
