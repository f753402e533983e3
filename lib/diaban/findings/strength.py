"""The written rule that turns evidence into strength; the methods page prints `RULES`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from diaban.findings.finding import Strength

HINT = 0.01
"""A p-value above this is not even a hint: of hundreds of codes, a dozen fall below 0.05 by chance."""
ENOUGH_FILES = 20
NEARLY_CERTAIN = 0.99
LIKELY = 0.975
"""From here on the two-sided 95 % interval of the shrunk rate leaves the overall level out."""
NOTABLE = 1.2
"""A ratio nearer to 1 than this (or its inverse) is no news, however certain."""


@dataclass(frozen=True)
class FactorEvidence:
    """What is known of one cause or condition at one locality, for one stream.

    Case side: coded more often on files here than elsewhere after all comparisons (`case_over`) or only
    before them (`case_hint`), on `n_files`, by coders who agree on the code. Area side: an indicator of the
    factor is associated with the stream after all comparisons (`area_supported`), keeps its sign under other
    defensible analyses (`area_robust`), and is less favourable here than in the whole. A check that was not
    made, or could not be, is None: neither passed nor failed.
    """

    case_over: bool = False
    case_hint: bool = False
    n_files: int = 0
    coders_agree: bool | None = None
    area_supported: bool = False
    area_robust: bool | None = None
    area_unfavourable_here: bool = False

    @property
    def case_stands(self) -> bool:
        return self.case_over and self.coders_agree is not False

    @property
    def case_checked(self) -> bool:
        return self.case_stands and self.coders_agree is True and self.n_files >= ENOUGH_FILES

    @property
    def area_applies(self) -> bool:
        return self.area_supported and self.area_unfavourable_here

    @property
    def area_stands(self) -> bool:
        return self.area_applies and self.area_robust is not False

    @property
    def area_checked(self) -> bool:
        return self.area_applies and self.area_robust is True

    def without_area(self) -> FactorEvidence:
        return replace(self, area_supported=False, area_robust=None, area_unfavourable_here=False)

    def without_files(self) -> FactorEvidence:
        return replace(self, case_over=False, case_hint=False, n_files=0, coders_agree=None)


class Decision(NamedTuple):
    """A strength, and the key of the row of `RULES` that decided it."""

    strength: Strength
    rule: str


_FACTOR_RULE: tuple[tuple[str, Strength, Callable[[FactorEvidence], bool]], ...] = (
    ("both_sides", "strong", lambda e: e.case_checked and e.area_checked),
    ("both_sides_unchecked", "moderate", lambda e: e.case_stands and e.area_stands),
    ("case_side_only", "moderate", lambda e: e.case_stands),
    ("area_side_only", "moderate", lambda e: e.area_stands),
    ("coders_disagree", "weak", lambda e: e.case_over),
    ("not_robust", "weak", lambda e: e.area_applies),
    ("before_fdr_only", "weak", lambda e: e.case_hint),
    ("no_support", "insufficient", lambda _: True),
)
"""The first row that fits decides."""

LEVEL_RULE: dict[Strength, str] = {"strong": "level_outside_funnel", "moderate": "level_likely"}
TREND_RULE: dict[Strength, str] = {"moderate": "trend_interval_excludes_one", "weak": "trend_few_cases"}

RULES: tuple[tuple[str, Strength], ...] = (
    *((rule, strength) for rule, strength, _ in _FACTOR_RULE),
    *((rule, strength) for strength, rule in LEVEL_RULE.items()),
    *((rule, strength) for strength, rule in TREND_RULE.items()),
)


def factor_strength(evidence: FactorEvidence) -> Decision:
    """How far a cause or condition is supported: both sides strong, one moderate, a doubtful one weak.

    A check that failed (coders, robustness) leaves a side weak; one that was not made leaves it moderate.
    More evidence never lowers the strength.
    """
    return next(Decision(strength, rule) for rule, strength, fits in _FACTOR_RULE if fits(evidence))


def case_finding_strength(evidence: FactorEvidence) -> Decision:
    """Of what is said about files: the area side can lift it, never carry it."""
    return factor_strength(evidence if evidence.case_stands else evidence.without_area())


def area_finding_strength(evidence: FactorEvidence) -> Decision:
    """Of what is said about an indicator: the files can lift it, never carry it."""
    return factor_strength(evidence if evidence.area_stands else evidence.without_files())


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
