"""Every file of a study on its own: all structural faults at once, and how an empty table is to be filled."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from diaban.calendars import periods_frame
from diaban.check.lines import Line, Part, fault, part, say
from diaban.errors import DiabanError
from diaban.intake.load import files_of, read_file, sources_of
from diaban.intake.quarantine import Quarantine
from diaban.language.catalogue import LANGUAGES, catalogue
from diaban.new_study.guide import TableGuide, guides
from diaban.release.build import read_measures
from diaban.spec import StudySpec
from diaban.spec.source import SourceSpec

_SHOW_THE_TABLE = {
    "intake_file_empty",
    "intake_file_missing",
    "intake_missing_column",
    "intake_other_separator",
}


def files_part(spec: StudySpec, folder: Path) -> Part:
    """One line a file: how many rows it holds, or what is wrong; the first wrong table is explained."""
    found = part("files")
    periods = list(periods_frame(spec.periods)["period"])
    for source in sources_of(spec):
        explained = found.wrong
        for line, key in _lines_of(source, folder, periods):
            found.lines.append(line)
            if key in _SHOW_THE_TABLE and not explained and source.table in guides():
                found.lines.append(_guide(guides()[source.table]))
                explained = True
    try:
        read_measures(spec, folder)
    except DiabanError as error:
        found.lines.append(fault(error))
    return found


def _lines_of(source: SourceSpec, folder: Path, periods: list[str]) -> Iterator[tuple[Line, str]]:
    """A line a file of the source, with the key of its fault ("" where it is sound)."""
    try:
        for path, period in files_of(source, folder, periods):
            yield _file(source, path, folder, period, periods)
    except DiabanError as error:
        yield fault(error), error.key


def _file(
    source: SourceSpec, path: Path, folder: Path, period: str | None, periods: list[str]
) -> tuple[Line, str]:
    counted: list[dict] = []
    try:
        read_file(source, path, folder, period, periods, Quarantine(), counted)
    except DiabanError as error:
        return fault(error), error.key
    name = Path(os.path.relpath(path, folder)).as_posix()
    return say("right", "file_read", file=name, table=source.table, rows=counted[0]["rows"]), ""


def _guide(guide: TableGuide) -> Line:
    """What the table is for, its columns, and a row as an example."""
    purpose = {f"purpose_{language}": guide.purpose[language] for language in LANGUAGES}
    line = say("plain", "guide", table=guide.table, **purpose)
    width = max(len(column.name) for column in guide.columns) + 2
    columns = [
        f"{column.name + ('*' if column.needed else ''):<{width}}{column.vi} / {column.en}"
        for column in guide.columns
    ]
    example = catalogue("check")["guide_example"]
    return Line(
        line.mark,
        line.texts,
        (*columns, *(example[language] for language in LANGUAGES), guide.header(), *guide.examples()),
    )
