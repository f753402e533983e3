"""HTML and SVG: text, titles, alternatives, data attributes, styles, comments, scripts and links."""

from __future__ import annotations

import base64
import binascii
import re
from html.parser import HTMLParser
from urllib.parse import unquote, unquote_to_bytes

from diaban.release.reread.contents import Contents, Part
from diaban.release.reread.markup import (
    FORBIDDEN,
    GEOMETRY,
    INLINE,
    VOID,
    Element,
    hides,
    own_script,
    policy_faults,
    style_faults,
)

_FILES = {"image/png": "png", "image/jpeg": "jpg", "image/svg+xml": "svg"}
_SCHEME = re.compile(r"^\s*([a-zA-Z][a-zA-Z0-9+.-]*):|^\s*//")
_PAGE_BOX = re.compile(r"@page[^{]*\{(?:[^{}]|\{[^{}]*\})*\}")
_CSS_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?")


def read_html(data: bytes) -> Contents:
    """A page. Its parts to be marked: title, what is seen outside figures, printed sheets, each figure."""
    page = _read(data)
    policy_faults(page.contents, page.policies)
    sheets = " ".join(_PAGE_BOX.findall(_unescaped(" ".join(page.styles))))
    page.contents.parts = [
        Part("title", page.title),
        Part("body", " ".join(page.seen)),
        Part("@page", sheets),
        *(Part(f"figure {n}", " ".join(said)) for n, said in enumerate(page.figures, start=1)),
    ]
    return page.contents


def read_svg(data: bytes) -> Contents:
    """A figure that stands alone; it carries the mark in its own text, title or description."""
    page = _read(data)
    page.contents.parts = [Part("", " ".join(page.seen + [text for said in page.figures for text in said]))]
    return page.contents


def _read(data: bytes) -> _Page:
    page = _Page()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        page.contents.fault("", "unreadable", str(error))
        return page
    page.feed(text)
    page.close()
    page.end_text()
    return page


def _unescaped(css: str) -> str:
    """Style sheet with its letters written by number put back."""
    return _CSS_ESCAPE.sub(lambda m: chr(int(m.group(1), 16) or 0xFFFD), css)


class _Page(HTMLParser):
    """Walks through a page and keeps what it says, and where: the nearest heading or id, and the element."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.contents = Contents()
        self.policies: list[str] = []
        self.styles: list[str] = []
        self.seen: list[str] = []
        self.figures: list[list[str]] = []
        self.title = ""
        self._open: list[Element] = []
        self._said: list[str] = []
        self._section = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag not in INLINE or "id" in attributes or hides(attributes):
            self.end_text()
        if "id" in attributes:
            self._section = f"#{attributes['id']} "
        above = self._open[-1] if self._open else Element("", False, None)
        figure = above.figure
        if tag == "figure" or (tag == "svg" and figure is None and "aria-hidden" not in attributes):
            self.figures.append([])
            figure = len(self.figures) - 1
        hidden = above.hidden or hides(attributes)
        self._attributes(tag, attributes, hidden, figure)
        if tag not in VOID:
            self._open.append(Element(tag, hidden, figure))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in INLINE or (self._open and self._open[-1].hidden):
            self.end_text()
        depth = next((n for n in reversed(range(len(self._open))) if self._open[n].tag == tag), None)
        if depth is not None:
            del self._open[depth:]

    def handle_data(self, data: str) -> None:
        tag = self._open[-1].tag if self._open else ""
        if tag == "style":
            self.styles.append(data)
            self.contents.piece("style", _unescaped(data))
            style_faults(self.contents, "style", data)
        elif tag == "script":
            if data.strip() != own_script():
                self.contents.fault(f"{self._section}script", "script", data.strip())
                self.contents.piece("script", data)
        else:
            self._said.append(data)

    def handle_comment(self, data: str) -> None:
        self.contents.piece("comment", data)
        self.contents.fault("comment", "comment", data.strip())

    def unknown_decl(self, data: str) -> None:
        self.handle_comment(data)

    def handle_pi(self, data: str) -> None:
        if not data.startswith("xml "):
            self.handle_comment(data)

    def handle_decl(self, decl: str) -> None:
        if "[" in decl or "entity" in decl.lower():
            self.contents.fault("", "loads", decl)

    def end_text(self) -> None:
        """Keep the text so far as one piece."""
        said, self._said = " ".join("".join(self._said).split()), []
        if not said:
            return
        at = self._open[-1] if self._open else Element("", False, None)
        where = f"{self._section}{at.tag}"
        self.contents.piece(where, said)
        if at.tag == "title" and at.figure is None:
            self.title += said
        elif at.figure is not None:
            self.figures[at.figure].append(said)
        elif not at.hidden:
            self.seen.append(said)
        if at.hidden and re.search(r"\d", said):
            self.contents.fault(where, "hidden", said)

    def _attributes(self, tag: str, attributes: dict[str, str], hidden: bool, figure: int | None) -> None:
        where = f"{self._section}{tag}"
        if tag in FORBIDDEN:
            self.contents.fault(where, "element", f"<{tag}>")
        if tag == "script" and attributes:
            self.contents.fault(where, "script", str(attributes))
        if tag == "meta":
            self._meta(where, attributes)
        for name, value in attributes.items():
            if name.startswith("on"):
                self.contents.fault(where, "script", f"{name}={value}")
            elif name in ("href", "src", "xlink:href", "action", "formaction", "srcset", "poster", "data"):
                self._link(where, value)
            elif name == "style":
                style_faults(self.contents, where, value)
            if name == "class" and "internal" in value.split():
                self.contents.fault(where, "internal", value)
            if name == "aria-label" and figure is not None:
                self.figures[figure].append(value)
            if name not in GEOMETRY:
                name_of_field = name.removeprefix("data-") if name.startswith("data-") else ""
                self.contents.piece(f"{where} {name}", value, name_of_field)
                if hidden and re.search(r"\d", value):
                    self.contents.fault(f"{where} {name}", "hidden", value)

    def _meta(self, where: str, attributes: dict[str, str]) -> None:
        kind = attributes.get("http-equiv", "").lower()
        if kind == "content-security-policy":
            self.policies.append(attributes.get("content", ""))
        elif kind:
            self.contents.fault(where, "element", f"<meta http-equiv={kind}>")

    def _link(self, where: str, target: str) -> None:
        scheme = _SCHEME.match(target)
        if target.lower().startswith("data:"):
            self._inside(where, target)
        elif scheme or target.startswith(("/", "\\")) or ".." in unquote(target).split("#")[0].split("/")[1:]:
            self.contents.fault(where, "link", target)
        else:
            self.contents.piece(f"{where} link", unquote(target))

    def _inside(self, where: str, target: str) -> None:
        head, _, body = target[5:].partition(",")
        kind, *more = head.split(";")
        try:
            data = (
                base64.b64decode(unquote(body), validate=True) if "base64" in more else unquote_to_bytes(body)
            )
        except (binascii.Error, ValueError):
            self.contents.fault(where, "unreadable", target[:60])
            return
        if kind.lower() not in _FILES:
            self.contents.fault(where, "unknown_type", kind)
            return
        name = f"{where} data {len(self.contents.inner) + 1}.{_FILES[kind.lower()]}"
        self.contents.inner[name] = data
