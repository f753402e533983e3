"""The written rule that turns evidence into strength; the methods page prints `RULES`."""

from __future__ import annotations

from diaban.findings.finding import Strength

ENOUGH_FILES = 20
NEARLY_CERTAIN = 0.99
LIKELY = 0.95
NOTABLE = 1.2
"""A ratio nearer to 1 than this (or its inverse) is no news, however certain."""

RULES: tuple[tuple[str, Strength], ...] = (
    ("both_sides", "strong"),
    ("one_side_after_fdr", "moderate"),
    ("before_fdr_only", "weak"),
    ("no_support", "insufficient"),
    ("level_outside_funnel", "strong"),
    ("level_likely", "moderate"),
    ("trend_interval_excludes_one", "moderate"),
    ("trend_few_cases", "weak"),
)


def factor_strength(*, case_side: bool, area_side: bool, survives_fdr: bool, n_files: int) -> Strength:
    """A cause or condition: both sides of evidence on enough files are strong, one alone is moderate.

    `case_side`: over-represented on case files; `area_side`: an indicator of the same factor is
    associated with offending and less favourable here; `survives_fdr`: what supports it stays
    significant after all comparisons of its family.
    """
    if not (case_side or area_side):
        return "insufficient"
    if not survives_fdr:
        return "weak"
    if case_side and area_side and n_files >= ENOUGH_FILES:
        return "strong"
    return "moderate"


def notable(ratio: float) -> bool:
    """Whether a ratio is far enough from 1 to be worth a planner's time."""
    return ratio >= NOTABLE or ratio <= 1 / NOTABLE


def level_strength(*, probability: float, ratio: float, outside_funnel: bool) -> Strength:
    """A rate above or below the whole.

    probability: that it truly lies on the side it seems to; ratio: shrunk rate over the whole's.
    """
    if probability < LIKELY or not notable(ratio):
        return "insufficient"
    return "strong" if outside_funnel and probability >= NEARLY_CERTAIN else "moderate"


def trend_strength(*, ratio: float, excludes_one: bool, cases: int, minimum: int) -> Strength:
    """A change between two pooled periods: weak where either rests on few cases."""
    if not excludes_one or not notable(ratio):
        return "insufficient"
    return "moderate" if cases >= 2 * minimum else "weak"
