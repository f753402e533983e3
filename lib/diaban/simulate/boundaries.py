"""Rewrite tables of the newest units into the units that stood at the time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban.simulate.ground import observed_periods
from diaban.simulate.indicators import indicator_value
from diaban.simulate.random import generator
from diaban.simulate.truth import BoundaryTruth, Truth


def redate(truth: Truth, tables: dict[str, pd.DataFrame], seed: int) -> dict[str, pd.DataFrame]:
    """The tables with rows of before a boundary change on the units that it replaced.

    Rows with a date go to one of the old units by chance; counts by period are divided by shares.
    """
    dated = {"cases": "reported_on", "outreach": "date", "programmes": "started_on"}
    result = dict(tables)
    for number, change in enumerate(truth.boundary_changes):
        for name, column in dated.items():
            rng = generator(seed, f"boundary {number} {name}")
            frame = result[name]
            old = ((frame["locality"] == change.after) & (frame[column] < pd.Timestamp(change.on))).to_numpy()
            codes = rng.choice(list(change.before), size=int(old.sum()), p=list(change.before.values()))
            locality = frame["locality"].to_numpy(dtype=object, copy=True)
            locality[old] = codes
            result[name] = frame.assign(locality=pd.Series(locality, index=frame.index, dtype="str"))
        for name in ("population", "indicators"):
            result[name] = _divided(truth, change, result[name])
    return result


def _divided(truth: Truth, change: BoundaryTruth, frame: pd.DataFrame) -> pd.DataFrame:
    """Whole counts of the unit, in periods before the change, divided among the old units."""
    starts = observed_periods(truth).set_index("period")["start"]
    old = (frame["locality"] == change.after) & (frame["period"].map(starts) < pd.Timestamp(change.on))
    counts = [c for c in ("persons", "numerator", "denominator") if c in frame]
    bounds = np.concatenate([[0.0], np.cumsum(list(change.before.values()))])
    parts = [frame[~old]]
    for code, low, high in zip(change.before, bounds[:-1], bounds[1:], strict=True):
        part = frame[old].assign(locality=code)
        for column in counts:
            part[column] = (np.rint(part[column] * high) - np.rint(part[column] * low)).astype("int64")
        if "value" in part:
            per = part["indicator"].map({i.key: i.per for i in truth.indicators})
            part["denominator"] = part["denominator"].clip(lower=1)
            part["value"] = indicator_value(per, part["numerator"], part["denominator"])
        parts.append(part)
    keys = [c for c in ("indicator", "locality", "period") if c in frame]
    return pd.concat(parts).sort_values(keys, kind="stable", ignore_index=True)
