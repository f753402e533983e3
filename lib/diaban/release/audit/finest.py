"""How fine a table may be: the rule holds whatever its counts are, and whether they are shown or not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from diaban.release.audit.columns import Frame
from diaban.release.audit.leaks import Leak
from diaban.release.cells import WHOLE
from diaban.release.cube import Cube

PLACE = "locality"
TIMES = ("period", "base", "baseline", "block", "seen")
PERSONS = ("role", "column", "panel")
"""Keys that say by what about a person a table goes: one at a time, and of the whole alone."""

MOST_OF_A_PERSON = 2
"""Of the whole: whose (victim or suspect), and one thing about them."""

_DAY_OR_WEEK = re.compile(r"\d{4}-(\d{2}-\d{2}|W\d{2})")
_SINGLE = re.compile(r"\d{4}(-(\d{2}|[QHT]\d))?")


def too_fine(cube: Cube, register: Mapping[str, Frame], *, edition: str = "") -> Iterator[Leak]:
    """Rows finer than month and district, or than a smaller place in several years together; and rows that
    cross a place with what is known of persons (sex, age, relationship).

    The places that a cube may name are its localities and the whole; every other one is taken for a smaller
    place within them.
    """
    named = {WHOLE, *cube["localities"]["locality"]}
    for name, frame in sorted(cube.frames.items()):
        keys = register[name].keys if name in register else ()
        for row in frame[[key for key in keys if key in frame]].to_dict("records"):
            if rule := _broken(row, named):
                place = ", ".join(str(value) for value in row.values())
                yield Leak("too_fine", frame=name, row=place, column=rule, edition=edition)


def _broken(row: Mapping[str, Any], named: set[str]) -> str | None:
    """The key that makes a row too fine."""
    local = row.get(PLACE, WHOLE) != WHOLE
    smaller = local and row[PLACE] not in named
    for key in TIMES:
        text = str(row.get(key, ""))
        if _DAY_OR_WEEK.fullmatch(text) or (smaller and _SINGLE.fullmatch(text)):
            return key
    about_persons = [key for key in PERSONS if key in row]
    if about_persons and (local or len(about_persons) > MOST_OF_A_PERSON):
        return about_persons[0]
    return None
