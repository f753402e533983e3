"""The arrays that the area models read: totals and grids of one stream, beside standardised indicators."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from diaban.analysis.area_factors.within_between import Split

MISSING_TOLERATED_BETWEEN = 0.2
MISSING_TOLERATED_WITHIN = 0.5
COLLINEAR = 1e-6


@dataclass(frozen=True)
class Design:
    """What a model of one part is fitted on: `names` are the columns of X that stand for indicators.

    refused: indicator -> reason key of the `withheld` catalogue.
    """

    names: list[str]
    refused: dict[str, str]
    X: np.ndarray
    cases: np.ndarray
    exposure: np.ndarray
    localities: pd.Index

    @property
    def events(self) -> float:
        return float(self.cases.sum())


def usable_counts(exposed: pd.DataFrame, stream: str) -> pd.DataFrame:
    """The rows of `stream` with a count and a positive exposure, with `expected` at the period's own rate.

    The period's rate carries the period effect into the totals: a locality that was observed only in
    periods of many cases is not taken for one with many cases.
    """
    rows = exposed[exposed["stream"] == stream]
    rows = rows[(rows["person_years"] > 0) & rows["cases"].notna()].astype({"cases": float})
    sums = rows.groupby("period")[["cases", "person_years"]].transform("sum")
    return rows.assign(expected=rows["person_years"] * sums["cases"] / sums["person_years"])


def between_design(rows: pd.DataFrame, split: Split, indicators: list[str]) -> Design:
    """One row a locality: total cases, total expected, a column of ones and the between parts.

    An indicator that is missing for more than a fifth of the localities is refused; a locality that lacks
    one of the others is left out.
    """
    totals = rows.groupby("locality", sort=True)[["cases", "expected"]].sum()
    totals = totals[totals["expected"] > 0]
    values = split.between.reindex(index=totals.index, columns=indicators)
    refused = _refuse_missing(values, MISSING_TOLERATED_BETWEEN, "indicator_mostly_missing")
    refused |= {name: "indicator_equal_everywhere" for name in indicators if name not in split.between}
    kept = [name for name in indicators if name not in refused]
    values = values[kept].dropna()
    totals = totals.loc[values.index]
    ones = np.ones((len(totals), 1))
    names, collinear = independent_columns(ones, values)
    return Design(
        names=names,
        refused=refused | collinear,
        X=np.column_stack([ones, values[names].to_numpy()]),
        cases=totals["cases"].to_numpy(),
        exposure=totals["expected"].to_numpy(),
        localities=totals.index,
    )


def within_design(rows: pd.DataFrame, split: Split, indicators: list[str]) -> Design:
    """Localities x periods: cases, person-years (0 where absent) and the within parts; no time columns yet.

    An indicator that never changes, or is observed in less than half of the cells, has no within part; a
    cell that lacks one of the others is left out, and so is a locality with a single cell.
    """
    cells = rows.set_index(["locality", "period"]).sort_index()
    values = split.within.reindex(index=cells.index, columns=indicators)
    refused = _refuse_missing(values, MISSING_TOLERATED_WITHIN, "indicator_observed_too_seldom")
    refused |= {name: "indicator_does_not_change" for name in indicators if name not in split.within}
    kept = [name for name in indicators if name not in refused]
    values = values[kept].dropna()
    values = values[values.groupby(level="locality").transform("size") > 1] if kept else values.iloc[:0]
    cells = cells.loc[values.index]
    names, collinear = independent_columns(np.empty((len(values), 0)), values)
    grid = pd.MultiIndex.from_product(
        [level.unique() for level in _levels(values.index)], names=cells.index.names
    )
    shape = tuple(len(level) for level in grid.levels)
    return Design(
        names=names,
        refused=refused | collinear,
        X=values[names].reindex(grid, fill_value=0.0).to_numpy().reshape(*shape, len(names)),
        cases=cells["cases"].reindex(grid, fill_value=0.0).to_numpy().reshape(shape),
        exposure=cells["person_years"].reindex(grid, fill_value=0.0).to_numpy().reshape(shape),
        localities=grid.levels[0],
    )


def period_effects(design: Design) -> np.ndarray:
    """One column a period but the first, in the shape of design.X."""
    localities, periods = design.cases.shape
    columns = np.eye(periods)[:, 1:]
    return np.broadcast_to(columns, (localities, *columns.shape))


def linear_trend(design: Design) -> np.ndarray:
    """One column that rises evenly from 0 to 1 over the periods."""
    localities, periods = design.cases.shape
    return np.broadcast_to(np.linspace(0, 1, periods)[:, None], (localities, periods, 1))


def _levels(index: pd.MultiIndex) -> list[pd.Index]:
    return [index.get_level_values(name).sort_values() for name in ("locality", "period")]


def _refuse_missing(values: pd.DataFrame, tolerated: float, reason: str) -> dict[str, str]:
    missing = values.isna().mean()
    return dict.fromkeys(missing.index[missing > tolerated], reason)


def independent_columns(base: np.ndarray, values: pd.DataFrame) -> tuple[list[str], dict[str, str]]:
    """Columns of `values` that say something beyond `base` and the columns before them; and the others."""
    names: list[str] = []
    collinear = {}
    basis = base
    for name in values.columns:
        column = values[name].to_numpy()
        left = column - basis @ np.linalg.lstsq(basis, column, rcond=None)[0] if basis.shape[1] else column
        if np.linalg.norm(left) > COLLINEAR * np.sqrt(max(len(column), 1)):
            names.append(name)
            basis = np.column_stack([basis, column])
        else:
            collinear[name] = "indicator_collinear"
    return names, collinear
