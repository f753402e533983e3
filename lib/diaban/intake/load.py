"""Read every source of a study into typed tables, each row with its file, sheet and row number."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from diaban.errors import DiabanError
from diaban.intake.card import source_row
from diaban.intake.mapping import Mapped, map_columns, missing_column
from diaban.intake.quarantine import Quarantine
from diaban.intake.readers import Raw, read_raw
from diaban.intake.schemas import SCHEMAS
from diaban.intake.validate import typed
from diaban.spec.model import StudySpec
from diaban.spec.source import SourceSpec

ALWAYS_FULL = {"localities", "population", "counts", "cases"}
"""Tables without which nothing can be said: a source of theirs without a single row is an error."""


@dataclass
class Loaded:
    """Tables by name, as typed frames with provenance, and one record a file for the data card."""

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    sources: list[dict] = field(default_factory=list)


def load(
    spec: StudySpec,
    folder: Path,
    periods: list[str],
    quarantine: Quarantine,
    tables: Collection[str] | None = None,
) -> Loaded:
    """Read the sources of `spec` under `folder`: all, or those of `tables`.

    Raises DiabanError for the first structural fault.
    """
    loaded = Loaded()
    pieces: dict[str, list[pd.DataFrame]] = {}
    for source in sources_of(spec):
        if tables is not None and source.table not in tables:
            continue
        _one_calendar(source, spec)
        for path, period in files_of(source, folder, periods):
            frame = read_file(source, path, folder, period, periods, quarantine, loaded.sources)
            pieces.setdefault(source.table, []).append(frame)
    loaded.tables = {name: pd.concat(frames, ignore_index=True) for name, frames in pieces.items()}
    return loaded


def _one_calendar(source: SourceSpec, spec: StudySpec) -> None:
    study = spec.periods.calendar
    if source.calendar is not None and source.calendar != study:
        raise DiabanError(
            "calendar_mixed", table=source.table, file=source.path, calendar=source.calendar, study=study
        )


def sources_of(spec: StudySpec) -> list[SourceSpec]:
    """The declared sources; the code book named under `reference`, and what extends it, are more.

    Of aggregated counts by key only the keys of the streams are read.
    """
    books = [path for path in (spec.reference.code_book, spec.reference.more_codes) if path]
    sources = [*spec.sources, *(SourceSpec(table="code_book", path=path) for path in books)]
    keys = [key for stream in spec.streams for key in stream.keys]
    return [
        s.model_copy(update={"where": {"key": keys, **s.where}})
        if s.table == "counts" and "key" in s.columns
        else s
        for s in sources
    ]


def files_of(source: SourceSpec, folder: Path, periods: list[str]) -> Iterator[tuple[Path, str | None]]:
    """Files of a source, each with the period in its name."""
    if "{period}" in source.path:
        for period in source.periods or periods:
            yield folder / source.path.replace("{period}", period), period
    elif "*" in source.path:
        found = sorted(folder.glob(source.path))
        if not found:
            raise DiabanError("intake_file_missing", file=folder / source.path, likely="-")
        yield from ((path, None) for path in found)
    else:
        yield folder / source.path, None


def read_file(
    source: SourceSpec,
    path: Path,
    folder: Path,
    period: str | None,
    periods: list[str],
    quarantine: Quarantine,
    records: list[dict],
) -> pd.DataFrame:
    """One file as a typed table with provenance; its counts go to `records`, its row faults to `quarantine`.

    Raises DiabanError for a fault of structure.
    """
    raw = read_raw(path, source)
    mapped = map_columns(raw, source, _wanted(source))
    _check_rows(mapped, source, raw)
    file = Path(os.path.relpath(path, folder)).as_posix()
    helpers = source.helpers - set(_wanted(source))
    frame = mapped.frame.drop(columns=list(helpers), errors="ignore")
    frame = frame.assign(_file=file, _sheet=raw.sheet, _row=frame.index)
    if period is not None and "period" not in frame:
        frame = frame.assign(period=period)
    before = len(frame)
    if source.distinct:
        frame = frame.drop_duplicates([c for c in frame.columns if c not in ("_file", "_sheet", "_row")])
    equal = before - len(frame)
    if source.repeat_periods:
        frame = frame.assign(period=periods[0], _repeated=True)
    _check_columns(source, frame, raw)
    counted = {"rows": mapped.rows, "furniture": mapped.furniture, "set_aside": mapped.set_aside}
    counted |= {"empty": mapped.missing, "equal": equal, "taken": len(frame) + len(mapped.too_long)}
    texts = {f"citation_{language}": _cited(source, language) for language in ("vi", "en")}
    texts["licence"] = source.licence
    records.append(source_row(source.table, file, raw.sheet, counted, texts))
    _note_long_rows(source, mapped, file, raw, quarantine)
    if source.table == "boundaries":
        return frame.reset_index(drop=True)
    return typed(source.table, frame.reset_index(drop=True), source, quarantine)


def _cited(source: SourceSpec, language: str) -> str:
    """The citation of a source in a language; one that is the same in all is written once."""
    return source.citation if isinstance(source.citation, str) else source.citation[language]


def _wanted(source: SourceSpec) -> list[str]:
    if source.table == "boundaries":
        return ["locality", "geometry"]
    return list(SCHEMAS[source.table].columns)


def _check_rows(mapped: Mapped, source: SourceSpec, raw: Raw) -> None:
    where = f"{raw.file} [{raw.sheet}]" if raw.sheet else raw.file
    if mapped.rows == 0 and source.table in ALWAYS_FULL:
        raise DiabanError("intake_file_empty", file=where)
    if mapped.rows > 0 and mapped.furniture == mapped.rows:
        patterns = ", ".join(f"{name} = {pattern}" for name, pattern in source.rows.items()) or "-"
        raise DiabanError("intake_no_data_rows", file=where, rows=mapped.rows, patterns=patterns)


def _check_columns(source: SourceSpec, frame: pd.DataFrame, raw: Raw) -> None:
    """Every column that the table cannot do without is there."""
    if source.table == "boundaries":
        needed = ["locality", "geometry"]
    else:
        needed = [name for name, column in SCHEMAS[source.table].columns.items() if column.required]
    for name in needed:
        if name not in frame:
            raise missing_column(raw, name, [name])


def _note_long_rows(source: SourceSpec, mapped: Mapped, file: str, raw: Raw, quarantine: Quarantine) -> None:
    """Rows with more cells than the header: their cells may have slipped, so none of them is believed."""
    if mapped.too_long.empty:
        return
    rows = mapped.too_long.assign(_file=file, _sheet=raw.sheet, _row=mapped.too_long.index)
    quarantine.note(
        source.table,
        rows,
        column="-",
        values=rows.iloc[:, 0],
        reason="intake_row_too_long",
        expected=str(raw.width),
    )
