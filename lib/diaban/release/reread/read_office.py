"""What Word files and workbooks have in common: their parts, links outwards and properties."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element

from diaban.release.reread.contents import Contents
from diaban.release.reread.read_archive import local, unpacked, xml

_COMMON = r"\[Content_Types\]\.xml|(?:\w+/)*_rels/[\w.]*\.rels|docProps/(?:core|app)\.xml"
_PEOPLE = {"creator", "lastModifiedBy", "Manager", "Company"}
_MAKERS = {"", "diaban", "python-docx", "xlsxwriter"}


class Office(NamedTuple):
    """The XML parts of a file by name; pictures are in `contents.inner`."""

    contents: Contents
    parts: dict[str, Element]


def open_office(data: bytes, known: str) -> Office:
    """All parts. `known`: a pattern of the names that such a file may have beside the common ones; any other
    part (macros, embedded files, comments, links to workbooks, custom data) stops the release."""
    contents = Contents()
    parts: dict[str, Element] = {}
    for name, part in unpacked(contents, data).items():
        if re.search(r"/media/[^/]+\.(png|jpe?g)$", name):
            contents.inner[name] = part
        elif not re.fullmatch(f"{_COMMON}|{known}", name):
            contents.fault(name, "part", name)
        else:
            parts[name] = xml(contents, name, part)
    for name, root in parts.items():
        if name.endswith(".rels"):
            _outwards(contents, name, root)
        elif name.startswith("docProps/"):
            _properties(contents, name, root)
    return Office(contents, parts)


def _outwards(contents: Contents, where: str, root: Element) -> None:
    for relation in root:
        if relation.get("TargetMode") == "External":
            contents.fault(where, "link", relation.get("Target", ""))


def _properties(contents: Contents, where: str, root: Element) -> None:
    for element in root.iter():
        name, text = local(element.tag), (element.text or "").strip()
        contents.piece(f"{where} {name}", text, name)
        if name in _PEOPLE and text.lower() not in _MAKERS:
            contents.fault(f"{where} {name}", "author", text)


def attributes(root: Element, *names: str) -> Iterator[tuple[Element, str, str]]:
    """(element, attribute, value) of every attribute of one of these names, whatever its namespace."""
    for element in root.iter():
        for key, value in element.attrib.items():
            if (name := local(key)) in names:
                yield element, name, value


def children(root: Element, name: str) -> Iterator[Element]:
    """All elements of this name below `root`, whatever their namespace."""
    return (element for element in root.iter() if local(element.tag) == name)
