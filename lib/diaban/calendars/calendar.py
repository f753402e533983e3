"""Calendars by name. A changed rule is a new name, never a changed entry: old results keep theirs."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import pandas as pd

from diaban.errors import DiabanError

_MARKS = {12: "", 6: "-H", 3: "-Q", 1: "-"}
UNITS = {"year": 12, "half": 6, "quarter": 3, "month": 1}
"""Lengths of a period, in months, by name."""


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

    def later(self, key: str, periods: int) -> str:
        """The period that comes `periods` after this one; before it where negative."""
        return self.key(self.number(key) + periods)

    def previous_year(self, key: str) -> str:
        """The same period of the year before: "2023-H1" of "2024-H1"."""
        return self.later(key, -(12 // self.months))

    def sibling(self, unit: str) -> Calendar:
        """The calendar of the same family whose periods last a `unit`, no longer than those of this one.

        Raises DiabanError for a longer or unknown unit.
        """
        known = {name: months for name, months in UNITS.items() if months <= self.months}
        if unit not in known:
            raise DiabanError("calendar_unit", unit=unit, calendar=self.name, known=", ".join(known))
        own = next(name for name, months in UNITS.items() if months == self.months)
        name = self.name.replace(f"_{own}", f"_{unit}")
        return replace(self, name=name, months=known[unit])

    def within(self, key: str, unit: str) -> list[str]:
        """The periods of `sibling(unit)` that make up this one, in order: "2024-H1", "2024-H2" of "2024"."""
        parts = self.sibling(unit)
        count = self.months // parts.months
        first = self.number(key) * count
        return [parts.key(number) for number in range(first, first + count)]


def _family(stem: str, day: int) -> dict[str, Calendar]:
    suffix = f"_{day}" if day > 1 else ""
    names = {f"{stem}_{unit}{suffix}": months for unit, months in UNITS.items()}
    return {name: Calendar(name, months, day) for name, months in names.items()}


CALENDARS: dict[str, Calendar] = _family("calendar", 1) | _family("police", 15) | _family("police", 16)
"""calendar_*: whole months; police_*_15: from the 15th to the 14th; police_*_16: the 16th to the 15th."""


def calendar(name: str) -> Calendar:
    """The calendar of this name."""
    if name not in CALENDARS:
        raise DiabanError("calendar_unknown", calendar=name, known=", ".join(CALENDARS))
    return CALENDARS[name]
