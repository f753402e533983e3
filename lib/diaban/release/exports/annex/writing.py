"""Blocks become a Word document: captions with running numbers, figures beside each other."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from docx.document import Document
from docx.oxml import parse_xml

from diaban.language.numbers import MISSING
from diaban.release.exports.annex.blocks import Block, Figure, Fold, Line, Run, Section, Table
from diaban.release.exports.annex.markup import NS, Markup, picture, side_by_side
from diaban.release.exports.annex.pictures import BESIDE, drawn, size_on_paper


class Writing:
    """Writes blocks into `paper`; counts its tables and figures.

    said: the words of captions and of the part of reference. mark: what simulated data carry, beside each
    table too, since tables are pasted elsewhere. legend: what a hidden value is, below a table that has one.
    """

    def __init__(
        self, paper: Document, said: Mapping[str, str], locale: str, *, mark: str = "", legend: str = ""
    ) -> None:
        self._paper, self._said, self._to = paper, said, Markup(locale)
        self._mark, self._legend = mark, legend
        self._tables = self._figures = 0
        self._written: list[str] = []
        self._folded: list[Fold] = []
        self._headings: list[str] = []
        self._contents_at: int | None = None

    def line(self, text: str, style: str) -> None:
        self._line(Line((Run(text),), style))

    def contents(self) -> None:
        """The headings to come, as links, in this place."""
        self._contents_at = len(self._written)

    def add(self, section: Section) -> None:
        """What the section shows; what it folds away waits for the end."""
        self._folded += section.folded
        self._blocks(section.shown)

    def close(self, elsewhere: str = "") -> None:
        """Tables of reference, and everything into the document. elsewhere: where further ones stand."""
        if self._folded or elsewhere:
            self.line(self._said["reference"], "Heading 1")
        if elsewhere:
            self.line(elsewhere, "Note")
        for fold in self._folded:
            if isinstance(fold.blocks[0], Line):
                self.line(fold.title, "Heading 2")
            self._blocks(fold.blocks)
        if self._contents_at is not None and self._headings:
            self._written.insert(self._contents_at, self._list_of_headings())
        ends = self._paper.element.body.sectPr
        for element in parse_xml(f"<w:body {NS}>{''.join(self._apart())}</w:body>"):
            ends.addprevious(element)

    def _apart(self) -> Iterable[str]:
        """Two tables without a line between them would be one; nor may a document end with one."""
        for piece, after in zip(self._written, [*self._written[1:], "<w:tbl>"], strict=False):
            yield piece
            if piece.startswith("<w:tbl>") and after.startswith("<w:tbl>"):
                yield self._to.paragraph("Table Text")

    def _blocks(self, blocks: Sequence[Block]) -> None:
        for drawings, group in groupby(blocks, key=lambda block: isinstance(block, Figure)):
            if drawings:
                self._drawings([block for block in group if isinstance(block, Figure)])
                continue
            for block in group:
                if isinstance(block, Table):
                    self._table(block)
                elif isinstance(block, Line) and not self._is_legend(block):
                    self._line(block)

    def _line(self, line: Line) -> None:
        inside = self._to.runs(line.runs)
        if line.style == "Heading 1":
            self._headings.append("".join(run.text for run in line.runs))
            inside = self._to.target(inside, len(self._headings))
        self._written.append(self._to.paragraph(line.style, inside))

    def _list_of_headings(self) -> str:
        links = [self._to.link(text, number) for number, text in enumerate(self._headings, start=1)]
        opening = self._to.run(f"{self._said['contents']}: ", bold=True)
        return self._to.paragraph("Note", opening, self._to.run(" · ").join(links))

    def _is_legend(self, line: Line) -> bool:
        """Each table has its own."""
        return bool(self._legend) and line.runs == (Run(self._legend),)

    def _caption(self, kind: str, number: int, title: str, *, keep: bool) -> str:
        name = self._said[kind]
        inside = self._to.run(f"{name} ") + self._to.sequence(name, number)
        inside += self._to.run(f". {title}" if title else ".")
        return self._to.paragraph("Caption", inside, keep=keep)

    def _table(self, table: Table) -> None:
        self._tables += 1
        marked = f"{table.title} ({self._mark})" if self._mark else table.title
        self._written.append(self._caption("table", self._tables, marked, keep=True))
        self._written.append(self._to.table(table, about=self._mark))
        if self._legend and any(MISSING in cell for row in table.rows for cell in row):
            self._written.append(self._to.paragraph("Note", self._to.run(self._legend)))

    def _drawings(self, figures: Sequence[Figure]) -> None:
        """Figures in twos; one alone stands in the middle."""
        pairs = [figures[n : n + BESIDE] for n in range(0, len(figures), BESIDE)]
        rows = [[self._figure(figure, alone=len(pair) < BESIDE) for figure in pair] for pair in pairs]
        beside = [row for row in rows if len(row) == BESIDE]
        if beside:
            self._written.append(side_by_side(beside))
        for row in rows[len(beside) :]:
            self._written += row

    def _figure(self, figure: Figure, *, alone: bool) -> str:
        self._figures += 1
        made = drawn(figure.svg)
        relation, _ = self._paper.part.get_or_add_image(io.BytesIO(made))
        width, height = size_on_paper(figure.svg)
        shape = picture(
            relation,
            self._figures,
            figure.alt,
            width=width,
            height=height,
            name=f"{self._said['figure']} {self._figures}",
        )
        notes = "".join(self._to.paragraph(note.style, self._to.runs(note.runs)) for note in figure.notes)
        below = self._caption("figure", self._figures, figure.title, keep=alone and bool(figure.notes))
        return self._to.paragraph("Figure", shape, keep=alone) + below + notes
