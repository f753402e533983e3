"""What an annex is made of: lines, tables and figures, before they are Word's."""

from __future__ import annotations

from dataclasses import dataclass, field

BODY = "Body Text"


@dataclass(frozen=True)
class Run:
    """Words that look alike."""

    text: str
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True)
class Line:
    """A paragraph in one of the annex's styles."""

    runs: tuple[Run, ...]
    style: str = BODY


@dataclass(frozen=True)
class Table:
    """head, rows: texts of cells; numbers: columns that stand to the right."""

    title: str
    head: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Figure:
    """A drawing with the words that stand for it, and the lines below it."""

    title: str
    svg: str
    alt: str
    notes: tuple[Line, ...] = ()


Block = Line | Table | Figure


@dataclass
class Fold:
    """What a page shows at a click, under this title."""

    title: str
    blocks: list[Block] = field(default_factory=list)


@dataclass
class Section:
    """A section of a page. shown: what a reader sees at once; folded: what stands behind a click."""

    shown: list[Block] = field(default_factory=list)
    folded: list[Fold] = field(default_factory=list)
