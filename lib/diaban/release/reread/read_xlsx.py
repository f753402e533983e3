"""Workbooks: every cell, name and property; hidden sheets, rows, columns, formulas and leftover strings."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from diaban.release.reread.contents import Contents, Part
from diaban.release.reread.read_archive import local
from diaban.release.reread.read_office import attributes, children, open_office

_KNOWN = (
    r"xl/(?:workbook|sharedStrings|styles|metadata)\.xml|xl/theme/theme\d+\.xml"
    r"|xl/worksheets/sheet\d+\.xml|xl/tables/table\d+\.xml"
)
_HELD = {
    "drawing", "legacyDrawing", "legacyDrawingHF", "oleObjects", "controls", "webPublishItems",
    "customSheetViews", "picture", "externalReferences", "pivotCaches", "fileSharing", "scenarios"
}  # fmt: skip
_SAID = {
    "oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter", "formula", "formula1",
    "formula2",
}  # fmt: skip


def read_xlsx(data: bytes) -> Contents:
    """Its parts to be marked: every sheet."""
    contents, parts = open_office(data, _KNOWN)
    names = _sheet_names(contents, parts)
    strings = ["".join(_words(item)) for item in parts.get("xl/sharedStrings.xml", ())]
    used: set[int] = set()
    for name, root in parts.items():
        if name.startswith("xl/worksheets/sheet"):
            _sheet(contents, names.get(name, name), root, strings, used)
        if name.startswith("xl/") and not name.endswith(".rels"):
            _held(contents, name, root)
    for number, text in enumerate(strings):
        if number not in used:
            contents.piece("sharedStrings", text)
            contents.fault("sharedStrings", "leftover", text)
    return contents


def _words(item: Element) -> list[str]:
    return [element.text or "" for element in children(item, "t")]


def _sheet_names(contents: Contents, parts: dict[str, Element]) -> dict[str, str]:
    """Part -> name of the sheet; sheets that are hidden and names that somebody defined are faults."""
    workbook, links = parts.get("xl/workbook.xml"), parts.get("xl/_rels/workbook.xml.rels")
    if workbook is None or links is None:
        contents.fault("", "unreadable", "xl/workbook.xml")
        return {}
    targets = {link.get("Id"): f"xl/{(link.get('Target') or '').removeprefix('/xl/')}" for link in links}
    names = {}
    for sheet in children(workbook, "sheet"):
        title = sheet.get("name", "")
        contents.piece("sheet name", title)
        if sheet.get("state", "visible") != "visible":
            contents.fault(f"sheet {title}", "hidden", title)
        key = next((v for k, v in sheet.attrib.items() if k.startswith("{") and local(k) == "id"), None)
        names[targets.get(key, "")] = title
    for defined in children(workbook, "definedName"):
        contents.piece(f"defined name {defined.get('name')}", defined.text)
        if not (defined.get("name") or "").startswith("_xlnm."):
            contents.fault("defined names", "leftover", f"{defined.get('name')} = {defined.text}")
    return names


def _sheet(contents: Contents, title: str, root: Element, strings: list[str], used: set[int]) -> None:
    where = f"sheet {title}"
    for column in children(root, "col"):
        if _is_hidden(column, "width"):
            contents.fault(where, "hidden", f"column {column.get('min')}–{column.get('max')}")
    said: list[str] = []
    heads: dict[str, str] = {}
    frozen = _frozen(root)
    for row in children(root, "row"):
        if _is_hidden(row, "ht"):
            contents.fault(where, "hidden", f"row {row.get('r')}")
        cells = [(cell.get("r", ""), *_cell(cell, strings, used)) for cell in children(row, "c")]
        if len(cells) > 1 and (not heads or int(row.get("r") or 0) <= frozen):
            heads = {_letters(at): text for at, text, _ in cells}
        for at, text, number in cells:
            contents.piece(f"{where}, {at}", text, heads.get(_letters(at), ""), number=number)
            said.append("" if number else text)
        for cell in children(row, "f"):
            contents.fault(f"{where}, row {row.get('r')}", "formula", f"={cell.text or ''}")
    contents.parts.append(Part(where, "\n".join(said)))


def _frozen(root: Element) -> int:
    """Rows that stay in sight: the last of them has the names of the columns."""
    panes = [pane.get("ySplit", "") for pane in children(root, "pane") if pane.get("state") == "frozen"]
    return max((int(rows) for rows in panes if rows.isdigit()), default=0)


def _is_hidden(element: Element, size: str) -> bool:
    return element.get("hidden") in ("1", "true") or float(element.get(size) or 1) < 0.1


def _letters(at: str) -> str:
    return at.rstrip("0123456789")


def _cell(cell: Element, strings: list[str], used: set[int]) -> tuple[str, bool]:
    """Text of a cell, and whether it is stored as a number."""
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(_words(cell)), False
    value = next((inner for inner in cell if local(inner.tag) == "v"), None)
    text = (value.text or "") if value is not None else ""
    if kind == "s" and text.isdigit() and int(text) < len(strings):
        used.add(int(text))
        return strings[int(text)], False
    return text, kind == "n" and bool(text)


def _held(contents: Contents, where: str, root: Element) -> None:
    for element in root.iter():
        name = local(element.tag)
        if name in _HELD:
            contents.fault(where, "part", name)
        elif name in _SAID:
            contents.piece(f"{where} {name}", element.text)
    for _, name, value in attributes(root, "displayName", "prompt", "promptTitle", "error", "tooltip"):
        contents.piece(f"{where} {name}", value)
    for _, _, code in attributes(root, "formatCode"):
        if re.fullmatch(r";+", code.replace(" ", "")):
            contents.fault(where, "hidden", code)
