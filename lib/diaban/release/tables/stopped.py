"""Stopped cases as cells: all of a target, by step and by reason, and those of the two years compared."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from diaban.analysis.handling.stopped import NOT_RECORDED
from diaban.release.cells import REPORTS, WHOLE, count_cell, theme_cell
from diaban.release.ledger.ledger import Ledger, Offer
from diaban.release.tables.whole import LEFT, OF, Tables, offer, tell_rows, told
from diaban.results import Results

ALL = "*"
COLUMNS = ["target", "step", "reason_code", "n", "n_cases", "share", "lower", "upper", "withheld"]
FEWEST = ["count", "share", "lower", "upper", "base_count", "base_share", "base_lower", "base_upper",
          "attainment", "p", "fewer", "evidence"]  # fmt: skip


def stopped_cell(target: str, step: str = ALL, reason: str = ALL) -> str:
    """Cases of a target that were stopped by a step for a reason, of the whole and all periods."""
    return f"stopped|{target}|{step}|{reason}"


def year_cell(target: str, period: str) -> str:
    """Cases of a target and year that were stopped, as far as the comparison of two years counts them."""
    return f"stopped in|{target}|{period}"


def stopped_cells(tables: Tables, results: Results) -> None:
    """Reasons add up to their step and steps to the target, but for cases that were stopped twice; a single
    one leaves of it who was stopped otherwise only."""
    if results.stopped is None:
        return
    rows = _with_all_reasons(_of_whole(results.stopped), results)
    for target, mine in rows.groupby("target", sort=False):
        for row in mine[mine["reason_code"] == ALL].itertuples():
            tables.count(stopped_cell(target, row.step) + OF, row.n_cases)
        for row in mine.itertuples():
            cell = tables.count(stopped_cell(target, row.step, row.reason_code), row.n)
            of = stopped_cell(target, row.step) + OF
            tables.beside(of, [cell], cell + LEFT, none_is_few=True)
        for step, group in mine[mine["step"] != ALL].groupby("step", sort=False):
            reasons = group.loc[group["reason_code"] != ALL, "reason_code"]
            _union(tables, stopped_cell(target, step), [stopped_cell(target, step, r) for r in reasons])
        steps = mine.loc[(mine["step"] != ALL) & (mine["reason_code"] == ALL), "step"]
        total = stopped_cell(target)
        _union(tables, total, [stopped_cell(target, step) for step in steps])
        for step in steps:
            cell = stopped_cell(target, step) + OF
            tables.beside(total + OF, [cell], f"{cell}|others")
        _within_what_else_is_told(tables, results, target, total + OF)


def _union(tables: Tables, total: str, parts: list[str]) -> None:
    if parts:
        tables.beside(total, parts, f"{total}|twice")
    for part in parts:
        tables.beside(total, [part], f"{part}|others")


def _within_what_else_is_told(tables: Tables, results: Results, target: str, of: str) -> None:
    """Cases of a target are reports of its stream, and of themes that pick the same cases."""
    aim = next((t for t in results.spec.targets if t.key == target), None)
    if aim is None or aim.stream is None:
        return
    tables.beside(f"{REPORTS}|{WHOLE}|{aim.stream}", [of], f"{of}|outside")
    blocks = [block.key for block in results.spec.periods.blocks]
    for theme in _same_pick(results, aim):
        parts = [theme_cell(theme, WHOLE, block) for block in blocks]
        tables.beside(of, parts, f"{of}|outside {theme}")


def _same_pick(results: Results, aim) -> Iterator[str]:
    for theme in results.spec.themes:
        alone = not (theme.also or theme.codes or theme.persons)
        if alone and dict(theme.select) == dict(aim.select) and theme.streams in ([], [aim.stream]):
            yield theme.key


def stopped_frame(ledger: Ledger, results: Results) -> pd.DataFrame:
    """Of the whole and all periods: all of a target first, then its steps, then reasons of shown steps."""
    assert results.stopped is not None
    rows = _of_whole(results.stopped)
    if ledger.threshold > 0:
        rows = _with_all_reasons(rows, results)
    level = rows["step"].ne(ALL).astype(int) + rows["reason_code"].ne(ALL)
    seen = pd.Series(False, index=rows.index)
    for index in level.sort_values(kind="stable").index:
        row = rows.loc[index]
        cell, step = (stopped_cell(row["target"], row["step"], r) for r in (row["reason_code"], ALL))
        if cell == step or ledger.shows(step):
            seen[index] = tell_rows(ledger, [offer(cell, cell + LEFT, step + OF)])[0]
    return told(rows, seen.to_numpy(), ["n", "n_cases", "share", "lower", "upper"])


def _of_whole(stopped: pd.DataFrame) -> pd.DataFrame:
    """Without reasons over all steps, which nobody is shown."""
    rows = stopped[(stopped["locality"] == WHOLE) & (stopped["period"] == ALL)]
    rows = rows[(rows["step"] != ALL) | (rows["reason_code"] == ALL)]
    return rows[COLUMNS].reset_index(drop=True)


def _with_all_reasons(rows: pd.DataFrame, results: Results) -> pd.DataFrame:
    """Every declared reason at every step: a missing row would tell a zero, one that stands a case."""
    handling = results.spec.handling
    declared = [reason.key for reason in handling.reasons] if handling else []
    steps = rows.loc[(rows["step"] != ALL) & (rows["reason_code"] == ALL)].drop(columns="reason_code")
    reasons = pd.DataFrame({"reason_code": [*declared, NOT_RECORDED]}, dtype="str")
    none = steps.assign(n=0, share=0.0, lower=0.0, upper=np.nan).merge(reasons, how="cross")[COLUMNS]
    every = pd.concat([rows, none]).drop_duplicates(["target", "step", "reason_code"])
    return every.sort_values(["target", "step", "reason_code"], kind="stable", ignore_index=True)


def fewest_cells(tables: Tables, results: Results) -> None:
    """Both years lie within all that was stopped, and their cases within what is told of these years."""
    if results.fewest_targets is None:
        return
    for row in _whole_of(results.fewest_targets).itertuples():
        years = [year_cell(row.target, period) for period in (row.period, row.base)]
        for cell, n, of in zip(years, (row.count, row.base_count), (row.n, row.base_n), strict=True):
            if pd.notna(n) and pd.notna(of):
                tables.count(cell, n)
                tables.count(cell + OF, of)
                tables.beside(cell + OF, [cell], cell + LEFT, none_is_few=True)
        tables.beside(stopped_cell(row.target), years, f"{years[0]}|other years")
        _within_years(tables, results, row, [cell + OF for cell in years])


def _within_years(tables: Tables, results: Results, row, years: list[str]) -> None:
    aim = next((t for t in results.spec.targets if t.key == row.target), None)
    if aim is None or aim.stream is None:
        return
    block_of = results.spec.block_of()
    by_block: dict[str, list[str]] = {}
    for cell, period in zip(years, (row.period, row.base), strict=True):
        tables.beside(count_cell(WHOLE, aim.stream, period), [cell], f"{cell}|outside")
        if period in block_of:
            by_block.setdefault(block_of[period], []).append(cell)
    for block, cells in by_block.items():
        tables.beside(count_cell(WHOLE, aim.stream, block), cells, f"{cells[0]}|outside {block}")
        for theme in _same_pick(results, aim):
            tables.beside(theme_cell(theme, WHOLE, block), cells, f"{cells[0]}|outside {theme}")


def fewest_frame(ledger: Ledger, results: Results) -> pd.DataFrame:
    """Stopped cases of child sexual abuse and the like: of the whole alone, in words where they are few."""
    table = results.fewest_targets
    assert table is not None
    if ledger.threshold > 0:
        table = _whole_of(table)
    seen = np.ones(len(table), dtype=bool)
    if ledger.threshold > 0:
        seen = tell_rows(ledger, [_both_years(row) for row in table.itertuples()])
    table = table.drop(columns=["n", "base_n"])
    table[FEWEST] = table[FEWEST].mask(pd.Series(~seen, index=table.index))
    return table.assign(hidden=~seen)


def _both_years(row) -> Offer | None:
    if pd.isna(row.count) or pd.isna(row.base_count):
        return None
    years = [year_cell(row.target, period) for period in (row.period, row.base)]
    return offer(*years, *[cell + OF for cell in years], *[cell + LEFT for cell in years])


def _whole_of(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["locality"] == WHOLE].reset_index(drop=True)
