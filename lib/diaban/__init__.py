"""diaban: a research workbook on offending by locality."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diaban.run.open_page import open_page
    from diaban.study import open_study

__all__ = ["open_page", "open_study"]

_HOMES = {"open_page": "diaban.run.open_page", "open_study": "diaban.study"}


def __getattr__(name: str) -> object:
    """The public names, loaded when first used: `import diaban` itself costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'diaban' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
