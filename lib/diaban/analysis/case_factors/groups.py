"""Which kinds and domains of causes and conditions stand on a locality's case files, and which more often."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from diaban.analysis.case_factors.coding import NOT_ESTABLISHED, carried_codes, carried_groups, established
from diaban.analysis.case_factors.prevalence import files_by_stream
from diaban.analysis.case_factors.share_comparison import (
    COMPARISON,
    MINIMUM_FILES,
    compare_shares,
    with_false_discovery,
)

UNITS = ["kind", "domain"]
COLUMNS = ["locality", "stream", "unit", "group", *COMPARISON]


def case_groups(
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
    """Share of coded files with at least one code of a kind or domain, by locality and stream.

    The comparison, its columns and its errors are those of `case_factors`, for groups of codes: `unit` is
    "kind" or "domain", `group` its key. code_book: code, kind, domain (missing: in no group). A file with
    two codes of a group counts once, so that a group's share is not the sum of its codes' shares, and groups
    overlap. q is Benjamini and Hochberg's over all `comparisons` of group x locality x stream, kinds and
    domains together, apart from those of `case_factors`.
    """
    places = sorted(cases["locality"].unique()) if localities is None else list(localities)
    carried = carried_codes(codes, cases["case_key"], code_book, not_established=not_established)
    frames = []
    for stream, at in files_by_stream(cases):
        known = established(carried.loc[at.index])
        for unit in UNITS:
            compared = compare_shares(
                carried_groups(known, code_book, unit),
                at[known.index],
                places,
                minimum_files=minimum_files,
                level=level,
            )
            frames.append(compared.assign(stream=stream, unit=unit))
    if not frames:
        return pd.DataFrame(columns=COLUMNS)
    result = pd.concat(frames, ignore_index=True).rename(columns={"factor": "group"})
    result = with_false_discovery(result, false_discovery)[COLUMNS]
    return result.astype(dict.fromkeys(["locality", "stream", "unit", "group"], "str"))
