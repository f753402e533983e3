"""Rises above what was usual, over all places and streams at once, within a budget of false alarms."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import nbinom, poisson

from diaban.analysis.control_charts.exact import exceeding
from diaban.analysis.labels import first_true, text

Floats = NDArray[np.float64]

LEAST_CASES = 3
COLUMNS = ["locality", "stream", "period", "cases", "expected", "threshold", "chance", "p", "alert", "power",
           "comparisons", "budget", "expected_false_alarms", "withheld"]  # fmt: skip


def alert_budget(
    base_cases: ArrayLike,
    ratio: ArrayLike,
    *,
    budget: float,
    dispersion: ArrayLike = 1.0,
    least_cases: int = LEAST_CASES,
) -> tuple[Floats, Floats]:
    """Thresholds of one round of comparisons that together raise at most `budget` false alarms on average.

    base_cases, ratio, dispersion: shape (n,), one a series, as in `exceeding`. Each series alerts at the
    smallest count, `least_cases` at least, that is as unlikely as a common bound; the bound is the
    largest for which the chances of all series add up to `budget` at most. Returns the thresholds (infinite
    where the series cannot alert) and those chances, shape (n,).
    """
    b, r, phi = np.broadcast_arrays(*(np.asarray(a, dtype=float) for a in (base_cases, ratio, dispersion)))
    known = np.isfinite(b) & np.isfinite(r)
    top = int(np.nanmax(np.where(known, (b + 0.5) * r * 3 + 30 * phi, least_cases), initial=least_cases))
    counts = np.arange(least_cases, top + 1)
    tails = exceeding(counts, b[:, None], r[:, None], dispersion=phi[:, None])
    tails = np.where(known[:, None], tails, np.nan)
    bounds = np.unique(tails[tails <= budget])
    low, high = 0, len(bounds)  # the number of bounds that are affordable
    while low < high:
        middle = (low + high + 1) // 2
        spent = _largest_within(tails, bounds[middle - 1])[1].sum()
        low, high = (middle, high) if spent <= budget + 1e-12 else (low, middle - 1)
    first, chances = _largest_within(tails, bounds[low - 1] if low else -1.0)
    return np.where(first < len(counts), first + least_cases, np.inf), chances


def alerts(
    counts: pd.DataFrame,
    *,
    baseline: Collection[str],
    periods: Collection[str],
    rounds: int,
    budget: float = 1.0,
    dispersion: pd.Series | None = None,
    least_cases: int = LEAST_CASES,
) -> pd.DataFrame:
    """The `alerts` frame: one row a locality, stream and period of `periods`.

    counts: locality, stream, period, cases, weight where periods differ in size (default 1); missing counts
    are left out of the baseline. rounds: how many periods a year has, so that `budget` is the expected number
    of false alarms of a year over all localities and streams together; a period may spend budget / rounds.
    dispersion: by stream, default 1.

    Returns COLUMNS. expected: cases if the baseline goes on. threshold: the count from which there is an
    alert (missing where none is possible within the budget), chance: of reaching it by chance alone. p:
    chance of the count seen or more. power: of an alert if the risk doubled. comparisons, budget,
    expected_false_alarms: of the whole round, scaled to a year. withheld: `too_few_periods` (no known
    baseline), `count_not_known`.
    """
    frame = counts if "weight" in counts else counts.assign(weight=1.0)
    keys = ["locality", "stream"]
    first = frame[frame["period"].isin(list(baseline)) & frame["cases"].notna()].groupby(keys)
    base = first[["cases", "weight"]].sum().add_prefix("base_").reset_index()
    rows = frame[frame["period"].isin(list(periods))].merge(base, on=keys, how="left", validate="many_to_one")
    rows = rows.sort_values(["period", *keys], kind="stable").reset_index(drop=True)
    phi = 1.0 if dispersion is None else rows["stream"].map(dispersion).fillna(1.0)
    rows = rows.assign(phi=phi, ratio=rows["weight"] / rows["base_weight"])
    tables = [_round(group, budget, rounds, least_cases) for _, group in rows.groupby("period", sort=False)]
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=COLUMNS)
    kinds = dict.fromkeys([*keys, "period", "withheld"], "str") | {"comparisons": "int64", "alert": "boolean"}
    return table.astype(kinds)[COLUMNS]


def _round(rows: pd.DataFrame, budget: float, rounds: int, least_cases: int) -> pd.DataFrame:
    b, r, phi = (rows[name].to_numpy(dtype=float) for name in ("base_cases", "ratio", "phi"))
    x = rows["cases"].to_numpy(dtype=float)
    threshold, chance = alert_budget(
        b, r, budget=budget / rounds, dispersion=phi, least_cases=least_cases
    )  # fmt: skip
    compared = np.isfinite(b) & np.isfinite(r)
    expected = b * r
    unknown = np.isnan(x)
    alert = pd.Series(x >= threshold, index=rows.index, dtype="boolean").mask(unknown | ~compared)
    possible = np.isfinite(threshold) & compared
    return rows.assign(
        expected=expected,
        threshold=np.where(possible, threshold, np.nan),
        chance=np.where(compared, chance, np.nan),
        p=np.where(compared & ~unknown, exceeding(x, b, r, dispersion=phi), np.nan),
        alert=alert,
        power=np.where(possible, _power(threshold, 2 * expected, phi), np.where(compared, 0.0, np.nan)),
        comparisons=int(compared.sum()),
        budget=budget,
        expected_false_alarms=float(chance.sum() * rounds),
        withheld=text(first_true([~compared, unknown], ["too_few_periods", "count_not_known"])),
    )


def _power(threshold: Floats, mean: Floats, phi: Floats) -> Floats:
    """Chance of reaching the threshold at this mean, negative binomial with variance phi x mean."""
    excess = np.maximum(phi - 1, 1e-12)
    wide = nbinom.sf(threshold - 1, mean / excess, 1 / (1 + excess))
    return np.where(phi > 1, wide, poisson.sf(threshold - 1, mean))


def _largest_within(tails: Floats, bound: float) -> tuple[NDArray[np.int64], Floats]:
    """For each series the first count whose chance is at most `bound` (else one past the last), and it."""
    within = tails <= bound
    any_within = within.any(axis=1)
    first = np.where(any_within, within.argmax(axis=1), tails.shape[1])
    chance = np.where(any_within, tails[np.arange(len(tails)), np.minimum(first, tails.shape[1] - 1)], 0.0)
    return first, chance
