"""Expected finally where the counts are small: what is still to come, with the pattern's own uncertainty."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import nbinom

from diaban.analysis.exposure import WHOLE
from diaban.analysis.labels import first_true
from diaban.analysis.reporting.delay_triangle import cumulative

Floats = NDArray[np.float64]

LEAST_SEEN = 30
LEAST_SHARE = 0.05
NODES = 21
COLUMNS = ["stream", "origin", "counted", "share_counted", "share_error", "expected_finally", "lower",
           "upper", "factor", "factor_error", "withheld"]  # fmt: skip


def nowcast(
    triangle: pd.DataFrame,
    *,
    groups: Mapping[str, str] | None = None,
    weights: Mapping[str, float] | None = None,
    level: float = 0.95,
    least_seen: int = LEAST_SEEN,
) -> pd.DataFrame:
    """Counted so far and expected finally, by stream, for every origin, every named group and all ("all").

    triangle: as of `delay_triangle`. groups: origin -> a name (the months of a running half-year, say).
    weights: how many things each origin leads to expect beside the others (a season), all alike by default.

    share_counted p: the share of an origin's cases that is known by its age, from the reverse hazards of
    the delay (right-truncated delays: Lawless 1994, Canadian J. Stat. 22:15-31), with Greenwood's variance;
    of a group, the mean of its origins' shares by weight. expected_finally = counted + (counted + 1/2)
    (1 - p) / p; lower and upper: negative binomial for what is still to come (Jeffreys' prior for the risk),
    with the share's uncertainty integrated out on the logit scale. factor: 1 / p, what a count is to be
    multiplied by, and its standard error. "Finally" is at the largest age of the triangle.

    withheld: `too_few_cases` (fewer than `least_seen` in the whole triangle to learn the delay from),
    `too_recent` (less than LEAST_SHARE of the cases is known by now).
    """
    frames = []
    for stream, rows in triangle.groupby("stream", sort=False):
        C = cumulative(rows)
        sets = {str(origin): [i] for i, origin in enumerate(C.index)}
        for origin, group in (groups or {}).items():
            if origin in C.index:
                sets.setdefault(group, []).append(C.index.get_loc(origin))
        sets[WHOLE] = list(range(len(C)))
        weight = np.array([(weights or {}).get(str(origin), 1.0) for origin in C.index])
        frames.append(_of_stream(C.to_numpy(), sets, weight, level, least_seen).assign(stream=stream))
    table = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=COLUMNS)
    return table.astype({"stream": "str", "origin": "str", "withheld": "str"})[COLUMNS]


def expected_by_locality(counts: pd.DataFrame, shares: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """Counts of localities as they will stand finally, by the delay of all of them together.

    counts: locality, stream, counted (of one group of origins). shares: stream, share_counted, share_error,
    withheld: the rows of that group in `nowcast`. Adds expected_finally, lower, upper (as there), withheld.
    Reporting that is slower in one locality than in the others is not seen here.
    """
    of_stream = shares.set_index("stream")[["share_counted", "share_error", "withheld"]]
    rows = counts.join(of_stream, on="stream", validate="many_to_one")
    k, p = rows["counted"], rows["share_counted"]
    variance = (rows["share_error"] / p) ** 2
    limits = [
        (np.nan, np.nan) if np.isnan(share) else predictive(float(count), float(share), float(v), level)
        for count, share, v in zip(k, p, variance, strict=True)
    ]
    lower, upper = (
        pd.Series(side, index=rows.index, dtype="float64") for side in np.array(limits).reshape(-1, 2).T
    )
    rows = rows.assign(expected_finally=k + (k + 0.5) * (1 - p) / p, lower=lower, upper=upper)
    return rows.drop(columns=["share_counted", "share_error"])


def shares_by_age(C: Floats) -> tuple[Floats, Floats]:
    """Share of all cases known by each age, and the variance of its logarithm.

    C: cumulative, origins x ages, missing where not observed. With the reverse hazard g(k) = new at k /
    counted up to k over the origins observed at k: P(age <= a) = product over k > a of 1 - g(k).
    """
    new = np.diff(C, axis=1, prepend=0)
    observed = ~np.isnan(C)
    N = np.where(observed, C, 0).sum(axis=0)
    g = np.divide(np.where(observed, new, 0).sum(axis=0), N, out=np.zeros_like(N), where=N > 0)
    g = np.minimum(g[1:], 1 - 1e-9)
    hazards = np.log1p(-g)
    variances = np.divide(g, (1 - g) * N[1:], out=np.zeros_like(g), where=N[1:] > 0)
    log_share, variance = (np.append(np.cumsum(x[::-1])[::-1], 0.0) for x in (hazards, variances))
    return np.exp(log_share), variance


def predictive(counted: float, share: float, variance: float, level: float = 0.95) -> tuple[float, float]:
    """Limits of the final count of one origin or group. variance: of log(share).

    Mixture over Gauss-Hermite nodes of logit(share) of NB(counted + 1/2, share).
    """
    if share >= 1:
        return counted, counted
    x, w = np.polynomial.hermite_e.hermegauss(NODES)
    p = expit(logit(share) + x * np.sqrt(variance) / (1 - share))
    kept = w / w.sum() > 1e-6
    p, w = p[kept], w[kept] / w[kept].sum()

    def below(r: float) -> float:
        return float(w @ nbinom.cdf(r, counted + 0.5, p))

    tail = (1 - level) / 2
    return counted + _quantile(below, tail), counted + _quantile(below, 1 - tail)


def _quantile(below: Callable[[float], float], chance: float) -> float:
    """The smallest whole number with below(r) >= chance."""
    low, high = -1, 1
    while below(high) < chance and high < 2**40:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if below(middle) >= chance else (middle, high)
    return float(high if below(0) < chance else 0)


def _of_stream(
    C: Floats, sets: Mapping[str, list[int]], weight: Floats, level: float, least_seen: int
) -> pd.DataFrame:
    age = (~np.isnan(C)).sum(axis=1) - 1
    counted = C[np.arange(len(C)), age]
    by_age, variance_by_age = shares_by_age(C)
    rows = []
    for origin, members in sets.items():
        share, variance = _share_of(by_age[age[members]], variance_by_age[age[members]], weight[members])
        k = float(counted[members].sum())
        reasons = [[counted.sum() < least_seen], [share < LEAST_SHARE]]
        why = first_true([np.array(r) for r in reasons], ["too_few_cases", "too_recent"])[0]
        row: dict[str, object] = {"origin": origin, "counted": k, "withheld": why}
        if why is None:
            limits = predictive(k, share, variance, level)
            row |= {"share_counted": share, "share_error": share * np.sqrt(variance)}
            row |= {"expected_finally": k + (k + 0.5) * (1 - share) / share, "factor": 1 / share}
            row |= {"lower": limits[0], "upper": limits[1], "factor_error": np.sqrt(variance) / share}
        rows.append(row)
    return pd.DataFrame(rows, columns=[name for name in COLUMNS if name != "stream"]).astype(
        dict.fromkeys(COLUMNS[2:-1], "float64")
    )


def _share_of(share: Floats, variance: Floats, weight: Floats) -> tuple[float, float]:
    """Mean share of some origins and the variance of its logarithm; log shares of two ages have the
    covariance of the older one's variance."""
    w = weight * share
    mean = w.sum() / weight.sum()
    return float(mean), float((np.outer(w, w) * np.minimum.outer(variance, variance)).sum() / w.sum() ** 2)
