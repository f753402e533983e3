"""Rates of communes, smoothed over the map or not, against the true ones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from diaban.analysis.exposure import pool
from diaban.analysis.shrinkage import shrink
from diaban.analysis.spatial_rates import spatial_rates
from diaban.bench.light_province import Province
from diaban.bench.truth.judged import join, judged
from diaban.bench.truth.worlds import World

KEYS = ["locality", "stream"]


def judge(world: World) -> pd.DataFrame:
    """Errors of relative risks; the mean squared one of the map is printed over that of gamma-Poisson."""
    return join([*_judge(world.province, "plain map"), *_judge(world.spatial, "smooth map")])


def _judge(one: Province, structure: str) -> Iterator[pd.DataFrame]:
    assert one.expected is not None
    assert one.neighbours is not None
    pooled = pool(one.exposed, dict.fromkeys(one.exposed["period"], "all"))
    told = spatial_rates(pooled, one.neighbours, per=1.0)
    mean = one.expected.groupby(KEYS)["mu"].sum().reindex(pd.MultiIndex.from_frame(told[KEYS])).to_numpy()
    reference = told["reference_rate"].to_numpy()
    true = mean / told["person_years"].to_numpy() / reference
    expected = reference * told["person_years"].to_numpy()
    plain = shrink(told["cases"], expected, told["stream"])
    limits = {
        "spatial_rates": [told[name].to_numpy() / reference for name in ("rate", "lower", "upper")],
        "gamma-Poisson rates": [plain.mean, *plain.interval()],
    }
    squares = {name: (risk - true) ** 2 for name, (risk, _, _) in limits.items()}
    for name, (risk, lower, upper) in limits.items():
        for stream, rows in told.groupby("stream", sort=False).indices.items():
            ratio = squares["spatial_rates"][rows].mean() / squares["gamma-Poisson rates"][rows].mean()
            yield judged(
                name,
                f"relative risk, {structure}, {stream}",
                error=(risk - true)[rows],
                covered=((lower <= true) & (true <= upper))[rows],
                aside="squared error over gamma-Poisson's",
                value=ratio if name == "spatial_rates" else np.nan,
            )
