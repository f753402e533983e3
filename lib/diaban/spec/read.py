"""Read `study.toml` into a `StudySpec`; every mistake is named by file and key."""

from __future__ import annotations

import difflib
import re
import tomllib
import types
from pathlib import Path
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from diaban.errors import DiabanError
from diaban.language.catalogue import error_messages
from diaban.spec.model import StudySpec

SPEC_NAME = "study.toml"

_EXPECTED = {
    "spec_expected_text": ("string_type",),
    "spec_expected_truth": ("bool_",),
    "spec_expected_number": ("int_", "float_"),
    "spec_expected_date": ("date_",),
    "spec_expected_list": ("list_", "tuple_"),
    "spec_expected_table": ("dict_", "model_"),
}


def read_spec(folder: str | Path) -> StudySpec:
    """The declaration of the study in `folder`.

    Raises DiabanError for a file that is missing or not TOML (with line and column), and for the
    first key that is missing, unknown or of the wrong type (with its path, `streams[1].population`).
    """
    path = Path(folder) / SPEC_NAME
    try:
        declared = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise DiabanError("spec_file_missing", file=path) from None
    except UnicodeDecodeError as error:
        raise DiabanError("spec_not_utf8", file=path, byte=error.start + 1) from None
    except tomllib.TOMLDecodeError as error:
        raise _broken_toml(path, error) from None
    try:
        return StudySpec.model_validate(declared)
    except ValidationError as error:
        raise _first_fault(path, error) from None


def _broken_toml(path: Path, error: tomllib.TOMLDecodeError) -> DiabanError:
    """tomllib of Python 3.11 gives the position in its message only."""
    found = re.search(r"line (\d+), column (\d+)", str(error))
    if found is None:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        line, column = str(len(lines)), str(len(lines[-1]) + 1 if lines else 1)
    else:
        line, column = found.groups()
    detail = re.sub(r" \(at .*\)$", "", str(error))
    return DiabanError("spec_broken_toml", file=path, line=line, column=column, detail=detail)


def _first_fault(path: Path, error: ValidationError) -> DiabanError:
    """The first fault; unknown keys come first, because a misspelt key also counts as a missing one."""
    faults = sorted(error.errors(), key=lambda fault: fault["type"] != "extra_forbidden")
    fault = faults[0]
    kind, where, context = fault["type"], fault["loc"], fault.get("ctx", {})
    at = _key_path(where)
    if kind == "missing":
        return DiabanError("spec_missing_key", file=path, at=at)
    if kind == "extra_forbidden":
        known = sorted(_keys_at(where[:-1]))
        likely = nearest(str(where[-1]), known)
        return DiabanError("spec_unknown_key", file=path, at=at, likely=likely)
    if kind.startswith("spec_"):
        return DiabanError(kind, file=path, at=at, **context)
    value = _shown(fault["input"])
    return DiabanError("spec_wrong_value", file=path, at=at, value=value, **_expected(fault))


def nearest(word: str, known: list[str], count: int = 3) -> str:
    """The entries of `known` that look most like `word`; all of them where none does."""
    lowered = {k.lower(): k for k in reversed(known)}
    found = difflib.get_close_matches(word.lower(), list(lowered), n=count, cutoff=0.5)
    return ", ".join(lowered[f] for f in found) if found else ", ".join(known)


def _key_path(where: tuple[int | str, ...]) -> str:
    """("streams", 1, "population") -> `streams[1].population`, numbered from 1 as people count."""
    text = ""
    for part in where:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".") or "study.toml"


def _keys_at(where: tuple[int | str, ...]) -> list[str]:
    """Keys that the model knows at this place of the file."""
    node: Any = StudySpec
    for part in where:
        model = _model_in(node)
        if model is not None and isinstance(part, str):
            field = next((f for n, f in model.model_fields.items() if part in (n, f.alias)), None)
            node = field.annotation if field is not None else None
        else:
            node = get_args(node)[-1] if get_args(node) else node
    model = _model_in(node)
    return [f.alias or n for n, f in model.model_fields.items()] if model is not None else []


def _model_in(node: Any) -> type[BaseModel] | None:
    """The model that an annotation stands for, through `X | None` and `Annotated`."""
    if isinstance(node, type) and issubclass(node, BaseModel):
        return node
    if hasattr(node, "__metadata__"):
        return _model_in(node.__origin__)
    if get_origin(node) in (Union, types.UnionType):
        return next((m for m in map(_model_in, get_args(node)) if m is not None), None)
    return None


def _expected(fault: ErrorDetails) -> dict[str, str]:
    """What the key must hold, in every language."""
    kind, context = fault["type"], fault.get("ctx", {})
    found = next((name for name, kinds in _EXPECTED.items() if kind.startswith(kinds)), "spec_expected_other")
    detail = context.get("expected") or re.sub(r"^\w+ should (be|match|have) ", "", fault["msg"])
    texts = error_messages()[found]
    return {f"expected_{language}": text.format(detail=detail) for language, text in texts.items()}


def _shown(value: object, width: int = 60) -> str:
    text = repr(value)
    return text if len(text) <= width else text[: width - 1] + "…"
