"""Pairs of codes as cells: files of the whole that have both."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd

from diaban.release.cells import WHOLE, code_cell, moment_cell
from diaban.release.ledger.ledger import Ledger, Offer
from diaban.release.tables.moments import BEYOND, OVERLAP
from diaban.release.tables.whole import LEFT, Tables, offer, told
from diaban.results import Results

PAIRS = ["stream", "a", "b", "n_both", "lift", "lower", "upper", "supported", "comparisons", "withheld"]


def pair_cell(stream: str, a: str, b: str) -> str:
    """Files of the whole with both codes and a third one."""
    return f"pair|{stream}|{min(a, b)}|{max(a, b)}"


def pair_cells(tables: Tables, results: Results) -> None:
    """Files with both codes are among those with either: what is left of these is a number like any other.

    A pair of a code that is hidden in the whole is never told, and needs no cell: nothing speaks of it but
    the code, which has one. Nor does one that is told of nobody; its range is that of its rarer code, or what
    the codes of its moment have beyond it, which has a cell.
    """
    if results.code_pairs is None:
        return
    never = _of_large_moments(results)
    for row in results.code_pairs.itertuples():
        if not _large(row, tables.threshold) or frozenset((row.a, row.b)) in never:
            continue
        codes = [code_cell(WHOLE, row.stream, code) for code in (row.a, row.b)]
        if tables.shows(*codes):
            cell = tables.count(pair_cell(row.stream, row.a, row.b), row.n_both)
            for code, name in zip(codes, (row.a, row.b), strict=True):
                tables.beside(code, [cell], f"{cell}{LEFT} {name}", none_is_few=True)
    _within_moments(tables, results)


def _large(row, threshold: int) -> bool:
    """Whether none of its four cells, of the files that are compared, is small."""
    both, a, b, n = row.n_both, row.n_a, row.n_b, row.n_files
    return min(both, a - both, b - both, n - a - b + both) >= threshold


def _within_moments(tables: Tables, results: Results) -> None:
    """What the codes of a moment have beyond it are files with two of them: where there are but two codes,
    the pair and the files with no third code, which are few."""
    if results.event_moments is None or "moment" not in results.book:
        return
    for moment, codes in _moments(results):
        if len(codes) == 2:
            for stream in results.event_moments["stream"].unique():
                cell = pair_cell(stream, *codes)
                overlap = moment_cell(WHOLE, stream, moment) + BEYOND + OVERLAP
                tables.beside(overlap, [cell], f"{cell}|no third code", none_is_few=True)


def _of_large_moments(results: Results) -> set[frozenset[str]]:
    """Pairs of codes of one moment that has more than two. What its codes have beyond it holds all its pairs
    together: each that is told leaves less for the others."""
    if results.event_moments is None or "moment" not in results.book:
        return set()
    large = [codes for _, codes in _moments(results) if len(codes) > 2]
    return {frozenset(pair) for codes in large for pair in combinations(codes, 2)}


def _moments(results: Results) -> Iterator[tuple[str, list[str]]]:
    """The moments of the event with the conditions that belong to them."""
    rows = results.book[(results.book["kind"] == "condition") & results.book["moment"].notna()]
    for moment, codes in rows.groupby("moment")["code"]:
        yield str(moment), codes.tolist()


def pair_frame(ledger: Ledger, results: Results) -> pd.DataFrame:
    """A pair is shown where none of its four cells is small, both codes are shown in the whole, and they are
    not of one moment with further codes.

    How many files of a pair were compared is not told: those with no third code are left out of it, and
    beside the numbers of all files they would be the difference, which is a handful. Nor are p and q, which
    rank the hidden pairs among the shown ones.
    """
    pairs = results.code_pairs
    assert pairs is not None
    offers: list[Offer] = []
    for row in pairs.itertuples():
        cell = pair_cell(row.stream, row.a, row.b)
        known = cell in ledger.counts.index
        cells = [cell, *(f"{cell}{LEFT} {code}" for code in (row.a, row.b))] if known else []
        offers.append(offer(*cells))
    may = np.array([bool(one.cells) for one in offers])
    seen = np.zeros(len(pairs), dtype=bool)
    seen[may] = ledger.tell_most([one for one in offers if one.cells])
    rows = pairs if ledger.threshold == 0 else pairs[PAIRS].round({"lift": 1, "lower": 1, "upper": 1})
    kept = (
        "stream",
        "a",
        "b",
        "comparisons",
    )  # why a hidden pair was not compared tells how few are expected
    return told(rows, seen | (ledger.threshold == 0), [c for c in rows if c not in kept])
