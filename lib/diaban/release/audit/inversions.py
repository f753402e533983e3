"""Functions of counts turned round: which counts agree with a printed value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from math import comb

import numpy as np

from diaban.release.audit.columns import Formula, Row

MOST = 500
"""Counts up to this are tried; an interval that reaches it has no upper end."""

TOGETHER = 2
"""Unknown counts that are tried against each other; with more the value is taken to tell each exactly."""

_EXACT = 1e-7
_DIGITS = 6

Interval = tuple[float, float]


def half_unit(value: float) -> float:
    """Half of the last digit of a value that was rounded; next to nothing where it has many digits."""
    for digits in range(_DIGITS):
        if abs(value - round(value, digits)) < _EXACT * max(1.0, abs(value)):
            return 0.5 * 10.0**-digits
    return _EXACT * max(1.0, abs(value))


def column_half_unit(values: Iterable[float]) -> float:
    """The same for a column: a number without decimals beside others with many is exact. 0 where none is."""
    return min((half_unit(float(value)) for value in values), default=0.0)


def agrees(found: object, value: float, half: float) -> np.ndarray:
    """Where `found` could have been written as `value` in a column of this half unit."""
    tolerance = min(half, half_unit(value)) + _EXACT * max(1.0, abs(value))
    return np.abs(np.asarray(found, dtype=float) - value) <= tolerance


def possible_counts(
    formula: Formula | None,
    row: Row,
    value: float,
    cells: Sequence[str],
    counts: Mapping[str, float],
    hidden: set[str],
    *,
    half: float = 0.0,
) -> dict[str, Interval]:
    """Hidden cell -> least and greatest count that agrees with `value`, the other cells being as published.

    counts: cell -> count. half: half of the last digit that is written. What cannot be inverted tells each
    hidden count exactly. Empty where nothing agrees: the value is not what the register says.
    """
    unknown = [cell for cell in dict.fromkeys(cells) if cell in hidden]
    if formula is None or len(unknown) > TOGETHER:
        return {cell: (counts.get(cell, 0.0), counts.get(cell, 0.0)) for cell in unknown}
    tried = np.arange(MOST + 1, dtype=float)
    grids = dict(zip(unknown, np.meshgrid(*[tried] * len(unknown), indexing="ij"), strict=True))
    arguments = [grids[cell] if cell in grids else counts[cell] for cell in cells]
    with np.errstate(all="ignore"):
        fits = agrees(formula(row, *arguments), value, half)
    if not fits.any():
        return {}
    ends = {cell: (float(grid[fits].min()), float(grid[fits].max())) for cell, grid in grids.items()}
    return {cell: (low, np.inf if high == MOST else high) for cell, (low, high) in ends.items()}


def few_compositions(total: int, parts: int, most: int) -> np.ndarray | None:
    """All of `compositions`; None where there is none, or where there are more than `most`."""
    if total < 0 or comb(total + parts - 1, parts - 1) > most:
        return None
    return compositions(total, parts)


def compositions(total: int, parts: int) -> np.ndarray:
    """All ways to write `total` as `parts` counts in order, shape (ways, parts)."""
    if parts == 0:
        return np.empty((0 if total else 1, 0))
    heads = [h for h in product(range(total + 1), repeat=parts - 1) if sum(h) <= total]
    return np.array([[*h, total - sum(h)] for h in heads], dtype=float)
