"""`findings.json`: every finding with its numbers and sentences, as findings.schema.json describes it."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pandas as pd

from diaban.findings.finding import Finding
from diaban.findings.words import Words
from diaban.release.cube import Cube
from diaban.release.exports.marks import identity
from diaban.release.review import findings_of, review_record
from diaban.release.words_of import words_of
from diaban.spec import StudySpec

SCHEMA_VERSION = "1.0"
"""First number: readers must change; second: fields were added."""


def findings_json(spec: StudySpec, cube: Cube, localities: Iterable[str], period: str) -> str:
    """All findings of `localities`, with their sentences in every language of the study."""
    words = {language: words_of(spec, cube, language) for language in spec.study.languages}
    found = [
        finding.as_record()
        | {"name": words[spec.study.languages[0]].place(locality)}
        | {"sentences": {language: _said(said, finding) for language, said in words.items()}}
        | {"review": review_record(cube, finding)}
        for locality in localities
        for finding in findings_of(spec, cube, locality, period=period)
    ]
    record = {
        "schema": f"diaban-findings-{SCHEMA_VERSION}",
        **identity(spec, cube, period),
        "findings": found,
    }
    return json.dumps(record, ensure_ascii=False, indent=1, default=_plain)


def _said(words: Words, finding: Finding) -> dict[str, object]:
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
