"""How much counts vary beyond chance, from the counts that are shown and no others.

Taken from all counts it is one equation over all of them: where sums leave two hidden counts of a stream
free, one decimal of it tells both. What is computed with it is computed again with what readers can work out.
"""

from __future__ import annotations

import pandas as pd

from diaban.analysis.rate_ratio import panel_dispersion
from diaban.results import Results
from diaban.results.levels import DISPERSION_DIGITS

CONFIDENCE = 0.8
"""Fewer counts say less of how much they vary, and the least of them are missing: so it is taken to be as
much as it may well be, for limits that are too narrow would say more than the counts do."""


def dispersions(blocks: pd.DataFrame, years: pd.DataFrame, streams: pd.Series) -> tuple[pd.Series, pd.Series]:
    """`panel_dispersion` of the years and of the blocks, by stream; 1 where the rows are too few.

    blocks, years: exposed frames with a column hidden. streams: all of them. Of what is hidden nothing is
    used, and with some hidden it is the upper end of its range. That of years is the larger of the two: of
    years few are shown, or none.
    """
    of_years, of_blocks = (
        _by_stream(rows).reindex(streams.unique(), fill_value=1.0) for rows in (years, blocks)
    )
    return of_years.clip(lower=of_blocks), of_blocks


def with_told_dispersion(results: Results, blocks: pd.DataFrame, years: pd.DataFrame) -> Results:
    """The study with the `dispersions` that the shown rows of its blocks and its years give."""
    return results.with_dispersion(*dispersions(blocks, years, results.exposed_report["stream"]))


def _by_stream(rows: pd.DataFrame) -> pd.Series:
    some_hidden = rows["hidden"].astype(bool).groupby(rows["stream"]).any()
    shown = rows[~rows["hidden"].astype(bool)]
    careful = panel_dispersion(shown, confidence=CONFIDENCE)
    return panel_dispersion(shown).mask(some_hidden, careful).round(DISPERSION_DIGITS)
