"""Zip files that tell neither clock nor machine."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_DAY = (1980, 1, 1, 0, 0, 0)
"""The first day that a zip file can tell."""
_UNIX, _READABLE = 3, 0o644 << 16


def packed(files: Mapping[str, bytes]) -> bytes:
    """A zip file of `files` (name -> content), in their order: the same files give the same bytes."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, date_time=_DAY)
            entry.compress_type, entry.create_system, entry.external_attr = (
                zipfile.ZIP_DEFLATED, _UNIX, _READABLE
            )  # fmt: skip
            archive.writestr(entry, content, compresslevel=9)
    return written.getvalue()
