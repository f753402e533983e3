"""The truth behind a made run, with the dispersions that its cube tells."""

from __future__ import annotations

from diaban.release.frames.told_dispersion import dispersions
from diaban.results import Results


def told_results(run) -> Results:
    frames, streams = run.cube.frames, run.results.exposed_report["stream"]
    return run.results.with_dispersion(*dispersions(frames["rates"], frames["run_chart"], streams))
