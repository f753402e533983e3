"""What a count can and cannot tell: chance, power and evidence about a relative target."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, gammaln, ndtr, pdtr, pdtrc, xlogy
from scipy.stats import beta, norm, poisson_means_test

from diaban.analysis.labels import first_true, text

Floats = NDArray[np.float64]

TARGETS = (-0.03, -0.05)
# Above this mean the normal approximation is good to the third decimal, and summing takes long.
EXACT_UP_TO = 1000
E_TEST_UP_TO = 100

COLUMNS = [
    "locality", "stream", "period", "base", "target", "cases", "base_cases", "mean_per_year", "met",
    "chance_by_luck", "chance_if_true", "power", "largest_detectable_count", "smallest_detectable_fall",
    "cases_needed", "attainment", "withheld",
]  # fmt: skip


def chance_target_met(mean: ArrayLike, target: float, *, true_change: float = 0.0) -> Floats:
    """Chance that next year's count meets a relative target, both years Poisson, any shape.

    mean: expected cases this year; next year's are mean (1 + true_change). A target below 0 is met by a
    count of at most (1 + target) times this year's, one above 0 by at least that.
    """
    values = np.asarray(mean, dtype=float)
    unique, inverse = np.unique(values, return_inverse=True)
    chances = np.array([_chance_met(m, target, true_change) for m in unique.tolist()], dtype=float)
    return chances[inverse].reshape(values.shape)


def power_to_see(mean: ArrayLike, true_change: float, *, alpha: float = 0.05) -> Floats:
    """Chance that a fall of `true_change` (below 0) passes the one-sided exact test, any shape."""
    values = np.asarray(mean, dtype=float)
    unique, inverse = np.unique(values, return_inverse=True)
    chances = np.array([_power(m, true_change, alpha) for m in unique.tolist()], dtype=float)
    return chances[inverse].reshape(values.shape)


def largest_detectable_count(cases: ArrayLike, *, alpha: float = 0.05) -> Floats:
    """The largest count next year that would be a significant fall, any shape; missing where none would.

    Two-sided E-test (Krishnamoorthy & Thomson 2004, J Stat Plan Inference 119:23-35), equal exposures;
    above E_TEST_UP_TO the score test (c - k) / sqrt(c + k), within one case of it.
    """
    values = np.asarray(cases, dtype=float)
    unique, inverse = np.unique(values, return_inverse=True)
    counts = np.array([_largest_fall(c, alpha) for c in unique.tolist()], dtype=float)
    return counts[inverse].reshape(values.shape)


def cases_needed(change: float, *, power: float = 0.8, alpha: float = 0.05) -> float:
    """Cases a year from which a true relative `change` is seen with `power` in a two-sided test.

    Normal approximation: (z_alpha/2 + z_power)² (1 + r) / (1 - r)² with r = 1 + change.
    """
    z = norm.ppf(1 - alpha / 2) + norm.ppf(power)
    return float(z**2 * (2 + change) / change**2)


def target_attainment(
    cases: ArrayLike,
    base_cases: ArrayLike,
    target: float,
    *,
    exposure: ArrayLike = 1.0,
    base_exposure: ArrayLike = 1.0,
) -> Floats:
    """Posterior probability that the risk, not just the count, changed by `target` or better, any shape.

    Jeffreys' priors for both risks: Beta(cases + 1/2, base_cases + 1/2) for the share of the newer count
    under equal exposures. A count that meets the target exactly gives about one half, not 1. For a target
    above 0 (a wished rise) the probability of that or more.
    """
    c1, c0 = np.asarray(cases, dtype=float), np.asarray(base_cases, dtype=float)
    odds = (1 + target) * np.asarray(exposure, dtype=float) / np.asarray(base_exposure, dtype=float)
    below = beta.cdf(odds / (1 + odds), c1 + 0.5, c0 + 0.5)
    return below if target <= 0 else 1 - below


def detectability_table(
    exposed: pd.DataFrame, *, period: str, base: str, targets: Sequence[float] = TARGETS, alpha: float = 0.05
) -> pd.DataFrame:
    """The `detectability` frame: one row a locality, stream and target, for `period` against `base`.

    exposed: locality, period, stream, cases, persons, person_years; all of its periods make
    mean_per_year (cases a year). Targets are on counts, scaled by the observed length of the periods.
    Columns COLUMNS: met (the count meets the target), chance_by_luck (of meeting it from one year to the
    next without change), chance_if_true (if the risk changed by just the target), power (of a one-sided
    exact test for that change), largest_detectable_count (next period's, after `cases` now),
    smallest_detectable_fall (share of `cases`), cases_needed (a year, for 80 % power), attainment.
    withheld: `too_few_periods` (no such period for the locality), `no_cases` (none in any period).
    """
    years = (exposed["person_years"] / exposed["persons"].where(exposed["persons"] > 0)).rename("years")
    frame = exposed.assign(years=years.groupby(exposed["period"]).transform("median"))
    cells = ["locality", "stream"]
    sums = frame.groupby(cells, sort=True)[["cases", "years"]].sum()
    rows = pd.DataFrame({"mean_per_year": sums["cases"] / sums["years"]})
    for name, prefix in ((period, ""), (base, "base_")):
        chosen = frame[frame["period"] == name].set_index(cells)[["cases", "years"]]
        rows = rows.join(chosen.add_prefix(prefix), validate="one_to_one")
    tables = [_against_target(rows.reset_index(), target, alpha) for target in targets]
    table = pd.concat(tables) if tables else pd.DataFrame(columns=COLUMNS)
    table = table.assign(period=period, base=base).sort_values([*cells], kind="stable")
    return table.reset_index(drop=True)[COLUMNS]


def _against_target(rows: pd.DataFrame, target: float, alpha: float) -> pd.DataFrame:
    mean = rows["mean_per_year"].where(rows["mean_per_year"] > 0)
    observed, goal = rows["cases"] / rows["years"], (1 + target) * rows["base_cases"] / rows["base_years"]
    met = (observed <= goal + 1e-9) if target <= 0 else (observed >= goal - 1e-9)
    largest = largest_detectable_count(rows["cases"], alpha=alpha)
    incomplete = rows["cases"].isna() | rows["base_cases"].isna()
    reasons = first_true([incomplete, mean.isna()], ["too_few_periods", "no_cases"])
    return rows.assign(
        target=target,
        met=met.astype("boolean").mask(incomplete),
        chance_by_luck=chance_target_met(mean, target),
        chance_if_true=chance_target_met(mean, target, true_change=target),
        power=power_to_see(mean, target, alpha=alpha) if target < 0 else np.nan,
        largest_detectable_count=pd.array(largest, dtype="Int64"),
        smallest_detectable_fall=1 - largest / rows["cases"].where(rows["cases"] > 0),
        cases_needed=cases_needed(target, alpha=alpha),
        attainment=target_attainment(
            rows["cases"],
            rows["base_cases"],
            target,
            exposure=rows["years"],
            base_exposure=rows["base_years"],
        ),
        withheld=text(reasons),
    )


@lru_cache(maxsize=100_000)
def _chance_met(mean: float, target: float, true_change: float) -> float:
    if not mean >= 0:
        return np.nan
    ratio, later = 1 + target, mean * (1 + true_change)
    if mean > EXACT_UP_TO:
        z = (ratio * mean - later) / np.sqrt(ratio**2 * mean + later)
        return float(ndtr(z if target <= 0 else -z))
    first, chance = _counts_around(mean)
    if target <= 0:
        met = pdtr(np.floor(ratio * first + 1e-9), later)
    else:
        least = np.ceil(ratio * first - 1e-9)
        met = np.where(least > 0, pdtrc(np.maximum(least - 1, 0), later), 1.0)
    return float((chance * met).sum())


@lru_cache(maxsize=100_000)
def _power(mean: float, true_change: float, alpha: float) -> float:
    if not mean >= 0:
        return np.nan
    later = mean * (1 + true_change)
    if mean > EXACT_UP_TO:
        fall = mean - later
        return float(ndtr((fall - norm.ppf(1 - alpha) * np.sqrt(mean + later)) / np.sqrt(mean + later)))
    first, chance = _counts_around(mean)
    return float((chance * _at_most(_critical_counts(alpha)[first], later)).sum())


@lru_cache(maxsize=16)
def _critical_counts(alpha: float) -> NDArray[np.int64]:
    """For each first count, the largest second one that is a one-sided significant fall (-1: none)."""
    first = np.arange(int(EXACT_UP_TO + 12 * np.sqrt(EXACT_UP_TO)) + 20)
    low, high = np.full(len(first), -1), first.copy()
    while (low < high).any():
        middle = (low + high + 1) // 2
        p = np.where(first > 0, betainc(np.maximum(first, 1), middle + 1.0, 0.5), 1.0)
        significant = p <= alpha
        low, high = np.where(significant, middle, low), np.where(significant, high, middle - 1)
        low = np.minimum(low, high)
    return low


def _counts_around(mean: float) -> tuple[NDArray[np.int64], Floats]:
    """Counts that hold all but 1e-11 of Poisson(mean), with their probabilities."""
    half = 7 * np.sqrt(mean) + 15
    first = np.arange(max(0, int(mean - half)), int(mean + half) + 1)
    return first, np.exp(xlogy(first, mean) - gammaln(first + 1) - mean)


def _at_most(count: NDArray[np.int64], mean: float) -> Floats:
    """Poisson probability of at most `count`, 0 below 0."""
    return np.where(count >= 0, pdtr(np.maximum(count, 0), mean), 0.0)


@lru_cache(maxsize=100_000)
def _largest_fall(cases: float, alpha: float) -> float:
    if not cases > 0:
        return np.nan
    if cases > E_TEST_UP_TO:
        z = norm.ppf(1 - alpha / 2)
        return float(np.floor(cases + z**2 / 2 - z * np.sqrt(2 * cases + z**2 / 4)))
    low, high = -1, int(cases)
    while low < high:  # p grows with the second count
        middle = (low + high + 1) // 2
        if poisson_means_test(middle, 1, int(cases), 1).pvalue < alpha:
            low = middle
        else:
            high = middle - 1
    return float(low) if low >= 0 else np.nan
