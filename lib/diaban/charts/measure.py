"""How wide a text is, and where to break it.

Measured with DejaVu Sans, which comes with matplotlib and is wider than the fonts of the page: what
fits here fits there, and every machine breaks lines at the same place.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

import matplotlib as mpl
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font, LoadFlags


@cache
def font_file(bold: bool = False) -> str:
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return str(Path(mpl.get_data_path()) / "fonts" / "ttf" / name)


@cache
def font(size: float, bold: bool = False) -> FontProperties:
    return FontProperties(fname=font_file(bold), size=size, weight="bold" if bold else "normal")


@cache
def _face(bold: bool) -> FT2Font:
    face = FT2Font(font_file(bold))
    face.set_size(100, 72)
    return face


@cache
def _advance(character: str, bold: bool) -> float:
    """Advance width in em."""
    glyph = _face(bold).load_char(ord(character), flags=LoadFlags.NO_HINTING)
    return glyph.linearHoriAdvance / 65536 / 100


def clean(text: object) -> str:
    """One line of composed characters, without control characters that XML cannot carry."""
    composed = unicodedata.normalize("NFC", str(text))
    return " ".join("".join(c if unicodedata.category(c)[0] != "C" else " " for c in composed).split())


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width of one line in points."""
    return size * sum(_advance(character, bold) for character in text)


def wrap(text: str, width: float, size: float, bold: bool = False) -> list[str]:
    """The lines of `text`, none wider than `width` points; a word that is too long is cut."""
    lines: list[str] = []
    line = ""
    for word in clean(text).split(" "):
        joined = f"{line} {word}".strip()
        if text_width(joined, size, bold) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        *full, line = _cut(word, width, size, bold)
        lines.extend(full)
    return [*lines, line]


def _cut(word: str, width: float, size: float, bold: bool) -> list[str]:
    pieces = [""]
    for character in word:
        if pieces[-1] and text_width(pieces[-1] + character, size, bold) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces
