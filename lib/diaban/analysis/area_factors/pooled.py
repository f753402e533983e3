"""Counts of one stream added up over periods, place by place, beside the larger place that is reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from diaban.analysis.exposure import with_parent

LEAST_KNOWN = 0.8


def with_report(exposed: pd.DataFrame, report_of: Mapping[str, str] | pd.Series) -> pd.DataFrame:
    """`exposed` with a column `parent`, the locality of report.

    Raises DiabanError for a locality that lies in none.
    """
    parents = pd.Series(report_of, dtype=object).rename("parent").rename_axis("locality").reset_index()
    return with_parent(exposed, parents)


def cells_of(rows: pd.DataFrame, stream: str, periods: Sequence[str]) -> pd.DataFrame:
    """Known counts of one stream in the chosen periods, with `years`, the length of each period."""
    rows = rows[(rows["stream"] == stream) & rows["period"].isin(list(periods))]
    rows = rows[(rows["person_years"] > 0) & rows["cases"].notna()]
    return rows.assign(years=rows["person_years"] / rows["persons"])


def totals_of(cells: pd.DataFrame) -> pd.DataFrame:
    """By locality of analysis, sorted by parent: parent, cases, share (of person-years), expected.

    expected is at the rate of all localities together, so that it has their total.
    """
    sums = cells.groupby(["parent", "locality"], as_index=False)[["cases", "person_years"]].sum()
    share = sums["person_years"] / sums["person_years"].sum()
    return sums.assign(share=share, expected=share * sums["cases"].sum()).set_index("locality")


class ByParent:
    """Sums over the localities of analysis of each parent, rows being sorted by parent."""

    def __init__(self, parent: pd.Series) -> None:
        codes, self.places = pd.factorize(parent)
        self.starts = np.searchsorted(codes, np.arange(len(self.places)))
        self.codes = codes

    def sum(self, values: np.ndarray, axis: int = -1) -> np.ndarray:
        return np.add.reduceat(values, self.starts, axis=axis)

    def known(self, weight: np.ndarray, valued: np.ndarray) -> np.ndarray:
        """Parents with LEAST_KNOWN or more of their weight at places that have a value."""
        total = self.sum(weight)
        return (total > 0) & (self.sum(np.where(valued, weight, 0.0)) >= LEAST_KNOWN * total)
