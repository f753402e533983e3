"""The linked tables of a study: localities add up to the whole, periods to blocks, files to cases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from diaban.release.cells import ABOUT_CODING, ALL_FILES, WHOLE, count_cell
from diaban.release.ranges.ranges import Equation
from diaban.release.suppression.suppression import small
from diaban.release.tables.files import code_tables, coding_tables
from diaban.results import Results

SMALL_SHARE = 0.1
"""A stream of which more single-period cells than this are small is published by block only."""


@dataclass(frozen=True)
class LinkedTables:
    """counts: cell -> count. primary: the small cells. group: cell -> name of what is hidden with it.
    reluctance: cell -> how much it would be missed."""

    counts: pd.Series
    equations: list[Equation]
    primary: set[str]
    group: dict[str, str]
    reluctance: dict[str, int]


def linked_tables(results: Results, threshold: int) -> LinkedTables:
    """All tables by locality that a study would publish, as one system."""
    annual = results.exposed_report[results.exposed_report["stream"].isin(annual_streams(results, threshold))]
    periods, blocks = count_cells(annual), count_cells(results.blocks)
    equations = [*sums_over_localities(annual), *sums_over_localities(results.blocks)]
    published = set(periods.index)
    equations += [e for e in _sums_over_periods(results) if published.issuperset(e.parts)]
    primary = set(periods.index[small(periods, threshold)]) | set(blocks.index[small(blocks, threshold)])
    group = {cell: f"series|{cell.rsplit('|', 1)[0]}" for cell in periods.index}
    counts = pd.concat([periods, blocks])
    counts = counts[~counts.index.duplicated()]  # a block of a single period is that period
    if results.case_factors is not None:
        cells, more, small_files = code_tables(results.case_factors, threshold)
        counts, equations = pd.concat([counts, cells]), [*equations, *more]
        cells, more, loose, together = coding_tables(results, set(counts.index))
        counts, equations = pd.concat([counts, cells]), [*equations, *more]
        primary |= small_files | loose
        group |= together
    reluctance = _reluctance(counts.index, results.spec.periods.report)
    return LinkedTables(counts, equations, primary, group, reluctance)


def _reluctance(cells: Iterable[str], report: str) -> dict[str, int]:
    """What is hidden beside a small number: rather how completely files are coded than a count of cases;
    counts of the block that is reported, and of the whole, with which all is compared, last."""

    def rank(cell: str) -> int:
        table, locality, *_, last = cell.split("|")
        if locality == WHOLE:
            return 2
        if table == ALL_FILES or last in ABOUT_CODING:
            return -1
        return int(last == report)

    return {cell: rank(cell) for cell in cells}


def annual_streams(results: Results, threshold: int) -> list[str]:
    """Streams that are published by single period: those of which few cells are small."""
    cells = results.exposed_report
    share = small(cells["cases"], threshold).groupby(cells["stream"]).mean()
    return share.index[share <= SMALL_SHARE].tolist()


def count_cells(exposed: pd.DataFrame) -> pd.Series:
    """Cell -> cases, of every locality and of the whole."""
    whole = exposed.groupby(["stream", "period"], as_index=False)["cases"].sum().assign(locality=WHOLE)
    frame = pd.concat([exposed, whole])
    names = [count_cell(r.locality, r.stream, r.period) for r in frame.itertuples()]
    return pd.Series(frame["cases"].to_numpy(), index=names)


def sums_over_localities(exposed: pd.DataFrame) -> Iterable[Equation]:
    """The whole is the sum of its localities, in every period of every stream."""
    for (stream, period), rows in exposed.groupby(["stream", "period"]):
        parts = tuple(count_cell(code, stream, period) for code in rows["locality"])
        yield Equation(count_cell(WHOLE, stream, period), parts)


def _sums_over_periods(results: Results) -> list[Equation]:
    """A block is the sum of its periods, for every locality and stream that has it."""
    periods_of = {block.key: block.periods for block in results.spec.periods.blocks}
    pairs = results.blocks[["locality", "stream", "period"]]
    whole = pairs.drop_duplicates(["stream", "period"]).assign(locality=WHOLE)
    return [
        Equation(
            count_cell(row.locality, row.stream, row.period),
            tuple(count_cell(row.locality, row.stream, period) for period in periods_of[row.period]),
        )
        for row in pd.concat([pairs, whole]).itertuples()
        if len(periods_of[row.period]) > 1
    ]
