"""The conductor beside a plain papermill loop, on the same notebook and data, turn by turn.

Two comparisons. Steady state: the stage is there, how long does a page take? Cold: nothing is there, how
long until all pages are? A steady page of the conductor is (a run that makes all pages - a run that finds
them all made) / pages; the second run is what opening the stage and assembling the site cost.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median

from diaban.bench.measurement import Measurement, Options
from diaban.bench.plain_loop import plain_page
from diaban.bench.watched import MEMORY, Watched, watch
from diaban.bench.workplace import copy_study
from diaban.run.conductor import Report, notebook_path, run_study
from diaban.run.fork_server import cool_down

STEADY_GOAL, COLD_GOAL = 40, 5
PLAIN_PAGES = 3


def measure(options: Options) -> Iterator[Measurement]:
    """Rows of steady state, cold start and memory."""
    with tempfile.TemporaryDirectory() as place:
        steady = _steady(options, Path(place))
    yield from steady.rows()
    yield from _cold(options, steady)


@dataclass
class _Steady:
    """Seconds of each turn: a plain page; a run with all pages to make, with one child and with `jobs`
    children, and a run with none to make."""

    localities: list[str] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)
    all_made: list[float] = field(default_factory=list)
    one_by_one: list[float] = field(default_factory=list)
    none_made: list[float] = field(default_factory=list)

    def page(self, runs: list[float]) -> float:
        """The fan-out alone, a page."""
        return max(median(runs) - median(self.none_made), 0.0) / len(self.localities)

    def rows(self) -> Iterator[Measurement]:
        pages, plain, page = len(self.localities), median(self.plain), self.page(self.all_made)
        whole, jobs = median(self.all_made) / pages, os.cpu_count()
        beside = f"plain loop: {plain:.3g} s"
        yield Measurement("speed: plain loop, a page at steady state", plain, "s", f"{len(self.plain)} pages")
        yield Measurement(f"speed: a page at steady state, {jobs} at once", page, "s", beside)
        alone = self.page(self.one_by_one)
        yield Measurement("speed: a page at steady state, one at a time", alone, "s", beside)
        yield Measurement("speed: a page with its part of stage and site", whole, "s", beside)
        yield Measurement("speed: steady state, times faster", plain / page, "x", f"goal {STEADY_GOAL}")
        yield Measurement("speed: steady state, times faster, one at a time", plain / alone, "x")
        yield Measurement("speed: steady state, times faster, stage and site included", plain / whole, "x")


def _steady(options: Options, root: Path) -> _Steady:
    """Turn about: a plain page, all pages, all pages one by one, none."""
    study = copy_study(options.study, root)
    report = _run(study)  # computes the stage and starts the fork server
    made = report.site.parents[1] / "pages"
    localities = sorted(path.stem.rsplit("-", 1)[1] for path in made.rglob("*.html"))
    steady = _Steady(localities)
    turns = 1 if options.quick else PLAIN_PAGES
    for locality in localities[:turns]:
        steady.plain.append(plain_page(notebook_path(study), study, root, locality))
        for runs, jobs in ((steady.all_made, None), (steady.one_by_one, 1)):
            shutil.rmtree(made)
            runs.append(_seconds(study, jobs))
        steady.none_made.append(_seconds(study, None))
    cool_down()
    return steady


def _run(study: Path, jobs: int | None = None) -> Report:
    with contextlib.redirect_stderr(io.StringIO()):
        report = run_study(study, jobs=jobs)
    if report.failed:
        raise RuntimeError("\n".join(failed.message for failed in report.failed))
    return report


def _seconds(study: Path, jobs: int | None) -> float:
    start = time.perf_counter()
    _run(study, jobs)
    return time.perf_counter() - start


def _cold(options: Options, steady: _Steady) -> Iterator[Measurement]:
    """Whole runs from nothing, each in a process and a folder of its own."""
    localities, turns = steady.localities, 1 if options.quick else 2
    run = len(localities) if options.full else 1 if options.quick else PLAIN_PAGES
    ours, plain = [], []
    for turn in range(turns):
        ours.append(_from_nothing(options, ["-m", "diaban", "run", "{study}"]))
        if turn == 0:
            loop = ["-m", "diaban.bench.plain_loop", "{notebook}", "{study}", "{root}/plain"]
            plain.append(_from_nothing(options, [*loop, *localities[:run]]))
    left = len(localities) - run
    pages = [float(line) for line in plain[0].output.split()]
    whole = plain[0].seconds + left * mean(pages[1:] or steady.plain)
    how = f"extrapolated from {run} pages" if left else "all pages run"
    seconds = median(one.seconds for one in ours)
    count = len(localities)
    yield Measurement(f"speed: plain loop, cold, {count} pages", whole, "s", how)
    yield Measurement(f"speed: diaban run, cold, {count} pages", seconds, "s", f"plain loop: {whole:.3g} s")
    yield Measurement(
        "speed: cold, times faster", whole / seconds, "x", f"goal {COLD_GOAL}; plain loop {how}"
    )
    unit, kernel = f"MB {MEMORY}", plain[0].kernel
    beside = f"a plain kernel: {kernel:.0f} MB"
    yield Measurement("memory: a plain kernel at its peak", kernel, unit)
    yield Measurement(
        "memory: diaban run, all processes, at its peak", max(o.memory for o in ours), unit, beside
    )


def _from_nothing(options: Options, arguments: list[str]) -> Watched:
    """Run python with `arguments` on a fresh copy of the study."""
    with tempfile.TemporaryDirectory() as place:
        study = copy_study(options.study, Path(place))
        names = {"study": study, "root": place, "notebook": notebook_path(study)}
        return watch([sys.executable, *(argument.format(**names) for argument in arguments)])
