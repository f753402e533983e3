"""A study on disk whose tables can be changed one cell at a time."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass
class StudyFolder:
    """A copy of a study; rows are numbered as in the file, the header is row 1."""

    folder: Path

    def path(self, table: str) -> Path:
        return next(self.folder.glob(f"*/{table}.csv"))

    def rows(self, table: str) -> list[dict[str, str]]:
        with self.path(table).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def find(self, table: str, **values: str) -> int:
        """The number of the first row with these values."""
        rows = self.rows(table)
        return 2 + next(i for i, row in enumerate(rows) if all(row[k] == v for k, v in values.items()))

    def change(self, table: str, change: Callable[[int, dict[str, str]], dict[str, str] | None]) -> None:
        """Write every row as `change(number, row)` gives it back; without the rows it gives None for."""
        rows = self.rows(table)
        kept = [new for number, row in enumerate(rows, start=2) if (new := change(number, row)) is not None]
        with self.path(table).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(kept)

    def put(self, table: str, row: int, **values: str) -> None:
        self.change(table, lambda number, cells: {**cells, **values} if number == row else cells)

    def append(self, table: str, row: dict[str, str]) -> int:
        """Add a row; its number."""
        with self.path(table).open("a", encoding="utf-8", newline="") as file:
            csv.DictWriter(file, fieldnames=list(row), lineterminator="\n").writerow(row)
        return len(self.rows(table)) + 1

    def declare(self, old: str, new: str) -> None:
        path = self.folder / "study.toml"
        text = path.read_text(encoding="utf-8")
        assert old in text, old
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
