"""Coverage, false discovery and power of the factor analyses as rows of the bench."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

from diaban.bench.light_province import Province, light_province
from diaban.bench.measurement import Measurement, Options
from diaban.bench.study_province import study_provinces
from diaban.bench.truth import ALL, truth_bench

QUICK_SEEDS = 2
_FALSE = "none"


def measure(options: Options) -> Iterator[Measurement]:
    """Rows of both kinds of simulated provinces: the light one and the declared one of the study."""
    seeds = range(1, 1 + (QUICK_SEEDS if options.quick else options.seeds))
    kinds: dict[str, Callable[[int], Province]] = {"light": light_province}
    if not options.quick:
        kinds[options.truth.name] = study_provinces(options.truth)
    for name, province in kinds.items():
        yield from truth_rows(name, truth_bench(seeds, province))


def truth_rows(name: str, table: pd.DataFrame) -> Iterator[Measurement]:
    """A result of `truth_bench` as rows; shares in 0..1. name: of the kind of province."""
    for row in table.itertuples():
        where = f"truth: {name}, {row.side} {row.part}"
        if row.stream == ALL:
            among = f"nominal 0.05, {row.provinces} provinces"
            yield Measurement(f"{where}, false discovery", row.false_discovery, "share", among)
            if pd.notna(row.coverage):
                yield Measurement(f"{where}, coverage", row.coverage, "share", f"nominal 0.95, n {row.n}")
            continue
        told = f"{where}, {row.stream}, planted {row.planted}"
        kind = "false alarms" if row.planted == _FALSE else "power"
        yield Measurement(f"{told}, {kind}", row.found, "share", f"n {row.n} in {row.provinces} provinces")
        if pd.notna(row.coverage):
            beside = f"nominal 0.95, bias {row.bias:+.3f}"
            yield Measurement(f"{told}, coverage", row.coverage, "share", beside)
