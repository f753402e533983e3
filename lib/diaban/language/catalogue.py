"""Message catalogues: TOML files beside this module, one table a key, one entry a language."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

LANGUAGES = ("vi", "en")


@cache
def error_messages() -> dict[str, dict[str, str]]:
    """All error texts by key, merged over the catalogue of every floor."""
    merged: dict[str, dict[str, str]] = {}
    for path in sorted(files("diaban.language").joinpath("errors").iterdir(), key=lambda p: p.name):
        if path.name.endswith(".toml"):
            merged |= tomllib.loads(path.read_text(encoding="utf-8"))
    return merged


@cache
def catalogue(name: str) -> dict[str, dict[str, str]]:
    """The catalogue `name`.toml of this folder: key -> language -> text."""
    return tomllib.loads(files("diaban.language").joinpath(f"{name}.toml").read_text(encoding="utf-8"))
