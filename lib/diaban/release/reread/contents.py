"""What a reader of a file finds in it: pieces of text, faults, and the parts that must carry a mark."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Piece(NamedTuple):
    """One text of a file, visible or not.

    where: the place within the file. name: the column, key or attribute that it stands under. number: it is
    stored as a number, not as text.
    """

    where: str
    text: str
    name: str = ""
    number: bool = False


class Fault(NamedTuple):
    """Something that no file of a release may hold. kind: a key of `language/reread.toml`."""

    where: str
    kind: str
    found: str


class Part(NamedTuple):
    """A view that must carry the mark of simulated data by itself: a page, a figure, a sheet."""

    where: str
    text: str


@dataclass
class Contents:
    """All that a reader found in one file. inner: files that it holds, by name."""

    pieces: list[Piece] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    inner: dict[str, bytes] = field(default_factory=dict)

    def fault(self, where: str, kind: str, found: str = "") -> None:
        self.faults.append(Fault(where, kind, found))

    def piece(self, where: str, text: str | None, name: str = "", *, number: bool = False) -> None:
        if text and text.strip():
            self.pieces.append(Piece(where, text.strip(), name, number))
