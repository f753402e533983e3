"""Area indicators by unit and period, and the standard scores that the true effects act on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from diaban.simulate.ground import Places, observed_periods
from diaban.simulate.population import band_persons
from diaban.simulate.random import Rng, generator
from diaban.simulate.truth import IndicatorTruth, Truth

_DECIMALS = 4
_PERSISTENCE = 0.5


def simulate_indicators(truth: Truth, places: Places, population: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Columns locality, period, indicator, value, numerator, denominator.

    value is per x numerator / denominator with whole numerators, as an office would report it.
    """
    rng = generator(seed, "indicators")
    units, periods = places.units(truth), observed_periods(truth)
    means = _unit_scores(truth, units["parent"], rng)
    frames = []
    for indicator, scores in zip(truth.indicators, means.T, strict=True):
        wanted = _wanted(indicator, scores, _changes(rng, len(units), len(periods)), periods)
        frames.append(_reported(indicator, wanted, population, periods["years"].to_numpy()))
    return pd.concat(frames, ignore_index=True)


def _unit_scores(truth: Truth, parent: pd.Series, rng: Rng) -> np.ndarray:
    """Standard normal unit x indicator scores with the declared correlations.

    `report_share` of the variance lies between report localities.
    """
    keys = [i.key for i in truth.indicators]
    correlation = pd.DataFrame(np.eye(len(keys)), index=keys, columns=keys)
    for pair in truth.correlations:
        correlation.loc[pair.a, pair.b] = correlation.loc[pair.b, pair.a] = pair.value
    root = np.linalg.cholesky(correlation.to_numpy())
    district = parent.astype("category").cat.codes.to_numpy()
    shared = rng.normal(size=(district.max() + 1, len(keys)))[district]
    own = rng.normal(size=(len(parent), len(keys)))
    scores = np.sqrt(truth.report_share) * shared + np.sqrt(1 - truth.report_share) * own
    return scores @ root.T


def _changes(rng: Rng, units: int, periods: int) -> np.ndarray:
    """Yearly deviations, unit x period: stationary, persistent from year to year, sd 1."""
    noise = rng.normal(size=(units, periods))
    for t in range(1, periods):
        noise[:, t] = _PERSISTENCE * noise[:, t - 1] + np.sqrt(1 - _PERSISTENCE**2) * noise[:, t]
    return noise


def _wanted(of: IndicatorTruth, scores: np.ndarray, changes: np.ndarray, periods: pd.DataFrame) -> np.ndarray:
    """Values before rounding, unit x period."""
    trend = of.trend * (periods["year"] - periods["year"].mean()).to_numpy()
    values = of.mean + of.sd * scores[:, None] + of.within_sd * changes + trend
    return np.clip(values, of.minimum, of.maximum)


def _reported(
    of: IndicatorTruth, wanted: np.ndarray, population: pd.DataFrame, years: np.ndarray
) -> pd.DataFrame:
    """Whole numerators over the denominators of the population, and the value they give."""
    base = band_persons(population, of.bands) / of.persons_each
    denominator = (base * years if of.flow else base).round().clip(lower=1)
    numerator = np.rint(wanted * denominator / of.per)
    if of.maximum is not None:
        numerator = np.minimum(numerator, np.floor(of.maximum * denominator / of.per))
    long = pd.DataFrame({"numerator": numerator.stack(), "denominator": denominator.stack()}).astype("int64")
    value = indicator_value(of.per, long["numerator"], long["denominator"])
    return long.assign(value=value, indicator=of.key).reset_index()[
        ["locality", "period", "indicator", "value", "numerator", "denominator"]
    ]


def indicator_value(per: float | pd.Series, numerator: pd.Series, denominator: pd.Series) -> pd.Series:
    """The value of an indicator as it is written."""
    return (per * numerator / denominator).round(_DECIMALS)


@dataclass(frozen=True)
class Scores:
    """Standard scores of one indicator: between by unit, within by unit x period."""

    between: pd.Series
    within: pd.DataFrame


def standard_scores(indicators: pd.DataFrame, indicator: str) -> Scores:
    """Unit means, and deviations from them, each divided by its own standard deviation.

    This is the scale on which the effects of the truth are declared.
    """
    rows = indicators[indicators["indicator"] == indicator]
    values = rows.set_index(["locality", "period"])["value"].unstack("period", sort=False)
    means = values.mean(axis=1)
    within = values.sub(means, axis=0)
    return Scores((means - means.mean()) / means.std(), within / within.to_numpy().std())
