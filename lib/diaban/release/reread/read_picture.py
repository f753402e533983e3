"""PNG and JPEG: what stands beside the picture itself. Its points are not read: see the second copy."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image, UnidentifiedImageError

from diaban.release.reread.contents import Contents, Part

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_DRAWN = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"pHYs", b"sRGB", b"gAMA", b"cHRM", b"sBIT", b"tRNS", b"bKGD"}
_TEXT = {b"tEXt", b"zTXt", b"iTXt"}


def read_png(data: bytes) -> Contents:
    """Its text chunks are read; any chunk that neither draws nor says something, and all after the end, stop
    the release."""
    contents = _picture(data, ("PNG",))
    if not data.startswith(_SIGNATURE):
        return contents
    at = len(_SIGNATURE)
    while at + 12 <= len(data):
        (length,), kind = struct.unpack(">I", data[at : at + 4]), data[at + 4 : at + 8]
        if kind not in _DRAWN | _TEXT:
            contents.fault("", "metadata", kind.decode("latin-1"))
        at += 12 + length
        if kind == b"IEND":
            break
    if at != len(data):
        contents.fault("", "metadata", f"{len(data) - at} bytes")
    return contents


def read_jpeg(data: bytes) -> Contents:
    return _picture(data, ("JPEG",))


def _picture(data: bytes, formats: tuple[str, ...]) -> Contents:
    contents = Contents()
    try:
        with Image.open(io.BytesIO(data), formats=formats) as picture:
            picture.load()
            info, exif = dict(picture.info), dict(picture.getexif())
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, zlib.error, struct.error) as error:
        contents.fault("", "unreadable", str(error))
        return contents
    said = {name: value for name, value in info.items() if isinstance(value, str)}
    for name, text in said.items():
        contents.piece(f"metadata {name}", text, str(name))
    for tag, tagged in exif.items():
        contents.fault("EXIF", "metadata", f"{tag}: {tagged}")
    if comment := info.get("comment"):
        contents.fault("", "metadata", str(comment))
    contents.parts.append(Part("metadata", " ".join(said.values())))
    return contents
