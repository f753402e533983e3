"""Which causes and conditions are coded on a locality's case files, and which more often than elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from diaban.analysis.case_factors.coding import NOT_ESTABLISHED, UNCODED, carried_codes, established
from diaban.analysis.case_factors.share_comparison import (
    COMPARISON,
    MINIMUM_FILES,
    compare_shares,
    with_false_discovery,
)
from diaban.errors import DiabanError

__all__ = ["COLUMNS", "NOT_ESTABLISHED", "UNCODED", "case_factors", "files_by_stream"]

COLUMNS = ["locality", "stream", "code", *COMPARISON]


def case_factors(
    codes: pd.DataFrame,
    cases: pd.DataFrame,
    code_book: pd.DataFrame,
    *,
    localities: Sequence[str] | None = None,
    not_established: str = NOT_ESTABLISHED,
    minimum_files: int = MINIMUM_FILES,
    level: float = 0.95,
    false_discovery: float = 0.05,
) -> pd.DataFrame:
    """Share of coded files with each code, by locality and stream, against the rest of the localities.

    codes: case_key, code, round; only the first coder (round 1) counts. cases: case_key, locality (of
    report), stream, one row a file and stream. code_book: code. A file may carry many codes: shares do not
    add up to 1. `n_files` are files with at least one established code. Two further rows say what is not
    known, out of all files: `not_established` (that code and no other) and "uncoded" (no code at all).
    `localities`: all that are to have rows, also those without a file (default: those in `cases`).

    share with a Wilson interval; shrunk_share with a posterior interval (beta-binomial, towards all
    localities); rest_share in the other localities; ratio = share / rest_share with an interval (Walter
    1975: half a file added on each side); p: one-sided exact hypergeometric (Fisher) mid-p that the share is
    not above the rest's (Hwang & Yang 2001; plain Fisher finds a sixth fewer at the same false discovery
    rate); q: Benjamini and Hochberg's over all `comparisons` of code x locality x stream; probability_above:
    posterior of share > rest_share. over: q below `false_discovery`. A code that no file of the stream
    carries is not compared. withheld: `too_few_files` (under `minimum_files`), `nothing_to_compare_with` (no
    file elsewhere).

    Raises DiabanError for a code outside the code book and a file with two localities in one stream.
    """
    places = sorted(cases["locality"].unique()) if localities is None else list(localities)
    carried = carried_codes(codes, cases["case_key"], code_book, not_established=not_established)
    frames = []
    for stream, at in files_by_stream(cases):
        all_files = carried.loc[at.index]
        known = established(all_files)
        for table in (known, all_files[[not_established, UNCODED]]):
            compared = compare_shares(
                table, at[table.index], places, minimum_files=minimum_files, level=level
            )
            frames.append(compared.assign(stream=stream))
    if not frames:
        return pd.DataFrame(columns=COLUMNS)
    result = pd.concat(frames, ignore_index=True).rename(columns={"factor": "code"})
    result = with_false_discovery(result, false_discovery)[COLUMNS]
    return result.astype(dict.fromkeys(["locality", "stream", "code"], "str"))


def files_by_stream(cases: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    """Each stream, in order, with the locality of each of its files (index case_key).

    Raises DiabanError for a file that a stream has twice.
    """
    repeated = cases[cases.duplicated(["case_key", "stream"])]
    if len(repeated):
        row = repeated.iloc[0]
        raise DiabanError("case_in_two_localities", case_key=row["case_key"], stream=row["stream"])
    for stream, files in cases.groupby("stream", sort=True):
        yield str(stream), files.set_index("case_key")["locality"]
