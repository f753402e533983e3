"""A register of a million cases: time and memory of reading it and of making its cube.

The study is the simulated one with more of everything: its rates, times `multiplier`, and its population,
times `PEOPLE`, so that cases stay rarer than people. All tables that hang on cases (persons, coded causes,
steps of handling) are at full size. Reading and cube run in a process of their own, so that its peak
memory is theirs: `python -m diaban.bench.scale STUDY` prints seconds and MB as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from diaban.bench.measurement import Measurement, Options, Stopwatch
from diaban.bench.watched import watch
from diaban.bench.workplace import copy_study
from diaban.intake import read_tables
from diaban.release.build import build_cube
from diaban.results import Results
from diaban.simulate import read_places, read_truth, simulate, write_study
from diaban.spec import read_spec

PEOPLE = 50
QUICK_ROWS = 5_000
_TRIAL = 10.0  # multiplier of the small run that tells how many cases one unit of it gives
_UNIT = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is in bytes there, in KiB elsewhere


def measure(options: Options) -> Iterator[Measurement]:
    """Simulate in one process, read and count in another."""
    rows = QUICK_ROWS if options.quick else options.rows
    with tempfile.TemporaryDirectory() as place:
        study = copy_study(options.truth, Path(place))
        this = [sys.executable, "-m", "diaban.bench.scale", str(study)]
        size = json.loads(watch([*this, str(rows)]).output)
        told = json.loads(watch(this).output)
    tables = ", ".join(f"{name} {count:,}" for name, count in size.items() if name != "cases")
    yield Measurement("scale: case rows", size["cases"], "rows", f"all at full size: {tables}")
    many = f"{size['cases']:,} case rows"
    yield Measurement("scale: intake, time", told["intake"], "s", many)
    yield Measurement("scale: intake, peak memory", told["intake_memory"], "MB RSS", many)
    yield Measurement("scale: analyses and cube, time", told["cube"], "s", many)
    yield Measurement("scale: intake and cube, peak memory", told["cube_memory"], "MB RSS", many)
    yield Measurement("scale: rows set aside", told["quarantined"], "rows", "of all tables")


def write_large(study: Path, rows: int) -> dict[str, int]:
    """Replace the tables of the simulated `study` by ones with about `rows` cases; rows by table."""
    truth = read_truth(study)
    places = read_places(study, truth.files)
    people = places.population.assign(persons=places.population["persons"] * PEOPLE)
    places = replace(places, population=people)
    trial = simulate(truth.model_copy(update={"multiplier": _TRIAL}), places, truth.seed)
    multiplier = _TRIAL * rows / len(trial["cases"])
    tables = simulate(truth.model_copy(update={"multiplier": multiplier}), places, truth.seed)
    write_study(tables, study / truth.files.tables)
    return {name: len(tables[name]) for name in ("cases", "persons", "cause_codes", "process_events")}


def read_large(study: Path) -> dict[str, float]:
    """Seconds and peak memory (MB) of intake and of the cube."""
    spec, watch = read_spec(study), Stopwatch()
    with watch.time("intake"):
        intake = read_tables(spec, study)
    memory = _peak()
    with watch.time("cube"):
        build_cube(Results(spec, intake.tables), intake.card, study)
    refused = float(len(intake.quarantine))
    return watch.seconds | {"intake_memory": memory, "cube_memory": _peak(), "quarantined": refused}


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT / 1e6


def main(study: str, rows: str | None = None) -> None:
    print(json.dumps(write_large(Path(study), int(rows)) if rows else read_large(Path(study))))


if __name__ == "__main__":
    main(*sys.argv[1:])
