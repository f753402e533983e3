"""Standardised rates: direct (age bands weighted alike everywhere) and indirect (observed over expected).

Age bands lie on the last axis; every other axis is broadcast, so a province is one call.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diaban.analysis.intervals import byar_interval, count_interval

LEAST_EVENTS = 10


class Estimate(NamedTuple):
    """A value and its limits, arrays of one shape."""

    value: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]


def directly_standardised_rate(
    events: ArrayLike, persons: ArrayLike, standard: ArrayLike, *, per: float = 100_000, level: float = 0.95
) -> Estimate:
    """Directly standardised rate with Dobson's interval on Byar's (Dobson et al. 1991, Stat Med 10:457-62).

    events, persons: shape (..., bands); standard: (bands,), the standard population of each band.
    Returns shape (...), per `per` person-years. Missing under 10 events, and where a band has no persons.
    """
    x, n, w = (np.asarray(a, dtype=float) for a in (events, persons, standard))
    return _dobson(x, n, w, variance=_variance(x, n, w), total=x.sum(-1), per=per, level=level)


def directly_standardised_rate_of_repeats(
    people: ArrayLike,
    frequency: ArrayLike,
    persons: ArrayLike,
    standard: ArrayLike,
    *,
    per: float = 100_000,
    level: float = 0.95,
) -> Estimate:
    """Directly standardised rate where one person can have several events, which are not independent.

    people: shape (..., frequencies, bands), how many persons had that many events; frequency:
    (frequencies,), events per person. Variance sum of f² V_f over the frequencies f (Fingertips Technical
    Guidance, chapter on DSRs). The rate equals the one of independent events; the interval is wider.
    """
    people_, f = np.asarray(people, dtype=float), np.asarray(frequency, dtype=float)
    n, w = np.asarray(persons, dtype=float), np.asarray(standard, dtype=float)
    events = np.einsum("...fb,f->...b", people_, f)
    variance = (f**2 * _variance(people_, n[..., None, :], w)).sum(-1)
    return _dobson(events, n, w, variance=variance, total=events.sum(-1), per=per, level=level)


def expected_cases(
    persons: ArrayLike, reference_cases: ArrayLike, reference_persons: ArrayLike
) -> NDArray[np.float64]:
    """Cases expected at the reference's rate in each band, summed over the bands (last axis)."""
    n, x0, n0 = (np.asarray(a, dtype=float) for a in (persons, reference_cases, reference_persons))
    return (n * x0 / np.where(n0 > 0, n0, np.nan)).sum(-1)


def indirectly_standardised_ratio(cases: ArrayLike, expected: ArrayLike, *, level: float = 0.95) -> Estimate:
    """Observed over expected cases, with Byar's interval from 10 cases on and the exact one below.

    cases, expected: one shape. The expected count is taken as known. No expected cases: missing.
    """
    observed, e = np.asarray(cases, dtype=float), np.asarray(expected, dtype=float)
    e = np.where(e > 0, e, np.nan)
    lower, upper = count_interval(observed, level)
    return Estimate(observed / e, lower / e, upper / e)


def _variance(x: NDArray, n: NDArray, w: NDArray) -> NDArray[np.float64]:
    return (x * (w / np.where(n > 0, n, np.nan)) ** 2).sum(-1) / w.sum() ** 2


def _dobson(
    x: NDArray, n: NDArray, w: NDArray, *, variance: NDArray, total: NDArray, per: float, level: float
) -> Estimate:
    rate = (x * w / np.where(n > 0, n, np.nan)).sum(-1) / w.sum()
    enough = total >= LEAST_EVENTS
    total = np.where(enough, total, np.nan)
    lower, upper = byar_interval(total, level)
    scale = np.sqrt(variance / total)
    return Estimate(
        np.where(enough, rate, np.nan) * per,
        (rate + scale * (lower - total)) * per,
        (rate + scale * (upper - total)) * per,
    )
