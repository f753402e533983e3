"""The preventable moment: at which point of the event the files most often record a condition."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diaban.analysis.case_factors.coding import NOT_ESTABLISHED, carried_codes, carried_groups, established
from diaban.analysis.case_factors.prevalence import files_by_stream
from diaban.analysis.exposure import WHOLE
from diaban.analysis.intervals import share_interval

MINIMUM_FILES = 20
NAMED_FROM = 0.95
DRAWS = 2000
MEASURES = ["share", "lower", "upper", "probability_first"]
COLUMNS = ["locality", "stream", "moment", "n", "n_files", *MEASURES, "named", "withheld"]


def event_moments(
    codes: pd.DataFrame,
    cases: pd.DataFrame,
    code_book: pd.DataFrame,
    *,
    seed: int,
    localities: Sequence[str] | None = None,
    not_established: str = NOT_ESTABLISHED,
    minimum_files: int = MINIMUM_FILES,
    named_from: float = NAMED_FROM,
    draws: int = DRAWS,
    level: float = 0.95,
) -> pd.DataFrame:
    """Share of coded files with at least one condition of each moment, by locality and for all ("all").

    codes: case_key, code, round; only the first coder (round 1) counts. cases: case_key, locality (of
    report), stream. code_book: code, kind, moment; only codes of kind "condition" with a moment count.

    The *preventable moment* is the one at which files most often record a condition, that is, something in
    the surroundings that somebody could have changed: long before, who looked after, the place, how the
    other person got near, the first signs, an earlier report. It does NOT say that the event would have been
    prevented there, nor that this is where prevention works best; and a moment for which the code book asks
    about more conditions is recorded more often.

    n of n_files (with at least one established code), share in 0..1 with a Wilson interval;
    probability_first: share of `draws` bootstrap samples of the files in which the moment is the most
    frequent (a tie is divided). named: the first moment, where probability_first is `named_from` at least: a
    wrong one is then named in 5 % of studies at most, one of two exactly equal ones in 10 %. withheld:
    `too_few_files` (under `minimum_files`), `no_moments` (the code book names none).

    Raises DiabanError for a code outside the code book and a file that a stream has twice.
    """
    places = sorted(cases["locality"].unique()) if localities is None else list(localities)
    carried = carried_codes(codes, cases["case_key"], code_book, not_established=not_established)
    rng = np.random.default_rng(seed)
    frames = []
    for stream, at in files_by_stream(cases):
        known = established(carried.loc[at.index])
        moments = carried_groups(known, _conditions(code_book), "moment")
        where = at[known.index]
        for place in [*places, WHOLE]:
            here = moments if place == WHOLE else moments[where == place]
            frames.append(_share(here, rng, draws).assign(locality=place, stream=stream))
    if not frames:
        return pd.DataFrame(columns=COLUMNS)
    return _with_limits(pd.concat(frames, ignore_index=True), minimum_files, named_from, level)


def probability_first(carries: NDArray[np.bool_], rng: np.random.Generator, draws: int) -> NDArray:
    """Share of bootstrap samples of the files (rows) in which each column is the most frequent."""
    patterns, files = np.unique(carries, axis=0, return_counts=True)
    n = rng.multinomial(files.sum(), files / files.sum(), size=draws) @ patterns
    first = (n == n.max(axis=1, keepdims=True)) & (n > 0)
    return (first / np.maximum(first.sum(axis=1, keepdims=True), 1)).mean(axis=0)


def _conditions(code_book: pd.DataFrame) -> pd.DataFrame:
    if not {"kind", "moment"} <= set(code_book.columns):
        return code_book[["code"]].assign(moment=pd.NA)
    conditions = code_book.loc[code_book["kind"] == "condition", ["code", "moment"]]
    return conditions.assign(moment=conditions["moment"].replace("", pd.NA))


def _share(carries: pd.DataFrame, rng: np.random.Generator, draws: int) -> pd.DataFrame:
    """One row a moment; a single one without a moment where the code book has none."""
    n_files = len(carries)
    if not carries.shape[1]:
        return pd.DataFrame({"moment": [pd.NA], "n": [0], "n_files": n_files, "probability_first": np.nan})
    first = probability_first(carries.to_numpy(), rng, draws) if n_files else np.nan
    n = carries.sum().to_numpy()
    return pd.DataFrame({"moment": carries.columns, "n": n, "n_files": n_files, "probability_first": first})


def _with_limits(rows: pd.DataFrame, minimum_files: int, named_from: float, level: float) -> pd.DataFrame:
    rows["share"] = rows["n"] / rows["n_files"].where(rows["n_files"] > 0)
    rows["lower"], rows["upper"] = share_interval(rows["n"], rows["n_files"], level)
    reason = pd.Series(pd.NA, index=rows.index, dtype="str")
    reason = reason.mask(rows["n_files"] < minimum_files, "too_few_files")
    reason = reason.mask(rows["moment"].isna(), "no_moments")
    rows[MEASURES] = rows[MEASURES].mask(reason.notna())
    named = (rows["probability_first"] >= named_from).astype("boolean").where(reason.isna())
    kinds = dict.fromkeys(["locality", "stream", "moment"], "str")
    return rows.assign(named=named, withheld=reason)[COLUMNS].astype(kinds)
