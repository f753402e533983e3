"""Which associations stay supported when the question is asked in other defensible ways."""

from __future__ import annotations

import pandas as pd

from diaban.bench.truth.associations import RESEMBLING
from diaban.bench.truth.judged import join, judged, strength_of
from diaban.bench.truth.worlds import World

METHOD = "area_robustness"


def judge(world: World) -> pd.DataFrame:
    """called: supported and robust, as the strongest findings must be."""
    effects = world.province.effects
    between = effects[effects["part"] == "between"].assign(planted=lambda t: strength_of(t["rate_ratio"]))
    keys = ["stream", "indicator"]
    supported = world.associations.query("part == 'between'")[[*keys, "supported"]]
    told = world.robustness.merge(between[[*keys, "planted"]], on=keys).merge(supported, on=keys)
    kept = told["supported"].fillna(False).astype(bool)
    robust = told["robust"] & kept
    frames = [
        judged(
            METHOD,
            "supported and robust",
            told["planted"].to_numpy(),
            called=robust,
            aside="of supported, robust",
            value=robust.astype(float).where(kept),
        )
    ]
    if world.light:
        null = told["indicator"] == RESEMBLING
        frames.append(judged(METHOD, "null like a strong one", "none", called=robust[null]))
    return join(frames)
