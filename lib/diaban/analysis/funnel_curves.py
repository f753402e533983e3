"""The curves of a funnel: the limits around the reference, over the sizes that occur."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban.analysis.funnel import LEVELS, between_variance, exact_z, funnel_limits

POINTS = 80
COLUMNS = ["stream", "period", "expected", "lower_95", "upper_95", "lower_99_8", "upper_99_8"]


def funnel_curves(rates: pd.DataFrame) -> pd.DataFrame:
    """Limits of observed over expected cases, by stream and period: COLUMNS, POINTS rows a funnel.

    rates: stream, period, cases, expected. The variance between localities is the one that the `z` of
    `rates_table` was adjusted by. No rows for a stream and period in which nothing was expected.
    """
    frames = [
        _curves(rows).assign(stream=stream, period=period)
        for (stream, period), rows in rates[rates["expected"] > 0].groupby(["stream", "period"], sort=False)
    ]
    return pd.concat(frames, ignore_index=True)[COLUMNS] if frames else pd.DataFrame(columns=COLUMNS)


def _curves(rows: pd.DataFrame) -> pd.DataFrame:
    expected = rows["expected"].to_numpy(dtype=float)
    tau2 = between_variance(exact_z(rows["cases"], expected), 4 * expected)
    at = np.geomspace(expected.min() / 1.2, expected.max() * 1.2, POINTS)
    curves = pd.DataFrame({"expected": at})
    for level, name in zip(LEVELS, ("95", "99_8"), strict=True):
        curves[f"lower_{name}"], curves[f"upper_{name}"] = funnel_limits(at, level, tau2=tau2)
    return curves
