"""Shares corrected for the errors of coders, where the errors are known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from diaban.analysis.case_factors.misclassification import misclassification
from diaban.bench.light_files import Files, code_names
from diaban.bench.truth.judged import covers, join, judged
from diaban.bench.truth.worlds import READINGS, World

METHOD = "misclassification"
MANY, MANY_TWICE = 600, 0.4
MANY_SHARES = np.array([[0.1, 0.15, 0.2, 0.3, 0.4, 0.05], [0.25, 0.35, 0.4, 0.15, 0.2, 0.2]])
"""Files of a stream, share coded twice, and true shares (streams, codes), where the method can be judged."""


def judge(world: World) -> pd.DataFrame:
    return join([*_of_province(world), *_of_many_files(world.seed)])


def _of_province(world: World) -> Iterator[pd.DataFrame]:
    one = world.province
    assert one.files is not None
    for reading, quality in READINGS.items():
        told = misclassification(world.readings[reading], one.cases, one.code_book)
        told = told[told["code"].isin(code_names())]
        true = told.join(true_shares(one.files, *quality), on=["stream", "code"])["true"]
        yield from _judge(told, true, reading)


def _of_many_files(seed: int) -> Iterator[pd.DataFrame]:
    """Two streams whose shares differ, with as many files coded twice as the method asks for."""
    rng = np.random.default_rng([seed, 5])
    names = [f"K{c}" for c in range(MANY_SHARES.shape[1])]
    stream = np.repeat([0, 1], MANY)
    keys = np.array([f"F{i:05d}" for i in range(2 * MANY)])
    cases = pd.DataFrame({"case_key": keys, "stream": np.array(["one", "two"])[stream], "locality": "D00"})
    present = rng.random((2 * MANY, len(names))) < MANY_SHARES[stream]
    twice = rng.random(2 * MANY) < MANY_TWICE
    for reading, (sensitivity, specificity) in READINGS.items():
        chance = np.where(present, sensitivity, 1 - specificity)
        rounds = []
        for number, read in ((1, np.ones(2 * MANY, dtype=bool)), (2, twice)):
            seen = np.column_stack([rng.random(chance.shape) < chance, np.ones(2 * MANY, dtype=bool)])
            row, column = np.nonzero(seen & read[:, None])
            given = np.array([*names, "K9"])[column]  # K9 stands on every file: all of them count as coded
            rounds.append(pd.DataFrame({"case_key": keys[row], "code": given, "round": number}))
        told = misclassification(pd.concat(rounds), cases, pd.DataFrame({"code": [*names, "K9", "XX"]}))
        told = told[told["code"].isin(names)]
        at = told["stream"].map({"one": 0, "two": 1}), told["code"].str[1:].astype(int)
        true = pd.Series(MANY_SHARES[at], index=told.index)
        yield from _judge(told, true, f"{reading}, {MANY} files a stream")


def _judge(told: pd.DataFrame, true: pd.Series, reading: str) -> Iterator[pd.DataFrame]:
    refused = told["withheld"].notna()
    error = told["corrected_share"] - true
    covered = covers(told["lower"], told["upper"], true)
    plain = told["observed_share"] - true
    yield judged(
        METHOD, f"corrected share, {reading}", error=error, covered=covered, aside="refused", value=refused
    )
    yield judged(METHOD, f"as coded, where corrected, {reading}", error=plain.mask(refused))
    yield judged(METHOD, f"as coded, all, {reading}", error=plain)


def true_shares(files: Files, sensitivity: float, specificity: float) -> pd.Series:
    """True share of each code among files to which the first coder gives any, by stream and code."""
    p, f = files.chance_by_file(), 1 - specificity
    no = 1 - p * sensitivity - (1 - p) * f
    nothing = no.prod(axis=1, keepdims=True)
    of_others = nothing / no
    with_code = p * (1 - (1 - sensitivity) * of_others)
    by_file = pd.DataFrame(with_code, columns=code_names()).groupby(files.cases["stream"]).sum()
    read = pd.Series(1 - nothing[:, 0]).groupby(files.cases["stream"]).sum()
    return by_file.div(read, axis=0).rename_axis(columns="code").stack().rename("true")
