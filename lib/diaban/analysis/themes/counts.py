"""How many cases of a theme there are, by locality and block, and where there are more than elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from diaban.analysis.intervals import count_interval
from diaban.analysis.labels import first_true, text
from diaban.analysis.rate_ratio import conditional_p
from diaban.analysis.rates import PER
from diaban.analysis.standardise import indirectly_standardised_ratio
from diaban.analysis.themes.members import MINIMUM_CASES, not_recorded
from diaban.analysis.themes.picks import Theme

WHOLE = "*"
CELL = ["theme", "locality", "stream", "period"]
COLUMNS = [
    *CELL, "cases", "whole_cases", "person_years", "per", "rate", "lower", "upper", "whole_rate",
    "expected", "ratio", "ratio_lower", "ratio_upper", "p", "q", "comparisons", "differs", "withheld",
]  # fmt: skip
_COUNTS = ["cases", "whole_cases"]
_COMPARISON = ["ratio", "ratio_lower", "ratio_upper", "p"]
_MEASURES = ["rate", "lower", "upper", "whole_rate", "expected", *_COMPARISON]


def theme_counts(
    of_theme: pd.DataFrame,
    cases: pd.DataFrame,
    members: pd.DataFrame,
    exposed: pd.DataFrame,
    themes: Sequence[Theme],
    *,
    support: pd.DataFrame | None = None,
    minimum_cases: int = MINIMUM_CASES,
    false_discovery: float = 0.05,
    per: float = PER,
    level: float = 0.95,
) -> pd.DataFrame:
    """Cases of every theme by locality ("*" all), stream ("*" all of the theme's) and period (or block).

    of_theme: case_key, theme, from `theme_members`. cases: case_key, locality (of report), period; members:
    case_key, stream. exposed: locality, period, stream, person_years; every place and period of it has a row,
    also without a case. A theme has rows of its streams, of all where it names none. support: of
    `theme_support`; without it, a theme that cannot be picked is counted as 0.

    rate per `per` person-years of the stream's population at risk, with Byar's or the exact interval;
    whole_rate of all localities together. Stream "*" counts each case once and has no rate where a theme has
    several streams, since their populations differ; it has `expected`, what the whole's rates in each stream
    lead to (a case in two streams is half in each), and the ratio of cases to it, the whole taken as known.
    p (stream "*" only): exact conditional test that the locality has its share of the whole's cases
    (two-sided binomial); q: Benjamini and Hochberg's over all `comparisons` (locality x theme x period).
    differs: "above" or "below" where q is under `false_discovery`. Cases are taken as independent.
    withheld: `theme_not_recorded` (cases missing too), `no_cases`, `too_few_cases` (the whole has under
    `minimum_cases` in the stream and period: counts stand, nothing else), `no_population_at_risk`.
    """
    frames = [_of_one(theme, of_theme, cases, members, exposed) for theme in themes]
    if not frames:
        return pd.DataFrame(columns=COLUMNS)
    rows = _with_rates(pd.concat(frames, ignore_index=True), per, level)
    untold = rows["theme"].isin(not_recorded(support))
    total = rows["whole_cases"]
    few = first_true(
        [untold, total == 0, total < minimum_cases, ~(rows["expected"] > 0)],
        ["theme_not_recorded", "no_cases", "too_few_cases", "no_population_at_risk"],
    )
    rows = rows.assign(withheld=text(few))
    rows[_COUNTS] = rows[_COUNTS].astype("Int64").mask(untold)
    rows[_MEASURES] = rows[_MEASURES].mask(rows["withheld"].notna())
    rows[_COMPARISON] = rows[_COMPARISON].mask(rows["locality"] == WHOLE)
    rows["p"] = rows["p"].where(rows["stream"] == WHOLE)
    return _with_discoveries(rows, false_discovery)[COLUMNS].astype(dict.fromkeys(CELL, "str"))


def _of_one(
    theme: Theme, of_theme: pd.DataFrame, cases: pd.DataFrame, members: pd.DataFrame, exposed: pd.DataFrame
) -> pd.DataFrame:
    """CELL, cases, expected, person_years (missing for stream "*") of one theme."""
    risk = exposed[["locality", "stream", "period", "person_years"]]
    risk = risk[risk["stream"].isin(list(theme.streams))] if theme.streams else risk
    mine = of_theme.loc[of_theme["theme"] == theme.key, ["case_key"]]
    rows = cases[["case_key", "locality", "period"]].merge(mine, on="case_key").merge(members, on="case_key")
    rows = rows[rows["stream"].isin(risk["stream"])]
    rows = rows.assign(part=1 / rows.groupby("case_key")["stream"].transform("size"))
    cell = ["locality", "stream", "period"]
    sums = rows.groupby(cell)["part"].agg(cases="size", part="sum").reset_index()
    frame = risk.merge(sums, on=cell, how="left").fillna({"cases": 0, "part": 0})
    of_whole = frame.groupby(["stream", "period"])[["cases", "part", "person_years"]].transform("sum")
    share = frame["person_years"] / of_whole["person_years"].where(of_whole["person_years"] > 0)
    frame = frame.assign(expected=of_whole["cases"] * share, expected_part=of_whole["part"] * share)
    one_stream = len(frame["stream"].unique()) == 1
    together = frame.groupby(["locality", "period"], as_index=False).agg(
        cases=("part", "sum"), expected=("expected_part", "sum"), person_years=("person_years", "sum")
    )
    years = together["person_years"] if one_stream else np.nan
    together = together.assign(stream=WHOLE, person_years=years)
    frame = pd.concat([frame, together], ignore_index=True)
    sums = frame.groupby(["stream", "period"])[["cases", "expected", "person_years"]].sum(min_count=1)
    frame = pd.concat([frame, sums.reset_index().assign(locality=WHOLE)], ignore_index=True)
    return frame.assign(theme=theme.key, cases=frame["cases"].round().astype("int64"))


def _with_rates(rows: pd.DataFrame, per: float, level: float) -> pd.DataFrame:
    years = rows["person_years"].where(rows["person_years"] > 0)
    lower, upper = count_interval(rows["cases"], level)
    of_whole = [rows["theme"], rows["stream"], rows["period"]]
    at_whole = rows["locality"] == WHOLE
    whole_cases = rows["cases"].where(at_whole).groupby(of_whole).transform("max").astype("int64")
    rows = rows.assign(rate=rows["cases"] / years * per)
    ratio = indirectly_standardised_ratio(rows["cases"], rows["expected"], level=level)
    share = (rows["expected"] / whole_cases.where(whole_cases > 0)).clip(upper=1)
    return rows.assign(
        per=per,
        lower=lower / years * per,
        upper=upper / years * per,
        whole_cases=whole_cases,
        whole_rate=rows["rate"].where(at_whole).groupby(of_whole).transform("max"),
        ratio=ratio.value,
        ratio_lower=ratio.lower,
        ratio_upper=ratio.upper,
        p=conditional_p(rows["cases"], whole_cases, share.fillna(0)),
    )


def _with_discoveries(rows: pd.DataFrame, false_discovery: float) -> pd.DataFrame:
    tested = rows["p"].notna()
    q = pd.Series(np.nan, index=rows.index)
    if tested.any():
        q[tested] = multipletests(rows.loc[tested, "p"], method="fdr_bh")[1]
    clear = q < false_discovery
    sides = first_true([clear & (rows["ratio"] > 1), clear & (rows["ratio"] < 1)], ["above", "below"])
    return rows.assign(q=q, comparisons=int(tested.sum()), differs=text(sides))
