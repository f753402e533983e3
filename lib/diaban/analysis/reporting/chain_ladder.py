"""Chain ladder: what is counted so far, what to expect finally, and how sure that is (Mack 1993)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from diaban.analysis.exposure import WHOLE
from diaban.analysis.labels import first_true, text
from diaban.analysis.reporting.delay_triangle import cumulative

Floats = NDArray[np.float64]
LastVariance = Literal["mack", "log_linear"]

LEAST_ORIGINS = 3
COLUMNS = ["stream", "origin", "counted", "expected_finally", "standard_error", "lower", "upper",
           "share_counted", "withheld"]  # fmt: skip


def chain_ladder(
    triangle: pd.DataFrame,
    *,
    groups: Mapping[str, str] | None = None,
    last_variance: LastVariance = "mack",
    level: float = 0.95,
) -> pd.DataFrame:
    """Every origin of every stream as it will stand finally, and all of them together (origin "all").

    triangle: as of `delay_triangle` (stream, origin, age, counted), or amounts that grow with age. groups:
    origin -> a name; each named group gets a row too, with the error that its origins share.

    COLUMNS: counted (at the latest age), expected_finally (at the largest age of the triangle),
    standard_error (of what is still to come: process and estimation), lower and upper (of
    expected_finally; log-normal for what is to come, Mack 1994), share_counted. Source: Mack 1993, ASTIN
    Bulletin 23:213-225; 1994, CAS Forum 1:101-182. The errors are of the size of the counts: with two or
    three cases an origin the limits hold the truth in two thirds of the time only, from ten on as they
    should; for less use `nowcast`. withheld: `too_few_periods` (fewer than LEAST_ORIGINS
    origins), `nothing_counted_yet` (a multiple of 0 tells nothing: see `nowcast`).
    """
    frames = []
    for stream, rows in triangle.groupby("stream", sort=False):
        C = cumulative(rows)
        sets = {str(origin): [i] for i, origin in enumerate(C.index)}
        for origin, group in (groups or {}).items():
            if origin in C.index:
                sets.setdefault(group, []).append(C.index.get_loc(origin))
        frames.append(_of_stream(C, sets | {WHOLE: list(range(len(C)))}, last_variance, level, str(stream)))
    table = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=COLUMNS)
    return table.astype({"stream": "str", "origin": "str", "withheld": "str"})[COLUMNS]


@dataclass(frozen=True)
class Ladder:
    """Mack's estimates: by age 0 … n - 2 f, variance (sigma squared) and base (S, what f was measured on);
    by origin counted, ultimate, mse (of what is still to come) and first (the age reached)."""

    f: Floats
    variance: Floats
    base: Floats
    counted: Floats
    ultimate: Floats
    mse: Floats
    first: NDArray[np.int64]

    def mse_of(self, chosen: list[int]) -> float:
        """Of the sum over some origins, which share the estimates of f (Mack 1993, theorem 3)."""
        total = 0.0
        ordered = sorted(chosen, key=lambda i: -self.first[i])
        for k, i in enumerate(ordered):
            younger = self.ultimate[ordered[k + 1 :]].sum()
            shared = (2 * _over(self.variance, self.f**2 * self.base))[self.first[i] :].sum()
            total += self.mse[i] + self.ultimate[i] * younger * shared
        return total


def mack(C: Floats, last_variance: LastVariance = "mack") -> Ladder:
    """C: cumulative, origins (oldest first) x ages, missing where not observed yet."""
    n = C.shape[1]
    now, later = C[:, :-1], C[:, 1:]
    both = ~np.isnan(later)
    S = np.where(both, now, 0).sum(axis=0)
    f = np.where(S > 0, np.where(both, later, 0).sum(axis=0) / np.where(S > 0, S, 1), 1.0)
    variance = _variances(now, later, f, last_variance)
    first = (~np.isnan(C)).sum(axis=1) - 1
    counted = C[np.arange(len(C)), first]
    projected = np.where(np.isnan(C), 0.0, C)
    for j in range(n - 1):
        projected[:, j + 1] = np.where(first <= j, projected[:, j] * f[j], projected[:, j + 1])
    ultimate = projected[:, -1]
    ahead = np.arange(n - 1) >= first[:, None]
    one_over = _over(1.0, projected[:, :-1]) + _over(1.0, S)
    mse = ultimate**2 * np.where(ahead, _over(variance, f**2) * one_over, 0).sum(axis=1)
    return Ladder(f, variance, S, counted, ultimate, mse, first)


def _variances(now: Floats, later: Floats, f: Floats, last_variance: LastVariance) -> Floats:
    """Sigma squared by age. An origin of 0 has no link ratio; the last ages, seen once, are extrapolated."""
    used = ~np.isnan(later) & (now > 0)
    squares = np.where(used, now * (_over(later, now) - f) ** 2, 0).sum(axis=0)
    pairs = used.sum(axis=0)
    variance = np.where(pairs > 1, squares / np.maximum(pairs - 1, 1), np.nan)
    known = np.flatnonzero(pairs > 1)
    if last_variance == "log_linear":
        positive = known[variance[known] > 0]
        slope, level = np.polyfit(positive, np.log(variance[positive]) / 2, 1)
    for j in np.flatnonzero(pairs <= 1):
        if last_variance == "log_linear":
            variance[j] = np.exp(2 * (level + slope * j))
        elif j >= 2:
            a, b = variance[j - 2], variance[j - 1]
            variance[j] = min(b**2 / a if a > 0 else 0.0, a, b)
    return np.nan_to_num(variance)


def _of_stream(
    C: pd.DataFrame, sets: Mapping[str, list[int]], last_variance: LastVariance, level: float, stream: str
) -> pd.DataFrame:
    ladder = mack(C.to_numpy(), last_variance)
    counted, ultimate = (
        np.array([values[s].sum() for s in sets.values()]) for values in (ladder.counted, ladder.ultimate)
    )
    error = np.sqrt([ladder.mse_of(s) for s in sets.values()])
    to_come = ultimate - counted
    lower, upper = _log_normal(to_come, error, level)
    reasons = [np.full(len(sets), len(C) < LEAST_ORIGINS), counted == 0]
    withheld = first_true(reasons, ["too_few_periods", "nothing_counted_yet"])
    told = {
        "expected_finally": ultimate,
        "standard_error": error,
        "lower": counted + lower,
        "upper": counted + upper,
        "share_counted": _over(counted, ultimate),
    }
    frame = pd.DataFrame(told)[pd.isna(withheld)].reindex(range(len(sets)))
    return frame.assign(stream=stream, origin=list(sets), counted=counted, withheld=text(withheld))


def _log_normal(mean: Floats, error: Floats, level: float) -> tuple[Floats, Floats]:
    """Limits of what is to come; normal where a falling triangle leads to expect less than now."""
    z = norm.ppf(0.5 + level / 2)
    spread = np.sqrt(np.log1p(_over(error, mean) ** 2))
    middle = np.where(mean > 0, mean, 0) * np.exp(-(spread**2) / 2)
    grows = mean > 0
    lower = np.where(grows, middle * np.exp(-z * spread), mean - z * error)
    return lower, np.where(grows, middle * np.exp(z * spread), mean + z * error)


def _over(a: Floats | float, b: Floats) -> Floats:
    """a / b, and 0 where b is 0."""
    return np.divide(a, b, out=np.zeros(np.broadcast(a, b).shape), where=np.asarray(b) != 0)
