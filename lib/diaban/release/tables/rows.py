"""Rows of the tables of cases, as cells: beside settled tables the register tells late cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from diaban.release.cells import ABOUT_CODING, WHOLE, code_cell, count_cell
from diaban.release.ledger.ledger import Ledger, Offer
from diaban.release.tables.persons import SUSPECTS, VICTIMS, entries_cell
from diaban.release.tables.rounded import know_about, nearest, offer_about
from diaban.release.tables.whole import Tables, tell_rows
from diaban.results import Results

STEP = {"cases": 10}
OTHER_STEP = 100
"""Rows of persons, codes and steps: a case has several of each."""


def rows_cell(table: str) -> str:
    """Rows of a table that the release is made of."""
    return f"rows|{table}"


def step_of(table: str) -> int:
    return STEP.get(table, OTHER_STEP)


def about(n: float, table: str) -> float:
    """The ten, or hundred, that a number of rows is about, half of it upwards."""
    return nearest(n, step_of(table))


def row_cells(tables: Tables, results: Results) -> None:
    """Rows are about as many as other tables tell of cases, persons or codes; what is beside them is few."""
    if results.case_rows is None:
        return
    for row in results.case_rows.itertuples():
        cell = tables.free(rows_cell(row.table), row.rows)
        parts = [part for part in _parts(row.table, results) if part in tables]
        if parts:
            tables.beside(cell, parts, f"{cell}|beside", none_is_few=True)
        know_about(tables, cell, step_of(row.table))


def _parts(table: str, results: Results) -> Iterator[str]:
    streams = [stream.key for stream in results.spec.streams]
    blocks = [block.key for block in results.spec.periods.blocks]
    if table == "cases":
        running = [results.running] if results.to_date is not None and results.running else []
        yield from (count_cell(WHOLE, s, period) for s in streams for period in (*blocks, *running))
    elif table == "persons":
        units = (SUSPECTS, VICTIMS)
        yield from (entries_cell(s, block, unit) for s in streams for block in blocks for unit in units)
    elif table == "cause_codes":
        codes: Iterable[str] = [] if results.case_factors is None else results.case_factors["code"].unique()
        yield from (code_cell(WHOLE, s, code) for s in streams for code in (*codes, *ABOUT_CODING[:1]))


def row_frame(ledger: Ledger, results: Results) -> pd.DataFrame:
    """table, rows: to the ten or hundred; missing where that would tell a small number, or is none."""
    assert results.case_rows is not None
    rows = results.case_rows
    seen = tell_rows(ledger, [_about(row) for row in rows.itertuples()])
    numbers = [about(row.rows, row.table) for row in rows.itertuples()]
    return rows[["table"]].assign(rows=pd.Series(numbers, index=rows.index, dtype="float64").where(seen))


def _about(row) -> Offer | None:
    told = about(row.rows, row.table)
    return offer_about(rows_cell(row.table), told, step_of(row.table)) if told else None
