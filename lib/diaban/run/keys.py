"""Keys made of content: equal inputs, parameters and code have equal keys, on every machine."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from diaban.errors import DiabanError


def content_key(paths: Iterable[Path], parameters: Mapping[str, Any], versions: Mapping[str, str]) -> str:
    """SHA-256 (64 hex digits) over files, parameters and versions.

    paths: files and folders (all files in them). Each file counts with its bytes and its name below the
    deepest folder that all paths share, so a copied project has the same key. parameters: what JSON can hold,
    dates and paths too; their order does not matter. Raises DiabanError `run_input_missing`, TypeError.
    """
    digest = hashlib.sha256()
    for name, file in sorted(_named_files([Path(path).absolute() for path in paths])):
        _feed(digest, name.encode("utf-8"))
        _feed(digest, _file_digest(file))
    _feed(digest, _canonical_json({"parameters": dict(parameters), "versions": dict(versions)}))
    return digest.hexdigest()


def code_key(package: str) -> str:
    """The content key of an importable package's or module's files, without importing it (bytecode left out).

    Raises ModuleNotFoundError.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or (spec.origin is None and not spec.submodule_search_locations):
        raise ModuleNotFoundError(f"no module named {package!r}", name=package)
    roots = spec.submodule_search_locations or [str(spec.origin)]
    return content_key([Path(root) for root in roots], {}, {})


def _named_files(paths: list[Path]) -> Iterator[tuple[str, Path]]:
    if not paths:
        return
    top = Path(os.path.commonpath([path.parent for path in paths]))
    for path in paths:
        if not path.exists():
            raise DiabanError("run_input_missing", path=path)
        for file in _files_below(path) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                yield file.relative_to(top).as_posix(), file


def _files_below(folder: Path) -> Iterator[Path]:
    """All files in `folder`, those of linked folders too, which are read like any other; loops end."""
    seen = set()
    for here, folders, files in os.walk(folder, followlinks=True):
        seen.add(os.path.realpath(here))
        folders[:] = [name for name in folders if os.path.realpath(Path(here, name)) not in seen]
        yield from (Path(here, name) for name in files)


def _file_digest(file: Path) -> bytes:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


def _feed(digest: Any, part: bytes) -> None:
    """Add a part with its length, so that two parts can never read as one."""
    digest.update(len(part).to_bytes(8, "big"))
    digest.update(part)


def _canonical_json(value: Any) -> bytes:
    text = json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_as_text
    )
    return text.encode("utf-8")


def _as_text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Path):
        return value.as_posix()
    raise TypeError(f"a {type(value).__name__} cannot be part of a key: {value!r}")
