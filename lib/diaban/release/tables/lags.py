"""Days from an event to its report as cells: files that took no more than so many days.

A median is the day of one case. What is told is within how many days, of a few steps, so and so many files
were: half of them, three in four, and the ends of the range of the half.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from diaban.analysis import exposure
from diaban.analysis.case_factors.event_lags import median_rank
from diaban.release.cells import WHOLE, all_files_cell
from diaban.release.ledger.ledger import Ledger, Offer
from diaban.release.ranges.ranges import Equation
from diaban.release.tables.targets import SLACK
from diaban.release.tables.whole import Tables, tell_rows, told
from diaban.results import Results

STEPS = (3, 7, 14, 30, 60, 90, 180, 365)
"""Days within which files are counted; what takes longer has no number."""

LEAST_FILES = 20
"""Days are told of at least so many files with both dates."""

VALUES = ["half_by", "half_from", "half_to", "three_quarters_by"]
UNDATED, BEYOND = "|undated", "|beyond "
KEYS = ["locality", "stream", "lag"]


class Rank(NamedTuple):
    """At least `of_dated` of the dated files and `constant` more took no more than so many days; `undated`:
    files without a date count among them."""

    of_dated: float
    constant: float
    undated: bool = False

    def least(self, dated: int, undated: int) -> float:
        """So many of the dated files at least."""
        return self.of_dated * dated + self.constant - self.undated * undated


def lag_cell(locality: str, stream: str, lag: str) -> str:
    """Files of which both dates of a lag are known; with UNDATED behind it, those of which they are not."""
    return f"lag|{locality}|{stream}|{lag}"


def within_cell(dated: str, days: int) -> str:
    """Of the files of `dated` those that took no more than so many days; the others with BEYOND."""
    return f"{dated}|within {days}"


def ranks(n_files: int) -> dict[str, Rank]:
    """Which file each column is of, where there are `n_files` in all, undated ones too (see `event_lags`)."""
    r = median_rank(n_files)
    return {
        "half_by": Rank(0.5, 0.0),
        "half_from": Rank(0.0, float(r), undated=True),
        "half_to": Rank(0.0, float(n_files - r + 1)),
        "three_quarters_by": Rank(0.75, 0.0),
    }


def lag_cells(tables: Tables, results: Results) -> None:
    """Files within a step are part of those within the next, of a locality part of the whole; and all of
    these are files that other tables tell of."""
    if results.event_lags is None:
        return
    told_by = {row["dated"]: row for row in _rows(results)}
    steps = _steps_told(told_by)
    for dated, row in told_by.items():
        n, undated = row["n"], row["n_undated"]
        tables.count(dated, row["n_files"] - undated)
        tables.beside(
            all_files_cell(row["locality"], row["stream"]), [dated], dated + UNDATED, none_is_few=True
        )
        used = steps[row["stream"], row["lag"]]
        for days in used:
            cell = tables.count(within_cell(dated, days), n[days])
            tables.beside(dated, [cell], f"{dated}{BEYOND}{days}", none_is_few=True)
        for shorter, longer in pairwise(used):
            cell = within_cell(dated, longer)
            tables.beside(cell, [within_cell(dated, shorter)], f"{cell}|over {shorter}", none_is_few=True)
        for column, days in row["told"].items():
            for slack, short in _slacks(row, column, days):
                tables.free(slack, short)
    _over_localities(tables, told_by, steps)


def _over_localities(tables: Tables, rows: Mapping[str, dict], steps: Mapping[tuple, list[int]]) -> None:
    for (stream, lag), used in steps.items():
        places = [r["dated"] for r in rows.values() if (r["stream"], r["lag"]) == (stream, lag)]
        whole = lag_cell(WHOLE, stream, lag)
        parts = [dated for dated in places if dated != whole]
        tables.beside(whole, parts, f"{whole}|elsewhere")
        for days in used:
            cell = within_cell(whole, days)
            tables.beside(cell, [within_cell(dated, days) for dated in parts], f"{cell}|elsewhere")


def _rows(results: Results) -> Iterator[dict]:
    """By locality, stream and lag: dated (the cell), n (days -> files), and told (column -> step)."""
    table = results.files_within(STEPS)
    table = table.assign(locality=table["locality"].replace({exposure.WHOLE: WHOLE}))
    for keys, part in table.groupby(KEYS, sort=False):
        n_files, undated = int(part["n_files"].iloc[0]), int(part["n_undated"].iloc[0])
        row = dict(zip(KEYS, keys, strict=True)) | {"dated": lag_cell(*keys), "n_files": n_files}
        row |= {"n_undated": undated, "n": dict(zip(part["days"], part["n"].astype(float), strict=True))}
        yield row | {"told": _told_of(row)}


def _told_of(row: Mapping) -> dict[str, int]:
    """Column -> the first step that holds its file; empty unless every one has one and files are enough."""
    dated = row["n_files"] - row["n_undated"]
    if dated < LEAST_FILES:
        return {}
    found = {}
    for column, rank in ranks(row["n_files"]).items():
        least = rank.least(dated, row["n_undated"])
        days = next((days for days in STEPS if row["n"][days] >= least), None)
        if days is None:
            return {}
        found[column] = days
    return found


def _steps_told(rows: Mapping[str, dict]) -> dict[tuple[str, str], list[int]]:
    """Stream and lag -> the steps that statements speak of: each that is told, and the one before it."""
    used: dict[tuple[str, str], set[int]] = {}
    for row in rows.values():
        mine = used.setdefault((row["stream"], row["lag"]), set())
        for days in row["told"].values():
            mine |= set(STEPS[max(STEPS.index(days) - 1, 0) : STEPS.index(days) + 1])
    return {key: sorted(steps) for key, steps in used.items()}


def _slacks(row: Mapping, column: str, days: int) -> Iterator[tuple[str, float]]:
    """Names of the parts that nobody knows of the two inequalities, and how large they are."""
    dated, rank = row["n_files"] - row["n_undated"], ranks(row["n_files"])[column]
    least = rank.least(dated, row["n_undated"])
    yield f"{row['dated']}|{column}|at least{SLACK}", row["n"][days] - least
    if days != STEPS[0]:
        before = row["n"][STEPS[STEPS.index(days) - 1]]
        yield f"{row['dated']}|{column}|before{SLACK}", least - before


def _inequalities(row: Mapping) -> Iterator[Equation]:
    """Within `days` there are at least as many as the rank asks for; within the step before no more."""
    dated = row["dated"]
    for column, days in row["told"].items():
        rank = ranks(row["n_files"])[column]
        least = [(dated, rank.of_dated), (dated + UNDATED, -float(rank.undated))]
        least = [(cell, weight) for cell, weight in least if weight]
        cells, weights = [cell for cell, _ in least], [weight for _, weight in least]
        ends = [(days, 1.0), (STEPS[STEPS.index(days) - 1], -1.0)][: len([*_slacks(row, column, days)])]
        for (most, sign), (slack, _) in zip(ends, _slacks(row, column, days), strict=True):
            yield Equation(within_cell(dated, most), (*cells, slack), (*weights, sign), rank.constant)


def lag_frame(ledger: Ledger, results: Results) -> pd.DataFrame:
    """n_files where they are shown, and of enough of them the steps of VALUES (days)."""
    lags = results.event_lags
    assert lags is not None
    lags = lags.assign(locality=lags["locality"].replace({exposure.WHOLE: WHOLE}))
    if ledger.threshold == 0:
        return lags.drop(columns="n_undated").assign(hidden=False)
    rows = {(r["locality"], r["stream"], r["lag"]): r for r in _rows(results)}
    mine = [rows.get(key) for key in lags[KEYS].itertuples(index=False, name=None)]
    seen = tell_rows(ledger, [_offer(ledger, row) for row in mine])
    values = {c: [r["told"].get(c, np.nan) if r else np.nan for r in mine] for c in VALUES}
    frame = lags[[*KEYS, "n_files", "withheld"]].assign(**values)
    return told(frame, seen, ["n_files", *VALUES, "withheld"])


def _offer(ledger: Ledger, row: Mapping | None) -> Offer | None:
    if row is None or not row["told"] or not ledger.shows(all_files_cell(row["locality"], row["stream"])):
        return None
    return Offer(frozenset(), tuple(_inequalities(row)))
