"""Area associations between and within localities, and the null that resembles a strong factor."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban.bench.light_area import CORRELATED_NULL
from diaban.bench.truth.judged import join, judged, strength_of
from diaban.bench.truth.worlds import World

RESEMBLING = f"indicator_{CORRELATED_NULL:02d}"


def judge(world: World) -> pd.DataFrame:
    told = beside_truth(world.associations, world.province.effects)
    frames = [judge_table("area_factors", told)]
    if world.light:
        null = told[(told["indicator"] == RESEMBLING) & (told["part"] == "between")]
        called = null["supported"]
        frames.append(judged("area_factors", "null like a strong one, between", "none", called=called))
    return join(frames)


def beside_truth(told: pd.DataFrame, effects: pd.DataFrame) -> pd.DataFrame:
    """Rows of `area_factors` that are not withheld, with `true` rate ratio and `planted`."""
    true = effects[["stream", "indicator", "part", "rate_ratio"]].rename(columns={"rate_ratio": "true"})
    both = true.merge(told, on=["stream", "indicator", "part"], validate="one_to_one")
    both = both[both["p"].notna()].reset_index(drop=True)
    return both.assign(planted=strength_of(both["true"]))


def judge_table(method: str, told: pd.DataFrame) -> pd.DataFrame:
    """By part, errors on the log scale in the direction of the truth (negative: too weak)."""
    return join(
        judged(
            method,
            str(part),
            rows["planted"].to_numpy(),
            error=np.log(rows["rate_ratio"] / rows["true"]) * np.where(rows["true"] < 1, -1, 1),
            covered=rows["true"].between(rows["lower"], rows["upper"]),
            called=rows["supported"],
        )
        for part, rows in told.groupby("part", sort=False)
    )


def coverage_only(method: str, what: str, told: pd.DataFrame) -> pd.DataFrame:
    """Coverage, false discovery and power in one line each, of the between part."""
    rows = told[told["part"] == "between"]
    planted = np.where(rows["planted"] == "none", "none", "planted")
    covered = rows["true"].between(rows["lower"], rows["upper"])
    return judged(method, what, planted, covered=covered, called=rows["supported"])
