"""All findings of one locality, in the order in which a planner should read them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from diaban.findings.alternatives import Surroundings, with_alternatives
from diaban.findings.causes import area_side_findings, case_side_findings, coding_gap_findings
from diaban.findings.evidence import gather_evidence
from diaban.findings.finding import Finding
from diaban.findings.level import level_findings, trend_findings
from diaban.findings.limits import hidden_findings, luck_findings, no_figures, nothing_special
from diaban.findings.measures import measures_for
from diaban.spec import StudySpec

FIRST_SCREEN = 5
ORDER = (
    "cause_over", "level_high", "area_factor", "trend_up", "trend_down", "level_low",
    "nothing_special", "coding_gap", "no_figures", "none_shown", "not_shown", "all_withheld",
    "target_by_luck", "cause_disputed", "area_fragile", "cause_hint",
)  # fmt: skip
STRENGTH_ORDER = ("strong", "moderate", "weak", "insufficient")
SPECIAL = {"cause_over", "level_high", "level_low", "area_factor", "trend_up", "trend_down"}
DOUBTFUL = {"cause_disputed", "area_fragile", "cause_hint"}
"""Kept and told further down, never on the first screen, and no ground for a measure."""
HIDDEN = frozenset({"not_shown", "none_shown"})
"""Say only that something cannot be shown."""
TELLS = SPECIAL | {"nothing_special", "coding_gap"}
"""Say something about the situation; beside one of them it is no finding that something cannot be shown."""


def locality_findings(
    frames: Mapping[str, pd.DataFrame], spec: StudySpec, locality: str, *, period: str, file_periods: str
) -> list[Finding]:
    """Every finding of `locality` for the block `period`, most important first.

    file_periods: the periods whose case files were read together, as printed.
    frames: the protected frames of the cube (rates, trends, case_factors, area_factors, factor_profile,
    detectability, measures). Where they are given, coder_agreement and area_robustness decide on strength;
    run_chart, concentration, recording and boundary_changes suggest other explanations (alternatives.py);
    priorities orders the measures. Returns at least one finding: that nothing is special, or that nothing
    can be shown, is a finding too.
    """
    here = {name: _rows_of(frame, locality) for name, frame in frames.items()}
    rates = _of_period(here["rates"], period)
    found = _found(frames, here, spec, period=period, file_periods=file_periods)
    if rates.empty:
        found.append(no_figures(locality, period))
    elif not rates["hidden"].all() and not any(finding.statement in SPECIAL for finding in found):
        found.append(nothing_special(locality, period, few=_few(rates, spec)))
    ranks = _ranks(here.get("priorities"))
    found = [_with_measures(finding, frames["measures"], spec, ranks) for finding in found]
    return sorted(found, key=_reading_order)


def _found(
    frames: Mapping[str, pd.DataFrame],
    here: Mapping[str, pd.DataFrame],
    spec: StudySpec,
    *,
    period: str,
    file_periods: str,
) -> list[Finding]:
    evidence = gather_evidence(
        here["case_factors"],
        frames["area_factors"],
        here["factor_profile"],
        spec.factors,
        coder_agreement=frames.get("coder_agreement"),
        area_robustness=frames.get("area_robustness"),
    )
    rates, minimum = _of_period(here["rates"], period), spec.model.minimum_cases
    found = [
        *level_findings(rates, minimum_cases=minimum),
        *trend_findings(_of_period(here["trends"], period), minimum_cases=minimum),
        *case_side_findings(here["case_factors"], evidence, period=file_periods),
        *coding_gap_findings(here["case_factors"], period=file_periods),
        *area_side_findings(here["factor_profile"], frames["area_factors"], evidence, period=period),
        *luck_findings(_of_period(here["detectability"], period)),
        *hidden_findings(rates),
    ]
    around = Surroundings(here, frames["trends"], evidence, spec)
    return [with_alternatives(finding, around) for finding in found]


def _few(rates: pd.DataFrame, spec: StudySpec) -> bool:
    """Whether any kind of case is too rare here, or not shown, for a difference to have been seen."""
    return bool((rates["hidden"] | (rates["cases"] < 2 * spec.model.minimum_cases)).any())


def first_screen(findings: list[Finding]) -> list[Finding]:
    """The few findings that open the page: at most one of a kind and stream, nothing twice, no mere hints."""
    chosen: list[Finding] = []
    for finding in findings:
        alike = [f for f in chosen if (f.statement, f.stream) == (finding.statement, finding.stream)]
        limit = 2 if finding.statement == "cause_over" else 1
        if finding.statement not in DOUBTFUL and len(alike) < limit and not _said_already(finding, chosen):
            chosen.append(finding)
    if any(finding.statement in TELLS for finding in chosen):
        chosen = [finding for finding in chosen if finding.statement not in HIDDEN]
    return chosen[:FIRST_SCREEN]


def _said_already(finding: Finding, chosen: list[Finding]) -> bool:
    """A second target; an indicator told for another stream; the area side of a cause that files told."""
    if finding.statement == "target_by_luck":
        return any(f.statement == "target_by_luck" for f in chosen)
    if finding.statement == "area_factor":
        if any((f.statement, f.factors) == (finding.statement, finding.factors) for f in chosen):
            return True
        told = {
            m for f in chosen if (f.statement, f.stream) == ("cause_over", finding.stream) for m in f.measures
        }
        return bool(told.intersection(finding.measures))
    return False


def _reading_order(finding: Finding) -> tuple:
    return (
        ORDER.index(finding.statement),
        STRENGTH_ORDER.index(finding.strength),
        -_distance(finding),
        finding.key,
    )


def _distance(finding: Finding) -> float:
    """How far the estimate lies from what it is compared with, as an absolute log ratio."""
    if not finding.estimate or not finding.comparison:
        return 0.0
    return abs(math.log(finding.estimate / finding.comparison))


def _rows_of(frame: pd.DataFrame, locality: str) -> pd.DataFrame:
    return frame[frame["locality"] == locality] if "locality" in frame else frame


def _of_period(frame: pd.DataFrame, period: str) -> pd.DataFrame:
    return frame[frame["period"] == period]


def _ranks(priorities: pd.DataFrame | None) -> dict[tuple[str, str], int]:
    """(stream, code) -> rank of the code among those of this locality."""
    if priorities is None or priorities.empty:
        return {}
    keys = zip(priorities["stream"], priorities["code"], strict=True)
    return dict(zip(keys, priorities["rank"].astype(int), strict=True))


def _with_measures(
    finding: Finding, measures: pd.DataFrame, spec: StudySpec, ranks: Mapping[tuple[str, str], int]
) -> Finding:
    if finding.statement in DOUBTFUL:
        return finding
    of_stream = {code: rank for (stream, code), rank in ranks.items() if stream == finding.stream}
    found = measures_for(finding.factors, measures, spec, ranks=of_stream)
    if not found:
        return finding
    return replace(finding, measures=found, action="measure")
