"""What the numbers can tell: findings about chance, about hidden numbers, and about nothing special."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from diaban.findings.finding import Finding

ALL_WITHHELD = "all_withheld"
"""The statement that reviewers agreed to no finding of a locality."""


def luck_findings(detectability: pd.DataFrame) -> Iterator[Finding]:
    """One finding a stream: how often its first declared target would be met with nothing changed."""
    rows = detectability[~detectability["hidden"]].drop_duplicates(["locality", "stream"])
    for row in rows.itertuples():
        yield Finding(
            locality=row.locality,
            question="what_numbers_can_tell",
            statement="target_by_luck",
            stream=row.stream,
            period=row.period,
            strength="strong",
            estimate=row.chance_by_luck,
            evidence=(f"detectability/{row.locality}/{row.stream}",),
            action="judge_pooled",
            facts={
                "mean_cases": row.mean_per_year,
                "target_share": abs(row.change),
                "luck_share": row.chance_by_luck,
            },
        )


def hidden_findings(rates: pd.DataFrame) -> Iterator[Finding]:
    """One finding for every stream whose count is not shown; a single one where no count is."""
    rows = list(rates[rates["hidden"]].itertuples())
    evidence = [f"rates/{row.locality}/{row.stream}/{row.period}" for row in rows]
    if len(rows) == len(rates) > 1:
        yield _not_shown(rows[0], "none_shown", None, *evidence)
        return
    for row, place in zip(rows, evidence, strict=True):
        yield _not_shown(row, "not_shown", row.stream, place)


def _not_shown(row, statement: str, stream: str | None, *evidence: str) -> Finding:
    return Finding(
        locality=row.locality,
        question="how_much",
        statement=statement,
        stream=stream,
        period=row.period,
        strength="insufficient",
        evidence=evidence,
        action="pool_more",
    )


def nothing_special(locality: str, period: str, *, few: bool = True) -> Finding:
    """The plain statement that nothing here differs clearly from the whole. few: cases are few here."""
    return Finding(
        locality=locality,
        question="why_here",
        statement="nothing_special",
        stream=None,
        period=period,
        strength="insufficient",
        alternatives=("few_cases" if few else "recorded_not_committed",),
        action="usual_work",
    )


def no_figures(locality: str, period: str) -> Finding:
    """The plain statement that the study has no comparable figure here in this period."""
    return Finding(
        locality=locality,
        question="how_much",
        statement="no_figures",
        stream=None,
        period=period,
        strength="insufficient",
        action="pool_more",
    )


def all_withheld(locality: str, period: str) -> Finding:
    """The plain statement that reviewers agreed to none of the findings made here."""
    return Finding(
        locality=locality,
        question="what_numbers_can_tell",
        statement=ALL_WITHHELD,
        stream=None,
        period=period,
        strength="insufficient",
        action="read_on",
    )
