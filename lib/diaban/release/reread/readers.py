"""Which reader reads which file. A file that no reader knows stops the release."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from diaban.release.reread.contents import Contents
from diaban.release.reread.read_archive import read_zip
from diaban.release.reread.read_data import read_csv, read_json, read_sums, read_text
from diaban.release.reread.read_docx import read_docx
from diaban.release.reread.read_html import read_html, read_svg
from diaban.release.reread.read_picture import read_jpeg, read_png
from diaban.release.reread.read_xlsx import read_xlsx

READERS: Mapping[str, Callable[[bytes], Contents]] = {
    ".html": read_html, ".svg": read_svg, ".png": read_png, ".jpg": read_jpeg, ".jpeg": read_jpeg,
    ".json": read_json, ".csv": read_csv, ".xlsx": read_xlsx, ".docx": read_docx, ".zip": read_zip,
    ".md": read_text, ".txt": read_text,
}  # fmt: skip
SUMS = "SHA256SUMS"


def read(name: str, data: bytes) -> Contents:
    """The contents of a file of this name; a type that is not known is a fault."""
    path = PurePosixPath(name)
    reader = read_sums if path.name == SUMS else READERS.get(path.suffix.lower())
    if reader is None or path.name.startswith((".", "~")):
        contents = Contents()
        contents.fault("", "unknown_type", path.name)
        return contents
    return reader(data)
