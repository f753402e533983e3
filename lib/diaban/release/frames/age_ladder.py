"""Adjacent age bands put together until their comparison can be told, before a band is hidden."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, pairwise

import pandas as pd

from diaban.results import Results

AGE = "age_band"

Bands = tuple[tuple[str, ...], ...]

_YEARS = re.compile(r"(\d+)-(\d+)")


def pooled_ages(results: Results, told: Callable[[pd.DataFrame], pd.Series]) -> pd.DataFrame:
    """`results.relative_rates` with adjacent age bands of a stream put together where more can be told so.

    told: which rows (bool) of such a table may be shown. Of all ways to put neighbours together the one is
    taken with which most comparisons are told, of these the one with most bands, of these the first: it
    goes by what may be told alone, never by what it says. At least two bands are left to compare.
    """
    rates = results.relative_rates
    assert rates is not None  # asked for only where there are some
    joined: dict[str, dict[str, str]] = {}
    for key, rows in rates[rates["column"] == AGE].groupby("stream"):
        if not told(rows).all():
            stream = next(one for one in results.spec.streams if one.key == key)
            bands = results.spec.populations[stream.population].age_bands
            joined[stream.key] = _named(_best(results, stream.key, bands, told))
    if all(band == name for names in joined.values() for band, name in names.items()):
        return rates
    return results.relative_rates_by_age(joined)


def _best(results: Results, stream: str, bands: Sequence[str], told: Callable) -> Bands:
    def gain(division: Bands) -> tuple[int, int]:
        table = results.relative_rates_by_age({stream: _named(division)}, only=stream)
        return int(told(table).sum()), len(division)

    return max([tuple((band,) for band in bands), *divisions(bands)], key=gain)


def divisions(bands: Sequence[str]) -> Iterator[Bands]:
    """All ways to put neighbours of a list together, two parts at least left: the finest first."""
    for cuts in range(len(bands) - 1, 0, -1):
        for chosen in combinations(range(1, len(bands)), cuts):
            ends = [0, *chosen, len(bands)]
            yield tuple(tuple(bands[a:b]) for a, b in pairwise(ends))


def _named(division: Bands) -> dict[str, str]:
    return {band: joined_label(part) for part in division for band in part}


def joined_label(bands: Sequence[str]) -> str:
    """0-5 and 6-10 are 0-10; bands that are not written as years keep their names."""
    first, last = _YEARS.fullmatch(bands[0]), _YEARS.fullmatch(bands[-1])
    if len(bands) > 1 and first and last:
        return f"{first[1]}-{last[2]}"
    return ", ".join(bands)
