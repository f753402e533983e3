"""Why here: causes and conditions from case files and from area indicators, read together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from diaban.findings.finding import Finding
from diaban.findings.strength import factor_strength

HINT = 0.01
"""A p-value above this is not even a hint: of hundreds of codes, a dozen fall below 0.05 by chance."""


def case_side_findings(
    case_factors: pd.DataFrame, supported_codes: Mapping[tuple[str, str], bool], *, period: str
) -> Iterator[Finding]:
    """Codes recorded more often here than in the rest of the whole.

    supported_codes: (stream, code) -> whether an area indicator of the same factor is associated with
    the stream and less favourable in this locality.
    """
    rows = case_factors[~case_factors["hidden"] & case_factors["withheld"].isna()]
    for row in rows[(rows["p"] < HINT) & (rows["share"] > rows["rest_share"])].itertuples():
        strength = factor_strength(
            case_side=True,
            area_side=supported_codes.get((row.stream, row.code), False),
            survives_fdr=bool(row.over),
            n_files=int(row.n_files),
        )
        yield Finding(
            locality=row.locality,
            question="why_here",
            statement="cause_over" if row.over else "cause_hint",
            stream=row.stream,
            period=period,
            strength=strength,
            estimate=row.share,
            lower=row.lower,
            upper=row.upper,
            comparison=row.rest_share,
            n=int(row.n_files),
            evidence=(f"case_factors/{row.locality}/{row.stream}/{row.code}",),
            factors=(row.code,),
            alternatives=("coder_attention",) if row.over else ("chance_many_comparisons",),
            facts={
                "code": row.code,
                "n_coded": row.n_coded,
                "n_files": row.n_files,
                "share": row.share,
                "share_lower": row.lower,
                "share_upper": row.upper,
                "rest_share": row.rest_share,
                "comparisons": row.comparisons,
            },
        )


def area_side_findings(
    profile: pd.DataFrame, area_factors: pd.DataFrame, *, period: str
) -> Iterator[Finding]:
    """Indicators associated with a stream over the localities, and clearly less favourable here."""
    between = area_factors[(area_factors["part"] == "between") & area_factors["supported"].fillna(False)]
    here = profile[profile["verdict"] == "worse"]
    for row in between.merge(here, on="indicator", suffixes=("", "_here")).itertuples():
        if (row.rate_ratio > 1) != (row.value > row.reference):
            continue  # unfavourable by its direction, yet associated with fewer cases: no finding
        ratio, lower, upper = _towards_more(row.rate_ratio, row.lower, row.upper)
        yield Finding(
            locality=row.locality,
            question="why_here",
            statement="area_factor",
            stream=row.stream,
            period=period,
            strength=factor_strength(case_side=False, area_side=True, survives_fdr=True, n_files=0),
            estimate=ratio,
            lower=lower,
            upper=upper,
            comparison=1.0,
            n=int(row.n),
            evidence=(
                f"area_factors/{row.stream}/{row.indicator}/between",
                f"factor_profile/{row.locality}/{row.indicator}",
            ),
            factors=(row.indicator,),
            alternatives=("ecological",),
            action="look_on_site",
            facts={
                "indicator": row.indicator,
                "value": row.value,
                "reference": row.reference,
                "direction": "higher" if row.value > row.reference else "lower",
                "sd": row.sd,
                "more_share": ratio - 1,
                "more_share_lower": lower - 1,
                "more_share_upper": upper - 1,
            },
        )


def _towards_more(ratio: float, lower: float, upper: float) -> tuple[float, float, float]:
    """The same association read in the direction that goes with more cases."""
    return (ratio, lower, upper) if ratio > 1 else (1 / ratio, 1 / upper, 1 / lower)
