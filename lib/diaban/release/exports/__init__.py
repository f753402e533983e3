"""What a run gives away beside the pages: findings as JSON, a workbook, a data package, Word annexes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from diaban.release.cube import Cube
from diaban.release.exports.annex import OF_WHOLE, annex_bytes, annex_name, whole_annex_bytes
from diaban.release.exports.findings import findings_json
from diaban.release.exports.marks import audience, mark
from diaban.release.exports.package import write_package
from diaban.release.exports.workbook import write_workbook
from diaban.spec import StudySpec

__all__ = [
    "OF_WHOLE", "annex_bytes", "annex_name", "audience", "findings_json", "mark", "whole_annex_bytes",
    "write_annexes", "write_exports", "write_package", "write_workbook",
]  # fmt: skip
FILES = ("findings.json", "tables.xlsx")
FOLDERS = ("data", "annex")


def write_exports(
    spec: StudySpec,
    cube: Cube,
    folder: Path,
    *,
    period: str,
    languages: Sequence[str],
    annexes: Iterable[str] | None = None,
) -> None:
    """findings.json, tables.xlsx, data/ and annex/<language>/ in `folder`, from the protected cube alone.

    annexes: localities that get a Word annex; every locality that is reported where none are named. The
    same cube gives the same bytes.
    """
    (folder / "annex").mkdir(parents=True, exist_ok=True)
    found = findings_json(spec, cube, cube.reported, period)
    (folder / "findings.json").write_text(found, "utf-8", newline="\n")
    write_workbook(spec, cube, folder / "tables.xlsx")
    write_package(spec, cube, folder / "data")
    chosen = cube.reported if annexes is None else annexes
    write_annexes(spec, cube, folder / "annex", chosen, period=period, languages=languages)


def write_annexes(
    spec: StudySpec,
    cube: Cube,
    folder: Path,
    localities: Iterable[str],
    *,
    period: str,
    languages: Sequence[str],
) -> None:
    """A Word annex a locality and language: `folder`/<language>/<page's name>.docx; and that of the whole."""
    for language in languages:
        (folder / language).mkdir(parents=True, exist_ok=True)
        made = whole_annex_bytes(spec, cube, period=period, language=language)
        (folder / language / OF_WHOLE).write_bytes(made)
    table = cube["localities"]
    names = dict(zip(table["locality"], table["name"], strict=True))
    for locality in localities:
        for language in languages:
            path = folder / language / annex_name(str(names[locality]), locality)
            made = annex_bytes(spec, cube, locality, period=period, language=language)
            path.write_bytes(made)
