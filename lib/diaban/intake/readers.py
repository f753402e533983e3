"""Readers by format: a file becomes a frame of raw cells, columns by position, rows as in the file."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

import pandas as pd
import pyarrow.parquet as pq

from diaban.errors import DiabanError
from diaban.places.boundaries import read_boundaries
from diaban.spec.read import nearest
from diaban.spec.source import SourceSpec


@dataclass(frozen=True)
class Raw:
    """Cells of one file or sheet.

    `cells` has columns 1, 2, ... and is indexed by the row number in the file. `header` gives the
    names that stand above the columns ("" for a stray column), `width` how many cells its row has.
    """

    cells: pd.DataFrame
    header: list[str]
    width: int
    file: Path
    sheet: str = ""


class Reader(Protocol):
    """Reads one file as a source declares it; raises DiabanError for what cannot be read."""

    def __call__(self, path: Path, source: SourceSpec) -> Raw: ...


READERS: dict[str, Reader] = {}


def reader(name: str) -> Callable[[Reader], Reader]:
    """Register a reader under the name that `format` gives it in study.toml."""

    def register(function: Reader) -> Reader:
        READERS[name] = function
        return function

    return register


def read_raw(path: Path, source: SourceSpec) -> Raw:
    """The raw cells of `path`. Raises DiabanError: file missing, empty, unreadable, format unknown."""
    if source.reader not in READERS:
        raise DiabanError("intake_unknown_format", format=source.reader, known=", ".join(READERS), file=path)
    if not path.is_file():
        beside = sorted(p.name for p in path.parent.glob("*")) if path.parent.is_dir() else []
        likely = nearest(path.name, beside) if beside else "-"
        raise DiabanError("intake_file_missing", file=path, likely=likely)
    if path.stat().st_size == 0:
        raise DiabanError("intake_file_empty", file=path)
    return READERS[source.reader](path, source)


@reader("csv")
def read_csv(path: Path, source: SourceSpec) -> Raw:
    """Delimited text, plain or compressed. Ragged rows are padded to the longest one."""
    width, header_width = _measure(path, source)
    try:
        cells = pd.read_csv(
            path,
            sep=source.separator,
            encoding=_encoding(source),
            header=None,
            names=range(1, width + 1),
            dtype="str",
            keep_default_na=False,
            na_values=[""],
            skip_blank_lines=False,
            low_memory=False,
        )
    except UnicodeDecodeError:
        raise _unreadable(path, source) from None
    except pd.errors.ParserError as error:
        raise DiabanError("intake_broken_csv", file=path, detail=str(error).strip()) from None
    cells.index += 1
    return _below_header(cells, source, path, "", header_width)


def _encoding(source: SourceSpec) -> str:
    """UTF-8 with or without the mark that Excel puts in front."""
    return "utf-8-sig" if source.encoding.lower().replace("_", "-") in {"utf-8", "utf8"} else source.encoding


def _measure(path: Path, source: SourceSpec) -> tuple[int, int]:
    """Most cells in any row, and cells in the header row (separators inside quotes count too: harmless)."""
    widest, header_width = 0, 0
    try:
        with _open(path, source) as lines:
            for number, line in enumerate(lines, start=1):
                cells = line.count(source.separator) + 1
                widest = max(widest, cells)
                if number == source.header:
                    header_width = cells
    except LookupError:
        raise DiabanError("intake_unknown_encoding", file=path, encoding=source.encoding) from None
    except (OSError, EOFError, zlib.error):
        raise DiabanError("intake_broken_archive", file=path) from None
    if widest == 0:
        raise DiabanError("intake_file_empty", file=path)
    return widest, header_width


def _open(path: Path, source: SourceSpec) -> IO[str]:
    """The text of a file; bytes that the encoding does not know are replaced here, and refused on reading."""
    opened = gzip.open if path.suffix == ".gz" else open
    return opened(path, "rt", encoding=_encoding(source), errors="replace", newline="")


def _unreadable(path: Path, source: SourceSpec) -> DiabanError:
    with _open(path, source) as lines:
        row = next((number for number, line in enumerate(lines, start=1) if "\ufffd" in line), 1)
    return DiabanError("intake_unreadable", file=path, row=row, encoding=source.encoding)


@reader("xlsx")
def read_xlsx(path: Path, source: SourceSpec) -> Raw:
    """One sheet of an Excel workbook; the first one unless the source names another."""
    try:
        with pd.ExcelFile(path, engine="openpyxl") as book:
            sheet = source.sheet or str(book.sheet_names[0])
            if sheet not in book.sheet_names:
                known = ", ".join(map(str, book.sheet_names))
                raise DiabanError("intake_unknown_sheet", file=path, sheet=sheet, known=known)
            cells = pd.read_excel(
                book, sheet_name=sheet, header=None, dtype=object, keep_default_na=False, na_values=[""]
            )
    except (zipfile.BadZipFile, KeyError):
        raise DiabanError("intake_broken_archive", file=path) from None
    if cells.empty:
        raise DiabanError("intake_file_empty", file=f"{path} [{sheet}]")
    cells = cells.map(lambda cell: _as_text(cell, source), na_action="ignore").astype("str")
    cells.columns = range(1, cells.shape[1] + 1)
    cells.index += 1
    return _below_header(cells, source, path, sheet, cells.shape[1])


def _as_text(cell: object, source: SourceSpec) -> str:
    """A cell of Excel as the source would have printed it."""
    if isinstance(cell, pd.Timestamp) or hasattr(cell, "strftime"):
        return cell.strftime(source.date_format)
    if isinstance(cell, float):
        text = str(int(cell)) if cell.is_integer() else repr(cell)
        return text.replace(".", source.decimal)
    return str(cell)


@reader("parquet")
def read_parquet(path: Path, source: SourceSpec) -> Raw:  # noqa: ARG001
    """A Parquet file; its columns are typed already and keep their types."""
    try:
        cells = pq.read_table(path).to_pandas()
    except (OSError, ValueError):
        raise DiabanError("intake_broken_archive", file=path) from None
    header = [str(c) for c in cells.columns]
    cells.columns = range(1, cells.shape[1] + 1)
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    return Raw(cells, header, len(header), path)


@reader("polygons")
def read_polygons(path: Path, source: SourceSpec) -> Raw:
    """A polygon file: its attributes as text, and the column `geometry` in degrees (EPSG:4326)."""
    features = read_boundaries(path, source.encoding)
    header = list(features.columns)
    cells = pd.DataFrame(features).astype({name: "str" for name in header if name != "geometry"})
    cells.columns = range(1, len(header) + 1)
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    return Raw(cells, header, len(header), path)


def _below_header(cells: pd.DataFrame, source: SourceSpec, path: Path, sheet: str, width: int) -> Raw:
    """Take the rows up to the header off; `width` is the number of cells of the header row."""
    if source.header == 0:
        return Raw(cells, [""] * cells.shape[1], cells.shape[1], path, sheet)
    if len(cells) < source.header:
        raise DiabanError("intake_no_header", file=path, row=source.header)
    names = cells.iloc[source.header - 1].fillna("").astype("str").str.strip().tolist()
    return Raw(cells.iloc[source.header :], names, width, path, sheet)
