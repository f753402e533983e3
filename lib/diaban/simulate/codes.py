"""Causes and conditions coded on case files, by one coder and for some files by a second."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban.simulate.cases import in_stream
from diaban.simulate.ground import Places
from diaban.simulate.random import Rng, generator, pick
from diaban.simulate.truth import Truth

_COLUMNS = ["case_key", "code", "kind", "strength", "evidence", "coder_id", "round"]


def simulate_codes(truth: Truth, places: Places, cases: pd.DataFrame, seed: int) -> pd.DataFrame:
    """One row a case, code and round; a file without any code carries the code for "not established"."""
    rng = generator(seed, "codes")
    chance = code_chances(truth, cases)
    codes = list(chance.columns)
    present = rng.random(chance.shape, dtype=np.float32) < chance.to_numpy(dtype=np.float32)
    established = rng.random(len(cases)) >= truth.codes.not_established_share
    present = _meeting(truth, cases, chance, present, seed) & established[:, None]
    first = _long(truth, cases["case_key"], codes, present, rng)
    first = first.assign(coder_id=cases["coder_id"].to_numpy()[first["row"]], round=1)
    frames = [first, _second_round(truth, cases, codes, present, rng)]
    long = pd.concat(frames, ignore_index=True).sort_values(
        ["row", "round"], kind="stable", ignore_index=True
    )
    kind = places.code_book.set_index("code")["kind"]
    return long.assign(kind=long["code"].map(kind))[_COLUMNS]


def code_chances(truth: Truth, cases: pd.DataFrame) -> pd.DataFrame:
    """Chance of each code on each file whose causes could be established: case x code.

    A case of two streams has the higher of their shares. Declared shares are of all files, so they are
    divided by the share of files where something could be established.
    """
    declared = pd.DataFrame(truth.codes.prevalence).fillna(0.0)
    chance = np.zeros((len(cases), len(declared)))
    for stream in truth.codes.prevalence:
        mine = in_stream(truth, cases, stream).to_numpy()
        chance[mine] = np.maximum(chance[mine], declared[stream].to_numpy())
        for pair in truth.codes.pairs:
            if pair.stream == stream:
                there = mine & (cases["report_locality"] == pair.locality).to_numpy()
                chance[there, declared.index.get_loc(pair.code)] = pair.share
    established = 1 - truth.codes.not_established_share
    return pd.DataFrame(np.minimum(chance / established, 1), index=cases.index, columns=declared.index)


def _meeting(
    truth: Truth, cases: pd.DataFrame, chance: pd.DataFrame, present: np.ndarray, seed: int
) -> np.ndarray:
    """`present` with the second code of each declared pair drawn anew, given the first.

    P(b | not a) = (P(b) - P(a) share) / (1 - P(a)) keeps P(b). Its draws are its own, so that declaring a
    pair changes nothing else.
    """
    rng = generator(seed, "codes together")
    present = present.copy()
    for meet in truth.codes.together:
        mine, (a, b) = in_stream(truth, cases, meet.stream).to_numpy(), meet.codes
        first, column = present[:, chance.columns.get_loc(a)], chance.columns.get_loc(b)
        without = (chance[b] - chance[a] * meet.share) / (1 - chance[a])
        drawn = rng.random(len(cases)) < np.where(first, meet.share, without)
        present[mine, column] = drawn[mine]
    return present


def _second_round(
    truth: Truth, cases: pd.DataFrame, codes: list[str], present: np.ndarray, rng: Rng
) -> pd.DataFrame:
    """What another coder finds on a random part of the files."""
    second = truth.codes.second_coder
    rows = np.flatnonzero(rng.random(len(cases)) < second.share)
    established = present[rows]
    chance = np.where(established, second.kept, second.added)
    seen = rng.random(chance.shape) < chance
    seen &= established.any(axis=1, keepdims=True) | (rng.random(len(rows)) >= second.kept)[:, None]
    coders = truth.codes.coders
    number = cases["coder_id"].iloc[rows].map({c: i for i, c in enumerate(coders)}).to_numpy(dtype="int64")
    other = (number + rng.integers(1, len(coders), len(rows))) % len(coders)
    long = _long(truth, cases["case_key"].iloc[rows], codes, seen, rng)
    names = pd.array(coders, dtype="str").take(other)
    return long.assign(coder_id=names.take(long["row"]), round=2, row=rows[long["row"]])


def _long(truth: Truth, keys: pd.Series, codes: list[str], present: np.ndarray, rng: Rng) -> pd.DataFrame:
    """Rows of the codes that are present; column `row` is the position in `keys`."""
    none = ~present.any(axis=1)
    row, column = np.nonzero(np.column_stack([present, none]))
    named = pd.array([*codes, truth.codes.not_established], dtype="str")
    frame = pd.DataFrame({"row": row, "case_key": keys.array.take(row), "code": named.take(column)})
    established = pd.Series(column < len(codes))
    strength = pick(rng, truth.codes.strength, len(frame)).astype("Int64").where(established)
    return frame.assign(
        strength=strength, evidence=pick(rng, truth.codes.evidence, len(frame)).where(established)
    )
