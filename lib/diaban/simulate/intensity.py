"""How many cases each unit records in each period of each stream."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban.simulate.ground import Places, observed_periods
from diaban.simulate.indicators import standard_scores
from diaban.simulate.population import band_persons
from diaban.simulate.random import generator
from diaban.simulate.timing import exposure_factors
from diaban.simulate.truth import Truth
from diaban.simulate.truth_cases import StreamTruth


def simulate_counts(
    truth: Truth, places: Places, population: pd.DataFrame, indicators: pd.DataFrame, seed: int
) -> pd.DataFrame:
    """Columns locality, report_locality, period, stream, expected, cases: every unit x period x stream."""
    frames = []
    for stream in truth.streams:
        expected = expected_cases(truth, places, population, indicators, stream, seed)
        cases = generator(seed, f"counts {stream.key}").poisson(expected.to_numpy())
        frame = pd.DataFrame({"expected": expected.stack(), "cases": cases.ravel()}).reset_index()
        frames.append(frame.assign(stream=stream.key))
    parents = places.units(truth).set_index("locality")["parent"]
    counts = pd.concat(frames, ignore_index=True)
    return counts.assign(report_locality=counts["locality"].map(parents))


def expected_cases(
    truth: Truth,
    places: Places,
    population: pd.DataFrame,
    indicators: pd.DataFrame,
    stream: StreamTruth,
    seed: int,
) -> pd.DataFrame:
    """Poisson means, unit x period.

    log mu = log(persons x years) + season, campaigns and recording + trend + sum of the effects times
    standard scores + unit effect + report-locality effect + constant. The constant makes the total equal
    `cases_per_report_year` x report localities x years.
    """
    units, periods = places.units(truth), observed_periods(truth)
    log_rate = _log_rate(truth, units, periods, indicators, stream, seed)
    exposure = band_persons(population, stream.bands) * exposure_factors(truth, units, periods, stream.key)
    relative = exposure * np.exp(log_rate)
    total = stream.cases_per_report_year * units["parent"].nunique() * periods["years"].sum()
    return relative * (truth.multiplier * total / relative.to_numpy().sum())


def _log_rate(
    truth: Truth,
    units: pd.DataFrame,
    periods: pd.DataFrame,
    indicators: pd.DataFrame,
    stream: StreamTruth,
    seed: int,
) -> pd.DataFrame:
    """Log relative rate, unit x period."""
    rng = generator(seed, f"effects {stream.key}")
    district = units["parent"].astype("category").cat.codes.to_numpy()
    local = rng.normal(0, truth.heterogeneity.report_sd, district.max() + 1)[district]
    local = local + rng.normal(0, truth.heterogeneity.unit_sd, len(units))
    trend = np.log(stream.trend) * (periods["year"] - periods["year"].mean()).to_numpy()
    log_rate = pd.DataFrame(local[:, None] + trend, index=units["locality"], columns=periods["period"])
    for effect in truth.effects:
        if effect.stream == stream.key:
            scores = standard_scores(indicators, effect.indicator)
            log_rate = log_rate.add(np.log(effect.between) * scores.between, axis=0)
            log_rate = log_rate + np.log(effect.within) * scores.within
    return log_rate
