"""What was compared, judged by what is shown: a q-value ranks every comparison, hidden ones among them.

q of a row is its p, times all comparisons, over its rank. With the p beside it the rank follows, and so how
many hidden comparisons are clearer. Here every hidden row counts as a comparison, and as the least clear
one (p = 1): no p is made smaller by that and none is left out, so the promise about false discoveries stays,
and q depends on nothing that is not shown.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from diaban.release.tables.shown_q import FALSE_DISCOVERY, q_of_shown


def by_shown(frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """`frames` with case_factors and theme_counts, where there are any, judged by what they show."""
    judges = {"case_factors": factors_by_shown, "theme_counts": themes_by_shown}
    return {name: judges[name](frame) if name in judges else frame for name, frame in frames.items()}


def factors_by_shown(factors: pd.DataFrame) -> pd.DataFrame:
    """`case_factors` with comparisons, q and over by the shown rows."""
    if not len(factors) or not factors["hidden"].any():
        return factors
    judged = _judged(factors)
    over = (judged["q"] < FALSE_DISCOVERY).astype("boolean").where(factors["over"].notna())
    return judged.assign(over=over)


def themes_by_shown(themes: pd.DataFrame) -> pd.DataFrame:
    """`theme_counts` with comparisons, q and differs by the shown rows."""
    if not len(themes) or not themes["hidden"].any():
        return themes
    judged = _judged(themes)
    clear = judged["q"] < FALSE_DISCOVERY
    differs = pd.Series(pd.NA, index=themes.index, dtype="str")
    differs = differs.mask(clear & (themes["ratio"] > 1), "above")
    return judged.assign(differs=differs.mask(clear & (themes["ratio"] < 1), "below"))


def _judged(rows: pd.DataFrame) -> pd.DataFrame:
    p = rows["p"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    comparisons = int(np.isfinite(p).sum() + rows["hidden"].sum())
    q = pd.Series(q_of_shown(p, comparisons), index=rows.index)
    return rows.assign(q=q.astype(rows["q"].dtype), comparisons=comparisons)
