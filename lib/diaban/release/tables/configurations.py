"""Combinations of codes as cells: files of the whole that are as an expression says, by outcome."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban.release.cells import WHOLE, WITHOUT, code_cell, files_cell
from diaban.release.ledger.ledger import Ledger
from diaban.release.tables.pairs import pair_cell
from diaban.release.tables.whole import LEFT, Tables, offer, tell_rows, told
from diaban.results import Results

OUTCOME = "|outcome"
EVERY = ""
"""The expression of all files."""

_KEPT = ("configuration", "stream", "solution", "part", "withheld", "holds")


def configuration_cell(configuration: str, stream: str, expression: str = EVERY) -> str:
    """Files of the whole that are as an expression says and whose outcome is known; with OUTCOME behind it,
    those with it."""
    return f"configuration|{configuration}|{stream}|{expression}"


def alone_cell(cell: str, solution: str) -> str:
    """Files with the outcome that no other term of a solution covers."""
    return f"{cell}|alone, {solution}"


def configuration_cells(tables: Tables, results: Results) -> None:
    """A condition and its absence make all files; a term is part of each of its conditions; and all of them
    are files that other tables tell of, but for those of unknown outcome."""
    if results.configurations is None:
        return
    rows = with_names(results.configurations)
    for (configuration, stream), mine in rows.groupby(["configuration", "stream"], sort=False):
        n, outcome = _every_file(mine)
        _count(tables, configuration_cell(configuration, stream), n, outcome)
        for row in mine[mine["_name"] != EVERY].itertuples():
            cell = configuration_cell(configuration, stream, row[-1])
            _count(tables, cell, row.n_files, row.n_outcome)
            if pd.notna(row.unique_coverage):
                alone = tables.count(alone_cell(cell, row.solution), round(row.unique_coverage * outcome))
                tables.beside(cell + OUTCOME, [alone], f"{alone}|shared")
        tables.beside(files_cell(WHOLE, stream), [configuration_cell(configuration, stream)],
                      f"{configuration_cell(configuration, stream)}|outcome unknown")  # fmt: skip
        for row in mine[mine["_name"] != EVERY].drop_duplicates("_name").itertuples():
            _linked(tables, row, row[-1])


def _count(tables: Tables, cell: str, n: float, outcome: float) -> None:
    tables.count(cell, n)
    tables.count(cell + OUTCOME, outcome)
    tables.beside(cell, [cell + OUTCOME], cell + LEFT, none_is_few=True)


def _every_file(rows: pd.DataFrame) -> tuple[float, float]:
    """All files of a configuration, and those with the outcome: as a row says, or as a condition and its
    absence add up to."""
    every = rows[rows["_name"] == EVERY]
    chosen = every.head(1) if len(every) else rows[rows["part"] == "condition"].head(2)
    return float(chosen["n_files"].sum()), float(chosen["n_outcome"].sum())


def _linked(tables: Tables, row, name: str) -> None:
    def cell_of(expression: str) -> str:
        return configuration_cell(row.configuration, row.stream, expression)

    cell, codes, present = cell_of(name), list(row.codes), list(row.present)
    literals = [("" if on else "~") + code for code, on in zip(codes, present, strict=True)]
    if len(literals) == 1:
        code = code_cell(WHOLE, row.stream, codes[0])
        tables.beside(code if present[0] else code + WITHOUT, [cell], f"{cell}|outcome unknown")
    terms = name.split(" + ") if " + " in name else []
    for end in ("", OUTCOME):
        if len(literals) == 1 and present[0]:
            tables.beside(cell_of(EVERY) + end, [cell + end, cell_of(f"~{codes[0]}") + end], f"{cell}{end}|?")
        for literal in literals if len(literals) > 1 else []:
            tables.beside(cell_of(literal) + end, [cell + end], f"{cell}{end}|not {literal}")
        for term in terms:
            tables.beside(cell + end, [cell_of(term) + end], f"{cell}{end}|beyond {term}")
    if len(literals) == 2 and all(present):
        tables.beside(cell, [pair_cell(row.stream, *codes)], f"{cell}|no third code")


def with_names(found: pd.DataFrame) -> pd.DataFrame:
    """_name: the expression, EVERY where there is none."""
    return found.reset_index(drop=True).assign(
        _name=found["expression"].fillna(EVERY).astype("str").to_numpy()
    )


def configuration_frame(ledger: Ledger, results: Results) -> pd.DataFrame:
    """A combination is shown where neither its files with the outcome nor those without are few, nor those
    that it leaves of the files that other tables tell of. Every row tells all files too."""
    assert results.configurations is not None
    found = with_names(results.configurations)
    cells = [configuration_cell(r.configuration, r.stream, r[-1]) for r in found.itertuples()]
    every = [configuration_cell(r.configuration, r.stream) for r in found.itertuples()]
    ends = ("", OUTCOME, LEFT)
    offers = [
        offer(*(c + end for c in (cell, whole) for end in ends))
        for cell, whole in zip(cells, every, strict=True)
    ]
    seen = np.ones(len(found), dtype=bool) if ledger.threshold == 0 else tell_rows(ledger, offers)
    rows = found.drop(columns=["models", "_name"])
    if ledger.threshold > 0:
        alone = [alone_cell(cell, solution) for cell, solution in zip(cells, rows["solution"], strict=True)]
        asked = rows["unique_coverage"].notna() & seen
        may = [ask and ledger.show([cell]) for ask, cell in zip(asked, alone, strict=True)]
        rows["unique_coverage"] = rows["unique_coverage"].where(np.array(may, dtype=bool))
    return told(rows, seen, [c for c in rows if c not in _KEPT])
