"""Random draws in frames' terms. Each table has its own stream, so that a change in one leaves the others."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Rng = np.random.Generator


def generator(seed: int, name: str) -> Rng:
    """The generator of the part `name` under `seed`."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def pick(rng: Rng, shares: Mapping[str, float], size: int) -> pd.Series:
    """`size` values drawn by their shares; the value "" becomes missing. Index 0 .. size - 1."""
    values = pd.array([v or None for v in shares], dtype="str")
    weights = np.fromiter(shares.values(), dtype=float)
    return pd.Series(values.take(rng.choice(len(values), size=size, p=weights / weights.sum())))


def pick_by(
    rng: Rng, groups: pd.Series, shares: Mapping[str, Mapping[str, float]], default: str
) -> pd.Series:
    """A value for each row of `groups`, drawn by the shares of its group; `default` names those of the
    groups that `shares` lacks. Keeps the index."""
    drawn = pd.Series(pd.NA, index=groups.index, dtype="str")
    rest = pd.Series(True, index=groups.index)
    for group, of_group in shares.items():
        if group != default:
            rows = groups == group
            drawn[rows] = pick(rng, of_group, int(rows.sum())).to_numpy()
            rest &= ~rows
    if default in shares:
        drawn[rest] = pick(rng, shares[default], int(rest.sum())).to_numpy()
    return drawn


def pseudonyms(seed: int, letter: str, size: int) -> pd.Series:
    """`size` distinct keys such as "h0f3a9c21d4": a bijection of the row number, so they never collide."""
    space = np.uint64(1 << 40)
    offset = generator(seed, f"pseudonyms {letter}").integers(1 << 40, dtype=np.uint64)
    odd = np.uint64(0x9E3779B97F | 1)
    numbers = (np.arange(size, dtype=np.uint64) * odd + offset) % space
    return pd.Series([f"{letter}{n:010x}" for n in numbers.tolist()], dtype="str")


def whole_days(rng: Rng, median: float, sd: float, longest: int, size: int) -> NDArray[np.int64]:
    """Log-normal numbers of days, rounded down, at most `longest`."""
    return np.minimum(rng.lognormal(np.log(median), sd, size), longest).astype(np.int64)
