"""Which figures give a count away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from diaban.release.audit.blocks import Block
from diaban.release.ranges.programme import Programme

MOST = 12
"""Figures that are named; a range that many more decide on is told by their whole table."""

_PRICE = 1e-6


def culprits(
    block: Block, cell: int, figures: Mapping[str, Sequence[str]], stated: Mapping[str, Sequence[str]]
) -> tuple[str, ...]:
    """Shown cells whose value the ends of the range of `cell` would move with, and where they stand.

    figures: shown cell -> places. stated: hidden cell -> places that say something of it.
    """
    named = list(stated.get(block.cells[cell], ()))
    weight: dict[str, float] = {}
    if len(block.right):
        shifted = block.right - block.matrix @ block.lower
        programme = Programme(block.matrix, shifted, upper=block.upper - block.lower)
        for sign in (1.0, -1.0):
            if programme.smallest(sign * (np.arange(len(block.cells)) == cell)) is None:
                continue
            prices = programme.prices()
            for row in np.flatnonzero(abs(prices) > _PRICE):
                for shown, w in block.shown[int(row)]:
                    weight[shown] = weight.get(shown, 0.0) + abs(w * prices[row])
                ends = block.matrix.indices[block.matrix.indptr[row] : block.matrix.indptr[row + 1]]
                named += [place for i in ends for place in stated.get(block.cells[i], ())]
    for shown in sorted(weight, key=lambda name: (-weight[name], name)):
        named += figures.get(shown, (shown,))[:1]
    return tuple(dict.fromkeys(named))[:MOST]
