"""What a set of rows is made of: the share of every group, with its interval."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from diaban.analysis.intervals import share_interval


def composition(
    rows: pd.DataFrame, of: Sequence[str], within: Sequence[str] = (), *, level: float = 0.95
) -> pd.DataFrame:
    """Share of each combination of the columns `of` among the rows of each combination of `within`.

    rows: one row a thing; a missing value of an `of` column is left out of the share, and counted. Returns
    the columns `within` and `of`, then n (rows of the group), total (rows with a value), share = n / total
    with its interval lower, upper in 0..1, and unknown (rows without a value). Largest
    group first; every group that occurs anywhere has a row for each `within`, also with n = 0.
    """
    of, within = list(of), list(within)
    known = rows.dropna(subset=of)
    counts = known.groupby([*within, *of], observed=True).size().rename("n")
    counts = counts.reindex(_every_pair(counts, within, of), fill_value=0).reset_index()
    totals = _sizes(known, within, counts)
    lower, upper = share_interval(counts["n"], totals, level)
    counts = counts.assign(
        total=totals,
        share=counts["n"] / totals.where(totals > 0),
        lower=lower,
        upper=upper,
        unknown=_sizes(rows, within, counts) - totals,
    )
    ordered = counts.sort_values("n", ascending=False, kind="stable")
    return (ordered.sort_values(within, kind="stable") if within else ordered).reset_index(drop=True)


def _every_pair(counts: pd.Series, within: list[str], of: list[str]) -> pd.Index:
    """All groups that occur, in each `within` that occurs."""
    frame = counts.index.to_frame(index=False)
    groups = frame[of].drop_duplicates()
    pairs = frame[within].drop_duplicates().merge(groups, how="cross") if within else groups
    return pd.MultiIndex.from_frame(pairs[[*within, *of]])


def _sizes(rows: pd.DataFrame, within: list[str], like: pd.DataFrame) -> pd.Series:
    """Number of `rows` in the `within` group of each row of `like`."""
    if not within:
        return pd.Series(len(rows), index=like.index)
    sizes = rows.groupby(within, observed=True).size().rename("size").reset_index()
    return like[within].merge(sizes, on=within, how="left")["size"].fillna(0).astype("int64")
