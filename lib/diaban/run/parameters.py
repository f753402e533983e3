"""The parameters of a notebook: what it takes, whether a call fits, and what papermill would misread."""

from __future__ import annotations

import ast
import difflib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from papermill.cli import _resolve_type
from papermill.translators import PythonTranslator

from diaban.errors import DiabanError

_TYPES: dict[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "float": (int, float), "bool": (bool,)}


@dataclass(frozen=True)
class NotebookParameter:
    """One parameter as `papermill --help-notebook` explains it; `default` is Python source."""

    name: str
    type: str
    default: str
    help: str


def inspect_parameters(notebook: Path) -> list[NotebookParameter]:
    """The parameters that papermill's help shows, in the notebook's order (none without a tagged cell)."""
    cells = _parameter_cells(_read(notebook))
    return [NotebookParameter(*shown) for shown in _shown_in_help(cells[0])] if cells else []


def check_parameters(notebook: Path, parameters: Mapping[str, Any]) -> None:
    """Refuse a parameter that the notebook does not have, or of another type than it declares.

    Papermill only warns of the first, and injects the second. Raises DiabanError `parameter_unknown`
    (with the nearest known name) or `parameter_type`.
    """
    known = {
        name: annotation
        for cell in _parameter_cells(_read(notebook))
        for name, annotation, _ in _assigned(cell)
    }
    for name, value in parameters.items():
        if name not in known:
            raise DiabanError(
                "parameter_unknown",
                notebook=notebook.name,
                parameter=name,
                nearest=", ".join(difflib.get_close_matches(name, known, n=1, cutoff=0.0)) or "–",
                known=", ".join(known) or "–",
            )
        if not _fits(value, known[name]):
            raise DiabanError(
                "parameter_type",
                notebook=notebook.name,
                parameter=name,
                expected=known[name],
                value=repr(value),
                found=type(value).__name__,
            )


def parameter_traps(notebook: Path) -> list[str]:
    """What papermill would misread in this notebook, one sentence a trap; empty if all is well.

    Traps: no kernelspec, no or several cells tagged `parameters`, a parameter that the help does not show
    (an annotation such as `int | None`, a comment with `=`), one without a type or a comment, and a text
    default that the command line would turn into a number, a truth value or None.
    """
    content = _read(notebook)
    traps = []
    if not content.metadata.get("kernelspec", {}).get("name"):
        traps.append("metadata: no kernelspec, so papermill cannot run it")
    cells = _parameter_cells(content)
    if len(cells) != 1:
        return [*traps, f"{len(cells)} cells are tagged `parameters`, papermill reads exactly one"]
    shown = {p.name: p for p in inspect_parameters(notebook)}
    for name, annotation, default in _assigned(cells[0]):
        traps += [f"{name}: {trap}" for trap in _traps_of(shown.get(name), annotation, default)]
    return traps


def _traps_of(shown: NotebookParameter | None, annotation: str, default: Any) -> Iterator[str]:
    if shown is None:
        yield "missing from --help-notebook (a union in its annotation, or `=` in its comment?)"
    elif not shown.help:
        yield "no comment explains it"
    if not annotation:
        yield "no type"
    if isinstance(default, str) and not isinstance(_resolve_type(default), str):
        yield f"`-p` would turn {default!r} into {_resolve_type(default)!r}; let the text start with a letter"


def _read(notebook: Path) -> NotebookNode:
    if not notebook.is_file():
        raise DiabanError("notebook_missing", notebook=notebook)
    return nbformat.read(notebook, as_version=4)


def _parameter_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]


def _shown_in_help(cell: NotebookNode) -> list[tuple[str, str, str, str]]:
    """Papermill's own reading, without its log lines: what it loses is what `parameter_traps` reports."""
    log = logging.getLogger("papermill.translators")
    was_disabled, log.disabled = log.disabled, True
    try:
        return [tuple(shown) for shown in PythonTranslator.inspect(cell)]
    finally:
        log.disabled = was_disabled


def _assigned(cell: NotebookNode) -> Iterator[tuple[str, str, Any]]:
    """(name, annotation, literal default or None) of every assignment in the cell, as Python reads it."""
    for statement in ast.parse(cell.source).body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield statement.target.id, ast.unparse(statement.annotation), _literal(statement.value)
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    yield target.id, "", _literal(statement.value)


def _literal(value: ast.expr | None) -> Any:
    return value.value if isinstance(value, ast.Constant) else None


def _fits(value: Any, annotation: str) -> bool:
    expected = _TYPES.get(annotation)
    if expected is None:
        return True
    return isinstance(value, expected) and (bool in expected or not isinstance(value, bool))
