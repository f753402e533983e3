"""The checked tables of a study by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields

import pandas as pd

from diaban.intake.tables import Tables
from diaban.withheld import Withheld

TABLES = tuple(field.name for field in fields(Tables))


class TableSet:
    """The tables of a study; one that it does not have is refused in words, not an error.

    mark: (name, frame) -> the frame as its readers get it.
    """

    def __init__(self, tables: Tables, mark: Callable[[str, pd.DataFrame], pd.DataFrame]) -> None:
        self._tables, self._mark = tables, mark
        self._marked: dict[str, pd.DataFrame] = {}

    def __getattr__(self, name: str) -> pd.DataFrame | Withheld:
        if name.startswith("_") or name not in TABLES:
            raise AttributeError(name)
        if name not in self._marked:
            frame = getattr(self._tables, name)
            if frame is None:
                return Withheld(name, "no_table", "bring_table", {"table": name})
            self._marked[name] = self._mark(name, frame)
        return self._marked[name]

    def __dir__(self) -> Iterable[str]:
        return [name for name in TABLES if getattr(self._tables, name) is not None]

    def __repr__(self) -> str:
        sizes = {name: frame.shape for name, frame in self._tables.present().items()}
        return "\n".join(f"{name}: {rows} x {columns}" for name, (rows, columns) in sizes.items())
