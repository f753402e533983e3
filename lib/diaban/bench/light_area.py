"""The area side of a light province: indicators, true mean counts, and the map of communes."""

from __future__ import annotations

import numpy as np
import pandas as pd

DISTRICT_SIZES = (7, 8, 6, 8, 13, 7, 13, 13, 11, 15, 10)
YEARS = np.array([1, 1, 1, 1, 1, 1, 1, 1, 0.5])
INDICATORS = 12
STREAMS = {"child_abuse": 2.7, "under18_offending": 5.8}
STRONG, MODERATE = 1.5, 1.2
BETWEEN = {0: STRONG, 1: 1 / STRONG, 2: MODERATE, 3: 1 / MODERATE}
WITHIN = {2: STRONG, 5: 1 / STRONG, 1: MODERATE, 6: 1 / MODERATE}
CORRELATED_NULL, CORRELATION = 4, 0.6
DISTRICT_SHARE = 0.3
COMMUNE_SD, DISTRICT_SD, PERIOD_SD = 0.3, 0.2, 0.1
PERSISTENCE = 0.5
ROW = 10  # communes in a row of the map
SMOOTH_SD, ROUGH_SD = 0.4, 0.15  # of what indicators leave unexplained, where it is spatial
SMOOTH_SHARE = 0.4  # of an indicator's variance, where it is spatial
DEPENDENCE = 0.98
AGES = pd.DataFrame(
    {"share": [0.5, 0.3, 0.2], "risk": [0.5, 2.0, 1.0]}, index=pd.Index(["0-9", "10-15", "16-17"])
)
"""By age band: mean share of the persons, and rate relative to the others, where age plays a part."""

AGE_CONCENTRATION = 60.0


def indicator_values(
    rng: np.random.Generator, district: np.ndarray, *, spatial: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values (communes, periods, indicators), and their parts in standard deviations as they came out."""
    shared = _correlated(rng.normal(size=(len(DISTRICT_SIZES), 1, INDICATORS)))[district]
    own = _correlated(rng.normal(size=(len(district), 1, INDICATORS)))
    change = rng.normal(size=(len(district), len(YEARS), INDICATORS))
    for t in range(1, len(YEARS)):
        change[:, t] = PERSISTENCE * change[:, t - 1] + np.sqrt(1 - PERSISTENCE**2) * change[:, t]
    smooth_share = SMOOTH_SHARE if spatial else 0.0
    level = np.sqrt(DISTRICT_SHARE) * shared + np.sqrt(1 - DISTRICT_SHARE - smooth_share) * own
    if spatial:
        smooth = np.sqrt(smooth_share) * _smooth(rng, len(district), INDICATORS)
        level = level + _correlated(smooth[:, None, :])
    values = 20 + 5 * level + 2 * _correlated(change)
    mean = values.mean(axis=1, keepdims=True)
    between = (mean - mean.mean(axis=0)) / mean.std(axis=0, ddof=1)
    within = values - mean
    return values, between, within / within.std(axis=(0, 1))


def expected_cases(
    rng: np.random.Generator,
    size: float,
    persons: np.ndarray,
    between: np.ndarray,
    within: np.ndarray,
    district: np.ndarray,
    *,
    spatial: bool = False,
) -> np.ndarray:
    """Mean counts, communes x periods, of a stream with `size` cases a district and year on average."""
    eta = sum(np.log(ratio) * between[..., k] for k, ratio in BETWEEN.items())
    eta = eta + sum(np.log(ratio) * within[..., k] for k, ratio in WITHIN.items())
    eta = eta + rng.normal(0, ROUGH_SD if spatial else COMMUNE_SD, (len(district), 1))
    eta = eta + rng.normal(0, PERIOD_SD, len(YEARS))
    eta = eta + rng.normal(0, DISTRICT_SD, (len(DISTRICT_SIZES), 1))[district]
    if spatial:
        eta = eta + SMOOTH_SD * _smooth(rng, len(district), 1)
    mu = persons[:, None] * YEARS * np.exp(eta)
    return mu * size * len(DISTRICT_SIZES) * YEARS.sum() / mu.sum()


def age_shares(rng: np.random.Generator, n: int) -> np.ndarray:
    """Shares of the age bands in each commune, (n, bands)."""
    return rng.dirichlet(AGE_CONCENTRATION * AGES["share"], n)


def neighbour_pairs(locality: np.ndarray) -> pd.DataFrame:
    """Communes with a common border: columns a, b (a < b), border_km, on a map of rows."""
    a, b = np.nonzero(np.triu(_adjacent(len(locality))))
    return pd.DataFrame({"a": locality[a], "b": locality[b], "border_km": 1.0})


def _adjacent(n: int) -> np.ndarray:
    """Rows of ROW communes, every other one from right to left, so that districts hang together."""
    row, column = np.divmod(np.arange(n), ROW)
    column = np.where(row % 2 == 1, ROW - 1 - column, column)
    return np.abs(row[:, None] - row) + np.abs(column[:, None] - column) == 1


def _smooth(rng: np.random.Generator, n: int, fields: int) -> np.ndarray:
    """Draws (n, fields) of a conditional autoregressive field (Besag 1974), variance 1 on average."""
    adjacent = _adjacent(n).astype(float)
    covariance = np.linalg.inv(np.diag(adjacent.sum(axis=1)) - DEPENDENCE * adjacent)
    L = np.linalg.cholesky(covariance / np.diag(covariance).mean())
    return L @ rng.normal(size=(n, fields))


def _correlated(draws: np.ndarray) -> np.ndarray:
    draws[..., CORRELATED_NULL] *= np.sqrt(1 - CORRELATION**2)
    draws[..., CORRELATED_NULL] += CORRELATION * draws[..., 0]
    return draws
