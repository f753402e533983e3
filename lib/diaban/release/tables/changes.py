"""Changes between two editions as cells: what came late, was corrected, is new, of the whole."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from diaban.release.cells import WHOLE, count_cell
from diaban.release.ledger.ledger import Ledger
from diaban.release.tables.whole import Tables, offer

STEPS = ["corrections", "late_reports", "new_cases"]
BEFORE, AFTER = "before", "after"
EVERY = "*"
REST = "|rest"


def change_cell(edition: str, stream: str, period: str, step: str) -> str:
    """Cases of the whole by which a count changed up to an edition, whichever way; with BEFORE or AFTER the
    count itself, of the register as it was and as it is, which no table of a shared edition has."""
    return f"changed|{edition}|{stream}|{period}|{step}"


def told_changes(
    ledger: Ledger, table: pd.DataFrame, *, edition: str, blocks: Iterable[str], running: Iterable[str]
) -> pd.DataFrame:
    """Which steps of `table` (stream, period, BEFORE, STEPS, AFTER of the whole, counts or missing) are told:
    columns STEPS and, where all of them are, "all"; of its index.

    A step that is small, or leaves the other periods few, is not. New cases are, but for what came late of
    them, those of the `running` periods; a count of before is that of its blocks.
    """
    known = table[table[[BEFORE, *STEPS, AFTER]].notna().all(axis=1)]
    tables = Tables(ledger)
    for row in known.itertuples():
        _add_row(tables, row, edition, list(blocks), list(running))
    for row in known[known["period"] != EVERY].itertuples():
        for step in STEPS:
            whole = change_cell(edition, row.stream, EVERY, step)
            own = change_cell(edition, row.stream, row.period, step)
            tables.beside(whole, [own], own + REST)
    tables.add()
    told = pd.DataFrame(False, index=table.index, columns=[*STEPS, "all"])
    for row in known.itertuples():
        cells = {step: change_cell(edition, row.stream, row.period, step) for step in STEPS}
        rests = {step: [cell + REST] * (cell + REST in tables) for step, cell in cells.items()}
        for step, cell in cells.items():
            told.loc[row.Index, step] = ledger.tell_most([offer(cell, *rests[step])])[0]
        counts = [change_cell(edition, row.stream, row.period, end) for end in (BEFORE, AFTER)]
        told.loc[row.Index, "all"] = told.loc[row.Index, STEPS].all() and ledger.show(counts)
    return told


def _add_row(tables: Tables, row, edition: str, blocks: list[str], running: list[str]) -> None:
    numbers = {step: float(getattr(row, step)) for step in STEPS}
    for step, n in numbers.items():
        tables.count(change_cell(edition, row.stream, row.period, step), abs(n))
    before, after = (
        tables.count(change_cell(edition, row.stream, row.period, end), getattr(row, end))
        for end in (BEFORE, AFTER)
    )
    weights = {before: 1.0}
    weights |= {
        change_cell(edition, row.stream, row.period, s): float(np.sign(n) or 1.0) for s, n in numbers.items()
    }
    tables.equal(after, weights)
    of_blocks = blocks if row.period == EVERY else [row.period]
    counted = [count_cell(WHOLE, row.stream, block) for block in of_blocks]
    tables.beside(before, counted, f"{before}|since")
    if row.period == EVERY:
        new = [cell for p in running if (cell := count_cell(WHOLE, row.stream, p)) in tables]
        if new:
            tables.beside(change_cell(edition, row.stream, EVERY, "new_cases"), new, f"{after}|new otherwise")
