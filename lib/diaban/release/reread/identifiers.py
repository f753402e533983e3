"""What could name, reach or find a person, or the machine: it stops a release whatever the copy says."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache

from diaban.places.names import fold
from diaban.release.reread.contents import Fault, Piece

PERSONAL_FIELDS = frozenset({
    "case_key", "person_key", "case_id", "person_id", "victim_id", "suspect_id", "file_number",
    "ho_ten", "ho_va_ten", "ten_nan_nhan", "ten_bi_can", "full_name", "first_name", "last_name",
    "surname", "given_name", "victim_name", "suspect_name", "child_name", "ngay_sinh", "date_of_birth",
    "birth_date", "birthday", "dob", "so_cccd", "cccd", "so_cmnd", "cmnd", "can_cuoc", "id_number",
    "identity_number", "passport", "dia_chi", "address", "street", "home_address", "so_dien_thoai",
    "dien_thoai", "phone", "phone_number", "mobile", "telephone", "email", "e_mail", "latitude",
    "longitude", "lat", "lon", "lng", "toa_do", "coordinates", "vi_do", "kinh_do"
})  # fmt: skip
"""Names of columns, keys and attributes, folded, that hold what belongs to one person or one point."""
PEOPLE_COUNTED = frozenset({"persons", "person_years", "population", "exposure", "people"})
"""Columns whose whole numbers may have nine digits or more: people of a country."""

_PHONE = re.compile(
    r"(?<![\w.,])(?:\(?\+\s?84\)?|0084)(?:[ .-]?\d){8,10}(?!\w)"
    r"|(?<![\w.,])0[235789](?:[ .-]?\d){8,9}(?!\w|[.,]\d)"
    r"|(?<![\w.,])\+\d{1,3}[ -]\d(?:[ /-]?\d){6,11}(?!\w)"
)
_IDENTITY = re.compile(r"(?<![\w.,])(?:\d{9,}|\d{3}(?: \d{3}){2,3}|0\d{2}(?:[.-]\d{3}){3})(?!\w|[.,]\d)")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_POINT = re.compile(r"(?<![\w.])(-?\d{1,2}[.,]\d{3,})°?\s*[NSB]?\s*[,;/ ]\s*(-?\d{1,3}[.,]\d{3,})(?![\w])")
_DEGREES = re.compile(r"\d{1,3}°\s*\d{1,2}['′]")
_KEY = re.compile(r"(?<![\w-])[a-z](?=[0-9a-f]*\d)[0-9a-f]{10}(?!\w)")
_NAME = re.compile(
    r"(?<!\w)(?:Nguyễn|Trần|Lê|Phạm|Huỳnh|Hoàng|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Điểu|Thị)"
    r"(?: [A-ZÀ-ỸĐ][a-zà-ỹđ]+){2,3}(?!\w)"
)
_PATH = re.compile(
    r"(?<![\w.])(?:/(?:home|Users|root|tmp|var|mnt|opt|usr|etc|srv|media|private|work)/[\w.-]"
    r"|[A-Za-z]:[\\/][\w.-]|\\\\[\w.-]+\\|file:/|~/[\w.])[^\s\"'<>]*"
)
_HOST = re.compile(r"(?<![\w.-])(?:localhost|[\w-]+\.(?:local|lan|internal|intranet)|127\.0\.0\.1)(?![\w.-])")
_ADDRESS = re.compile(
    r"(?<![\w.,])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w.,]\d|\w)"
)
_URL = re.compile(r"(?:https?|ftp|wss?)://[^\s\"'<>)]+|(?<!\w)(?:javascript|vbscript):", re.IGNORECASE)
_KNOWN_URLS = (
    "http://www.w3.org/", "https://json-schema.org/", "http://json-schema.org/",
    "https://specs.frictionlessdata.io", "https://datapackage.org", "http://schemas.openxmlformats.org/",
    "http://purl.org/",
)  # fmt: skip
"""Names of formats, which nobody opens."""

TEXT_PATTERNS: Mapping[str, re.Pattern] = {
    "phone": _PHONE, "identity_number": _IDENTITY, "email": _EMAIL, "point": _DEGREES, "key": _KEY,
    "path": _PATH, "host": _HOST,
}  # fmt: skip


def identifiers(
    piece: Piece, *, names: Collection[str] = (), points: Collection[tuple[float, float]] = ()
) -> Iterator[Fault]:
    """All that stops the release in this piece.

    names: names that look like a person's and are none (places). points: (latitude, longitude) of declared
    localities.
    """
    if _field(piece.name) in PERSONAL_FIELDS:
        yield Fault(piece.where, "personal_field", piece.name)
    if piece.number:
        digits = piece.text.lstrip("-").removesuffix(".0")
        if digits.isdigit() and len(digits) >= 9 and _field(piece.name) not in PEOPLE_COUNTED:
            yield Fault(piece.where, "identity_number", piece.text)
        return
    phones = [found.span() for found in _PHONE.finditer(piece.text)]
    for kind, pattern in TEXT_PATTERNS.items():
        for found in pattern.finditer(piece.text):
            in_phone = any(start <= found.start() and found.end() <= end for start, end in phones)
            if kind == "phone" or not in_phone:
                yield Fault(piece.where, kind, found.group())
    yield from _looked_up(piece, names, points)


def _looked_up(
    piece: Piece, names: Collection[str], points: Collection[tuple[float, float]]
) -> Iterator[Fault]:
    for found in _NAME.finditer(piece.text):
        if not any(found.group() in name for name in names):
            yield Fault(piece.where, "name", found.group())
    for found in _POINT.finditer(piece.text):
        latitude, longitude = (float(text.replace(",", ".")) for text in found.groups())
        known = any(abs(latitude - a) < 1e-4 and abs(longitude - b) < 1e-4 for a, b in points)
        if abs(latitude) <= 90 and abs(longitude) <= 180 and not known:
            yield Fault(piece.where, "point", found.group())
    for found in _URL.finditer(piece.text):
        if not found.group().startswith(_KNOWN_URLS):
            yield Fault(piece.where, "link", found.group())
    for found in _ADDRESS.finditer(piece.text):
        if not re.fullmatch(r"\d{1,3}(?:\.\d{3})+", found.group()):  # thousands as Vietnamese writes them
            yield Fault(piece.where, "host", found.group())


@cache
def _field(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", fold(name)).strip("_") if name else ""
