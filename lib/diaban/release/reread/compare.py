"""What a built file says that its second copy, made of the audited cube alone, does not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from diaban.release.reread.contents import Contents, Fault, Piece

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_Told = tuple[str, str]
"""Place and text."""
MOST = 20
"""Differences of one file that are named; the rest is counted."""


def differences(built: Contents, again: Contents) -> list[Fault]:
    """Every text of `built` that is not, as often and at the same place, in `again`; then the other way.

    A text whose numbers differ is a foreign number, any other a foreign text. Files that differ without any
    such text differ in what no reader sees: that is a fault too.
    """
    said, should = _counted(built.pieces), _counted(again.pieces)
    due = _numbers(should)
    strange = {where: there - due.get(where, Counter()) for where, there in _numbers(said).items()}
    found = [*_foreign(said - should, strange), *_lost(should - said)]
    if not found:
        return [Fault("", "differs", "")]
    more = len(found) - MOST
    return found if more <= 0 else [*found[:MOST], Fault("", "differs_more", str(more))]


def _counted(pieces: Iterable[Piece]) -> Counter[_Told]:
    return Counter((piece.where, piece.text) for piece in pieces)


def _foreign(extra: Counter[_Told], strange: Mapping[str, Counter[str]]) -> Iterator[Fault]:
    for where, text in sorted(extra):
        foreign = strange[where].keys() & set(NUMBER.findall(text))
        yield Fault(where, "foreign_number" if foreign else "foreign_text", text)


def _numbers(told: Counter[_Told]) -> dict[str, Counter[str]]:
    """Place -> how often each number stands there."""
    there: dict[str, Counter[str]] = {where: Counter() for where, _ in told}
    for (where, text), times in told.items():
        for number in NUMBER.findall(text):
            there[where][number] += times
    return there


def _lost(missing: Counter[_Told]) -> Iterator[Fault]:
    for where, text in sorted(missing):
        yield Fault(where, "lost", text)
