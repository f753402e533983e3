"""How the months or quarters of a year differ, pooled over all places."""

from __future__ import annotations

import numpy as np
import pandas as pd

COLUMNS = ["stream", "number", "weight"]


def season_weights(counts: pd.DataFrame) -> pd.DataFrame:
    """Relative size of each part of a year by stream: stream, number, weight (mean 1 over the year).

    counts: locality, stream, period, number (place within the year), cases, of complete years only; a
    month of unknown count counts neither above nor below the line. The pooled ratios are drawn towards 1
    as far as chance explains their spread (gamma-Poisson by moments): without a season all are 1.
    """
    tables = [_weights(rows).assign(stream=stream) for stream, rows in counts.groupby("stream", sort=True)]
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=COLUMNS)
    return table.astype({"stream": "str", "number": "int64", "weight": "float64"})[COLUMNS]


def _weights(rows: pd.DataFrame) -> pd.DataFrame:
    known = rows[rows["cases"].notna()]
    parts = known.groupby("number")["cases"].agg(["sum", "size"])
    o = parts["sum"].to_numpy(dtype=float)
    e = parts["size"].to_numpy(dtype=float) * o.sum() / max(parts["size"].sum(), 1)
    if not o.sum() > 0:
        return pd.DataFrame({"number": parts.index, "weight": 1.0})
    spread = np.mean((o - e) ** 2 / e**2) - np.mean(1 / e)
    weight = (o + 1 / spread) / (e + 1 / spread) if spread > 0 else np.ones_like(o)
    return pd.DataFrame({"number": parts.index, "weight": weight / weight.mean()})
