"""From matplotlib's SVG to one that may stand in a page: small, responsive, named, alone."""

from __future__ import annotations

import hashlib
import re
from functools import partial
from xml.etree import ElementTree

from diaban.charts.style import FONT_STACK, REM_PER_POINT, TEXT

_NAMESPACE = "http://www.w3.org/2000/svg"
_HREF = "{http://www.w3.org/1999/xlink}href"
_DECIMALS = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_CURVES = re.compile("[CQSTAcqsta]")
_SPACES = re.compile(r" ?([MmZzCQ]) ?")
_LONG = 4000
_REFERENCE = re.compile(r"#([A-Za-z][\w-]*)")


def inline_svg(raw: str, *, title: str, alt: str, width: float) -> str:
    """`raw` with its document parts removed, a name for screen readers, and ids of its own."""
    root = ElementTree.fromstring(raw)
    viewbox = root.attrib["viewBox"]
    prefix = "d" + hashlib.sha256(f"{title}\0{alt}\0{raw}".encode()).hexdigest()[:8]
    _drop_document_parts(root)
    _flatten(root)
    ids = {element.get("id") for element in root.iter()}
    used = {
        name for e in root.iter() for value in e.attrib.values() for name in _REFERENCE.findall(value)
    } & ids
    for element in root.iter():
        _tidy(element, prefix, used)
    root.attrib = {
        "xmlns": _NAMESPACE,
        "viewBox": viewbox,
        "role": "img",
        "aria-label": alt,
        "style": f"display:block;width:100%;max-width:{width * REM_PER_POINT:.4g}rem;height:auto;"
        f"font-family:{FONT_STACK.replace(chr(34), chr(39))};font-size:{TEXT:g}px;font-weight:400;"
        "stroke-linejoin:round",
    }
    if title:
        name = ElementTree.Element("title")
        name.text = title
        root.insert(0, name)
    return ElementTree.tostring(root, encoding="unicode")


def _drop_document_parts(root: ElementTree.Element) -> None:
    """Metadata, and the style rule for `*` that would reach out of the figure into the page."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.endswith(("}metadata", "}style")):
                parent.remove(child)


def _flatten(parent: ElementTree.Element) -> None:
    children: list[ElementTree.Element] = []
    for child in parent:
        _flatten(child)
        grouping = child.tag.endswith("}g") and set(child.attrib) <= {"id"}
        empty = child.tag.endswith("}defs") and not len(child)
        if grouping:
            children.extend(child)
        elif not empty:
            children.append(child)
    parent[:] = children


def _tidy(element: ElementTree.Element, prefix: str, used: set[str | None]) -> None:
    element.tag = element.tag.removeprefix(f"{{{_NAMESPACE}}}")
    element.tail = None
    if element.tag != "text":
        element.text = None
    attributes = element.attrib
    if _HREF in attributes:
        attributes["href"] = attributes.pop(_HREF)
    if attributes.get("id") not in used:
        attributes.pop("id", None)
    else:
        attributes["id"] = f"{prefix}-{attributes['id']}"
    for key in ("style", "href", "clip-path", "fill"):
        if key in attributes:
            attributes[key] = _REFERENCE.sub(
                lambda m: f"#{prefix}-{m[1]}" if m[1] in used else m[0], attributes[key]
            )
    if "style" in attributes:
        attributes["style"] = attributes["style"].replace("; ", ";").replace(": ", ":")
    if "d" in attributes:
        attributes["d"] = _short_path(attributes["d"])
    for key in {"x", "y", "transform"} & attributes.keys():
        attributes[key] = _DECIMALS.sub(_short, attributes[key])


def _short_path(path: str) -> str:
    """Fewer decimals, and lines implied after a move as SVG allows; a map is drawn to a tenth of a point."""
    polygons = not _CURVES.search(path)
    decimals = _TENTHS if polygons and len(path) > _LONG else _short
    path = _DECIMALS.sub(decimals, path)
    if polygons:
        path = path.replace("L", " ")
    return _SPACES.sub(r"\1", " ".join(path.split()))


def _short(match: re.Match[str], decimals: int = 2) -> str:
    text = f"{float(match[0]):.{decimals}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


_TENTHS = partial(_short, decimals=1)
