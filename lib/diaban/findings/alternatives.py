"""Other explanations of a finding that the data themselves suggest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from diaban.calendars.periods import assign_periods, periods_frame
from diaban.findings.evidence import UNKNOWN, Evidence
from diaban.findings.finding import Finding
from diaban.findings.strength import ENOUGH_FILES
from diaban.spec import StudySpec

MUCH_MORE_UNKNOWN = 0.10
"""Share of files without an established code, above the rest's."""
MOST_OTHERS, SAME_WAY = 5, 0.75
DOMINATING = 1.5
"""Times the even share of a period, and at least half, that make it dominate a block."""

LEVEL = frozenset({"level_high", "level_low"})
TREND = frozenset({"trend_up", "trend_down"})
FILES = frozenset({"cause_over", "cause_disputed", "cause_hint"})


@dataclass(frozen=True)
class Surroundings:
    """Frames of one locality in which another explanation may show; one that is missing explains nothing.

    run_chart: stream, period, cases, hidden. case_factors: with the rows of files without an established
    code. trends: of all localities. concentration: stream, dominated (one part holds most cases).
    recording: stream, changed (the way of recording did). boundary_changes: on (a day).
    """

    frames: Mapping[str, pd.DataFrame]
    trends: pd.DataFrame
    evidence: Evidence
    spec: StudySpec

    def of_stream(self, name: str, stream: str | None) -> pd.DataFrame:
        frame = self.frames.get(name, pd.DataFrame())
        if frame.empty:
            return frame
        frame = frame[frame["stream"] == stream]
        return frame[~frame["hidden"].astype(bool)] if "hidden" in frame else frame

    def flagged(self, name: str, column: str, stream: str | None) -> bool:
        rows = self.of_stream(name, stream)
        return bool(len(rows) and rows[column].fillna(False).astype(bool).any())


def with_alternatives(finding: Finding, around: Surroundings) -> Finding:
    """The finding with what the data suggest first, then what always holds for its kind."""
    found = [key for key, kinds, holds in SUGGESTED if finding.statement in kinds and holds(finding, around)]
    always = [
        key for key in finding.alternatives if not (key == "recording_change" and _RECORDING & {*found})
    ]
    return replace(finding, alternatives=tuple(dict.fromkeys([*found, *always])))


def _recording_changed(finding: Finding, around: Surroundings) -> bool:
    return around.flagged("recording", "changed", finding.stream)


def _changed_everywhere(finding: Finding, around: Surroundings) -> bool:
    """Most other localities moved the same way in the same period, so the change may not be of this place."""
    rows = around.trends
    rows = rows[(rows["stream"] == finding.stream) & (rows["period"] == finding.period)]
    others = rows[(rows["locality"] != finding.locality) & ~rows["hidden"] & rows["withheld"].isna()]
    same = (others["rate_ratio"] > 1) == (finding.statement == "trend_up")
    return len(others) >= MOST_OTHERS and bool(same.mean() >= SAME_WAY)


def _coding_incomplete(finding: Finding, around: Surroundings) -> bool:
    rows = around.of_stream("case_factors", finding.stream)
    rows = rows[rows["code"].isin(UNKNOWN) & rows["share"].notna()] if len(rows) else rows
    return bool(len(rows) and rows["share"].sum() - rows["rest_share"].sum() >= MUCH_MORE_UNKNOWN)


def _few_files(finding: Finding, _around: Surroundings) -> bool:
    return (finding.n or 0) < ENOUGH_FILES


def _one_period(finding: Finding, around: Surroundings) -> bool:
    """Only where every period of the block is shown: what is hidden may not be worked out from a sentence."""
    periods = _periods(around.spec, finding.period)
    rows = around.of_stream("run_chart", finding.stream)
    rows = rows[rows["period"].isin(periods)] if len(rows) else rows
    if len(periods) < 2 or len(rows) < len(periods) or not rows["cases"].sum():
        return False
    return bool(rows["cases"].max() / rows["cases"].sum() > max(0.5, DOMINATING / len(periods)))


def _one_part(finding: Finding, around: Surroundings) -> bool:
    return around.flagged("concentration", "dominated", finding.stream)


def _boundary_changed(finding: Finding, around: Surroundings) -> bool:
    changes = around.frames.get("boundary_changes", pd.DataFrame())
    if changes.empty:
        return False
    compared = _periods(around.spec, finding.period)
    if finding.statement in TREND:
        compared |= _periods(around.spec, str(finding.facts["baseline"]))
    days = pd.to_datetime(changes["on"]).astype("datetime64[us]")
    return bool(assign_periods(days, periods_frame(around.spec.periods)).isin(compared).any())


def _coders_disagree(finding: Finding, around: Surroundings) -> bool:
    return around.evidence.agreed.get(finding.factors[0]) is False


def _periods(spec: StudySpec, block: str) -> set[str]:
    return {period for b in spec.periods.blocks if b.key == block for period in b.periods}


SUGGESTED: tuple[tuple[str, frozenset[str], Callable[[Finding, Surroundings], bool]], ...] = (
    ("coders_disagree", FILES, _coders_disagree),
    ("coding_completeness", FILES, _coding_incomplete),
    ("few_files", FILES, _few_files),
    ("recording_changed", LEVEL | TREND, _recording_changed),
    ("changed_everywhere", TREND, _changed_everywhere),
    ("boundary_change", LEVEL | TREND, _boundary_changed),
    ("one_dominating_period", LEVEL | TREND, _one_period),
    ("one_dominating_part", LEVEL | TREND | FILES, _one_part),
)
"""Key of the sentence, the statements that it can explain otherwise, and when it holds."""

_RECORDING = {"recording_changed", "changed_everywhere"}
