"""WordprocessingML that python-docx has no call for, as small pieces."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

NS = nsdecls("w")
TEXT_WIDTH = 9071
"""Width of the text on the paper, 160 mm, in twentieths of a point."""
_NARROW, _WIDE = 8, 40  # letters
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_TURNS_TEXT = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
"""Marks that change the direction of what follows: a label could make a number read backwards."""


def clean(text: str) -> str:
    """Text that XML can carry and that reads in the order in which it is written."""
    return _TURNS_TEXT.sub("", _NOT_IN_XML.sub(" ", text))


def page_field() -> list[Any]:
    """The number of the page, kept up to date by the word processor."""
    parts = ['<w:fldChar w:fldCharType="begin"/>', '<w:instrText xml:space="preserve"> PAGE </w:instrText>']
    parts += ['<w:fldChar w:fldCharType="separate"/>', "<w:t>2</w:t>", '<w:fldChar w:fldCharType="end"/>']
    return [parse_xml(f"<w:r {NS}>{part}</w:r>") for part in parts]


def sequence(name: str, number: int) -> Any:
    """The running number of tables or figures; the word processor counts again when some are taken out."""
    return parse_xml(
        f'<w:fldSimple {NS} w:instr=" SEQ {name} \\* ARABIC "><w:r><w:t>{number}</w:t></w:r></w:fldSimple>'
    )


def outline_numbers(identity: int) -> tuple[Any, Any]:
    """Headings I, 1, a): a list of three levels that the heading styles carry. Returns its two elements."""
    kinds = (("upperRoman", "%1."), ("decimal", "%2."), ("lowerLetter", "%3)"))
    levels = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
        f'<w:pStyle w:val="Heading{n + 1}"/><w:suff w:val="space"/>'
        f'<w:lvlText w:val="{shown}"/><w:lvlJc w:val="left"/>'
        '<w:pPr><w:ind w:left="0" w:firstLine="0"/></w:pPr></w:lvl>'
        for n, (kind, shown) in enumerate(kinds)
    )
    abstract = parse_xml(
        f'<w:abstractNum {NS} w:abstractNumId="{identity}"><w:multiLevelType w:val="multilevel"/>'
        f"{levels}</w:abstractNum>"
    )
    number = parse_xml(f'<w:num {NS} w:numId="{identity}"><w:abstractNumId w:val="{identity}"/></w:num>')
    return abstract, number


def table(head: Sequence[Sequence[str]], rows: Sequence[Sequence[str]], numbers: set[int], title: str) -> Any:
    """A native table: ruled, as wide as the text, its head repeated on every page, rows kept whole.

    numbers: the columns that stand to the right. title: its name for who cannot see it.
    """
    across = max((len(row) for row in [*head, *rows]), default=1)
    widths = _widths([*head, *rows], across)
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    lines = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="808080"/>' for side in sides)
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    body = "".join(_row(row, widths, numbers, head=True) for row in head)
    body += "".join(_row(row, widths, numbers, head=False) for row in rows)
    return parse_xml(
        f'<w:tbl {NS}><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>{lines}</w:tblBorders>'
        '<w:tblLayout w:type="autofit"/><w:tblCellMar><w:left w:w="85" w:type="dxa"/>'
        '<w:right w:w="85" w:type="dxa"/>'
        f'</w:tblCellMar><w:tblLook w:val="0620"/><w:tblCaption w:val={quoteattr(clean(title))}/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{body}</w:tbl>"
    )


def _widths(rows: Sequence[Sequence[str]], across: int) -> list[int]:
    """Widths of the columns in twentieths of a point: by their longest texts, none very narrow or wide."""
    longest = [max((len(row[n]) for row in rows if n < len(row)), default=0) for n in range(across)]
    shares = [min(max(length, _NARROW), _WIDE) for length in longest]
    return [round(TEXT_WIDTH * share / sum(shares)) for share in shares]


def _row(cells: Sequence[str], widths: Sequence[int], numbers: set[int], *, head: bool) -> str:
    filled = [*cells, *[""] * (len(widths) - len(cells))]
    marks = "<w:cantSplit/>" + ("<w:tblHeader/>" if head else "")
    said = "".join(_cell(text, widths[n], right=n in numbers, head=head) for n, text in enumerate(filled))
    return f"<w:tr><w:trPr>{marks}</w:trPr>{said}</w:tr>"


def _cell(text: str, width: int, *, right: bool, head: bool) -> str:
    side = "right" if right else "left"
    bold = "<w:rPr><w:b/></w:rPr>" if head else ""
    style = f'<w:pPr><w:pStyle w:val="TableText"/><w:jc w:val="{side}"/></w:pPr>'
    said = f'<w:t xml:space="preserve">{escape(clean(text))}</w:t>'
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>'
        f"<w:p>{style}<w:r>{bold}{said}</w:r></w:p></w:tc>"
    )
