"""Values of the internal tables that nobody outside may read: keys of cases and persons, and free text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from diaban.release.reread.contents import Fault, Piece

_SHORTEST_KEY = 5
_SHORTEST_TEXT = 12
_TOKEN = re.compile(r"[^\W_]+")


class InternalValues(NamedTuple):
    """keys and texts as they stand in the tables, by their longest word."""

    by_word: dict[str, list[tuple[str, str]]]

    def found_in(self, piece: Piece) -> Iterator[Fault]:
        """Every internal value that the piece holds."""
        if not self.by_word:
            return
        text = _flat(piece.text)
        for word in set(_TOKEN.findall(text)) & self.by_word.keys():
            for value, kind in self.by_word[word]:
                if value in text:
                    yield Fault(piece.where, kind, value)


def internal_values(folder: Path | None) -> InternalValues:
    """All keys (columns `*_key`) of the tables below `folder`, and the free text of the tables of cases.

    Free text: values with blanks of twelve characters and more in tables that have a key, and in those of
    rows that were set aside. What the code book or the list of localities says is meant to be read.
    """
    by_word: dict[str, list[tuple[str, str]]] = {}
    for path in sorted(folder.rglob("*.parquet")) if folder is not None else []:
        frame = pd.read_parquet(path)
        keys = [str(c) for c in frame.columns if str(c).endswith("_key")]
        of_cases = bool(keys) or path.stem == "quarantine"
        for column in frame.columns if of_cases else []:
            if not pd.api.types.is_string_dtype(frame[column].dtype) and frame[column].dtype != object:
                continue
            kind = "internal_key" if column in keys else "internal_text"
            for value in frame[column].dropna().astype(str).unique():
                _keep(by_word, _flat(value), kind)
    return InternalValues(by_word)


def _keep(by_word: dict[str, list[tuple[str, str]]], value: str, kind: str) -> None:
    is_key = kind == "internal_key" and len(value) >= _SHORTEST_KEY
    is_text = kind == "internal_text" and len(value) >= _SHORTEST_TEXT and " " in value
    words = _TOKEN.findall(value)
    if words and (is_key or is_text):
        entries = by_word.setdefault(max(words, key=len), [])
        if (value, kind) not in entries:
            entries.append((value, kind))


def _flat(text: str) -> str:
    return " ".join(text.casefold().split())
