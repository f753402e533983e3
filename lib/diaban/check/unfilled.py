"""Places of a new study.toml that still hold the template's words."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from diaban.spec import StudySpec

OPEN = ("HÃY ĐIỀN", "FILL IN")
"""What the template writes where only the author of the study knows the words."""


def unfilled_keys(spec: StudySpec) -> list[str]:
    """Paths (`study.title`, `streams[1].label`) of the texts that still hold the template's mark."""
    return list(dict.fromkeys(_open_keys(spec, "")))


def _open_keys(node: object, path: str) -> Iterator[str]:
    if isinstance(node, str) and any(mark in node for mark in OPEN):
        yield path.removesuffix(".vi").removesuffix(".en")
    elif isinstance(node, BaseModel):
        for name in type(node).model_fields:
            yield from _open_keys(getattr(node, name), f"{path}.{name}".lstrip("."))
    elif isinstance(node, dict):
        for name, value in node.items():
            yield from _open_keys(value, f"{path}.{name}")
    elif isinstance(node, (list, tuple)):
        for number, value in enumerate(node, start=1):
            yield from _open_keys(value, f"{path}[{number}]")
