"""Why here: causes and conditions from case files and from area indicators, read together."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from diaban.findings.evidence import UNKNOWN, Evidence, associated_here, more_often
from diaban.findings.finding import Finding
from diaban.findings.strength import (
    FactorEvidence,
    area_finding_strength,
    case_finding_strength,
    factor_strength,
)


def case_side_findings(case_factors: pd.DataFrame, evidence: Evidence, *, period: str) -> Iterator[Finding]:
    """Codes recorded more often here than in the rest of the whole, surely, in doubt, or as a hint."""
    for row in more_often(case_factors).itertuples():
        known = evidence.of_code(row.locality, row.stream, row.code)
        strength, rule = case_finding_strength(known)
        yield Finding(
            locality=row.locality,
            question="why_here",
            statement=_statement(known),
            stream=row.stream,
            period=period,
            strength=strength,
            rule=rule,
            estimate=row.share,
            lower=row.lower,
            upper=row.upper,
            comparison=row.rest_share,
            n=int(row.n_files),
            evidence=(f"case_factors/{row.locality}/{row.stream}/{row.code}",),
            factors=(row.code,),
            alternatives=("coder_attention",) if row.over else ("chance_many_comparisons",),
            facts={"code": row.code, **_shares(row), "comparisons": row.comparisons},
        )


def _statement(known: FactorEvidence) -> str:
    if known.case_stands:
        return "cause_over"
    return "cause_disputed" if known.case_over else "cause_hint"


def _shares(row) -> dict[str, object]:
    return {
        "n_coded": row.n_coded,
        "n_files": row.n_files,
        "share": row.share,
        "share_lower": row.lower,
        "share_upper": row.upper,
        "rest_share": row.rest_share,
    }


def coding_gap_findings(case_factors: pd.DataFrame, *, period: str) -> Iterator[Finding]:
    """Files without a code, or with nothing established, clearly more often here: a result on management."""
    rows = case_factors[case_factors["code"].isin(UNKNOWN) & ~case_factors["hidden"]]
    over = rows["over"].fillna(False).astype(bool) & (rows["share"] > rows["rest_share"])
    for row in rows[over.astype(bool)].itertuples():
        strength, rule = factor_strength(FactorEvidence(case_over=True, n_files=int(row.n_files)))
        yield Finding(
            locality=row.locality,
            question="what_numbers_can_tell",
            statement="coding_gap",
            stream=row.stream,
            period=period,
            strength=strength,
            rule=rule,
            estimate=row.share,
            lower=row.lower,
            upper=row.upper,
            comparison=row.rest_share,
            n=int(row.n_files),
            evidence=(f"case_factors/{row.locality}/{row.stream}/{row.code}",),
            factors=(row.code,),
            alternatives=("files_less_complete",),
            action="complete_coding",
            facts={"gap": "not_established" if row.code == UNKNOWN[0] else row.code, **_shares(row)},
        )


def area_side_findings(
    profile: pd.DataFrame, area_factors: pd.DataFrame, evidence: Evidence, *, period: str
) -> Iterator[Finding]:
    """Indicators associated with a stream over the localities, and clearly less favourable here."""
    rows = associated_here(area_factors, profile, None)
    for row in rows[rows["unfavourable"]].itertuples():
        known = evidence.of_indicator(row.locality, row.stream, row.indicator)
        strength, rule = area_finding_strength(known)
        ratio, lower, upper = _towards_more(row.rate_ratio, row.lower, row.upper)
        yield Finding(
            locality=row.locality,
            question="why_here",
            statement="area_factor" if known.area_stands else "area_fragile",
            stream=row.stream,
            period=period,
            strength=strength,
            rule=rule,
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
            alternatives=("ecological",) if known.area_stands else ("depends_on_analysis", "ecological"),
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
