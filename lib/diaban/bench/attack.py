"""How long the audit's attack takes, and what it costs to hold it off, on provinces of three sizes."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator

import numpy as np
import pandas as pd

from diaban.bench.measurement import Measurement, Options
from diaban.release.audit.attack import attack
from diaban.release.audit.blocks import blocks
from diaban.release.audit.union import unite
from diaban.release.cells import WHOLE, count_cell
from diaban.release.ledger.state import LedgerState
from diaban.release.ranges.ranges import Equation
from diaban.release.suppression.suppression import hidden_cells, small

DISTRICTS = (11, 100, 705)
"""A province; the districts of a large country's region; those of Viet Nam."""

THRESHOLD = 5
STREAMS, BLOCKS, YEARS = ("abuse", "offending"), 3, 3
MEAN_A_YEAR, SHAPE = 6.0, 1.5
"""Cases of a stream, district and year: gamma-Poisson, so that about a third of the years is small."""


def simulated_tables(districts: int, seed: int = 1) -> tuple[pd.Series, list[Equation]]:
    """Counts of districts and the whole by stream, year and block of years, and how they add up."""
    generator = np.random.default_rng(seed)
    level = generator.gamma(SHAPE, MEAN_A_YEAR / SHAPE, (districts, len(STREAMS)))
    cases = generator.poisson(level[:, :, None, None], (districts, len(STREAMS), BLOCKS, YEARS))
    table = np.concatenate([cases.sum(0, keepdims=True), cases])
    places = [WHOLE, *(f"d{i:03}" for i in range(districts))]
    counts: dict[str, float] = {}
    equations: list[Equation] = []
    for s, stream in enumerate(STREAMS):
        for b in range(BLOCKS):
            years = [f"{b}-{y}" for y in range(YEARS)]
            for p, place in enumerate(places):
                parts = {
                    count_cell(place, stream, year): float(table[p, s, b, y]) for y, year in enumerate(years)
                }
                total = count_cell(place, stream, str(b))
                counts |= parts | {total: sum(parts.values())}
                equations.append(Equation(total, tuple(parts)))
            for period in (*years, str(b)):
                own = tuple(count_cell(place, stream, period) for place in places[1:])
                equations.append(Equation(count_cell(WHOLE, stream, period), own))
    return pd.Series(counts), equations


def measure(options: Options) -> Iterator[Measurement]:
    """For each size: protection, attack, memory, what is hidden, and the narrowest range left."""
    for districts in (6,) if options.quick else DISTRICTS:
        name = f"attack: {districts} districts"
        counts, equations = simulated_tables(districts)
        primary = counts.index[small(counts, THRESHOLD)]
        start = time.perf_counter()
        hidden = hidden_cells(counts, equations, primary, threshold=THRESHOLD)
        yield Measurement(f"{name}, protection", time.perf_counter() - start, "s", f"{len(counts)} cells")
        needed = dict.fromkeys(primary, float(THRESHOLD))
        state = LedgerState(counts, equations, frozenset(hidden), needed, THRESHOLD)
        yield from _attacked(name, state)
        more = len(hidden) - len(primary)
        yield Measurement(f"{name}, cells hidden", 100 * len(hidden) / len(counts), "%",
                          f"by the threshold alone {100 * len(primary) / len(counts):.1f} %")  # fmt: skip
        lost = counts[[c for c in hidden if c not in set(primary)]].sum() / counts.sum()
        yield Measurement(f"{name}, cases in further cells hidden", 100 * lost, "%", f"{more} cells")


def _attacked(name: str, state: LedgerState) -> Iterator[Measurement]:
    start = time.perf_counter()
    union = unite([("", state)])
    found = [attack(block) for block in blocks(union)]
    seconds = time.perf_counter() - start
    tracemalloc.start()
    list(blocks(unite([("", state)])))
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    largest = max((len(one.block.cells) for one in found), default=0)
    yield Measurement(f"{name}, attack", seconds, "s", f"{len(found)} blocks, the largest of {largest} cells")
    yield Measurement(f"{name}, memory of the system", peak, "MB", "without the solver's own")
    narrow = sum(len(one.narrow) for one in found)
    yield Measurement(f"{name}, cells told", float(narrow), "", f"of {len(state.needed)} protected")
    widths = [one.width[one.block.needed > 0].min() for one in found]
    yield Measurement(f"{name}, narrowest range at least", float(min(widths, default=0)), "cases",
                      f"{THRESHOLD} is promised")  # fmt: skip
