"""A simulated study as a province for the truth bench: its own truth, one seed after the other."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban.analysis.exposure import expose
from diaban.bench.light_province import Province
from diaban.simulate.cases import in_stream, simulate_cases
from diaban.simulate.codes import simulate_codes
from diaban.simulate.ground import Places, observed_periods
from diaban.simulate.indicators import simulate_indicators
from diaban.simulate.intensity import simulate_counts
from diaban.simulate.population import simulate_population
from diaban.simulate.truth import Truth

STRONG_ODDS = 4.5  # between the strong and the moderate ones of the light province


def study_province(truth: Truth, places: Places, seed: int) -> Province:
    """The province of one seed. Only the tables that the factor analyses read are simulated."""
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
        pairs=planted_pairs(truth),
        together=planted_together(truth, places.code_book),
    )


def planted_pairs(truth: Truth) -> pd.DataFrame:
    """locality, stream, code, planted (strength by the odds there over those elsewhere)."""
    frame = truth.pairs_frame()
    odds = {side: frame[side] / (1 - frame[side]) for side in ("share", "rest_share")}
    strong = odds["share"] / odds["rest_share"] >= STRONG_ODDS
    return frame[["locality", "stream", "code"]].assign(planted=np.where(strong, "strong", "moderate"))


def planted_together(truth: Truth, code_book: pd.DataFrame) -> pd.DataFrame:
    """stream, a, b, planted of codes declared to meet, a before b in the code book."""
    place = {code: i for i, code in enumerate(code_book["code"])}
    rows = [
        (pair.stream, *sorted((pair.a, pair.b), key=place.__getitem__), "declared")
        for pair in truth.together_frame().itertuples()
    ]
    return pd.DataFrame(rows, columns=["stream", "a", "b", "planted"])
