"""Coverage, false discovery, power and bias of every method as rows of the bench."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from diaban.bench.measurement import Measurement, Options
from diaban.bench.truth import truth_bench
from diaban.bench.truth.aims import shortfalls
from diaban.bench.truth.judged import NONE
from diaban.bench.truth.printed import printed
from diaban.bench.truth.questions import REPLICATES
from diaban.bench.truth.run import Worlds
from diaban.bench.truth.worlds import StudyWorlds, light_world

QUICK_SEEDS = 2


def measure(options: Options) -> Iterator[Measurement]:
    """Rows of both kinds of simulated provinces: the light one and the declared one of the study."""
    seeds = range(1, 1 + (QUICK_SEEDS if options.quick else options.seeds))
    kinds: dict[str, Worlds] = {"light": light_world}
    if not options.quick:
        kinds[options.truth.name] = StudyWorlds(options.truth)
    for name, worlds in kinds.items():
        table = truth_bench(seeds, worlds, jobs=options.jobs)
        yield from truth_rows(name, table)
        print(f"truth: {name}, {len(seeds)} provinces; {REPLICATES}")
        print(printed(table), *shortfalls(table), sep="\n", flush=True)


def truth_rows(name: str, table: pd.DataFrame) -> Iterator[Measurement]:
    """A result of `truth_bench` as rows; shares in 0..1. name: of the kind of province."""
    for row in table.itertuples():
        where = f"truth: {name}, {row.method}, {row.what}, {row.planted}"
        among = f"n {row.n} in {row.seeds} provinces" + (f"; {row.note}" if row.note else "")
        called = "false alarms" if row.planted == NONE else "found"
        for what, value, unit, nominal in (
            ("coverage", row.coverage, "share", "nominal 0.95, "),
            ("bias", row.bias, "", ""),
            (called, row.found, "share", ""),
            ("false discovery", row.fdr, "share", "nominal 0.05, "),
        ):
            if pd.notna(value):
                yield Measurement(f"{where}, {what}", value, unit, nominal + among, quiet=True)
