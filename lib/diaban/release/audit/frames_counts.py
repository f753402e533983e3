"""What the frames on counts, rates and their changes tell."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from diaban.release.audit import formulas as f
from diaban.release.audit.columns import (
    REASON,
    Column,
    Frame,
    Statement,
    itself,
    known,
    model,
    of,
    short,
)
from diaban.release.cube import Cube

OWN, WHOLE = "count|{locality}|{stream}|{period}", "count|*|{stream}|{period}"
BOTH = (OWN, WHOLE)
WITHIN_ROW = "a function of counts that stand in the same row"
ALL_PLACES = (
    "fitted to all communes and years, of which no count is shown: with all digits its equations could be "
    "solved for them. In so few digits no way is known; that is not proved. Tried: one case moved from a "
    "commune of a hidden locality to the likest one of another, 48 times, changed 54 to 98 of 240 figures"
)
DISPERSION = "how much the blocks that are shown vary: computed again from them (replay_dispersion)"


def _with_share(rates: pd.DataFrame, _: Cube) -> pd.DataFrame:
    """_share: part of those at risk, of all localities with the same reference rate."""
    at_risk = rates.groupby(["stream", "period"])["person_years"].transform("sum")
    return rates.assign(_share=rates["person_years"] / at_risk)


def _share_together(rows: pd.DataFrame, cube: Cube) -> pd.DataFrame:
    """_share: part of those at risk in the whole."""
    at_risk = cube["rates"].groupby(["stream", "period"])["person_years"].sum().rename("_all")
    rows = rows.join(at_risk, on=["stream", "period"])
    return rows.assign(_share=rows["person_years"] / rows["_all"]).drop(columns="_all")


def _of_several(frame: str) -> Callable[[pd.DataFrame, int], list[Statement]]:
    """The cases of localities that are not shown one by one."""
    return lambda rows, _: [
        Statement(
            {f"count|{code}|{r.stream}|{r.period}": 1.0 for code in r.localities.split(";")},
            float(r.cases),
            float(r.cases),
            f"{frame}[{r.stream}, {r.period}, {r.localities}].cases",
        )
        for r in rows.itertuples()
    ]


COUNTS = {
    "rates": Frame(
        keys=("locality", "period", "stream"),
        prepare=_with_share,
        columns=known("person_years", "per")
        | of(OWN, cases=itself, rate=f.rate, lower=f.rate_limit(0), upper=f.rate_limit(1))
        | of(WHOLE, reference_rate=f.reference_rate, expected=f.expected)
        | of(BOTH, ratio=f.ratio, ratio_lower=f.ratio_limit(0), ratio_upper=f.ratio_limit(1))
        | of(BOTH, "shrunk_rate", "shrunk_lower", "shrunk_upper", "probability_above")
        | of(BOTH, "rank_lower", "rank_upper", "z", "outlier")
        | {"withheld": REASON},
    ),
    "rates_together": Frame(
        keys=("stream", "period", "localities"),
        columns=known("person_years", "per")
        | {"cases": Column("count")}
        | of(WHOLE, reference_rate=f.reference_rate)
        | model(WITHIN_ROW, "rate", "lower", "upper", "ratio", "ratio_lower", "ratio_upper"),
        statements=_of_several("rates_together"),
        prepare=_share_together,
    ),
    "rates_neighbours": Frame(
        keys=("stream", "period", "localities"),
        columns=known("touching", "person_years", "per")
        | {"cases": Column("count")}
        | of(WHOLE, reference_rate=f.reference_rate)
        | model(WITHIN_ROW, "rate", "lower", "upper", "ratio", "ratio_lower", "ratio_upper"),
        statements=_of_several("rates_neighbours"),
        prepare=_share_together,
    ),
    "trends": Frame(
        keys=("locality", "stream", "period", "baseline"),
        columns=of(OWN, cases=itself)
        | of("count|{locality}|{stream}|{baseline}", baseline_cases=itself)
        | of((OWN, "count|{locality}|{stream}|{baseline}"), "rate_ratio", "lower", "upper", "p", "marker")
        | short(1, model(DISPERSION, "dispersion"))
        | {"withheld": REASON},
    ),
    "run_chart": Frame(
        keys=("locality", "stream", "period"),
        columns=known("person_years")
        | of(OWN, "expected", "lower", "upper", "signal", cases=itself)
        | {"withheld": REASON},
    ),
    "detectability": Frame(
        keys=("locality", "stream", "period", "change"),
        columns=of(OWN, "mean_per_year", "largest_detectable_count", "chance_by_luck", "chance_if_true"),
    ),
    "concentration": Frame(keys=("locality", "stream", "period"), columns=of(OWN, "dominated")),
    "excess_decomposition": Frame(
        keys=("locality", "stream", "period", "component"),
        columns=short(1, of(BOTH, "cases", "lower", "upper")) | {"withheld": REASON},
    ),
    "what_if": Frame(
        keys=("locality", "stream", "period", "indicator", "target"),
        columns=known("target_value", "value", "to_value")
        | short(1, of(BOTH, "cases", "change", "lower", "upper"))
        | {"withheld": REASON},
    ),
    "funnel": Frame(
        keys=("stream", "period"),
        columns=known("expected") | known("lower_95", "upper_95", "lower_99_8", "upper_99_8"),
    ),
    "cells": Frame(keys=(), columns=known("cells", "small", "hidden")),
    "reading": Frame(
        keys=("locality", "stream", "period", "base"),
        columns=of((OWN, "count|{locality}|{stream}|{base}"), "direction", "label", "reasons", "clear")
        | {"withheld": REASON},
    ),
    "area_factors": Frame(
        keys=("stream", "indicator", "part"),
        columns=known("n", "comparisons", "method", "supported", "sd", "withheld")
        | short(2, model(ALL_PLACES, "rate_ratio", "lower", "upper", "p", "q"))
        | short(1, model(ALL_PLACES, "dispersion")),
    ),
    "area_robustness": Frame(
        keys=("stream", "indicator"),
        columns=known("specifications", "loo_group", "robust", "reason")
        | short(2, model(ALL_PLACES, "same_sign_share", "significant_share", "loo_lower", "loo_upper"))
        | short(2, model(ALL_PLACES, "permutation_p"))
        | short(1, model(ALL_PLACES, "e_value", "e_value_limit"))
        | model(ALL_PLACES, "loo_same_sign"),
    ),
    "factor_importance": Frame(
        keys=("stream", "indicator"),
        columns=short(2, model(ALL_PLACES, "importance", "lower", "upper", "explained"))
        | model(ALL_PLACES, "rank_lower", "rank_upper")
        | {"withheld": REASON},
    ),
    "residual_autocorrelation": Frame(
        keys=("stream",),
        columns=known("permutations", "n", "pairs", "withheld")
        | short(2, model(ALL_PLACES, "expected", "moran", "p", "moran_left", "p_left"))
        | model(ALL_PLACES, "spatial", "answer"),
    ),
}
