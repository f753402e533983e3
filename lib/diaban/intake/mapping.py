"""Raw cells to canonical columns, as a source declares them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from diaban.errors import DiabanError
from diaban.intake.coerce import numbers
from diaban.intake.readers import Raw
from diaban.spec.read import nearest
from diaban.spec.source import ColumnSpec, SourceSpec


@dataclass(frozen=True)
class Mapped:
    """Canonical columns of one file, still as text, on the file's row numbers; and what was left out.

    rows = furniture + set_aside + too_long + the rows `frame` was made from. `missing` counts empty
    cells of columns that `unpivot` turned into rows.
    """

    frame: pd.DataFrame
    rows: int
    furniture: int
    set_aside: int
    too_long: pd.DataFrame
    missing: int = 0


def map_columns(raw: Raw, source: SourceSpec, wanted: list[str]) -> Mapped:
    """Apply the declaration of `source` to `raw`.

    wanted: canonical columns of the table, taken by their own name where the source has them.
    Raises DiabanError where a declared column is not in the file.
    """
    columns = _columns(raw, source, wanted)
    cells = pd.DataFrame(
        {name: _cleaned(raw.cells[position], source) for name, position in columns.items()},
        index=raw.cells.index,
    )
    furniture = _furniture(cells, source, raw)
    beyond = raw.cells.columns > raw.width
    long = raw.cells.loc[:, beyond].notna().any(axis=1) & ~furniture
    frame = cells[~furniture & ~long]
    for name, column in {**source.columns, **source.unpivot}.items():
        _require(raw, frame, column.ratio or ())
        frame = frame.assign(**{name: _made(frame, name, column, source)})
    frame = frame.assign(**{k: str(v) for k, v in source.constants.items()})
    _require(raw, frame, source.where)
    used = _selected(frame, source)
    mapped = frame[used]
    missing = 0
    if source.unpivot:
        mapped, missing = _unpivoted(mapped, source)
    return Mapped(mapped, len(cells), int(furniture.sum()), int((~used).sum()), cells[long], missing)


def _columns(raw: Raw, source: SourceSpec, wanted: list[str]) -> dict[str, int]:
    """Canonical name -> position in the file."""
    position = _positions(raw)
    declared = {**source.columns, **source.unpivot}
    found = {}
    for name, column in declared.items():
        if column.ratio is None:
            found[name] = _position(name, column, position, raw)
    others = wanted if declared else [n for n in raw.header if n]
    for name in others:
        if name not in found and name not in declared and _folded(name) in position:
            found[name] = _position(name, ColumnSpec(), position, raw)
    return found


def _positions(raw: Raw) -> dict[str, int]:
    """Header -> position; 0 for a header that stands above several columns."""
    folded = [_folded(name) for name in raw.header]
    return {name: i if folded.count(name) == 1 else 0 for i, name in enumerate(folded, start=1) if name}


def _position(name: str, column: ColumnSpec, position: dict[str, int], raw: Raw) -> int:
    if isinstance(column.from_, int):
        if not 1 <= column.from_ <= raw.cells.shape[1]:
            raise DiabanError(
                "intake_no_such_position",
                file=raw.file,
                column=name,
                position=column.from_,
                width=raw.cells.shape[1],
            )
        return column.from_
    spellings = column.from_ or [name]
    for spelling in spellings:
        found = position.get(_folded(spelling))
        if found == 0:
            raise DiabanError("intake_header_twice", file=raw.file, column=spelling)
        if found is not None:
            return found
    raise missing_column(raw, name, spellings)


def missing_column(raw: Raw, name: str, spellings: list[str]) -> DiabanError:
    """The error for a column that the file does not have, with the headers that look most like it.

    A header that only falls into its columns at another separator says so.
    """
    header = [h for h in raw.header if h]
    likely = nearest(spellings[0], header) if header else "-"
    where = f"{raw.file} [{raw.sheet}]" if raw.sheet else raw.file
    if (other := _other_separator(header, spellings)) is not None:
        return DiabanError(
            "intake_other_separator", file=where, column=name, separator=other, header=header[0]
        )
    return DiabanError(
        "intake_missing_column", file=where, column=name, spellings=" / ".join(spellings), likely=likely
    )


def _other_separator(header: list[str], spellings: list[str]) -> str | None:
    """The separator, as study.toml writes it, at which the header holds one of `spellings`."""
    wanted = {_folded(spelling) for spelling in spellings}
    for separator in ";\t|,":
        parts = [_folded(part) for cell in header for part in cell.split(separator)]
        if wanted & set(parts):
            return separator.replace("\t", "\\t")
    return None


def _folded(header: str) -> str:
    return unicodedata.normalize("NFC", header).strip().casefold()


def _cleaned(values: pd.Series, source: SourceSpec) -> pd.Series:
    """Stripped text; missing where it is empty or one of the source's markers. Typed columns stay."""
    if not isinstance(values.dtype, pd.StringDtype):
        return values
    text = values.str.strip()
    return text.mask(text.isin(["", *source.missing]))


def _require(raw: Raw, frame: pd.DataFrame, names: Iterable[str]) -> None:
    for name in names:
        if name not in frame:
            raise missing_column(raw, name, [name])


def _furniture(cells: pd.DataFrame, source: SourceSpec, raw: Raw) -> pd.Series:
    """Rows that are no data: blank ones, and those that miss a declared pattern.

    A pattern sees missing as an empty text, so that `.*` lets it pass.
    """
    _require(raw, cells, source.rows)
    furniture = cells.isna().all(axis=1)
    for name, pattern in source.rows.items():
        furniture |= ~cells[name].astype("str").fillna("").str.fullmatch(pattern).astype("bool")
    return furniture


def _made(frame: pd.DataFrame, name: str, column: ColumnSpec, source: SourceSpec) -> pd.Series:
    if column.ratio is not None:
        first, second = (numbers(frame[part], source) for part in column.ratio)
        made = column.times * first / second.where(second != 0)
        return made if column.decimals is None else made.round(column.decimals)
    values = frame[name]
    if not (column.pad or column.replace or column.map):
        return values
    distinct = pd.Series(values.dropna().unique(), dtype="str")
    made = distinct.str.zfill(column.pad) if column.pad else distinct
    made = _replaced(made, column.replace).replace(column.map)
    result = values.astype("str").map(dict(zip(distinct, made, strict=True))).astype("str")
    return result.mask(result == "")


def _replaced(values: pd.Series, patterns: list[tuple[str, str]]) -> pd.Series:
    """The first pattern that matches a whole value rewrites it."""
    result, open_ = values.copy(), pd.Series(True, index=values.index)
    for pattern, replacement in patterns:
        hit = open_ & values.str.fullmatch(pattern)
        result[hit] = values[hit].str.replace(f"^(?:{pattern})$", replacement, regex=True)
        open_ &= ~hit
    return result


def _selected(frame: pd.DataFrame, source: SourceSpec) -> pd.Series:
    used = pd.Series(True, index=frame.index)
    for name, values in source.where.items():
        used &= frame[name].isin(values)
    return used


def _unpivoted(frame: pd.DataFrame, source: SourceSpec) -> tuple[pd.DataFrame, int]:
    """Long form: columns indicator, value and, for ratios, numerator and denominator."""
    names = list(source.unpivot)
    keep = frame.drop(columns=names)
    pieces = []
    for name, column in source.unpivot.items():
        piece = keep.assign(indicator=name, value=frame[name])
        if column.ratio is not None:
            piece["numerator"], piece["denominator"] = (numbers(frame[part], source) for part in column.ratio)
        pieces.append(piece)
    parts = {part for column in source.unpivot.values() for part in column.ratio or ()}
    long = pd.concat(pieces).drop(columns=list(parts))
    present = long["value"].notna()
    return long[present], int((~present).sum())
