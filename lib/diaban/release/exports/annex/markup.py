"""WordprocessingML as text: paragraphs, fields, tables, pictures, in the order that its schema asks for.

Nothing is formatted beside the styles: what is pasted elsewhere takes the styles of the place it comes to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from docx.oxml.ns import nsdecls

from diaban.release.exports.annex.blocks import Run, Table
from diaban.release.exports.annex.widths import TEXT_WIDTH, column_widths, lines_of

NS = nsdecls("w", "wp", "a", "pic", "r")
EMU = 12_700  # a point
WHOLE_TABLE = 8
"""Lines up to which a table is kept on one page."""
_PLACE = "section"
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_TURNS_TEXT = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
"""Marks that change the direction of what follows: a label could make a number read backwards."""


def clean(text: str) -> str:
    """Text that XML can carry and that reads in the order in which it is written."""
    return _TURNS_TEXT.sub("", _NOT_IN_XML.sub(" ", text))


def style_id(name: str) -> str:
    """The identity of a style, as Word writes it."""
    return name.replace(" ", "")


class Markup:
    """Pieces of a document whose words are in `locale` ("vi-VN"): a spelling checker reads them so."""

    def __init__(self, locale: str) -> None:
        self._spoken = f"<w:lang w:val={quoteattr(locale)}/>"

    def run(self, text: str, *, bold: bool = False, italic: bool = False) -> str:
        form = ("<w:b/>" if bold else "") + ("<w:i/>" if italic else "") + self._spoken
        return f'<w:r><w:rPr>{form}</w:rPr><w:t xml:space="preserve">{escape(clean(text))}</w:t></w:r>'

    def paragraph(self, style: str, *inside: str, keep: bool = False) -> str:
        """keep: on one page with what follows."""
        kept = "<w:keepNext/>" if keep else ""
        form = f'<w:pPr><w:pStyle w:val="{style_id(style)}"/>{kept}</w:pPr>'
        return f"<w:p>{form}{''.join(inside)}</w:p>"

    def runs(self, runs: Iterable[Run]) -> str:
        return "".join(self.run(run.text, bold=run.bold, italic=run.italic) for run in runs)

    def target(self, inside: str, number: int) -> str:
        """What `link` leads to."""
        place = f'<w:bookmarkStart w:id="{number}" w:name="{_PLACE}{number}"/>'
        return f'{place}{inside}<w:bookmarkEnd w:id="{number}"/>'

    def link(self, text: str, number: int) -> str:
        return f'<w:hyperlink w:anchor="{_PLACE}{number}" w:history="1">{self.run(text)}</w:hyperlink>'

    def sequence(self, name: str, number: int) -> str:
        """The number of a table or figure, counted again by the word processor when some are taken out."""
        said = quoteattr(f" SEQ {name} \\* ARABIC ")
        return f"<w:fldSimple w:instr={said}>{self.run(str(number))}</w:fldSimple>"

    def table(self, given: Table, *, about: str) -> str:
        """A native table in the style TableGrid: as wide as the text, head repeated, rows whole.

        about: said of it to who cannot see it, beside its title. A short one stays on one page; of a longer
        one neither the first nor the last row stands alone.
        """
        widths = column_widths(given.head, given.rows)
        together = lines_of(given.rows, widths) <= WHOLE_TABLE
        last = len(given.rows) - 1
        body = "".join(self._row(row, widths, given.numbers, head=True, keep=True) for row in given.head)
        body += "".join(
            self._row(row, widths, given.numbers, keep=n < last and (together or n in (0, last - 1)))
            for n, row in enumerate(given.rows)
        )
        named = f"<w:tblCaption w:val={quoteattr(clean(given.title))}/>"
        named += f"<w:tblDescription w:val={quoteattr(clean(about))}/>" if about else ""
        return _table("TableGrid", widths, body, named, look="0620")

    def _row(
        self,
        cells: Sequence[str],
        widths: Sequence[int],
        numbers: frozenset[int],
        *,
        head: bool = False,
        keep: bool,
    ) -> str:
        filled = [*cells, *[""] * (len(widths) - len(cells))]
        said = ""
        for n, text in enumerate(filled):
            style = "Table Head" if head else "Table Number" if n in numbers else "Table Text"
            said += _cell(self.paragraph(style, self.run(text) if text else "", keep=keep), widths[n])
        return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if head else ''}</w:trPr>{said}</w:tr>"


def side_by_side(rows: Sequence[Sequence[str]]) -> str:
    """Figures beside each other: a table without lines, whose rows are not cut."""
    width = TEXT_WIDTH // len(rows[0])
    said = ""
    for row in rows:
        cells = "".join(_cell(cell, width) for cell in row)
        said += f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>"
    return _table("FigurePair", [width] * len(rows[0]), said, "", look="0600")


def picture(relation: str, number: int, alt: str, *, width: float, height: float, name: str) -> str:
    """A picture in the line. relation: of its part; number: its identity; width, height: in points."""
    across, down = round(width * EMU), round(height * EMU)
    size = f'cx="{across}" cy="{down}"'
    return (
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {size}/>'
        f'<wp:docPr id="{number}" name={quoteattr(clean(name))} descr={quoteattr(clean(alt))}/>'
        '<wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
        f'<pic:nvPicPr><pic:cNvPr id="0" name="figure-{number}.png"/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
        "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


def _table(style: str, widths: Sequence[int], rows: str, named: str, *, look: str) -> str:
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/><w:tblLook w:val="{look}"/>{named}</w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
    )


def _cell(inside: str, width: int) -> str:
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{inside}</w:tc>'
