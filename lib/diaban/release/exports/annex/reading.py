"""From a section of a page to the blocks of an annex."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from html import unescape

from lxml import html
from lxml.html import HtmlElement

from diaban.release.exports.annex.blocks import BODY, Block, Figure, Fold, Line, Run, Section, Table
from diaban.release.exports.annex.markup import clean

_SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_ALT = re.compile(r'<svg\b[^>]*?aria-label="([^"]*)"')
_SPACES = re.compile(r"\s+")
_HEADINGS = {"h1": "Title", "h2": "Heading 1", "h3": "Heading 2", "h4": "Heading 3"}
_STYLES = {"note": "Note", "kicker": "Subtitle", "claim": "Claim"}
_BLOCKS = {"p", "div", "section", "ul", "ol", "dl", "table", "figure", "details", "article", "header",
           "h1", "h2", "h3", "h4", "aside"}  # fmt: skip
_OF_PAGES = {"trace", "paper", "onward"}
"""Classes of what only a page has: the way from a table to its method, or to what is not printed."""
_SKIPPED = {"nav", "script", "style", "summary", "button", "input", "template", "colgroup"}
_APART = " · "
_NEW_LINE = "; "


def read_section(markup: str, kinds: Collection[str] = ()) -> Section:
    """All that a reader of the section sees, links as their words.

    kinds: names of kinds of cases: a folded table that is called so and no more is named after what it is
    folded under too, so that it can stand alone. A folded figure or list is left out where a table beside
    it says the same.
    """
    svgs = _SVG.findall(markup)
    places = iter(range(len(svgs)))
    drawn = _SVG.sub(lambda _: f'<img data-figure="{next(places)}">', markup)
    reader = _Reader(svgs, kinds)
    if drawn.strip():
        reader.children(html.fragment_fromstring(drawn, create_parent="div"))
    return reader.section


class _Reader:
    def __init__(self, svgs: list[str], kinds: Collection[str]) -> None:
        self.section = Section()
        self._svgs, self._kinds = svgs, kinds
        self._into: list[Block] = self.section.shown
        self._heading = self._figure = self._fold = ""

    def children(self, parent: HtmlElement) -> None:
        for child in parent:
            if isinstance(child.tag, str) and child.tag not in _SKIPPED and not _of_page(child):
                self._block(child)

    def _block(self, element: HtmlElement) -> None:
        tag = element.tag
        if tag in _HEADINGS:
            self._heading, self._figure = _text(element), ""
            self._line(element, _HEADINGS[tag])
        elif tag == "table":
            self._table(element)
        elif tag == "figure":
            self._drawing(element)
        elif tag == "details":
            self._folded(element)
        elif tag in ("ul", "ol"):
            for item in element.findall("li"):
                self._item(item)
        elif tag == "dl":
            self._terms(element)
        elif any(child.tag in _BLOCKS for child in element):
            self.children(element)
        else:
            self._line(element, _style_of(element))

    def _folded(self, element: HtmlElement) -> None:
        """What is folded once more inside of it belongs to it."""
        if self._into is not self.section.shown:
            self.children(element)
            return
        named = element.find("summary")
        said = _text(named) if named is not None else ""
        self._fold = _capital(said.partition(": ")[2] or ("" if self._figure else said))
        fold = Fold(clean(self._fold))
        self._into = fold.blocks
        self.children(element)
        self._into, self._fold = self.section.shown, ""
        if any(isinstance(block, Table) for block in fold.blocks):
            fold.blocks = [block for block in fold.blocks if not _is_item(block)]
        if fold.blocks:
            self.section.folded.append(fold)

    def _item(self, item: HtmlElement) -> None:
        if any(child.tag in _BLOCKS for child in item):
            self.children(item)
        else:
            self._line(item, "List Bullet")

    def _terms(self, element: HtmlElement) -> None:
        """Terms and what belongs to each, a line a term."""
        runs: list[Run] = []
        for part in element.iter("dt", "dd"):
            if part.tag == "dt":
                self._add(runs)
                runs = [Run(f"{clean(_text(part))}: ", italic=True)]
            else:
                runs += _runs(part)
        self._add(runs)

    def _add(self, runs: list[Run]) -> None:
        if runs:
            self._into.append(Line(tuple(runs)))

    def _line(self, element: HtmlElement, style: str) -> None:
        runs = _runs(element)
        if runs and not _leads_away(element):
            self._into.append(Line(tuple(runs), style))

    def _table(self, element: HtmlElement) -> None:
        named = element.find("caption")
        own = _text(named) if named is not None else ""
        title = f"{self._fold}: {_small(own)}" if self._fold and own in self._kinds else own
        across: list[HtmlElement] = [cell for row in list(element.iter("tr"))[:1] for cell in row]
        self._into.append(
            Table(
                clean(title or self._figure or self._fold or self._heading),
                tuple(_cells(row) for row in element.iterfind("thead/tr")),
                tuple(_cells(row) for row in element.iterfind("tbody/tr")),
                frozenset(n for n, c in enumerate(across) if "n" in (c.get("class") or "").split()),
            )
        )

    def _drawing(self, element: HtmlElement) -> None:
        drawn = element.find(".//img[@data-figure]")
        titled = element.find_class("diaban-figure-title")
        self._figure = _text(titled[0]) if titled else ""
        if drawn is None or not self._figure or self._into is not self.section.shown:
            return  # a figure without words of its own is an ornament
        svg = self._svgs[int(drawn.get("data-figure"))]
        alt = _ALT.search(svg)
        said = clean(unescape(alt.group(1))) if alt else clean(self._figure)
        notes = tuple(Line(tuple(_runs(c)), "Note") for c in element.findall("figcaption") if _text(c))
        self._into.append(Figure(clean(self._figure), svg, said, notes))


def _is_item(block: Block) -> bool:
    return isinstance(block, Line) and block.style == "List Bullet"


def _style_of(element: HtmlElement) -> str:
    classes = (element.get("class") or "").split()
    return next((style for name, style in _STYLES.items() if name in classes), BODY)


def _cells(row: HtmlElement) -> tuple[str, ...]:
    return tuple(clean(_text(cell)) for cell in row if cell.tag in ("th", "td"))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _text(element: HtmlElement) -> str:
    return _SPACES.sub(" ", "".join(text for text, _, _ in _said(element))).strip()


def _runs(element: HtmlElement) -> list[Run]:
    """The words of the element, neighbours that look alike as one."""
    runs: list[Run] = []
    for text, bold, slanted in _said(element):
        words = clean(_SPACES.sub(" ", text))
        if not runs or runs[-1].text.endswith(" "):  # no space at the head of a line, and none after another
            words = words.lstrip()
        if words and runs and (runs[-1].bold, runs[-1].italic) == (bold, slanted):
            runs[-1] = Run(runs[-1].text + words, bold, slanted)
        elif words:
            runs.append(Run(words, bold, slanted))
    if runs:
        runs[-1] = Run(runs[-1].text.rstrip(), runs[-1].bold, runs[-1].italic)
    return [run for run in runs if run.text]


def _said(
    element: HtmlElement, bold: bool = False, slanted: bool = False
) -> Iterator[tuple[str, bool, bool]]:
    """What is read aloud of an element, in order; what only decorates is left out."""
    yield element.text or "", bold, slanted
    for child in element:
        if isinstance(child.tag, str) and child.tag not in _SKIPPED and child.get("aria-hidden") != "true":
            heavy, sloped = bold or child.tag in ("b", "strong"), slanted or child.tag in ("i", "em")
            yield _before(child), bold, slanted
            yield from _said(child, heavy, sloped)
        yield child.tail or "", bold, slanted


def _before(child: HtmlElement) -> str:
    """What stands for a new line of the page, where the paper goes on in the same one."""
    if _is_lead(child):
        return _APART
    if child.tag != "br":
        return ""
    after = child.getnext()
    goes_on = (child.tail or "").strip() or (after is not None and not _is_lead(after))
    return _NEW_LINE if goes_on else ""


def _is_lead(element: HtmlElement) -> bool:
    return "lead" in (element.get("class") or "").split()


def _of_page(element: HtmlElement) -> bool:
    return not _OF_PAGES.isdisjoint((element.get("class") or "").split())


def _leads_away(element: HtmlElement) -> bool:
    """Whether the line is a link to another page and nothing else."""
    links = [a for a in element.iterfind("a") if not (a.get("href") or "#").startswith("#")]
    return bool(links) and "".join(_text(a) for a in links) == _text(element)
