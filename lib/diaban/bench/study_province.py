"""A simulated study as a province for the truth bench: its own truth, one seed after the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from diaban.analysis.exposure import expose
from diaban.bench.light_province import Province
from diaban.simulate.cases import in_stream, simulate_cases
from diaban.simulate.codes import simulate_codes
from diaban.simulate.ground import Places, observed_periods, read_places
from diaban.simulate.indicators import simulate_indicators
from diaban.simulate.intensity import simulate_counts
from diaban.simulate.population import simulate_population
from diaban.simulate.read import read_truth
from diaban.simulate.truth import Truth


def study_provinces(folder: Path) -> Callable[[int], Province]:
    """The function seed -> province of the study in `folder`, which declares its truth in truth.toml.

    Only the tables that the factor analyses read are simulated. Raises DiabanError as `read_truth` does.
    """
    truth = read_truth(folder)
    places = read_places(folder, truth.files)
    return lambda seed: study_province(truth, places, seed)


def study_province(truth: Truth, places: Places, seed: int) -> Province:
    """The province of one seed."""
    population = simulate_population(truth, places, seed)
    indicators = simulate_indicators(truth, places, population, seed)
    counts = simulate_counts(truth, places, population, indicators, seed)
    files = simulate_cases(truth, counts, seed)
    bands = {stream.key: stream.bands for stream in truth.streams}
    by_stream = [files[in_stream(truth, files, stream)].assign(stream=stream) for stream in bands]
    cases = pd.concat(by_stream, ignore_index=True)[["case_key", "report_locality", "stream"]]
    return Province(
        exposed=expose(counts, population, observed_periods(truth), bands),
        indicators=indicators,
        groups=places.units(truth).set_index("locality")["parent"],
        effects=truth.effects_frame(),
        cases=cases.rename(columns={"report_locality": "locality"}),
        codes=simulate_codes(truth, places, files, seed),
        code_book=places.code_book,
        pairs=truth.pairs_frame()[["locality", "stream", "code"]],
    )
