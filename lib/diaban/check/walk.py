"""The walk: declaration, files, rows, analyses, verdict; a part that is wrong is the last one looked at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from diaban.calendars import periods_frame
from diaban.check.analyses import analyses_of
from diaban.check.files import files_part
from diaban.check.lines import Part, fault, part, say
from diaban.check.rows import rows_part
from diaban.check.unfilled import unfilled_keys
from diaban.errors import DiabanError
from diaban.intake import Intake, read_tables
from diaban.language.catalogue import LANGUAGES
from diaban.results import Results
from diaban.spec import StudySpec, read_spec


def check_study(folder: Path, typed: str, tell: Callable[[Part], None]) -> bool:
    """Walk through the study in `folder`; True if it can be run. Nothing is written.

    typed: the study as it is typed in a command. tell: is given each part as soon as it was looked at, the
    verdict last.
    """
    declaration, spec = _declaration(folder)
    tell(declaration)
    files = files_part(spec, folder) if spec else _later("files")
    tell(files)
    rows, intake = _rows(spec, folder) if spec and not files.wrong else (_later("rows"), None)
    tell(rows)
    analyses = _analyses(spec, intake) if spec and intake else _later("analyses")
    tell(analyses)
    parts = [declaration, files, rows, analyses]
    tell(_verdict(parts, typed, spec, intake))
    return not any(looked_at.wrong for looked_at in parts)


def _later(key: str) -> Part:
    later = part(key)
    later.lines.append(say("plain", "not_looked_at"))
    return later


def _declaration(folder: Path) -> tuple[Part, StudySpec | None]:
    found = part("declaration")
    try:
        spec = read_spec(folder)
        periods_frame(spec.periods)
    except DiabanError as error:
        found.lines.append(fault(error))
        return found, None
    found.lines.append(say("right", "declared", **_described(spec)))
    if spec.study.simulated:
        found.lines.append(say("mind", "simulated"))
    if keys := unfilled_keys(spec):
        found.lines.append(say("mind", "unfilled", keys=", ".join(keys)))
    return found, spec


def _described(spec: StudySpec) -> dict[str, object]:
    level = next(level for level in spec.levels if level.key == spec.places.report_level)
    texts = {f"title_{language}": spec.study.title[language] for language in LANGUAGES}
    texts |= {f"level_{language}": level.label[language] for language in LANGUAGES}
    numbers = {"streams": len(spec.streams), "sources": len(spec.sources)}
    return {**texts, **numbers, "first": spec.periods.first, "last": spec.periods.last}


def _rows(spec: StudySpec, folder: Path) -> tuple[Part, Intake | None]:
    try:
        intake = read_tables(spec, folder)
    except DiabanError as error:
        broken = part("rows")
        broken.lines.append(fault(error))
        return broken, None
    return rows_part(spec, intake), intake


def _analyses(spec: StudySpec, intake: Intake) -> Part:
    found = part("analyses")
    try:
        found.lines.extend(analyses_of(Results(spec, intake.tables)))
    except DiabanError as error:
        found.lines.append(fault(error))
    return found


def _verdict(parts: list[Part], typed: str, spec: StudySpec | None, intake: Intake | None) -> Part:
    verdict = part("verdict")
    wrong = next((number for number, one in enumerate(parts, start=1) if one.wrong), None)
    if wrong is not None:
        verdict.lines.append(say("wrong", "not_runnable", part=wrong, command=f"diaban check {typed}"))
        return verdict
    verdict.lines.append(say("right", "runnable", command=f"diaban run {typed}"))
    if intake is not None and len(intake.quarantine):
        verdict.lines.append(say("mind", "some_refused", rows=len(intake.quarantine)))
    if spec is not None and unfilled_keys(spec):
        verdict.lines.append(say("mind", "fill_in_before"))
    return verdict
