"""Names in the order of a Vietnamese dictionary: Đ after D, diacritics as a tie-breaker."""

from __future__ import annotations

import unicodedata

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: rank for rank, letter in enumerate(_LETTERS)}
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}


def sort_key(name: str) -> tuple[list[tuple[int, ...]], str]:
    """Key for `sorted`: letters first, tones second (TCVN 6909 order of tones), then the name itself."""
    letters: list[int] = []
    tones: list[int] = []
    for letter in unicodedata.normalize("NFC", name.casefold()):
        parts = unicodedata.normalize("NFD", letter)
        tone = next((_TONES[mark] for mark in parts if mark in _TONES), 0)
        bare = unicodedata.normalize("NFC", "".join(mark for mark in parts if mark not in _TONES))
        rank = _RANK.get(bare, _RANK.get(parts[0]))
        letters.append(-1 if letter == " " else len(_LETTERS) + ord(letter) if rank is None else rank)
        tones.append(tone)
    return [tuple(letters), tuple(tones)], name
