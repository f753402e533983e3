"""What differs between places, and what changes within them: two questions, two columns (Mundlak 1978)."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

CONSTANT = 1e-9


@dataclass(frozen=True)
class Split:
    """Indicators split in two parts, each divided by its own standard deviation.

    between: locality x indicator, the locality's mean over the periods in which it was observed, centred.
    within:  (locality, period) x indicator, the deviation from that mean; missing where not observed. sd:
    indicator, part ("between" / "within"), sd in the indicator's unit; missing where a part has none.
    """

    between: pd.DataFrame
    within: pd.DataFrame
    sd: pd.DataFrame


def within_between(indicators: pd.DataFrame) -> Split:
    """Split `indicators` (locality, period, indicator, value; missing values allowed) into its two parts.

    An indicator that never changes in any locality (or is observed once) has no within part: its column is
    left out there and its sd is missing. The same holds for the between part of one that is equal everywhere.
    The within sd is the root mean square of the deviations.
    """
    wide = indicators.pivot_table(
        index=["locality", "period"], columns="indicator", values="value", sort=False
    )
    wide = wide.astype(float)
    means = wide.groupby(level="locality", sort=False).mean()
    deviations = wide - means.reindex(wide.index.get_level_values("locality")).to_numpy()
    sd_between = means.std(ddof=1)
    sd_within = deviations.std(ddof=0)
    scale = wide.abs().max().where(lambda top: top > 0, 1.0)
    sd_between, sd_within = (sd.where(sd > CONSTANT * scale) for sd in (sd_between, sd_within))
    return Split(
        between=((means - means.mean()) / sd_between).dropna(axis=1, how="all"),
        within=(deviations / sd_within).dropna(axis=1, how="all"),
        sd=_long_sd(sd_between, sd_within),
    )


def _long_sd(sd_between: pd.Series, sd_within: pd.Series) -> pd.DataFrame:
    parts = [
        pd.DataFrame({"indicator": sd.index, "part": part, "sd": sd.to_numpy()})
        for part, sd in (("between", sd_between), ("within", sd_within))
    ]
    return pd.concat(parts, ignore_index=True)
