"""How much: is the locality above or below the whole, and has it changed?"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from diaban.findings.finding import Finding
from diaban.findings.strength import LEVEL_RULE, TREND_RULE, level_strength, trend_strength


def level_findings(rates: pd.DataFrame, *, minimum_cases: int) -> Iterator[Finding]:
    """One finding for every row of `rates` (one locality, report period) that differs from the whole."""
    for row in rates[~rates["hidden"] & rates["withheld"].isna()].itertuples():
        above = row.probability_above >= 0.5
        strength = level_strength(
            probability=max(row.probability_above, 1 - row.probability_above),
            ratio=row.shrunk_rate / row.reference_rate,
            outside_funnel=pd.notna(row.outlier),
        )
        if strength == "insufficient":
            continue
        yield Finding(
            locality=row.locality,
            question="how_much",
            statement="level_high" if above else "level_low",
            stream=row.stream,
            period=row.period,
            strength=strength,
            rule=LEVEL_RULE[strength],
            estimate=row.rate,
            lower=row.lower,
            upper=row.upper,
            comparison=row.reference_rate,
            n=int(row.cases),
            evidence=(f"rates/{row.locality}/{row.stream}/{row.period}",),
            alternatives=_alternatives(row.cases, minimum_cases),
            action="read_with_causes" if above else "keep_and_check_recording",
            facts={
                "cases": row.cases,
                "rate": row.rate,
                "rate_lower": row.lower,
                "rate_upper": row.upper,
                "reference_rate": row.reference_rate,
                "per": row.per,
            },
        )


def trend_findings(trends: pd.DataFrame, *, minimum_cases: int) -> Iterator[Finding]:
    """One finding for every row of `trends` whose rate ratio interval leaves out 1."""
    for row in trends[~trends["hidden"] & trends["withheld"].isna()].itertuples():
        strength = trend_strength(
            ratio=row.rate_ratio,
            excludes_one=row.lower > 1 or row.upper < 1,
            cases=min(row.cases, row.baseline_cases),
            minimum=minimum_cases,
        )
        if strength == "insufficient":
            continue
        yield Finding(
            locality=row.locality,
            question="is_it_changing",
            statement="trend_up" if row.rate_ratio > 1 else "trend_down",
            stream=row.stream,
            period=row.period,
            strength=strength,
            rule=TREND_RULE[strength],
            estimate=row.rate_ratio,
            lower=row.lower,
            upper=row.upper,
            comparison=1.0,
            n=int(row.cases),
            evidence=(f"trends/{row.locality}/{row.stream}/{row.period}",),
            alternatives=("recording_change", *_alternatives(row.cases, minimum_cases)),
            action="check_recording_first",
            facts={
                "cases": row.cases,
                "baseline_cases": row.baseline_cases,
                "baseline": row.baseline,
                "ratio": row.rate_ratio,
                "ratio_lower": row.lower,
                "ratio_upper": row.upper,
            },
        )


def _alternatives(cases: int, minimum_cases: int) -> tuple[str, ...]:
    return ("recorded_not_committed", *(("few_cases",) if cases < 2 * minimum_cases else ()))
