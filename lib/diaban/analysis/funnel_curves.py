"""The curves of a funnel: the limits around the reference, over the sizes that occur."""

from __future__ import annotations

import pandas as pd

from diaban.analysis.funnel import funnel_curve

POINTS = 80
MARGIN = 1.2
"""How far the curves go beyond the localities on either side."""

COLUMNS = ["stream", "period", "expected", "lower_95", "upper_95", "lower_99_8", "upper_99_8"]


def funnel_curves(rates: pd.DataFrame) -> pd.DataFrame:
    """Limits of observed over expected cases, by stream and period: COLUMNS, POINTS rows a funnel.

    rates: stream, period, cases, expected. The variance between localities is the one that the `z` of
    `rates_table` was adjusted by. No rows for a stream and period in which nothing was expected.
    """
    frames = [
        funnel_curve(rows["cases"], rows["expected"], points=POINTS, margin=MARGIN).assign(
            stream=stream, period=period
        )
        for (stream, period), rows in rates[rates["expected"] > 0].groupby(["stream", "period"], sort=False)
    ]
    return pd.concat(frames, ignore_index=True)[COLUMNS] if frames else pd.DataFrame(columns=COLUMNS)
