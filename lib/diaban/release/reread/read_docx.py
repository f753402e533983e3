"""Word files: text, tables, alternatives, headers, properties; and all that can hide in them."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from diaban.release.reread.contents import Contents, Part
from diaban.release.reread.read_archive import local
from diaban.release.reread.read_office import attributes, children, open_office

_KNOWN = (
    r"word/(?:document|styles|stylesWithEffects|settings|webSettings|fontTable|numbering|footnotes|endnotes)\.xml"
    r"|word/(?:header|footer)\d*\.xml|word/theme/theme\d+\.xml"
)
_TOLD = re.compile(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes)\.xml")
_TRACKED = {
    "ins", "del", "moveFrom", "moveTo", "delText", "delInstrText", "cellIns", "cellDel", "cellMerge",
    "trackRevisions", "rPrChange", "pPrChange", "tblPrChange", "trPrChange", "tcPrChange",
    "sectPrChange", "tblGridChange", "numberingChange"
}  # fmt: skip
_HIDDEN = {"vanish", "specVanish", "webHidden"}
_HELD = {
    "object", "OLEObject", "altChunk", "control", "dataBinding", "docVars", "mailMerge",
    "attachedTemplate", "commentReference", "commentRangeStart", "subDoc", "sdt", "AlternateContent"
}  # fmt: skip
_FIELDS = re.compile(r"^\s*(PAGE|NUMPAGES|SEQ|REF|PAGEREF|STYLEREF|TOC|SECTIONPAGES)\b")
_SMALLEST = 6
"""Half points: smaller letters cannot be read and hide a text."""


def read_docx(data: bytes) -> Contents:
    """Its parts to be marked: the document, and every header, which stands on each printed page."""
    contents, parts = open_office(data, _KNOWN)
    headers = [name for name in parts if name.startswith("word/header")]
    for name, root in parts.items():
        if name.startswith("word/") and not name.endswith(".rels"):
            _hidden(contents, name, root)
        if _TOLD.fullmatch(name):
            said = _text(contents, name, root)
            if name == "word/document.xml" or name in headers:
                contents.parts.append(Part(name, said))
    if not headers:
        contents.parts.append(Part("word/header", ""))
    return contents


def _text(contents: Contents, where: str, root: Element) -> str:
    said = []
    for paragraph in children(root, "p"):
        runs = [e.text or "" if local(e.tag) == "t" else " " for e in paragraph.iter() if _speaks(e)]
        text = " ".join("".join(runs).split())
        contents.piece(where, text)
        said.append(text)
    for element, name, value in attributes(root, "descr", "title", "alt", "name", "tooltip"):
        contents.piece(f"{where} {local(element.tag)} {name}", value)
    for element, _, value in attributes(root, "val"):
        if local(element.tag) in ("tblCaption", "tblDescription"):
            contents.piece(f"{where} {local(element.tag)}", value)
    return "\n".join(said)


def _speaks(element: Element) -> bool:
    return local(element.tag) in ("t", "tab", "br", "cr")


def _hidden(contents: Contents, where: str, root: Element) -> None:
    for element in root.iter():
        name = local(element.tag)
        value = next((v for k, v in element.attrib.items() if local(k) == "val"), "")
        if name in _TRACKED:
            contents.fault(where, "tracked", " ".join(element.itertext()).strip() or name)
        elif name in _HIDDEN and value not in ("0", "false", "off"):
            contents.fault(where, "hidden", name)
        elif name in _HELD:
            contents.fault(where, "part", name)
        elif name == "sz" and value.isdigit() and int(value) < _SMALLEST:
            contents.fault(where, "hidden", f"{name} {value}")
    instructions = [v for _, _, v in attributes(root, "instr")]
    instructions += [e.text or "" for e in children(root, "instrText")]
    for instruction in instructions:
        if not _FIELDS.match(instruction):
            contents.fault(where, "formula", instruction)
