"""How the rate of a locality stands beside that of the whole, by the thresholds of the finding on it."""

from __future__ import annotations

import pandas as pd

from diaban.findings.strength import LIKELY, notable


def against_whole(row: pd.Series) -> str:
    """Of a row of rates: "above" or "below" where the difference is clear and large enough to matter, "close"
    where it is clear and small, else "similar"."""
    above = row["probability_above"]
    if pd.isna(above) or 1 - LIKELY < above < LIKELY:
        return "similar"
    if not notable(row["shrunk_rate"] / row["reference_rate"]):
        return "close"
    return "above" if above > 0.5 else "below"
