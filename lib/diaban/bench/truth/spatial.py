"""Residuals that are alike between neighbours: whether it is seen, and what answering it does."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from diaban.analysis.area_factors import area_factors
from diaban.analysis.area_factors.residuals import residual_autocorrelation
from diaban.bench.light_area import SMOOTH_SD
from diaban.bench.light_province import Province
from diaban.bench.truth.associations import beside_truth, coverage_only
from diaban.bench.truth.judged import join, judged
from diaban.bench.truth.worlds import World

PERMUTATIONS = 199
METHOD = "residual_autocorrelation"
LEVEL = 0.05


def judge(world: World) -> pd.DataFrame:
    return join(
        [*_judge(world.province, "none", world.seed), *_judge(world.spatial, f"sd {SMOOTH_SD}", world.seed)]
    )


def _judge(one: Province, planted: str, seed: int) -> Iterator[pd.DataFrame]:
    told = residual_autocorrelation(
        one.exposed, one.indicators, one.groups, one.neighbours, seed=seed, permutations=PERMUTATIONS
    )
    found = "size" if planted == "none" else "power"
    for stream, rows in told.groupby("stream", sort=False):
        yield judged(METHOD, f"{found} at {LEVEL}, {stream}", planted, called=rows["p"] < LEVEL)
    answered = told.loc[told["spatial"].fillna(False).astype(bool), "stream"].tolist()
    residuals = "plain" if planted == "none" else "smooth"
    if planted != "none":
        yield _coverage(f"associations, {residuals} map, unanswered", one, [])
    yield _coverage(f"associations, {residuals} map, answered", one, answered)


def _coverage(what: str, one: Province, answered: list[str]) -> pd.DataFrame:
    told = area_factors(
        one.exposed, one.indicators, one.groups, neighbours=one.neighbours, spatial_streams=answered
    )
    return coverage_only(METHOD, what, beside_truth(told, one.effects))
