"""What a run gives away beside the pages: findings as JSON, tables as a workbook, and the manifest."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from diaban.findings.locality import locality_findings
from diaban.findings.words import Words
from diaban.release.cube import Cube
from diaban.release.pages.fragment import texts
from diaban.spec import StudySpec

SHEETS = (
    "localities",
    "rates",
    "trends",
    "run_chart",
    "detectability",
    "case_factors",
    "area_factors",
    "factor_profile",
)
_NOT_PRINTED = {"latitude", "longitude"}


def mark(spec: StudySpec) -> str | None:
    """The words that simulated data carry everywhere; None for real data."""
    return texts("en")["simulated"] if spec.study.simulated else None


def audience(cube: Cube) -> str:
    """ "internal" (exact counts, for the office alone) or "share"."""
    return "internal" if cube.facts["internal"] else "share"


def findings_json(spec: StudySpec, cube: Cube, localities: Iterable[str], period: str) -> str:
    """All findings of `localities`, with their sentences in every language of the study."""
    words = {
        language: Words(spec, cube["localities"], cube["code_book"], cube["measures"], language)
        for language in spec.study.languages
    }
    found = [
        finding.as_record()
        | {"name": words[spec.study.languages[0]].place(locality)}
        | {"sentences": {language: _said(said, finding) for language, said in words.items()}}
        for locality in localities
        for finding in locality_findings(
            cube.frames, spec, locality, period=period, file_periods=str(cube.facts["file_periods"])
        )
    ]
    record = {
        "study": spec.study.key,
        "simulated": spec.study.simulated,
        "mark": mark(spec),
        "audience": audience(cube),
        "period": period,
        "findings": found,
    }
    return json.dumps(record, ensure_ascii=False, indent=1, default=_plain)


def _said(words: Words, finding) -> dict[str, object]:
    said = words.say(finding)
    return {
        "claim": said.claim,
        "number": said.number,
        "alternatives": said.alternatives,
        "action": said.action,
    }


def _plain(value: object) -> object:
    """Numpy and missing values as JSON has them."""
    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else str(value)


def write_workbook(spec: StudySpec, cube: Cube, path: Path) -> None:
    """`tables.xlsx`: notes, then a sheet a table of the cube; hidden values empty, names beside codes."""
    names = dict(zip(cube["localities"]["locality"], cube["localities"]["name"], strict=True))
    with pd.ExcelWriter(path, engine="xlsxwriter") as book:
        _notes(spec, cube).to_excel(book, sheet_name="notes", index=False)
        book.sheets["notes"].set_column(0, 0, 110)
        for sheet in SHEETS:
            if sheet not in cube.frames or cube[sheet].empty:
                continue
            frame = cube[sheet].drop(columns=_NOT_PRINTED, errors="ignore")
            if "locality" in frame and "name" not in frame:
                frame = frame.assign(name=frame["locality"].map(names))
                frame = frame[["locality", "name", *[c for c in frame if c not in ("locality", "name")]]]
            first = 1 if spec.study.simulated else 0
            frame.to_excel(book, sheet_name=sheet, index=False, startrow=first)
            if spec.study.simulated:
                book.sheets[sheet].write_string(0, 0, mark(spec) or "")
            book.sheets[sheet].freeze_panes(first + 1, 2)
            book.sheets[sheet].autofit(max_width=180)
        book.book.set_properties(
            {"title": spec.study.title.en, "comments": mark(spec) or "", "created": _EPOCH}
        )


def _notes(spec: StudySpec, cube: Cube) -> pd.DataFrame:
    lines = [mark(spec), spec.study.title.vi, spec.study.title.en]
    words = [texts(language) for language in spec.study.languages]
    if audience(cube) == "internal":
        lines += [f"{text['internal']}. {text['internal_note']}" for text in words]
        lines.append("Internal: exact counts, nothing is left empty.")
    else:
        lines += [text["hidden_legend"] for text in words]
        lines.append(f"Counts below {spec.disclosure.threshold}, and what gives them away, are left empty.")
    lines.append(
        f"Rates are per {spec.model.per:,} persons at risk and year; lower and upper are 95 % limits."
    )
    lines += spec.study.licences
    return pd.DataFrame({"diaban": [line for line in lines if line]})


_EPOCH = pd.Timestamp("2000-01-01").to_pydatetime()
"""A fixed date of creation: the same input gives the same file."""
