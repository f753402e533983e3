"""What the tables of targets share: the whole beside its parts, complete periods, the limit of a target."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from diaban.analysis.exposure import CELL

WHOLE = "*"
# A period counts as a whole year of its kind from this share of the longest one's length on.
COMPLETE_FROM = 0.95


class Target(NamedTuple):
    """change: relative, -0.03 for 3 % fewer than in the base period."""

    key: str
    stream: str
    change: float


def whole_of(exposed: pd.DataFrame, whole: str = WHOLE) -> pd.DataFrame:
    """The exposed frame of all localities together, as locality `whole`; a sum is missing if one part is."""
    cells = exposed.groupby(["period", "stream"], sort=False, as_index=False)
    sums = cells[["cases", "persons", "person_years"]].sum(skipna=False)
    return sums.assign(locality=whole)[[*CELL, "cases", "persons", "person_years"]]


def with_whole(exposed: pd.DataFrame, whole: str | None) -> pd.DataFrame:
    """The rows of `whole_of` on top, or, with None, the frame as it is."""
    return exposed if whole is None else pd.concat([whole_of(exposed, whole), exposed], ignore_index=True)


def dispersion_of(dispersion: float | pd.Series, stream: str) -> float:
    """The dispersion of one stream, never below 1."""
    value = dispersion.get(stream, 1.0) if isinstance(dispersion, pd.Series) else dispersion
    return max(float(value), 1.0)


def complete_periods(exposed: pd.DataFrame) -> list[str]:
    """Periods that are as long as the longest, in the order of their names."""
    years = (exposed["person_years"] / exposed["persons"].where(exposed["persons"] > 0)).groupby(
        exposed["period"]
    )
    length = years.median().sort_index()
    return [str(period) for period in length.index[length >= COMPLETE_FROM * length.max()]]


def count_limit(
    base_cases: pd.Series,
    change: float,
    *,
    years: pd.Series | float = 1.0,
    base_years: pd.Series | float = 1.0,
) -> pd.Series:
    """The largest count that meets a fall by `change`, or the smallest that meets a rise, in cases."""
    goal = (1 + change) * base_cases * years / base_years
    return np.floor(goal + 1e-9) if change <= 0 else np.ceil(goal - 1e-9)
