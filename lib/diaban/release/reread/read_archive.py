"""Zip archives, and the XML parts of the office files that are made of them."""

from __future__ import annotations

import io
import zipfile
import zlib
from functools import cache
from xml.etree import ElementTree

from diaban.release.reread.contents import Contents

LARGEST = 300_000_000
"""Bytes of all files of an archive together, unpacked."""


def read_zip(data: bytes) -> Contents:
    """A zip of files, each of which is read for itself."""
    contents = Contents()
    contents.inner = unpacked(contents, data)
    return contents


def unpacked(contents: Contents, data: bytes) -> dict[str, bytes]:
    """Name -> bytes; names that lead out of the archive, hidden remarks, locks and doubles are faults."""
    files: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if archive.comment:
                contents.fault("", "metadata", archive.comment.decode("utf-8", "replace"))
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
                contents.fault("", "unreadable", f"> {LARGEST} bytes")
                return files
            for entry in archive.infolist():
                if entry.comment or entry.extra:
                    contents.fault(entry.filename, "metadata", repr(entry.comment or entry.extra))
                if _leads_out(entry.filename) or entry.filename in files:
                    contents.fault(entry.filename, "link", entry.filename)
                elif not entry.is_dir():
                    files[entry.filename] = archive.read(entry)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError) as error:
        contents.fault("", "unreadable", str(error))
    return files


def _leads_out(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/")


def xml(contents: Contents, where: str, data: bytes) -> ElementTree.Element:
    """The root of an XML part; what cannot be read, entities, comments and instructions are faults."""
    root = ElementTree.Element("unreadable")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        contents.fault(where, "loads", "DOCTYPE")
        return root
    builder = ElementTree.TreeBuilder(insert_comments=True, insert_pis=True)
    try:
        root = ElementTree.fromstring(data, ElementTree.XMLParser(target=builder))
    except ElementTree.ParseError as error:
        contents.fault(where, "unreadable", str(error))
    for element in [e for e in root.iter() if not isinstance(e.tag, str)]:
        contents.fault(where, "comment", element.text or "")
        contents.piece(f"{where} comment", element.text)
        element.tag = "comment"
    return root


@cache
def local(name: str) -> str:
    """The name of an element or attribute without its namespace."""
    return name.rpartition("}")[2]
