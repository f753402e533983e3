"""Calendars by name. A changed rule is a new name, never a changed entry: old results keep theirs."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from diaban.errors import DiabanError

_MARKS = {12: "", 6: "-H", 3: "-Q", 1: "-"}


@dataclass(frozen=True)
class Calendar:
    """Periods of `months` whole months that begin on day `day` (1 to 28).

    A period carries the year and number of the month in which most of it lies: with `day` 15, the
    year 2020 runs from 15 December 2019 to 14 December 2020.
    """

    name: str
    months: int
    day: int = 1

    def key(self, number: int) -> str:
        """The key of period `number`, counted from year 0: "2020", "2020-H1", "2020-Q3", "2020-07"."""
        year, part = divmod(number, 12 // self.months)
        mark = _MARKS[self.months]
        return f"{year}{mark}" + (
            "" if self.months == 12 else f"{part + 1:02d}" if mark == "-" else f"{part + 1}"
        )

    def number(self, key: str) -> int:
        """The number of the period with this key. Raises DiabanError for a key of another calendar."""
        parts = 12 // self.months
        found = re.fullmatch(rf"(\d{{4}}){_MARKS[self.months]}(\d{{1,2}})?", key)
        part = int(found[2] or 1) if found else 0
        number = int(found[1]) * parts + part - 1 if found else -1
        if not found or not 1 <= part <= parts or self.key(number) != key:
            example = self.key(2020 * parts)
            raise DiabanError("calendar_unknown_period", period=key, calendar=self.name, example=example)
        return number

    def start(self, number: int) -> pd.Timestamp:
        """First day of period `number`."""
        months = number * self.months - (1 if self.day > 1 else 0)
        return pd.Timestamp(year=months // 12, month=months % 12 + 1, day=self.day)


def _family(stem: str, day: int) -> dict[str, Calendar]:
    suffix = f"_{day}" if day > 1 else ""
    lengths = {"year": 12, "half": 6, "quarter": 3, "month": 1}
    names = {f"{stem}_{length}{suffix}": months for length, months in lengths.items()}
    return {name: Calendar(name, months, day) for name, months in names.items()}


CALENDARS: dict[str, Calendar] = _family("calendar", 1) | _family("police", 15) | _family("police", 16)
"""calendar_*: whole months; police_*_15: from the 15th to the 14th; police_*_16: the 16th to the 15th."""


def calendar(name: str) -> Calendar:
    """The calendar of this name."""
    if name not in CALENDARS:
        raise DiabanError("calendar_unknown", calendar=name, known=", ".join(CALENDARS))
    return CALENDARS[name]
