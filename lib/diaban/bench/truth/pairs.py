"""Codes that meet more often than chance."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban.analysis.case_factors.co_occurrence import co_occurrence, pair_counts
from diaban.analysis.case_factors.coding import carried_codes, established
from diaban.analysis.case_factors.stratified_pairs import chance_law, tilted
from diaban.bench.truth.judged import NONE, covers, join, judged, strength_at
from diaban.bench.truth.worlds import EXACT, World

PAIR = ["stream", "a", "b"]


def judge(world: World) -> pd.DataFrame:
    one = world.province
    frames = []
    for reading, codes in world.readings.items():
        told = co_occurrence(codes, one.cases, one.code_book)
        told = told[told["withheld"].isna()].reset_index(drop=True)
        planted = strength_at(told, one.together, PAIR)
        error, covered = np.full(len(told), np.nan), np.full(len(told), np.nan)
        if one.files is not None and reading == EXACT:
            true = _true_lifts(told, world, codes)
            error = np.where(planted == NONE, np.nan, np.log(told["lift"].clip(lower=1e-3) / true))
            covered = covers(told["lower"], told["upper"], true)
        frames.append(
            judged(
                "code_pairs",
                reading,
                planted,
                error=error,
                covered=covered,
                called=told["supported"],
                aside="at p < 0.05 alone",
                value=told["p"] < 0.05,
            )
        )
    return join(frames)


def _true_lifts(told: pd.DataFrame, world: World, codes: pd.DataFrame) -> np.ndarray:
    """Expected lift at the odds ratio that was planted, among the files as they are; 1 elsewhere."""
    one = world.province
    carried = carried_codes(codes, one.cases["case_key"], one.code_book)
    true = np.ones(len(told))
    for pair in one.together.itertuples():
        row = np.flatnonzero((told[PAIR] == [pair.stream, pair.a, pair.b]).all(axis=1))
        if not len(row):
            continue
        files = one.cases[one.cases["stream"] == pair.stream].set_index("case_key")["locality"]
        known = established(carried.loc[files.index])
        a, b = (known.columns.get_indexer([code]) for code in (pair.a, pair.b))
        law = chance_law(pair_counts(known.to_numpy(), files[known.index].to_numpy(), (a, b)))
        with np.errstate(divide="ignore"):
            log_law = np.log(law)
        support = np.arange(law.shape[1])
        met = tilted(log_law, np.log([pair.odds_ratio])) @ support
        true[row] = met / (law @ support)
    return true
