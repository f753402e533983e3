"""What a notebook, a template or an office leaves in a file by oversight."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from diaban.language.catalogue import LANGUAGES
from diaban.release.pages.fragment import texts
from diaban.release.reread.contents import Fault, Piece

_LEFT = re.compile(
    r"Traceback \(most recent call last\)|\b(?:In|Out) ?\[\d*\]:|execution_count|\bipykernel\b|\x1b\["
    r"|<Figure size |\bdtype: \w+|\bobject at 0x[0-9a-f]+|\bjp-[A-Z]\w+|\b\w+(?:Error|Exception): "
    r"|\{\{ ?\w|\{% ?\w|\[\d+ rows x \d+ columns\]|\bpapermill\b.*\bparameters\b"
)
_PLAIN = {"nan", "NaN", "NaT", "None", "<NA>", "undefined", "inf", "-inf"}
"""Values that a program shows where it has none."""


def leftovers(piece: Piece) -> Iterator[Fault]:
    """Leftovers of notebooks and templates, and the banner of an internal edition."""
    if piece.where == "style":
        return
    for found in _LEFT.finditer(piece.text):
        yield Fault(piece.where, "leftover", found.group())
    if not piece.number and piece.text in _PLAIN:
        yield Fault(piece.where, "leftover", piece.text)
    for banner in _banners():
        if banner in piece.text:
            yield Fault(piece.where, "internal", banner)


@cache
def _banners() -> tuple[str, ...]:
    said = [texts(language) for language in LANGUAGES]
    editions = [part for text in said for part in text["kicker_internal"].split(" · ")[1:2]]
    return (*(text["internal_note"] for text in said), said[0]["internal"], *editions)
