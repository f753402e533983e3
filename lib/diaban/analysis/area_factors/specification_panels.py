"""The counts and indicators of one stream under other lags, periods and exposures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from diaban.analysis.area_factors.associations import _at_exposed
from diaban.analysis.area_factors.main_model import MainModel
from diaban.analysis.area_factors.panel import between_design, usable_counts
from diaban.analysis.area_factors.within_between import Split

POOLED = ("all", "first_half", "second_half")
EXPOSURES = ("expected", "person_years")
PROPORTIONAL = 1e-6
EQUAL = 1e-9


@dataclass(frozen=True)
class Panel:
    """Totals of one choice of lag, periods and exposure, in localities and units of the main model.

    number: of the choice, from 0 (the main one). names: the main model's indicators, X (n, 1 + names) a
    column of ones and theirs; a column that cannot be used is zero and its reason in `refused`. expected:
    (n,) at the periods' own rates; at_risk: (n,) that or person-years, by `exposure`; at: (n,) positions of
    the localities in the main model.
    """

    number: int
    lag: int
    pooled: str
    exposure: str
    names: list[str]
    refused: dict[str, str]
    X: np.ndarray
    cases: np.ndarray
    expected: np.ndarray
    at_risk: np.ndarray
    at: np.ndarray


def panels(
    model: MainModel,
    exposed: pd.DataFrame,
    indicators: pd.DataFrame,
    *,
    periods: Sequence[str],
    lags: Sequence[int],
) -> Iterator[Panel]:
    """Every combination that the periods allow; exposed, indicators as in `area_factors`.

    periods: oldest first. A lag is left out where no indicator is known that much earlier, halves where there
    is one period, and plain person-years where they are proportional to the expected.
    """
    rows = usable_counts(exposed, model.stream)
    rows = rows[rows["locality"].isin(model.design.localities)]
    for i, lag in enumerate(lags):
        earlier, known = _lagged(indicators, periods, lag)
        counted = [period for period in periods if period in known & set(rows["period"])]
        for j, chosen in enumerate(_halves(counted)):
            if not chosen:
                continue
            window = exposed if j == 0 else exposed[exposed["period"].isin(chosen)]
            counts = rows[rows["period"].isin(chosen)]
            split = _in_main_units(model, _at_exposed(earlier, window))
            for k, exposure in enumerate(EXPOSURES):
                number = (i * len(POOLED) + j) * len(EXPOSURES) + k
                panel = _panel(model, counts, split, number, lag, POOLED[j], exposure)
                if panel is not None:
                    yield panel


def _panel(
    model: MainModel, counts: pd.DataFrame, split: Split, number: int, lag: int, pooled: str, exposure: str
) -> Panel | None:
    names = model.design.names
    design = between_design(counts, split, names)
    at_risk = design.exposure
    if exposure == "person_years":
        at_risk = counts.groupby("locality")["person_years"].sum().reindex(design.localities).to_numpy()
        ratio = at_risk / design.exposure
        if not len(ratio) or np.ptp(ratio) < PROPORTIONAL * ratio.mean():
            return None
    X = np.zeros((len(design.cases), 1 + len(names)))
    X[:, [0, *(1 + names.index(name) for name in design.names)]] = design.X
    at = model.design.localities.get_indexer(design.localities)
    counted = design.cases, design.exposure, at_risk
    return Panel(number, lag, pooled, exposure, names, design.refused, X, *counted, at)


def _halves(counted: list[str]) -> tuple[list[str], list[str], list[str]]:
    middle = len(counted) // 2
    return counted, counted[:middle], counted[middle:] if middle else []


def _lagged(indicators: pd.DataFrame, periods: Sequence[str], lag: int) -> tuple[pd.DataFrame, set[str]]:
    """Indicators moved to the period `lag` later, and the periods that this serves.

    An indicator known for one period stays where it is.
    """
    if lag == 0:
        return indicators, set(periods)
    known = indicators.dropna(subset=["value"])
    moving = known.groupby("indicator")["period"].transform("nunique") > 1
    later = dict(zip(periods, periods[lag:], strict=False))
    moved = known[moving].assign(period=known.loc[moving, "period"].map(later)).dropna(subset=["period"])
    return pd.concat([moved, known[~moving]]), set(moved["period"])


def _in_main_units(model: MainModel, indicators: pd.DataFrame) -> Split:
    """Means of the localities, centred, in the main model's standard deviations."""
    means = indicators.pivot_table(index="locality", columns="indicator", values="value")
    means = (means - means.mean()) / model.sd.reindex(means.columns)
    varied = means.columns[means.max() - means.min() > EQUAL]
    return Split(between=means[varied], within=means.iloc[:0], sd=pd.DataFrame())
