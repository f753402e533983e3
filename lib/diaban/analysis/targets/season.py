"""Which share of a year's cases falls in the part of the year that has passed, as earlier years tell."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from scipy.stats import beta, betabinom, cauchy

LEAST_YEARS = 3
SPREADS = np.linspace(0.005, 0.4, 80)
SPREAD_SCALE = 0.1
COLUMNS = ["stream", "years", "cases", "share", "spread", "a", "b", "lower", "upper", "withheld"]


def season_shares(
    counts: pd.DataFrame,
    *,
    elapsed: Collection[int],
    years: Sequence[str],
    least_years: int = LEAST_YEARS,
    level: float = 0.95,
) -> pd.DataFrame:
    """One row a stream, all localities together: the share of a year's cases in its `elapsed` parts.

    counts: locality, stream, year, number (place of the month or quarter within the year), cases; a part
    without a row had none. years: the complete ones that tell. The share of a year yet to come is
    Beta(a, b): its mean is the pooled share, its variance that of the pooled share (binomial, at least) and
    of the years among themselves (`spread`, a standard deviation, from a beta-binomial; some 10 points are
    taken as usual before any year is seen, so that a few years alike are no proof of a fixed season). lower,
    upper: where that share should lie. A year without cases tells nothing.

    withheld: `too_few_complete_years` with fewer than `least_years` that have cases, `count_not_known` where
    a count is missing.
    """
    rows = counts[counts["year"].isin(list(years))]
    passed = rows["cases"].where(rows["number"].isin(list(elapsed)), 0.0)
    rows = rows.assign(passed=passed.mask(rows["cases"].isna()))
    told = []
    for stream, mine in rows.groupby("stream", sort=True):
        sums = mine.groupby("year")[["passed", "cases"]].sum(skipna=False)
        told.append({"stream": stream} | _share(sums, least_years, level))
    frame = pd.DataFrame(told, columns=COLUMNS)
    return frame.astype({"stream": "str", "withheld": "str", "a": "float64", "b": "float64"})


def _share(sums: pd.DataFrame, least_years: int, level: float) -> dict[str, object]:
    """Of yearly sums `passed` of `cases`."""
    if sums["cases"].isna().any():
        return {"years": len(sums), "withheld": "count_not_known"}
    sums = sums[sums["cases"] > 0]
    n, x = sums["cases"].to_numpy(dtype=float), sums["passed"].to_numpy(dtype=float)
    row: dict[str, object] = {"years": len(n), "cases": int(n.sum())}
    if len(n) < least_years:
        return row | {"withheld": "too_few_complete_years"}
    p = (x.sum() + 0.5) / (n.sum() + 1)
    between = _variance_of_years(x, n, p)
    variance = p * (1 - p) / (n.sum() + 2) + between * (n**2).sum() / n.sum() ** 2 + between
    size = max(p * (1 - p) / variance - 1, 1.0)
    a, b = p * size, (1 - p) * size
    lower, upper = beta.ppf([(1 - level) / 2, (1 + level) / 2], a, b)
    return row | {
        "share": p, "spread": np.sqrt(between), "a": a, "b": b, "lower": lower, "upper": upper,
    }  # fmt: skip


def _variance_of_years(x: np.ndarray, n: np.ndarray, p: float) -> float:
    """Posterior mean variance of the yearly shares beyond that of their counts: beta-binomial, on a grid."""
    spreads = SPREADS[np.square(SPREADS) < p * (1 - p) / 2]
    if not len(spreads):  # a part of the year with hardly a case
        return 0.0
    size = p * (1 - p) / spreads**2 - 1
    told = betabinom.logpmf(x[:, None], n[:, None], p * size, (1 - p) * size).sum(axis=0)
    told = told + cauchy.logpdf(spreads, 0, SPREAD_SCALE)
    weight = np.exp(told - told.max())
    return float((weight * spreads**2).sum() / weight.sum())
