"""Cases of each theme by category of place, hour, day and group size, beside other cases of its streams."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import fisher_exact

from diaban.analysis.intervals import share_interval
from diaban.analysis.themes.picks import UNKNOWN, Theme

WHOLE = "*"
COLUMN_OF = {"place": "place_type", "hour": "hour_band", "day": "day_type", "group_size": "group_size_band"}
KEYS = ["theme", "panel", "category"]


def category_shares(
    of_theme: pd.DataFrame,
    cases: pd.DataFrame,
    members: pd.DataFrame,
    themes: Sequence[Theme],
    places: Sequence[str],
    level: float,
) -> pd.DataFrame:
    """theme, panel, category, locality: n of n_files, share, lower, upper, n_others of others (whole), p.

    Every category that the theme or the others show has a row in every locality; unknown ones come last.
    """
    kept = ["case_key", "locality", *[c for c in COLUMN_OF.values() if c in cases]]
    own = _told(of_theme.merge(cases[kept], on="case_key"))
    beside = pd.concat([others(theme, of_theme, cases, members) for theme in themes])
    other = _told(beside.merge(cases[kept], on="case_key"))
    seen = pd.concat([own[KEYS], other[KEYS]]).drop_duplicates(ignore_index=True)
    seen = seen[seen["theme"].isin(own["theme"])]
    order = [seen["theme"], seen["panel"].map({p: i for i, p in enumerate(COLUMN_OF)})]
    order += [seen["category"] == UNKNOWN, seen["category"]]
    seen = seen.loc[pd.concat(order, axis=1).set_axis(range(4), axis=1).sort_values([0, 1, 2, 3]).index]
    rows = seen.merge(pd.DataFrame({"locality": [*places, WHOLE]}, dtype="str"), how="cross")
    rows = _counted(rows, own, "n", "n_files").merge(
        _counted(seen.assign(locality=WHOLE), other, "n_others", "others").drop(columns="locality"), on=KEYS
    )
    lower, upper = share_interval(rows["n"], rows["n_files"], level)
    rows = rows.assign(lower=lower, upper=upper, p=_tested(rows))
    return rows.assign(
        share=rows["n"] / rows["n_files"].where(rows["n_files"] > 0),
        reference_share=rows["n_others"] / rows["others"].where(rows["others"] > 0),
    )


def others(theme: Theme, of_theme: pd.DataFrame, cases: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """case_key, theme of the cases of the theme's streams that are not known to belong to it."""
    mine = of_theme.loc[of_theme["theme"] == theme.key, "case_key"]
    streams = members[members["stream"].isin(list(theme.streams))] if theme.streams else members
    chosen = cases["case_key"].isin(streams["case_key"]) & ~cases["case_key"].isin(mine)
    return cases.loc[chosen, ["case_key"]].assign(theme=theme.key)


def _told(files: pd.DataFrame) -> pd.DataFrame:
    """theme, locality, panel, category: one row a case and panel, in its own locality and in the whole."""
    columns = {column: panel for panel, column in COLUMN_OF.items() if column in files}
    long = files.melt(["theme", "locality"], list(columns), var_name="panel", value_name="category")
    long = long.assign(panel=long["panel"].map(columns), category=long["category"].fillna(UNKNOWN))
    return pd.concat([long, long.assign(locality=WHOLE)], ignore_index=True)


def _counted(rows: pd.DataFrame, told: pd.DataFrame, n: str, total: str) -> pd.DataFrame:
    groups = ["theme", "panel", "locality"]
    counts = told.groupby([*KEYS, "locality"]).size().rename(n)
    rows = rows.join(counts, on=[*KEYS, "locality"]).join(
        told.groupby(groups).size().rename(total), on=groups
    )
    return rows.fillna({n: 0, total: 0})


def _tested(rows: pd.DataFrame) -> np.ndarray:
    """Two-sided Fisher exact p of each category of the whole, against the others."""
    ask = (rows["locality"] == WHOLE) & (rows["n_files"] > 0) & (rows["others"] > 0)
    tables = rows.loc[ask, ["n", "n_files", "n_others", "others"]].to_numpy(dtype="int64")
    p = np.full(len(rows), np.nan)
    p[ask.to_numpy()] = [fisher_exact([[a, n - a], [b, m - b]]).pvalue for a, n, b, m in tables]
    return p
