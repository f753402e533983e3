"""The data package: a CSV file a table, described as Frictionless has it (specs.frictionlessdata.io, v1)."""

from __future__ import annotations

import hashlib
import json
import re
from importlib.resources import files
from pathlib import Path

import pandas as pd

from diaban.findings.words import capital
from diaban.language import numbers
from diaban.release.cube import Cube
from diaban.release.exports.dictionary import meaning, title, unit_name, words
from diaban.release.exports.marks import audience, internal_lines, mark
from diaban.release.exports.tidy import field_type, tidy_tables
from diaban.spec import StudySpec

MARK_COLUMN = "data_mark"
SCHEMA_FILE = "findings.schema.json"
_FORMULA = ("=", "+", "-", "@", "'", "\t", "\r", "\n")
_NAMED_LICENCE = re.compile(r"\(([A-Za-z0-9.-]+)\)\s*$")


def write_package(spec: StudySpec, cube: Cube, folder: Path) -> None:
    """`folder`/datapackage.json, README.md, the schema of findings.json, and a CSV a table.

    The tables of simulated data carry the mark in a column of its own: a file that goes its own way keeps
    it. Numbers are written so that reading gives them back to the last bit.
    """
    folder.mkdir(parents=True, exist_ok=True)
    resources = []
    for name, frame in tidy_tables(cube).items():
        content = _csv(frame, mark(spec)).encode("utf-8")
        (folder / f"{name}.csv").write_bytes(content)
        resources.append(_resource(name, frame, content, mark(spec)))
    described = _described(spec, cube) | {"resources": resources}
    text = json.dumps(described, ensure_ascii=False, indent=1)
    (folder / "datapackage.json").write_text(text, "utf-8", newline="\n")
    (folder / SCHEMA_FILE).write_bytes(findings_schema())
    (folder / "README.md").write_text(_readme(spec, cube), "utf-8", newline="\n")


def findings_schema() -> bytes:
    """The JSON Schema of findings.json, as it is committed."""
    return files("diaban.release.exports").joinpath(SCHEMA_FILE).read_bytes()


def as_text(value: str) -> str:
    """A text that a spreadsheet opens as text: what could begin a formula has an apostrophe before it."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def _csv(frame: pd.DataFrame, said: str | None) -> str:
    marked = frame if said is None else frame.assign(**{MARK_COLUMN: said})
    written = marked.assign(**{c: _written(marked[c]) for c in marked}).rename(columns=as_text)
    return written.to_csv(index=False, lineterminator="\r\n")


def _written(column: pd.Series) -> pd.Series:
    """A column as a CSV file holds it: true and false in small letters, days as 2024-06-14, safe text."""
    if pd.api.types.is_bool_dtype(column.dtype):
        return column.map({True: "true", False: "false"}, na_action="ignore")
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return column.dt.strftime("%Y-%m-%d")
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column
    return column.map(as_text, na_action="ignore")


def _resource(name: str, frame: pd.DataFrame, content: bytes, said: str | None) -> dict[str, object]:
    fields = [_field(name, frame[column]) for column in frame]
    if said is not None:
        must = {"required": True, "enum": [said]}
        fields.append(_described_field(name, MARK_COLUMN, "string") | {"constraints": must})
    return {
        "name": name.replace("_", "-"),
        "path": f"{name}.csv",
        "profile": "tabular-data-resource",
        "title": title(name, "en"),
        "title_vi": title(name, "vi"),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": {"fields": fields, "missingValues": [""]},
    }


def _field(table: str, column: pd.Series) -> dict[str, object]:
    return _described_field(table, str(column.name), field_type(table, column))


def _described_field(table: str, column: str, kind: str) -> dict[str, object]:
    said = meaning(table, column)
    named = {"title": capital(said.en) or column, "title_vi": capital(said.vi) or column}
    units = {
        "unit": said.unit,
        "unit_name": unit_name(said.unit, "en"),
        "unit_vi": unit_name(said.unit, "vi"),
    }
    return {
        "name": as_text(column),
        "type": kind,
        **named,
        "description": said.en,
        "description_vi": said.vi,
        **units,
    }


def _described(spec: StudySpec, cube: Cube) -> dict[str, object]:
    said = mark(spec)
    return {
        "profile": "tabular-data-package",
        "name": spec.study.key.replace("_", "-").lower(),
        "title": spec.study.title.en,
        "title_vi": spec.study.title.vi,
        "description": " ".join(filter(None, [said, words("en")["package"].strip()])),
        "simulated": spec.study.simulated,
        "mark": said,
        "study": spec.study.key,
        "edition": cube.facts["edition"],
        "audience": audience(cube),
        "threshold": cube.facts["threshold"],
        "per": spec.model.per,
        **_if_any("licenses", [_licence(text) for text in spec.study.licences]),
        **_if_any("sources", _sources(cube["sources"])),
    }


def _if_any(name: str, entries: list) -> dict[str, list]:
    """An empty list of licences or sources is no data package: the entry is left out."""
    return {name: entries} if entries else {}


def _licence(text: str) -> dict[str, str]:
    """A licence as a package names it: its short name in brackets at the end, else "other"."""
    named = _NAMED_LICENCE.search(text)
    return {"name": named.group(1) if named else "other", "title": text}


def _sources(sources: pd.DataFrame) -> list[dict[str, str]]:
    pairs = sources[["citation_vi", "citation_en"]].fillna("").itertuples(index=False, name=None)
    said = [" / ".join(dict.fromkeys(pair)) for pair in pairs]
    return [{"title": citation} for citation in dict.fromkeys(said) if citation.strip()]


def _readme(spec: StudySpec, cube: Cube) -> str:
    """What the package is, how to cite it, what is hidden, and on what terms: in every language."""
    lines = [f"# {spec.study.title.vi} / {spec.study.title.en}", mark(spec), *internal_lines(spec, cube)]
    for language in spec.study.languages:
        said = words(language)
        lines += [said["package"].strip(), f"## {said['cite']}", _cited(spec, cube, language)]
        if audience(cube) == "share":
            told = said["hidden_means"].format(threshold=cube.facts["threshold"])
            lines += [f"## {said['hidden']}", told]
    lines += [f"## {' / '.join(words(language)['licence'] for language in spec.study.languages)}"]
    lines += ["\n".join(f"- {text}" for text in spec.study.licences)]
    return "\n\n".join(line for line in lines if line) + "\n"


def _cited(spec: StudySpec, cube: Cube, language: str) -> str:
    return words(language)["cited"].format(
        title=spec.study.title[language],
        edition=cube.facts["edition"],
        day=numbers.day(spec.periods.cutoff, language),
    )
