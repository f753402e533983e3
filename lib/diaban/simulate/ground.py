"""What a simulation stands on: localities, known populations, the code book, the periods."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from diaban.calendars import calendar
from diaban.errors import DiabanError
from diaban.simulate.truth import FilesTruth, Truth


@dataclass(frozen=True)
class Places:
    """Tables that are given, not simulated.

    localities: locality, name, level, parent, valid_from, valid_to. population: locality, persons (totals
    at the report level). code_book: code, kind.
    """

    localities: pd.DataFrame
    population: pd.DataFrame
    code_book: pd.DataFrame

    def units(self, truth: Truth) -> pd.DataFrame:
        """The units of analysis that are valid on the cut-off day: locality, parent, in order of code;
        index 0 .. n - 1."""
        lasting = pd.to_datetime(self.localities["valid_to"]).fillna(pd.Timestamp.max)
        valid = lasting >= pd.Timestamp(truth.periods.cutoff)
        rows = self.localities[valid & (self.localities["level"] == truth.levels.unit)].sort_values(
            "locality"
        )
        return rows[["locality", "parent"]].reset_index(drop=True)


_COLUMNS = {
    "localities": ("locality", "name", "level", "parent", "valid_from", "valid_to"),
    "population": ("locality", "persons"),
    "code_book": ("code", "kind"),
}


def read_places(folder: Path, files: FilesTruth) -> Places:
    """Read the given tables of a study folder. Raises DiabanError for a missing file or column."""
    tables = {name: _read(folder / getattr(files, name), columns) for name, columns in _COLUMNS.items()}
    population = tables["population"]
    persons = pd.to_numeric(population["persons"], errors="coerce")
    if bad := population["locality"][~(persons > 0)].tolist():
        path = folder / files.population
        raise DiabanError("simulate_no_population", file=path, localities=", ".join(map(str, bad)))
    return Places(tables["localities"], population.assign(persons=persons), tables["code_book"])


def _read(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    try:
        frame = pd.read_csv(path, dtype="str", encoding="utf-8-sig")
    except FileNotFoundError:
        raise DiabanError("simulate_file_missing", file=path) from None
    if missing := [c for c in columns if c not in frame]:
        raise DiabanError(
            "simulate_column_missing", file=path, column=missing[0], found=", ".join(frame.columns)
        )
    return frame


def observed_periods(truth: Truth) -> pd.DataFrame:
    """Periods up to the cut-off: period, start, end (inclusive, not after the cut-off), years (observed),
    year (number of the period in the calendar's years, for trends)."""
    rule = calendar(truth.periods.calendar)
    cutoff = pd.Timestamp(truth.periods.cutoff)
    numbers = range(rule.number(truth.periods.first), rule.number(truth.periods.last) + 1)
    rows = []
    for number in numbers:
        start, after = rule.start(number), rule.start(number + 1)
        end = min(after - pd.Timedelta(days=1), cutoff)
        years = ((end - start).days + 1) / (after - start).days * rule.months / 12
        rows.append((rule.key(number), start, end, years, (number + 0.5) * rule.months / 12))
    periods = pd.DataFrame(rows, columns=["period", "start", "end", "years", "year"])
    return periods[periods["start"] <= cutoff].reset_index(drop=True)
