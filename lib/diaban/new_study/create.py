"""Write the folder of a new study; what is there already is never touched."""

from __future__ import annotations

import re
import shutil
import tomllib
import unicodedata
from importlib.resources import files
from pathlib import Path
from string import Template

from diaban.errors import DiabanError
from diaban.new_study.guide import guides
from diaban.new_study.readme import readme
from diaban.spec.read import SPEC_NAME

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_EXAMPLE_TABLES = ("localities", "neighbours", "population", "counts", "indicators")


def create_study(name: str, data: Path, *, example: bool = False) -> Path:
    """Write the study `name` into the folder `data` and return its folder.

    example: fill its tables with an invented miniature that can be run at once; the study then declares
    itself simulated. Otherwise the tables hold their headers only. Raises DiabanError for a name that is no
    key (small Latin letters, digits, _) and for a folder that exists.
    """
    if not _NAME.fullmatch(name):
        raise DiabanError("new_bad_name", name=name, suggestion=_as_key(name))
    folder = data / name
    if folder.exists():
        raise DiabanError("new_exists", name=name, folder=folder)
    unfinished = data / f".{name}.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    (unfinished / "tables").mkdir(parents=True)
    _write(unfinished / SPEC_NAME, _declaration(name, folder, example))
    _write(unfinished / "README.md", readme(name))
    for table, text in _tables(example).items():
        _write(unfinished / "tables" / f"{table}.csv", text)
    return unfinished.replace(folder)


def _as_key(name: str) -> str:
    """The nearest name that is a key: "Bình Phước 2" -> "binh_phuoc_2"."""
    plain = unicodedata.normalize("NFD", name.casefold().replace("đ", "d"))
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    key = re.sub(r"[^a-z0-9]+", "_", letters).strip("_")
    return key if _NAME.fullmatch(key) else f"study_{key}".rstrip("_")


def _declaration(name: str, folder: Path, example: bool) -> str:
    """study.toml; what the miniature alone needs stands in it as comments."""
    optional = {
        "indicators": _packaged("indicators_template.toml"),
        "optional_sources": _packaged("sources_template.toml"),
    }
    shown = optional if example else {key: _commented(text) for key, text in optional.items()}
    words = tomllib.loads(_packaged("words.toml"))["example" if example else "blank"]
    fields = {"name": name, "simulated": str(example).lower(), "check": f"diaban check {folder}"}
    return Template(_packaged("study_template.toml")).substitute(fields | words | shown)


def _commented(text: str) -> str:
    return "".join(f"# {line}".rstrip() + "\n" if line.strip() else "#\n" for line in text.splitlines())


def _tables(example: bool) -> dict[str, str]:
    """Table -> content of its file: the header, or the miniature."""
    empty = {table: guide.header() + "\n" for table, guide in guides().items()}
    filled = {table: _packaged(f"example/{table}.csv") for table in _EXAMPLE_TABLES} if example else {}
    return empty | filled


def _packaged(name: str) -> str:
    return files("diaban.new_study").joinpath(name).read_text(encoding="utf-8")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
