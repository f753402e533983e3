"""Which indicators matter most: importance, rank interval, and the three that are named."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban.analysis.area_factors.importance import explained_shares, factor_importance
from diaban.analysis.area_factors.within_between import within_between
from diaban.bench.light_province import Province
from diaban.bench.truth.judged import covers, join, judged, strength_of
from diaban.bench.truth.worlds import World

BOOTSTRAPS = 150
TOP = 3


def judge(world: World) -> pd.DataFrame:
    one = world.province
    told = factor_importance(one.exposed, one.indicators, one.groups, seed=world.seed, bootstraps=BOOTSTRAPS)
    return join(
        _judge_stream(rows.set_index("indicator"), _true(one, str(stream)))
        for stream, rows in told.groupby("stream", sort=False)
        if rows["withheld"].isna().all()
    )


def _judge_stream(told: pd.DataFrame, true: pd.DataFrame) -> pd.DataFrame:
    told = told.loc[true.index]
    width = told["rank_upper"] - told["rank_lower"] + 1
    method = "factor_importance"
    planted = true["planted"].to_numpy()
    # of those with the same true size, either may be the third
    size = true["size"]
    third = size.nlargest(TOP).min()
    named = told["importance"].nlargest(TOP).index
    right = set(size.index[size > third + 1e-9]) <= set(named) and (size[named] >= third - 1e-9).all()
    return join(
        [
            judged(
                method,
                "importance",
                planted,
                error=told["importance"] - true["importance"],
                covered=covers(told["lower"], told["upper"], true["importance"]),
            ),
            judged(
                method,
                "rank",
                planted,
                covered=covers(told["rank_lower"], told["rank_upper"], true["rank"]),
                aside="ranks wide",
                value=width,
            ),
            judged(
                method,
                f"right top {TOP}",
                "strong",
                called=float(right),
                aside="ranks wide, of those named",
                value=float(width[named].mean()),
            ),
        ]
    )


def _true(one: Province, stream: str) -> pd.DataFrame:
    """By indicator: size (|log ratio|), planted, importance and rank, the localities being as they are.

    The same Shapley split, of the true log rate without any noise.
    """
    Z = within_between(one.indicators).between
    effects = one.effects[(one.effects["stream"] == stream) & (one.effects["part"] == "between")]
    ratio = effects.set_index("indicator")["rate_ratio"].reindex(Z.columns)
    rows = np.column_stack([Z.to_numpy(), Z.to_numpy() @ np.log(ratio)])
    split = explained_shares(rows.T @ rows)
    frame = pd.DataFrame({"size": np.abs(np.log(ratio)), "planted": strength_of(ratio)}, index=Z.columns)
    frame["importance"] = split / split.sum()
    return frame.assign(rank=frame["importance"].rank(ascending=False, method="first"))
