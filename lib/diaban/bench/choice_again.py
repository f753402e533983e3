"""What whoever chooses the hidden cells again, with other counts, can rule out: with and without the secret.

For a hidden small count one goes through its values 0 to 4, moved against three hidden cells so that every
sum stays, chooses what to hide each time, and keeps the values with which the same cells of its district and
stream are hidden. Who does not know the secret can only see how often, over many others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count, islice
from typing import NamedTuple

import numpy as np
import pandas as pd

from diaban.bench.attack import THRESHOLD, simulated_tables
from diaban.bench.measurement import Measurement, Options
from diaban.release.cells import WHOLE
from diaban.release.ranges.ranges import Equation
from diaban.release.suppression.suppression import hidden_cells, small

DISTRICTS, CELLS, SECRETS = 6, 8, 16
PUBLISHED = b"of the register"
LIKELY = 0.05
"""From this share of the tries on a value counts as possible."""


class Corner(NamedTuple):
    """A small count, and the cells that move with it: the first as it does, the others against it."""

    cell: str
    with_it: str
    against: tuple[str, str]

    def at(self, counts: pd.Series, value: int) -> pd.Series:
        """The counts with this value of the small one; every sum stays."""
        by, moved = value - counts[self.cell], counts.copy()
        moved[[self.cell, self.with_it]] += by
        moved[list(self.against)] -= by
        return moved


def measure(options: Options) -> Iterator[Measurement]:
    """Values that are left of a small count, of the five that it can have: means over small provinces."""
    cells, secrets = (1, 2) if options.quick else (CELLS, SECRETS)
    alone = list(islice(_shares(b"", [b""]), cells))
    yield Measurement("choosing again, without a secret: values left", _mean((a > 0).sum() for a in alone),
                      "of 5", f"{len(alone)} small counts")  # fmt: skip
    others = [bytes([n]) for n in range(secrets)]
    shares = islice(_shares(PUBLISHED, others), cells)
    seen = [share / share.sum() for share in shares if share.any()]
    left, tried = _mean((share >= LIKELY).sum() for share in seen), f"{secrets} other secrets tried"
    yield Measurement(
        "choosing again, with one: values left", left, "of 5", f"{len(seen)} small counts, {tried}"
    )
    likeliest = 100 * _mean(share.max() for share in seen)
    yield Measurement(
        "choosing again, with one: likeliest value", likeliest, "%", "20 % would be no knowledge"
    )


def _shares(published: bytes, tried: list[bytes]) -> Iterator[np.ndarray]:
    """`_alike` of the corners of one simulated province after the other."""
    for seed in count(1):
        counts, equations = simulated_tables(DISTRICTS, seed)
        told = _hidden(counts, equations, published)
        for corner in corners(counts, told):
            yield _alike(counts, equations, corner, told, tried)


def _mean(values: Iterable[float]) -> float:
    held = list(values)
    return float(np.mean(held)) if held else float("nan")


def corners(counts: pd.Series, hidden: set[str]) -> list[Corner]:
    """Small counts of a district and year that can take all values in a rectangle of hidden cells."""
    found = []
    for cell in sorted(c for c in hidden if counts[c] < THRESHOLD and "-" in c and WHOLE not in c.split("|")):
        rectangle = next(_rectangles(counts, hidden, cell), None)
        if rectangle is not None:
            found.append(rectangle)
    return found


def _rectangles(counts: pd.Series, hidden: set[str], cell: str) -> Iterator[Corner]:
    kind, place, stream, year = cell.split("|")
    block = year.split("-")[0]
    for other in sorted(hidden):
        parts = other.split("|")
        if parts[2] != stream or parts[1] in (place, WHOLE) or not parts[3].startswith(f"{block}-"):
            continue
        against = (f"{kind}|{place}|{stream}|{parts[3]}", f"{kind}|{parts[1]}|{stream}|{year}")
        spare = THRESHOLD - 1 - counts[cell]
        room = all(a in hidden and a != cell and counts[a] >= THRESHOLD + spare for a in against)
        if room and parts[3] != year and counts[other] >= THRESHOLD + counts[cell]:
            yield Corner(cell, other, against)


def _alike(
    counts: pd.Series, equations: list[Equation], corner: Corner, told: set[str], secrets: list[bytes]
) -> np.ndarray:
    """For each value 0 to 4 how often the same cells of its district and stream are hidden; shape (5,)."""
    kind, place, stream, _ = corner.cell.split("|")
    beside = {c for c in counts.index if c.startswith(f"{kind}|{place}|{stream}|")}
    shares = np.zeros(THRESHOLD)
    for value in range(THRESHOLD):
        moved = corner.at(counts, value)
        shares[value] = np.mean(
            [_hidden(moved, equations, secret) & beside == told & beside for secret in secrets]
        )
    return shares


def _hidden(counts: pd.Series, equations: list[Equation], secret: bytes) -> set[str]:
    primary = counts.index[small(counts, THRESHOLD)]
    return hidden_cells(counts, equations, primary, threshold=THRESHOLD, secret=secret)
