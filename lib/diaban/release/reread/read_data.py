"""JSON, CSV and plain text."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from diaban.release.reread.contents import Contents, Part


def read_json(data: bytes) -> Contents:
    """Every key, text and number with its path. A schema describes and holds no data: it bears no mark."""
    contents = Contents()
    try:
        record = json.loads(
            data.decode("utf-8"), parse_int=_Number, parse_float=_Number, parse_constant=_Number
        )
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        contents.fault("", "unreadable", str(error))
        return contents
    _walk(contents, record, "")
    top = record if isinstance(record, dict) else {}
    if not ("$schema" in top and "properties" in top):
        marked = str(top.get("mark")) if top.get("simulated") is True else ""
        contents.parts.append(Part("mark", marked))
    if top.get("audience") == "internal":
        contents.fault("audience", "internal", "internal")
    return contents


class _Number(str):
    """A number as it is written."""


def _walk(contents: Contents, value: Any, where: str) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            path = f"{where}.{key}" if where else key
            contents.piece(f"{path} key", key, key)
            _walk(contents, inner, path)
            if key == "audience" and inner == "internal":
                contents.fault(path, "internal", "internal")
    elif isinstance(value, list):
        for inner in value:
            _walk(contents, inner, f"{where}[]")
    elif value is not None:
        name = where.rsplit(".", 1)[-1].removesuffix("[]")
        contents.piece(where, str(value), name, number=isinstance(value, _Number))


def read_csv(data: bytes) -> Contents:
    """Every cell with its column. The mark stands in every row, in a column of its own."""
    contents = Contents()
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        contents.fault("", "unreadable", str(error))
        return contents
    head = rows[0] if rows else []
    for name in head:
        contents.piece("header", name, name)
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(head):
            contents.fault(f"row {number}", "unreadable", ",".join(row))
        for name, cell in zip(head, row, strict=False):
            contents.piece(f"row {number}, column {name}", cell, name, number=_is_number(cell))
    if len(rows) > 1:
        always = [cells[0] for cells in zip(*rows[1:], strict=False) if len(set(cells)) == 1]
        contents.parts.append(Part("every row", " ".join(always)))
    return contents


def _is_number(text: str) -> bool:
    """As our exports write numbers: no leading zero, as codes have them."""
    try:
        float(text)
    except ValueError:
        return False
    return not (text.startswith("0") and text.isdigit() and len(text) > 1)


def read_text(data: bytes) -> Contents:
    contents = Contents()
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        contents.fault("", "unreadable", str(error))
        return contents
    for number, line in enumerate(lines, start=1):
        contents.piece(f"line {number}", line)
    contents.parts.append(Part("", "\n".join(lines)))
    return contents


def read_sums(data: bytes) -> Contents:
    """A list of checksums: it names files and bears no mark."""
    contents = read_text(data)
    contents.parts.clear()
    return contents
