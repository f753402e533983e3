"""The tables of case files: with and without each code, coded or not, and the cases they belong to."""

from __future__ import annotations

import pandas as pd

from diaban.release.cells import (
    ABOUT_CODING,
    WHOLE,
    WITHOUT,
    all_files_cell,
    code_cell,
    count_cell,
    files_cell,
)
from diaban.release.ranges.ranges import Equation
from diaban.results import Results


def code_tables(factors: pd.DataFrame, threshold: int) -> tuple[pd.Series, list[Equation], set[str]]:
    """Files with and without each code, by locality and in the whole; files coded are their sum.

    Hidden at the start: a small number of files with a code, and a number of files without it that is
    small or zero (then nearly every file, or every one, has it).
    """
    rows = factors[~factors["code"].isin(ABOUT_CODING)].dropna(subset=["n_coded", "n_files"])
    whole = (
        rows.groupby(["stream", "code"], as_index=False)[["n_coded", "n_files"]].sum().assign(locality=WHOLE)
    )
    cells: dict[str, int] = {}
    equations, primary = [], set()
    for row in pd.concat([rows[whole.columns], whole]).itertuples():
        coded, files = code_cell(row.locality, row.stream, row.code), files_cell(row.locality, row.stream)
        n_coded, n_files = int(row.n_coded), int(row.n_files)
        cells |= {coded: n_coded, coded + WITHOUT: n_files - n_coded, files: n_files}
        equations.append(Equation(files, (coded, coded + WITHOUT)))
        if n_files < threshold:
            primary |= {coded, coded + WITHOUT, files}
        elif n_coded < threshold or n_files - n_coded < threshold:
            primary |= {coded, coded + WITHOUT}
    for (stream, code), part in rows.groupby(["stream", "code"]):
        for suffix in ("", WITHOUT):
            parts = tuple(code_cell(place, stream, code) + suffix for place in part["locality"])
            equations.append(Equation(code_cell(WHOLE, stream, code) + suffix, parts))
    return pd.Series(cells), equations, primary


def coding_tables(
    results: Results, published: set[str]
) -> tuple[pd.Series, list[Equation], set[str], dict[str, str]]:
    """All files of a locality: those coded and the two kinds of those not coded, and the cases of its blocks.

    Returns their cells, the equations, the totals that cannot be linked to published blocks (hidden, as
    nobody could say what they tell), and what is hidden together: a row shows a kind and the total.
    """
    factors, spec = results.case_factors, results.spec
    assert factors is not None
    rows = factors[factors["code"].isin(ABOUT_CODING)][["locality", "stream", "code", "n_coded", "n_files"]]
    whole = (
        rows.groupby(["stream", "code"], as_index=False)[["n_coded", "n_files"]].sum().assign(locality=WHOLE)
    )
    blocks = [b for b in spec.periods.blocks if set(b.periods) <= set(results.file_periods)]
    exact = sorted(p for b in blocks for p in b.periods) == sorted(results.file_periods)
    cells: dict[str, int] = {}
    group: dict[str, str] = {}
    equations, loose = [], set()
    for (locality, stream), kinds in pd.concat([rows, whole]).groupby(["locality", "stream"]):
        total = all_files_cell(locality, stream)
        counts = {code_cell(locality, stream, r.code): int(r.n_coded) for r in kinds.itertuples()}
        cells |= counts | {total: int(kinds["n_files"].iloc[0])}
        group |= dict.fromkeys([total, *counts], total)
        equations.append(Equation(total, (files_cell(locality, stream), *counts)))
        of_blocks = tuple(count_cell(locality, stream, block.key) for block in blocks)
        if exact and published.issuperset(of_blocks):
            equations.append(Equation(total, of_blocks))
        else:
            loose.add(total)
    for stream, places in rows.groupby("stream")["locality"]:
        parts = tuple(all_files_cell(locality, stream) for locality in places.unique())
        equations.append(Equation(all_files_cell(WHOLE, stream), parts))
    return pd.Series(cells), equations, loose, group
