"""From a section of a page to paragraphs, native tables and pictures of a Word document."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from html import unescape

from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph
from lxml import html
from lxml.html import HtmlElement

from diaban.release.exports.annex.markup import clean, sequence, table
from diaban.release.exports.annex.pictures import picture

_SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_ALT = re.compile(r'<svg\b[^>]*?aria-label="([^"]*)"')
_WIDTH = re.compile(r'viewBox="0 0 ([\d.]+)')
_SPACES = re.compile(r"\s+")
_HEADINGS = {"h1": "Title", "h2": "Heading 1", "h3": "Heading 2", "h4": "Heading 3"}
_STYLES = {"note": "Note", "kicker": "Subtitle", "claim": "Claim"}
_BLOCKS = {"p", "div", "section", "ul", "ol", "dl", "table", "figure", "details", "article", "header",
           "h1", "h2", "h3", "h4", "aside"}  # fmt: skip
_OF_PAGES = {"trace", "paper", "onward"}
"""Classes of what only a page has: the way from a table to its method or to another page, words for paper."""
_SKIPPED = {"nav", "script", "style", "summary", "button", "input", "template", "colgroup"}


class Writing:
    """Adds sections to `paper`; counts its tables and figures. said: the words of captions."""

    def __init__(self, paper: Document, said: Mapping[str, str]) -> None:
        self._paper, self._said = paper, said
        self._svgs: list[str] = []
        self._tables = self._figures = 0
        self._heading = self._figure_title = ""
        self._styles = {style.name: style for style in paper.styles}

    def add(self, markup: str) -> None:
        """All that a reader of the section sees: folded tables too, links as their words."""
        self._svgs = _SVG.findall(markup)
        places = iter(range(len(self._svgs)))
        drawn = _SVG.sub(lambda _: f'<img data-figure="{next(places)}">', markup)
        if drawn.strip():
            self._children(html.fragment_fromstring(drawn, create_parent="div"))

    def _children(self, parent: HtmlElement) -> None:
        for child in parent:
            if isinstance(child.tag, str) and child.tag not in _SKIPPED and not _of_page(child):
                self._block(child)

    def _block(self, element: HtmlElement) -> None:
        tag = element.tag
        if tag in _HEADINGS:
            self._heading_line(element)
        elif tag == "table":
            self._table(element)
        elif tag == "figure":
            self._figure(element)
        elif tag in ("ul", "ol"):
            for item in element.findall("li"):
                self._item(item)
        elif tag == "dl":
            self._terms(element)
        elif any(child.tag in _BLOCKS for child in element):
            self._children(element)
        else:
            self._paragraph(element, _style_of(element))

    def _heading_line(self, element: HtmlElement) -> None:
        self._heading, self._figure_title = _text(element), ""
        self._paragraph(element, _HEADINGS[element.tag])

    def _item(self, item: HtmlElement) -> None:
        if any(child.tag in _BLOCKS for child in item):
            self._children(item)
        else:
            self._paragraph(item, "List Bullet")

    def _terms(self, element: HtmlElement) -> None:
        """Terms and what belongs to each, a line a term."""
        line: Paragraph | None = None
        for part in element.iter("dt", "dd"):
            if part.tag == "dt":
                line = self._paper.add_paragraph()
                line.add_run(f"{clean(_text(part))}: ").italic = True
            elif line is not None:
                _runs(line, part)

    def _paragraph(self, element: HtmlElement, style: str) -> None:
        if _text(element):
            _runs(self._paper.add_paragraph(style=self._styles[style]), element)

    def _caption(self, kind: str, number: int, title: str) -> Paragraph:
        line = self._paper.add_paragraph(style=self._styles["Caption"])
        line.add_run(f"{self._said[kind]} ")
        line._p.append(sequence(kind.capitalize(), number))
        line.add_run(f". {clean(title)}" if title else ".")
        return line

    def _table(self, element: HtmlElement) -> None:
        named = element.find("caption")
        title = _text(named) if named is not None else ""
        title = title or self._figure_title or self._heading
        self._tables += 1
        self._caption("table", self._tables, title).paragraph_format.keep_with_next = True
        head = [_cells(row) for row in element.iterfind("thead/tr")]
        rows = [_cells(row) for row in element.iterfind("tbody/tr")]
        across: list[HtmlElement] = [cell for row in list(element.iter("tr"))[:1] for cell in row]
        numbers = {n for n, cell in enumerate(across) if "n" in (cell.get("class") or "").split()}
        made = table(head, rows, numbers, title)
        after = self._paper.add_paragraph(
            style=self._styles["TableText"]
        )  # two tables without a line between would join
        after._p.addprevious(made)

    def _figure(self, element: HtmlElement) -> None:
        drawn = element.find(".//img[@data-figure]")
        titled = element.find_class("diaban-figure-title")
        self._figure_title = _text(titled[0]) if titled else ""
        if drawn is None or not self._figure_title:  # a figure without words of its own is an ornament
            return
        svg = self._svgs[int(drawn.get("data-figure"))]
        line = self._paper.add_paragraph()
        line.paragraph_format.keep_with_next = True
        width = _WIDTH.search(svg)
        shape = line.add_run().add_picture(
            io.BytesIO(picture(svg)), width=Pt(float(width.group(1))) if width else None
        )
        self._figures += 1
        alt = _ALT.search(svg)
        about = shape._inline.docPr
        about.set("descr", clean(unescape(alt.group(1)) if alt else self._figure_title))
        about.set("name", f"{self._said['figure']} {self._figures}")
        shape._inline.find(f".//{qn('pic:cNvPr')}").set("name", f"figure-{self._figures}.png")
        self._caption("figure", self._figures, self._figure_title)
        for caption in element.findall("figcaption"):
            self._paragraph(caption, "Note")


def _style_of(element: HtmlElement) -> str:
    classes = (element.get("class") or "").split()
    return next((style for name, style in _STYLES.items() if name in classes), "Normal")


def _cells(row: HtmlElement) -> list[str]:
    return [_text(cell) for cell in row if cell.tag in ("th", "td")]


def _text(element: HtmlElement) -> str:
    return _SPACES.sub(" ", "".join(text for text, _, _ in _said(element))).strip()


def _runs(line: Paragraph, element: HtmlElement) -> None:
    """The words of the element, with what is bold or slanted in it."""
    open_space = True  # no space at the head of a line, and none after another
    for text, bold, slanted in _said(element):
        words = clean(_SPACES.sub(" ", text))
        words = words.lstrip() if open_space else words
        if words:
            open_space = words.endswith(" ")
            run = line.add_run(words)
            run.bold, run.italic = bold or None, slanted or None


def _said(
    element: HtmlElement, bold: bool = False, slanted: bool = False
) -> Iterator[tuple[str, bool, bool]]:
    """What is read aloud of an element, in order; what only decorates is left out."""
    yield element.text or "", bold, slanted
    for child in element:
        if isinstance(child.tag, str) and child.tag not in _SKIPPED and child.get("aria-hidden") != "true":
            heavy, sloped = bold or child.tag in ("b", "strong"), slanted or child.tag in ("i", "em")
            yield from _said(child, heavy, sloped)
        yield child.tail or "", bold, slanted


def _of_page(element: HtmlElement) -> bool:
    return not _OF_PAGES.isdisjoint((element.get("class") or "").split())
