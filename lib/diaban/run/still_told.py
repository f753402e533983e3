"""Whether a file still tells a finding that reviewers withheld, whatever type of file it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set

from diaban.release.reread.readers import read


def still_told(
    files: Mapping[str, bytes], withheld: Sequence[tuple[str, Set[str]]], printed: Set[str]
) -> list[tuple[str, str]]:
    """(key, file) of every finding of `withheld` that one of `files` names, or says in its words.

    withheld: key and claims, one a language. printed: claims of findings that are printed; a claim that is
    one of these too (it need not name the place) is no evidence. Files inside files are read as well.
    """
    if not withheld:
        return []
    told = [(name, _plain("\n".join(_texts(name, data)))) for name, data in files.items()]
    sought = [(key, _pattern(key, claims - printed)) for key, claims in withheld]
    return [(key, name) for key, pattern in sought for name, text in told if pattern.search(text)]


def _pattern(key: str, claims: Set[str]) -> re.Pattern[str]:
    """The whole key, not one that begins with it; or one of the claims."""
    whole = rf"(?<![\w/-]){re.escape(key)}(?![\w/-])"
    return re.compile("|".join([whole, *(re.escape(_plain(claim)) for claim in sorted(claims))]))


def _texts(name: str, data: bytes) -> Iterator[str]:
    """All that a reader of the file finds, in whatever part of it."""
    contents = read(name, data)
    yield from (piece.text for piece in contents.pieces)
    for inner, held in contents.inner.items():
        yield from _texts(inner, held)


def _plain(text: str) -> str:
    return " ".join(text.split())
