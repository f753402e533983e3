"""What varies the choice of hidden cells in a way that only the office can repeat.

The choice hangs on the counts themselves. Whoever could make it again with other counts, and see that other
cells would be hidden, could rule these out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from statistics import NormalDist

import pandas as pd

from diaban.release.ranges.if_small import LEAST_LEFT

SPREAD = 0.3
"""Standard deviation of the logarithm of what varies the weights: more than a few cases make of them."""

FURTHER = 0.5
"""How often one value more than must be is left of a small count."""

UNPROMISED = 0.1
"""Of so many tables of localities nothing is promised to a reader who knows which counts are small. Held of
all, the promise would tell: counts with which it would not hold could be ruled out."""

DECOYS, LARGEST_DECOY = 0.1, 20
"""How often a count of no more than that is protected as if it were a small one; where small ones are fewer
than such counts, so often for each small one."""

SELDOM = 0.5
"""So much of that for what would be missed by one step; by more, never."""


def factor(cell: str, secret: bytes) -> float:
    """By how much the weight of the cell is varied: lognormal around 1; 1 without a secret."""
    return math.exp(NormalDist(0, SPREAD).inv_cdf(_drawn("weight", cell, secret))) if secret else 1.0


def values_left(cells: Iterable[str], threshold: int, secret: bytes) -> dict[str, int]:
    """Cell -> how many values of it must be left to a reader who knows which ones are small.

    The least without a secret, at most all that a small one can have; 1 where nothing is promised.
    """

    def left(cell: str) -> int:
        if unpromised(cell, secret):
            return 1
        return LEAST_LEFT + (bool(secret) and _drawn("values", cell, secret) < FURTHER)

    return {cell: min(left(cell), threshold) for cell in cells}


def unpromised(cell: str, secret: bytes) -> bool:
    """Whether the cell is of a table of which nothing is promised to such a reader: the same for all its
    localities, as counts that are ruled out are ruled out by several of them together, and editions."""
    if not secret:
        return False
    what, *place_and_rest = cell.partition("@")[0].split("|")
    table = "|".join([what, *place_and_rest[1:]])
    return _drawn("unpromised", table, secret) < UNPROMISED


def decoys(counts: pd.Series, reluctance: Mapping[str, int], secret: bytes, *, threshold: int) -> set[str]:
    """Cells that are hidden and protected though they are not small, so that nobody can say of a hidden cell
    that it would be shown if a small one beside it were larger; fewer of what would be missed."""
    if not secret:
        return set()
    few = counts.index[counts.between(threshold, LARGEST_DECOY).to_numpy()]
    among = [cell for cell in few if reluctance.get(cell, 0) <= 1]
    often = DECOYS * min(1.0, float((counts < threshold).sum()) / max(len(among), 1))
    missed = {cell: SELDOM if reluctance.get(cell, 0) > 0 else 1.0 for cell in among}
    return {cell for cell in among if _drawn("decoy", cell, secret) < often * missed[cell]}


def _drawn(what: str, cell: str, secret: bytes) -> float:
    """Between 0 and 1, of the cell and the secret."""
    number = int.from_bytes(blake2b(f"{what}|{cell}".encode(), key=secret, digest_size=8).digest())
    return (number + 0.5) / 2**64
