"""Cases associated with a better level of a factor, against the same sum at the true rate ratios."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from diaban.analysis.area_factors.what_if import what_if
from diaban.analysis.area_factors.within_between import within_between
from diaban.bench.light_province import Province
from diaban.bench.truth.judged import covers, join, judged
from diaban.bench.truth.worlds import World

METHOD = "what_if"
SHARE = {"median": 0.5, "best_quarter": 0.25}
KEYS = ["locality", "stream", "indicator", "target"]


def judge(world: World) -> pd.DataFrame:
    """Change relative to the cases that the model has, where the method gives one at all."""
    one = world.province
    told = what_if(
        one.exposed,
        one.indicators,
        one.groups,
        one.groups,
        world.associations,
        higher_is=directions(one),
        seed=world.seed,
        periods=list(one.exposed["period"].unique()),
    )
    true = pd.concat(true_changes(one), ignore_index=True)
    beside = told[told["withheld"].isna()].merge(true, on=KEYS, how="left")
    frames = []
    for target, rows in beside.groupby("target", sort=False):
        relative = (rows["change"] - rows["true"]) / rows["cases"]
        covered = covers(rows["lower"], rows["upper"], rows["true"])
        size = (rows["true"] / rows["cases"]).mean()
        frames.append(
            judged(
                METHOD,
                f"to the {target}, change / cases",
                rows["planted"].to_numpy(),
                error=relative,
                covered=covered,
                aside="true change / cases",
                value=size,
            )
        )
    return join(frames)


def directions(one: Province) -> dict[str, str]:
    """indicator -> the unfavourable end: that of its true effect; of a null, more."""
    between = one.effects[one.effects["part"] == "between"]
    least = between.groupby("indicator")["rate_ratio"].min()
    return {str(name): "better" if ratio < 1 else "worse" for name, ratio in least.items()}


def true_changes(one: Province) -> Iterator[pd.DataFrame]:
    """KEYS, true, planted: mu (exp(beta step) - 1) over the communes of a district, at the true beta."""
    split = within_between(one.indicators)
    Z, higher_is = split.between, directions(one)
    sd = split.sd[split.sd["part"] == "between"].set_index("indicator")["sd"]
    levels = one.indicators.groupby(["locality", "indicator"])["value"].mean().unstack().reindex(Z.index)
    parent = one.groups[Z.index].to_numpy()
    for stream, rows in one.exposed.groupby("stream"):
        effects = one.effects[(one.effects["stream"] == stream) & (one.effects["part"] == "between")]
        beta = np.log(effects.set_index("indicator")["rate_ratio"].reindex(Z.columns))
        sums = rows.groupby("locality")[["cases", "person_years"]].sum().reindex(Z.index)
        mu = sums["person_years"] * np.exp(Z @ beta)
        mu = mu * sums["cases"].sum() / mu.sum()
        for name in Z.columns:
            sign = 1 if higher_is[name] == "worse" else -1
            for target, share in SHARE.items():
                aim = levels[name].quantile(share if sign > 0 else 1 - share)
                step = np.minimum(sign * (aim - levels[name]), 0) * sign / sd[name]
                change = (mu * np.expm1(beta[name] * step)).groupby(parent).sum()
                frame = change.rename("true").rename_axis("locality").reset_index()
                planted = "none" if beta[name] == 0 else "planted"
                yield frame.assign(stream=stream, indicator=name, target=target, planted=planted)
