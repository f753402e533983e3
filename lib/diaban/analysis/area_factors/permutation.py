"""A test of the between part that asks only that places of a group are alike: Freedman & Lane's permutation.

Why not a wild bootstrap of the groups: in 80 simulated provinces (111 communes, 11 districts, 12 indicators)
the score bootstrap (Kline & Santos 2012) with Webb's weights calls 9 to 10 % of null indicators at p < 0.05
and the wild cluster bootstrap 7 to 9 %, both with less power than t; permuting over all places calls 5 to
8 %. Permuting within districts calls 6 % (in 60 more provinces 5.2 % and 6.2 %, by stream, of t's 3.8 %) and
finds as many strong and moderate factors as t: every comparison stays inside a district, so that nothing is
assumed of 11 district effects.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from diaban.analysis.area_factors.main_model import MainModel, main_models

PERMUTATIONS = 999
TIE = 1e-9
COLUMNS = ["stream", "indicator", "permutation_p", "permutations", "withheld"]


def permutation_test(
    exposed: pd.DataFrame,
    indicators: pd.DataFrame,
    groups: Mapping[str, str] | pd.Series | None = None,
    *,
    streams: Sequence[str] | None = None,
    neighbours: pd.DataFrame | None = None,
    spatial_streams: Collection[str] = (),
    seed: int,
    permutations: int = PERMUTATIONS,
) -> pd.DataFrame:
    """p of every indicator in the between model of `area_factors`, one row a stream and indicator.

    Arguments as in `area_factors`. Whitened residuals of the model without the indicator are reshuffled
    within each group, added to what that model fits, and the t statistic (larger of model-based and HC2
    error) is formed anew (Freedman & Lane 1983); the p is the share, the data included, of statistics at
    least as far from 0. Two-sided. withheld: `too_few_groups` where no group has two places, or the main
    model's reason.
    """
    models = main_models(
        exposed, indicators, groups, streams=streams, neighbours=neighbours, spatial_streams=spatial_streams
    )
    return permuted_of(models, seed=seed, permutations=permutations)


def permuted_of(models: Sequence[MainModel], *, seed: int, permutations: int = PERMUTATIONS) -> pd.DataFrame:
    """`permutation_test` of models that are fitted already."""
    rng = np.random.default_rng(seed)
    frames = [_permuted(model, permutations, rng) for model in models if model.names]
    result = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=COLUMNS)
    types = {"permutation_p": "float64", "permutations": "Int64"}
    texts = dict.fromkeys(["stream", "indicator", "withheld"], "str")
    return result.reindex(columns=COLUMNS).astype(types | texts)


def freedman_lane(X: np.ndarray, z: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """Two-sided p of every column of X but the first, (p - 1,).

    X: (n, p), z: (n,), whitened; orders: (permutations, n), each row a reordering of the rows of the data.
    """
    B = np.linalg.inv(X.T @ X)
    leverage = np.einsum("ip,pq,iq->i", X, B, X)
    p_values = np.empty(X.shape[1] - 1)
    for k in range(1, X.shape[1]):
        Q = np.linalg.qr(np.delete(X, k, axis=1))[0]
        without = z - Q @ (Q.T @ z)
        reordered = np.vstack([without, without[orders]])
        t = np.abs(_t_statistics(X, B, leverage, k, reordered))
        p_values[k - 1] = (t[1:] >= t[0] - TIE).sum()
    return (1 + p_values) / (len(orders) + 1)


def orders_within(member: np.ndarray, permutations: int, rng: np.random.Generator) -> np.ndarray:
    """(permutations, n) reorderings that keep every place in its group; member: (n,) group from 0."""
    by_group = np.argsort(member, kind="stable")
    shuffled = np.argsort(member + rng.random((permutations, len(member))), axis=1)
    orders = np.empty_like(shuffled)
    orders[:, by_group] = shuffled
    return orders


def _t_statistics(X: np.ndarray, B: np.ndarray, leverage: np.ndarray, k: int, rows: np.ndarray) -> np.ndarray:
    """t of column k for each response in `rows` (m, n); what other columns explain of it plays no part."""
    coefficients = rows @ X @ B
    squares = (rows - coefficients @ X.T) ** 2
    scale = np.maximum(squares.sum(axis=1) / (X.shape[0] - X.shape[1]), 1.0)
    robust = (squares / (1 - leverage)) @ (X @ B[:, k]) ** 2
    return coefficients[:, k] / np.sqrt(np.maximum(scale * B[k, k], robust))


def _permuted(model: MainModel, permutations: int, rng: np.random.Generator) -> pd.DataFrame:
    reason = pd.Series(model.refused, dtype=object).reindex(model.names)
    frame = pd.DataFrame({"stream": model.stream, "indicator": model.names, "withheld": reason.to_numpy()})
    if model.fit is None:
        return frame
    member = model.variation.member
    if np.bincount(member).max() < 2:
        return frame.assign(withheld=frame["withheld"].fillna("too_few_groups"))
    X, residuals = model.whitened()
    z = residuals + X @ model.settled.beta
    p = freedman_lane(X, z, orders_within(member, permutations, rng))
    told = pd.DataFrame({"permutation_p": p, "permutations": permutations}, index=model.design.names)
    return frame.join(told, on="indicator")
