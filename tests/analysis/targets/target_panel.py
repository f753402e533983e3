"""Small frames for the tests of the targets."""

from __future__ import annotations

import pandas as pd

ORDER = [str(2016 + i) for i in range(8)]


def panel(persons: float | list[float] = 1000.0, **cases: list[float]) -> pd.DataFrame:
    """Localities by years from 2016 on, stream "s"."""
    rows = [(name, ORDER[i], "s", n, i) for name, series in cases.items() for i, n in enumerate(series)]
    frame = pd.DataFrame(rows, columns=["locality", "period", "stream", "cases", "i"])
    at = [persons] * len(ORDER) if isinstance(persons, float) else persons
    frame["persons"] = frame["i"].map(dict(enumerate(at))).astype(float)
    return frame.assign(person_years=frame["persons"]).drop(columns="i")
