"""The chain of the event: which moment comes first, and how long reporting takes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from diaban.analysis.case_factors.event_lags import event_lags
from diaban.analysis.case_factors.event_moments import event_moments
from diaban.analysis.exposure import WHOLE
from diaban.bench.light_files import CODES, KINDS, Files, code_book
from diaban.bench.truth.judged import NONE, covers, join, judged
from diaban.bench.truth.worlds import READINGS, World

DRAWS = 500
LAGS = {"occurred_to_reported": (12.5, 1.4), "reported_to_accepted": (20.5, 0.8)}
"""Median days and standard deviation of their logarithm; whole days are counted."""

UNDATED = 0.05
KEYS = ["locality", "stream"]


def judge(world: World) -> pd.DataFrame:
    return join([*_moments(world), *_lags(world)])


def _moments(world: World) -> Iterator[pd.DataFrame]:
    one = world.province
    assert one.files is not None
    true = true_moments(one.files)
    for reading, codes in world.readings.items():
        if reading == next(iter(READINGS)):
            continue
        told = event_moments(codes, one.cases, one.code_book, seed=world.seed, draws=DRAWS)
        told = told[told["withheld"].isna()].merge(true, on=[*KEYS, "moment"])
        named = told["named"].fillna(False).astype(bool)
        first = told["true"] == told.groupby(KEYS)["true"].transform("max")
        places = told.assign(named=named, right=named & first, wrong=named & ~first).groupby(KEYS)
        any_named, right, wrong = (places[name].any() for name in ("named", "right", "wrong"))
        yield judged(
            "event_moments",
            f"a moment is named, {reading}",
            called=any_named,
            aside="of those, the true first",
            value=right.astype(float).where(any_named),
        )
        yield judged("event_moments", f"a wrong one is named, {reading}", NONE, called=wrong)
        yield judged(
            "event_moments",
            f"share of files, {reading}",
            error=told["share"] - told["true"],
            covered=covers(told["lower"], told["upper"], told["true"]),
        )


def true_moments(files: Files) -> pd.DataFrame:
    """locality, stream, moment, true: share of coded files with a condition of that moment; WHOLE too."""
    book = code_book()[:CODES]
    conditions = book[book["kind"] == KINDS[1]]
    n = files.cases.groupby(KEYS).size().rename("n").reset_index()
    stream = n["stream"].map({s: i for i, s in enumerate(files.streams)})
    district = n["locality"].str[1:].astype(int)
    tables = []
    for moment, rows in conditions.groupby("moment"):
        share = files.true_share(list(rows.index))[stream, district]
        table = n.assign(moment=moment, true=share)
        mass = table.assign(true=share * table["n"]).groupby("stream")[["true", "n"]].sum()
        whole = (mass["true"] / mass["n"]).rename("true").reset_index()
        tables += [table.drop(columns="n"), whole.assign(locality=WHOLE, moment=moment)]
    return pd.concat(tables, ignore_index=True)


def _lags(world: World) -> Iterator[pd.DataFrame]:
    one = world.province
    rng = np.random.default_rng([world.seed, 4])
    n = len(one.cases)
    days = {lag: np.floor(median * np.exp(sd * rng.normal(size=n))) for lag, (median, sd) in LAGS.items()}
    cases = one.cases[["case_key"]].assign(occurred_to=pd.Timestamp("2020-01-01"))
    for start, end, lag in zip(
        ("occurred_to", "reported_on"), ("reported_on", "accepted_on"), LAGS, strict=True
    ):
        cases[end] = cases[start] + pd.to_timedelta(days[lag], unit="D")
    cases["accepted_on"] = cases["accepted_on"].mask(rng.random(n) < UNDATED)
    told = event_lags(one.cases, cases)
    for lag, rows in told[told["withheld"].isna()].groupby("lag", sort=False):
        median = np.floor(LAGS[str(lag)][0])
        yield judged(
            "event_lags",
            f"median days, {lag}",
            error=rows["median"] - median,
            covered=covers(rows["lower"], rows["upper"], median),
        )
