"""Which indicators matter most: explained variation shared out among them, over all orders of entry."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import comb

import numpy as np
import pandas as pd

from diaban.analysis.area_factors.associations import EVENTS_PER_PARAMETER
from diaban.analysis.area_factors.fitted import Fitted, fitted_streams

BOOTSTRAPS = 400
EXACT_UP_TO = 14
ORDERS = 500
SINGULAR = 1e-10
AT_ONCE = 2**16
NUMBERS = ["importance", "lower", "upper", "rank_lower", "rank_upper", "explained"]
COLUMNS = ["stream", "indicator", *NUMBERS, "withheld"]


def lmg(y: np.ndarray, X: np.ndarray) -> np.ndarray:
    """R^2 of least squares split among the regressors (Lindeman, Merenda & Gold 1980; Groemping 2006).

    y: (n,); X: (n, p) without its constant. The share of a regressor is its gain in R^2 averaged over all
    orders of entry, which is its Shapley value. Returns (p,), non-negative, with sum R^2.
    """
    rows = np.column_stack([X, y]) - np.append(X.mean(axis=0), y.mean())
    return explained_shares(rows.T @ rows)


def explained_shares(C: np.ndarray, *, n: int | None = None) -> np.ndarray:
    """The same from cross products C, (..., p + 1, p + 1): regressors, then response, constant swept out.

    With `n` observations given, it is the adjusted R^2 (Ezekiel 1930) that is split: a regressor that
    explains no more than chance has expectation 0 and may be negative. All 2^p models at once up to
    EXACT_UP_TO regressors, beyond that the mean over ORDERS random orders and their reverses. A response
    without variation has missing shares.
    """
    p = C.shape[-1] - 1
    total = np.where(C[..., -1, -1] > 0, C[..., -1, -1], np.nan)
    spent = np.arange(p + 1)
    inflation = np.ones(p + 1) if n is None else (n - 1) / (n - 1 - spent)
    gains = _gains_by_subset(C, inflation) if p <= EXACT_UP_TO else _gains_by_order(C, inflation)
    return gains / total[..., None]


def factor_importance(
    exposed: pd.DataFrame,
    indicators: pd.DataFrame,
    groups: Mapping[str, str] | pd.Series | None = None,
    *,
    seed: int,
    streams: Sequence[str] | None = None,
    bootstraps: int = BOOTSTRAPS,
    level: float = 0.95,
    events_per_parameter: float = EVENTS_PER_PARAMETER,
    neighbours: pd.DataFrame | None = None,
    spatial_streams: Collection[str] = (),
) -> pd.DataFrame:
    """How much of what the between model explains is each indicator's, one row a stream and indicator.

    exposed, indicators, groups, neighbours, spatial_streams: as in `area_factors`. What is split is the
    quasi-deviance of the between model at the variance of the main fit, by its quadratic form there:
    generalised least squares of the working response, in which every subset of indicators has a closed form
    (McCullagh & Nelder 1989, ch. 2). Gains are adjusted for the parameter that each indicator costs.

    importance: share of the explained variation, 0..1, adding up to 1; an indicator that explains no more
    than chance has 0. lower, upper, rank_lower, rank_upper (1 matters most): percentiles over `bootstraps`
    resamples of localities, on the scale where group effects are taken out. explained: adjusted share of the
    variation between localities that all indicators explain together, chance in the counts included, so that
    few cases mean a small share. Importance says how well places are told apart, not what acts: an indicator
    without association of its own shares in the importance of one that it resembles.

    On 40 provinces of the truth bench intervals hold the true share of 89 to 94 % of the strong, 92 % of the
    moderate and 95 to 100 % of the null indicators; bias is under 0.01.

    withheld: as in `area_factors` (between), and `nothing_explained`.
    """
    fits = fitted_streams(
        exposed,
        indicators,
        groups,
        streams=streams,
        events_per_parameter=events_per_parameter,
        neighbours=neighbours,
        spatial_streams=spatial_streams,
    )
    told = [_of_stream(fit, np.random.default_rng(seed), bootstraps, level) for fit in fits]
    frame = pd.concat([pd.DataFrame(columns=COLUMNS), *told], ignore_index=True)[COLUMNS]
    texts = dict.fromkeys(["stream", "indicator", "withheld"], "str")
    ranks = dict.fromkeys(["rank_lower", "rank_upper"], "Int64")
    return frame.astype(dict.fromkeys(NUMBERS, "float64") | ranks | texts)


def _of_stream(fitted: Fitted, rng: np.random.Generator, bootstraps: int, level: float) -> pd.DataFrame:
    frame = pd.DataFrame({"stream": fitted.stream, "indicator": fitted.names})
    if fitted.fit is None:
        return frame.assign(withheld=frame["indicator"].map(fitted.refused))
    rows = fitted.whitened()
    n = len(rows)
    split = explained_shares(_cross_products(rows, np.ones((1, n))), n=n)[0]
    if not split.sum() > 0:
        reasons = dict.fromkeys(fitted.names, "nothing_explained") | fitted.refused
        return frame.assign(explained=0.0, withheld=frame["indicator"].map(reasons))
    resampled = _bootstrapped(rows, rng.multinomial(n, np.full(n, 1 / n), size=bootstraps))
    tails = [(1 - level) / 2, (1 + level) / 2]
    lower, upper = np.nanquantile(_normalised(resampled), tails, axis=0)
    best, worst = np.quantile(_ranks(resampled), tails, axis=0, method="inverted_cdf")
    columns = {"importance": _normalised(split), "lower": lower, "upper": upper}
    columns |= {"rank_lower": best, "rank_upper": worst}
    told = pd.DataFrame({"indicator": fitted.design.names, **columns})
    frame = frame.merge(told, on="indicator", how="left")
    return frame.assign(explained=split.sum(), withheld=frame["indicator"].map(fitted.refused))


def _bootstrapped(rows: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Split of every resample, (bootstraps, p), a few at a time so that their subsets fit in cache."""
    size = max(1, AT_ONCE >> (rows.shape[1] - 2))
    parts = np.array_split(counts, max(1, len(counts) // size))
    return np.concatenate([explained_shares(_cross_products(rows, part), n=len(rows)) for part in parts])


def _cross_products(rows: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Cross products of the columns after the first, which is swept out, at each row of weights `counts`."""
    q = rows.shape[1]
    outer = (rows[:, :, None] * rows[:, None, :]).reshape(len(rows), -1)
    C = (counts @ outer).reshape(-1, q, q)
    return C[:, 1:, 1:] - C[:, 1:, :1] * C[:, :1, 1:] / C[:, :1, :1]


def _normalised(split: np.ndarray) -> np.ndarray:
    positive = np.maximum(split, 0)
    total = positive.sum(axis=-1, keepdims=True)
    return np.divide(positive, total, out=np.full_like(positive, np.nan), where=total > 0)


def _ranks(split: np.ndarray) -> np.ndarray:
    return (-split).argsort(axis=-1).argsort(axis=-1) + 1


def _gains_by_subset(C: np.ndarray, inflation: np.ndarray) -> np.ndarray:
    """Shapley value of each regressor's fall in the residual sum of squares, over all subsets."""
    p = C.shape[-1] - 1
    size = np.indices((2,) * p).sum(axis=0)
    sums = _residual_sums(C).reshape(*C.shape[:-2], *size.shape) * inflation[size]
    weight = np.array([1 / (p * comb(p - 1, s)) for s in range(p)])
    gains = np.empty((*C.shape[:-2], p))
    for k in range(p):
        axis = p - 1 - k  # the first regressor runs fastest
        without, with_k = (np.take(sums, side, axis - p) for side in (0, 1))
        others = weight[np.take(size, 0, axis)]
        gains[..., k] = ((without - with_k) * others).reshape(*C.shape[:-2], -1).sum(axis=-1)
    return gains


def _residual_sums(C: np.ndarray) -> np.ndarray:
    """Residual sum of squares of the response on every subset of the regressors, (..., 2^p).

    A binary tree: each regressor in turn is swept out of what is left (Goodnight 1979), or left out. Bit k of
    the position says whether regressor k is in. Matrices shrink as the tree widens, so that all subsets
    together cost little more than their last step.
    """
    A = C[..., None, :, :]
    for k in range(C.shape[-1] - 1):
        rest, a, pivot = A[..., 1:, 1:], A[..., 1:, 0], A[..., 0, 0]
        usable = pivot > SINGULAR * C[..., k, k][..., None]
        scale = np.divide(1.0, pivot, out=np.zeros_like(pivot), where=usable)
        swept = rest - a[..., :, None] * (a * scale[..., None])[..., None, :]
        A = np.concatenate([rest, swept], axis=-3)
    return A[..., 0, 0]


def _gains_by_order(C: np.ndarray, inflation: np.ndarray) -> np.ndarray:
    """Mean gain over random orders of entry and their reverses; the same orders at every call.

    The squares in the last row of a Cholesky root are the falls in the residual sum of squares.
    """
    p = C.shape[-1] - 1
    scale = np.diagonal(C, axis1=-2, axis2=-1)
    firm = C + SINGULAR * np.eye(p + 1) * scale[..., None, :]
    gains = np.zeros((*C.shape[:-2], p))
    rng = np.random.default_rng(p)
    for order in (rng.permutation(p) for _ in range(ORDERS)):
        for entry in (order, order[::-1]):
            at = np.append(entry, p)
            falls = np.linalg.cholesky(firm[..., at[:, None], at])[..., -1, :p] ** 2
            left = scale[..., -1:] - np.cumsum(falls, axis=-1)
            sums = np.concatenate([scale[..., -1:], left], axis=-1) * inflation
            gains[..., entry] -= np.diff(sums, axis=-1)
    return gains / (2 * ORDERS)
