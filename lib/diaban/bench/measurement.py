"""One number of the bench, with what it stands beside; the printed table and the file of them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Measurement:
    """name: "part: what". against: what the value is to be read beside, in words; "" where nothing is.

    quiet: it is written to the file, and not printed as a line because the part prints a table.
    """

    name: str
    value: float
    unit: str
    against: str = ""
    quiet: bool = False

    def line(self) -> str:
        return f"{self.name:<82} {_short(self.value):>9} {self.unit:<9} {self.against}".rstrip()


@dataclass(frozen=True)
class Options:
    """quick: everything small, to see that the bench works; its numbers mean nothing.

    full: the plain loop runs every page instead of a few. seeds: how many simulated provinces; jobs: how
    many of them at a time. rows: case rows of the scale part. study: the folder that pages are made of; more:
    further folders whose stage is timed; truth: the folder of the simulated study.
    """

    study: Path
    truth: Path
    more: tuple[Path, ...] = ()
    quick: bool = False
    full: bool = False
    seeds: int = 40
    jobs: int = 1
    rows: int = 1_000_000


@dataclass
class Stopwatch:
    """Seconds by name, in the order in which they were taken."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def time(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start


def write_measurements(path: Path, measurements: Iterable[Measurement]) -> None:
    """A JSON list of {name, value, unit, against}, values to four digits."""
    rows = [
        {"name": one.name, "value": float(_short(one.value)), "unit": one.unit, "against": one.against}
        for one in measurements
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"
