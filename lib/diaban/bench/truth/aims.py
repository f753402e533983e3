"""Where a row of the bench falls short of what is aimed at, and whether chance could have done it."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from diaban.bench.truth.judged import ALL, NONE

COVERAGE = (0.93, 0.97)
FALSE_DISCOVERY = 0.05
FALSE_ALARMS = 0.05
POWER = 0.90
CHANCE = 2.0  # standard errors


def shortfalls(table: pd.DataFrame) -> list[str]:
    """One line a miss, in the order of the table of `summarise`.

    Coverage is judged over all strengths together where a method has them together. A miss that is smaller
    than CHANCE standard errors over the provinces says so.
    """
    with_all = set(table.loc[table["planted"] == ALL, ["method", "what"]].itertuples(index=False, name=None))
    return [
        f"short: {row.method}, {row.what}, {row.planted}: {said}"
        for row in table.itertuples()
        for said in _misses(row, (row.method, row.what) in with_all)
    ]


def _misses(row: pd.Series, has_all: bool) -> Iterator[str]:
    low, high = COVERAGE
    if pd.notna(row.coverage) and (row.planted == ALL or not has_all) and not low <= row.coverage <= high:
        by = low - row.coverage if row.coverage < low else row.coverage - high
        what = "intervals too short" if row.coverage < low else "intervals wider than need be"
        yield f"coverage {row.coverage:.1%}, {what}{_chance(by, row.coverage_error)}"
    if pd.notna(row.fdr) and row.fdr > FALSE_DISCOVERY:
        by = row.fdr - FALSE_DISCOVERY
        yield f"false discovery {row.fdr:.1%}, aim {FALSE_DISCOVERY:.0%} at most{_chance(by, row.fdr_error)}"
    if row.planted == NONE and pd.notna(row.found) and row.found > FALSE_ALARMS:
        by = row.found - FALSE_ALARMS
        yield f"called {row.found:.1%} though nothing is there{_chance(by, row.found_error)}"
    if row.planted == "strong" and pd.notna(row.found) and row.found < POWER:
        by = POWER - row.found
        yield f"found {row.found:.1%}, aim {POWER:.0%}{_chance(by, row.found_error)}"


def _chance(by: float, error: float) -> str:
    return " (within chance)" if pd.notna(error) and by <= CHANCE * error else ""
