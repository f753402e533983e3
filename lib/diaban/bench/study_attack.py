"""How long the audit of a whole study takes: all frames of all its editions, as `diaban release` does it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from diaban.bench.measurement import Measurement, Options
from diaban.run.choice import Choice
from diaban.run.release import audited
from diaban.run.stage import open_stage


def measure(options: Options) -> Iterator[Measurement]:
    """Seconds of the audit of the study, and what it looked at."""
    choice = Choice()
    with tempfile.TemporaryDirectory() as outputs:
        stage = open_stage(options.study, outputs=Path(outputs), **choice._asdict())
        start = time.perf_counter()
        found = audited(stage, options.study, choice, outputs=Path(outputs))
        seconds = time.perf_counter() - start
    told, cells = found.certificate["attacked"], found.certificate["cells"]
    name, editions = f"attack: {options.study.name} whole", len(found.certificate["editions"])
    yield Measurement(f"{name}, audit", seconds, "s", f"{told['numbers']} numbers, {editions} editions")
    share, against = 100 * cells["hidden_share"], f"of {cells['known']}; {len(found.leaks)} leaks"
    yield Measurement(f"{name}, cells hidden", share, "%", against)
