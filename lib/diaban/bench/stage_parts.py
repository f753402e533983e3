"""Where the time of a province stage goes: reading, each question, the cube with its protection, writing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from diaban.bench.measurement import Measurement, Options, Stopwatch
from diaban.intake import read_tables
from diaban.release.build import build_cube
from diaban.release.cube import protect
from diaban.results import QUESTIONS, Results
from diaban.spec import read_spec

_PRINTED = 0.05  # s: questions that take less are added up


def measure(options: Options) -> Iterator[Measurement]:
    """Rows by part for the study and, unless quick, for the further ones."""
    for study in (options.study, *(() if options.quick else options.more)):
        yield from _rows(study.name, time_parts(study))


def time_parts(study: Path) -> dict[str, float]:
    """Seconds by part: "intake", every question of `Results` by name, "cube", "write", and "protection".

    A question that rests on another finds that answered, as they are asked in the order in which the class
    has them. "cube" holds the protection; "protection" is that alone, done once more.
    """
    spec, watch = read_spec(study), Stopwatch()
    with watch.time("intake"):
        intake = read_tables(spec, study)
    results = Results(spec, intake.tables)
    for question in QUESTIONS:
        with watch.time(question):
            getattr(results, question)
    with watch.time("cube"):
        cube = build_cube(results, intake.card, study).cube
    with watch.time("write"), tempfile.TemporaryDirectory() as folder:
        cube.save(Path(folder))
        for name, frame in intake.tables.present().items():
            frame.to_parquet(Path(folder, f"{name}.internal.parquet"))
    with watch.time("protection"):
        protect(results)
    return watch.seconds


def _rows(study: str, seconds: dict[str, float]) -> Iterator[Measurement]:
    whole = sum(seconds.values()) - seconds["protection"]
    analysis = sum(seconds[name] for name in QUESTIONS)
    yield Measurement(f"stage: {study}, whole", whole, "s")
    for part in ("intake", "analysis", "cube", "write"):
        taken = analysis if part == "analysis" else seconds[part]
        yield Measurement(f"stage: {study}, {part}", taken, "s", f"{taken / whole:.0%} of the stage")
    yield Measurement(f"stage: {study}, protection alone", seconds["protection"], "s", "held by the cube")
    for question in QUESTIONS:
        if seconds[question] >= _PRINTED:
            share = f"{seconds[question] / analysis:.0%} of analysis"
            yield Measurement(f"stage: {study}, analysis: {question}", seconds[question], "s", share)
