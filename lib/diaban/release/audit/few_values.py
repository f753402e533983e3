"""Small blocks once more, value by value: a range says little where most of its numbers are impossible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from diaban.release.audit.attack import Attack
from diaban.release.audit.blocks import Block
from diaban.release.audit.leaks import Leak

SMALL_BLOCK = 40
"""Cells of a block that is looked at value by value."""


def few_values(found: Attack, stated: Mapping[str, Sequence[str]]) -> Iterator[Leak]:
    """Protected cells of a small block of which fewer counts are possible than the width promises."""
    block = found.block
    if len(block.cells) > SMALL_BLOCK or not len(block.right):
        return
    for cell in np.flatnonzero((block.needed > 0) & block.whole & np.isfinite(found.high)):
        if found.width[cell] < block.needed[cell]:
            continue
        enough = int(block.needed[cell]) + 1
        values = possible_values(block, int(cell), found.low[cell], found.high[cell], most=enough)
        if len(values) < enough:
            name = block.cells[cell]
            yield Leak("told", name, lower=min(values), upper=max(values), needed=float(block.needed[cell]),
                       given_by=tuple(stated.get(name, ())))  # fmt: skip


def possible_values(block: Block, cell: int, low: float, high: float, *, most: int) -> list[float]:
    """Counts from low to high that the cell may have, all cells being whole numbers; `most` at most."""
    found: list[float] = []
    for value in np.arange(low, high + 1):
        lower, upper = block.lower.copy(), block.upper.copy()
        lower[cell] = upper[cell] = value
        result = milp(
            np.zeros(len(block.cells)),
            constraints=LinearConstraint(block.matrix, block.right, block.right),
            integrality=block.whole.astype(int),
            bounds=Bounds(lower, upper),
        )
        if result.x is not None:
            found.append(float(value))
        if len(found) >= most:
            break
    return found
