"""Which moments of the event may be shown: files with at least one of several codes, beside these codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from diaban.release.cells import WHOLE, WITHOUT, code_cell, files_cell, moment_cell
from diaban.release.ledger.ledger import Ledger
from diaban.release.ranges.ranges import Equation

BEYOND = "|beyond"
SUM, OVERLAP = "|sum", "|overlap"


class MomentTables(NamedTuple):
    """counts: cell -> files. small: cells that are not shown for their size. slack: what the sum of several
    codes, or a moment, has beyond what it is compared with; nobody is ever shown that."""

    counts: pd.Series
    equations: list[Equation]
    small: set[str]
    slack: set[str]


def moments_shown(
    moments: pd.DataFrame, ledger: Ledger, codes_of: Mapping[str, list[str]], threshold: int
) -> set[str]:
    """Cells of moments that may be shown beside what is shown already: of a locality and stream all or none.

    moments: locality (WHOLE for all together), stream, moment, n, n_files. What the ledger shows without them
    does not change: a moment is not worth a code. The whole comes first, moment by moment.
    """
    mine = moment_tables(moments, ledger.counts, codes_of, threshold)
    candidates: dict[str, set[str]] = {}
    for row in moments.itertuples():
        cell = moment_cell(row.locality, row.stream, row.moment)
        codes = [code_cell(row.locality, row.stream, code) for code in codes_of[row.moment]]
        apart = cell not in mine.small and ledger.shows(files_cell(row.locality, row.stream))
        seen = [code for code in codes if ledger.shows(code)]
        if apart and not _tells_few(cell, codes, seen, mine, threshold):
            whole = row.locality == WHOLE
            together = f"{not whole}|{row.locality}|{row.stream}" + (f"|{row.moment}" if whole else "")
            candidates.setdefault(together, set()).update([cell, cell + WITHOUT])
    ledger.add(mine.counts, mine.equations, small=mine.small | _few(mine, threshold))
    shown = [cells for _, cells in sorted(candidates.items()) if ledger.show(cells)]
    return set().union(*shown)


def _tells_few(
    cell: str, codes: Sequence[str], seen: Sequence[str], mine: MomentTables, threshold: int
) -> bool:
    """Whether the moment, beside those of its codes that are `seen`, tells of few files by subtraction."""
    beside = [f"{cell}{BEYOND}|{code.rsplit('|', 1)[1]}" for code in seen]
    beside += [cell + BEYOND + OVERLAP] if len(seen) == len(codes) else []
    return bool((mine.counts[beside] < threshold).any())


def _few(mine: MomentTables, threshold: int) -> set[str]:
    """Files beyond what a moment is compared with, where they are few: those with two of its codes, or with
    others than one of them, are small groups like any other."""
    beyond = [cell for cell in mine.slack if not cell.endswith(SUM)]
    return {cell for cell in beyond if mine.counts[cell] < threshold}


def moment_tables(
    moments: pd.DataFrame, files_with: pd.Series, codes_of: Mapping[str, list[str]], threshold: int
) -> MomentTables:
    """moments: locality (WHOLE for all together), stream, moment, n of n_files. files_with: code cell ->
    files. codes_of: moment -> the codes that belong to it.

    A moment's files are no more than those of its codes added up, and no fewer than those of any of them: the
    attacker knows that, so it stands here as equations with a slack that is never published.
    """
    counts: dict[str, int] = {}
    equations, small, slack = [], set(), set()
    for row in moments.itertuples():
        cell = moment_cell(row.locality, row.stream, row.moment)
        n, n_files = int(row.n), int(row.n_files)
        counts |= {cell: n, cell + WITHOUT: n_files - n}
        equations.append(Equation(files_cell(row.locality, row.stream), (cell, cell + WITHOUT)))
        if n < threshold or n_files - n < threshold:
            small |= {cell, cell + WITHOUT}
        codes = tuple(code_cell(row.locality, row.stream, code) for code in codes_of[row.moment])
        bounds, beyond = _bounds(cell, n, codes, files_with)
        equations += bounds
        counts |= beyond
        slack |= set(beyond)
    equations += _sums_over_localities(moments)
    return MomentTables(pd.Series(counts, dtype="int64"), equations, small, slack)


def _bounds(
    cell: str, n: int, codes: tuple[str, ...], files_with: pd.Series
) -> tuple[list[Equation], dict[str, int]]:
    """cell <= the sum of its codes, and cell >= each of them."""
    total, overlap = cell + BEYOND + SUM, cell + BEYOND + OVERLAP
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
