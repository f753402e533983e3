"""The tables of moments of the event: files with at least one of several codes, beside these codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from diaban.release.cells import WHOLE, WITHOUT, code_cell, files_cell, moment_cell
from diaban.release.ranges import Equation

BEYOND = "|beyond"


class MomentTables(NamedTuple):
    """counts: cell -> files. primary: small cells. slack: cells that nobody publishes, which say what the
    sum of several codes, or a moment, has beyond what it is compared with."""

    counts: pd.Series
    equations: list[Equation]
    primary: set[str]
    slack: set[str]


def moment_tables(
    moments: pd.DataFrame, files_with: pd.Series, codes_of: Mapping[str, list[str]], threshold: int
) -> MomentTables:
    """moments: locality (WHOLE for all together), stream, moment, n of n_files. files_with: code cell ->
    files. codes_of: moment -> the codes that belong to it.

    A moment's files are no more than those of its codes added up, and no fewer than those of any of them: the
    attacker knows that, so it stands here as equations with a slack that is never published.
    """
    counts: dict[str, int] = {}
    equations, primary, slack = [], set(), set()
    for row in moments.itertuples():
        cell = moment_cell(row.locality, row.stream, row.moment)
        n, n_files = int(row.n), int(row.n_files)
        counts |= {cell: n, cell + WITHOUT: n_files - n}
        equations.append(Equation(files_cell(row.locality, row.stream), (cell, cell + WITHOUT)))
        if n < threshold or n_files - n < threshold:
            primary |= {cell, cell + WITHOUT}
        codes = tuple(code_cell(row.locality, row.stream, code) for code in codes_of[row.moment])
        bounds, beyond = _bounds(cell, n, codes, files_with)
        equations += bounds
        counts |= beyond
        slack |= set(beyond)
    equations += _sums_over_localities(moments)
    return MomentTables(pd.Series(counts, dtype="int64"), equations, primary, slack)


def _bounds(
    cell: str, n: int, codes: tuple[str, ...], files_with: pd.Series
) -> tuple[list[Equation], dict[str, int]]:
    """cell <= the sum of its codes, and cell >= each of them."""
    total, overlap = cell + BEYOND + "|sum", cell + BEYOND + "|overlap"
    own = files_with[list(codes)].astype(int)
    beyond = {total: int(own.sum()), overlap: int(own.sum()) - n}
    equations = [Equation(total, codes), Equation(total, (cell, overlap))]
    for code, with_code in own.items():
        rest = f"{cell}{BEYOND}|{str(code).rsplit('|', 1)[1]}"
        beyond[rest] = n - int(with_code)
        equations.append(Equation(cell, (str(code), rest)))
    return equations, beyond


def _sums_over_localities(moments: pd.DataFrame) -> list[Equation]:
    equations = []
    parts_of = moments[moments["locality"] != WHOLE].groupby(["stream", "moment"])["locality"]
    for (stream, moment), places in parts_of:
        for suffix in ("", WITHOUT):
            parts = tuple(moment_cell(place, stream, moment) + suffix for place in places)
            equations.append(Equation(moment_cell(WHOLE, stream, moment) + suffix, parts))
    return equations
