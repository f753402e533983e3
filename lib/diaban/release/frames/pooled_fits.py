"""What is fitted to all localities, fitted again to those that are shown and to all others as one.

A shrunk rate, a z or a funnel that was fitted to hidden counts too gives them back: whoever has the method
tries every way in which they could lie, and with many digits one agrees. Of the others together nothing is
told that is not told already: the whole less what is shown.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban.analysis.case_factors.share_comparison import POSTERIOR
from diaban.analysis.case_factors.share_shrinkage import shrink_shares
from diaban.analysis.rates import rates_table

REST = "|rest"
FITTED = ["shrunk_rate", "shrunk_lower", "shrunk_upper", "probability_above", "rank_lower", "rank_upper", "z",
          "outlier", "withheld"]  # fmt: skip
RANKS = ["rank_lower", "rank_upper"]
TOGETHER = ["cases", "person_years", "per", "rate", "lower", "upper", "reference_rate", "ratio",
            "ratio_lower", "ratio_upper"]  # fmt: skip
_KEYS = ["locality", "period", "stream"]
_CODE = ["stream", "code"]


def pooled_fit(rates: pd.DataFrame, hide: pd.Series, *, per: int, seed: int) -> pd.DataFrame:
    """`rates_table` of the shown rows of `rates` and, as locality REST, of the hidden ones of each period and
    stream together. hide: which rows are not shown. A rank among localities put together is missing."""
    if not hide.any():
        return rates
    counted = [*_KEYS, "cases", "person_years"]
    rest = rates[hide].groupby(["period", "stream"], as_index=False)[["cases", "person_years"]].sum()
    exposed = pd.concat([rates.loc[~hide, counted], rest.assign(locality=REST)[counted]], ignore_index=True)
    fit = rates_table(exposed, per=per, seed=seed)
    together = fit.groupby(["period", "stream"])["locality"].transform(lambda codes: (codes == REST).any())
    return fit.assign(**{name: fit[name].mask(together) for name in RANKS})


def pooled_rates(rates: pd.DataFrame, hide: pd.Series, fit: pd.DataFrame) -> pd.DataFrame:
    """`rates` with the fitted columns of its shown rows as in `fit`, of `pooled_fit`."""
    again = rates[_KEYS].merge(fit[[*_KEYS, *FITTED]], on=_KEYS, how="left", validate="one_to_one")
    again.index = rates.index
    return rates.assign(**{name: again[name].where(~hide, rates[name]) for name in FITTED})


def rates_together(rates: pd.DataFrame, hide: pd.Series, fit: pd.DataFrame, threshold: int) -> pd.DataFrame:
    """The hidden localities of each period and stream put together: the next rung, where one is too small.

    Columns stream, period, localities (codes, divided by ;), and of `fit` (see `pooled_fit`) those of
    TOGETHER. Only where the whole is shown, and they are two at least with as many cases as may be told: it
    is the whole less what is shown.
    """
    codes = rates[hide].groupby(["stream", "period"])["locality"].agg(lambda names: ";".join(sorted(names)))
    rest = fit[(fit["locality"] == REST) & (fit["cases"] >= threshold)]
    rest = rest.join(codes.rename("localities"), on=["stream", "period"], validate="one_to_one")
    shown = rates.loc[~hide, ["stream", "period"]].drop_duplicates()
    rest = rest.merge(shown, on=["stream", "period"])
    several = rest["localities"].astype("str").str.contains(";")
    columns = ["stream", "period", "localities", *TOGETHER]
    return rest.loc[several, columns].astype({"localities": "str"}).reset_index(drop=True)


def pooled_shares(factors: pd.DataFrame) -> pd.DataFrame:
    """`factors` (of `case_factors`, hidden rows blank) with the shrunk shares of its shown rows from a fit in
    which the hidden localities of a stream and code are one."""
    told = factors.copy()
    for _, rows in factors.groupby(_CODE):
        shown = rows[~rows["hidden"]].dropna(subset=["n_coded", "n_files", "rest_coded", "rest_files"])
        if len(shown) in (0, len(rows)):
            continue
        coded, files = shown["n_coded"].to_numpy(float), shown["n_files"].to_numpy(float)
        first = shown.iloc[0]
        rest_coded = float(first["n_coded"] + first["rest_coded"]) - coded.sum()
        rest_files = float(first["n_files"] + first["rest_files"]) - files.sum()
        against = (shown["rest_coded"] / shown["rest_files"].where(shown["rest_files"] > 0)).to_numpy(float)
        fit = shrink_shares(
            np.append(coded, rest_coded), np.append(files, rest_files), np.append(against, 0.5)
        )
        said = shown["withheld"].isna().to_numpy()
        for name, values in zip(POSTERIOR, fit, strict=True):
            told.loc[shown.index[said], name] = values[:-1][said]
    return told
