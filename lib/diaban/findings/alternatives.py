"""Other explanations of a finding that the data themselves suggest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

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
AREA = frozenset({"area_factor", "area_fragile"})
FILES = frozenset({"cause_over", "cause_disputed", "cause_hint"})


@dataclass(frozen=True)
class Surroundings:
    """Frames of one locality in which another explanation may show; one that is missing explains nothing.

    run_chart: stream, period, cases, hidden. case_factors: with the rows of files without an established
    code. concentration: stream, dominated (one part holds most cases). recording: stream, changed (the way
    of recording did). boundary_changes: on (a day). trends: of all localities.
    """

    frames: Mapping[str, pd.DataFrame]
    trends: pd.DataFrame
    evidence: Evidence
    spec: StudySpec

    @cached_property
    def dominated(self) -> set[str]:
        """Streams most of whose cases lie in one part of the locality."""
        return self._marked("concentration", "dominated")

    @cached_property
    def newly_recorded(self) -> set[str]:
        """Streams whose way of recording changed."""
        return self._marked("recording", "changed")

    @cached_property
    def unknown(self) -> dict[str, float]:
        """Stream -> share of files without an established code, above that of the rest."""
        rows = self._shown("case_factors")
        if rows.empty:
            return {}
        rows = rows[rows["code"].isin(UNKNOWN) & rows["share"].notna()]
        return (rows["share"] - rows["rest_share"]).groupby(rows["stream"]).sum().to_dict()

    @cached_property
    def cases(self) -> dict[tuple[str, str], float]:
        """(stream, period) -> cases, where they are shown."""
        rows = self._shown("run_chart")
        if rows.empty:
            return {}
        return dict(zip(zip(rows["stream"], rows["period"], strict=True), rows["cases"], strict=True))

    @cached_property
    def changed_in(self) -> set[str]:
        """Periods in which a boundary changed."""
        changes = self.frames.get("boundary_changes", pd.DataFrame())
        if changes.empty:
            return set()
        days = pd.to_datetime(changes["on"]).astype("datetime64[us]")
        return set(assign_periods(days, periods_frame(self.spec.periods)).dropna())

    def of_codes(self, stream: str | None, codes: set[str]) -> pd.DataFrame:
        """Rows of case_factors that are shown, of these codes."""
        rows = self._shown("case_factors")
        if rows.empty or not codes:
            return rows.head(0)
        return rows[(rows["stream"] == stream) & rows["code"].isin(codes) & rows["withheld"].isna()]

    def periods(self, block: str) -> set[str]:
        return {period for b in self.spec.periods.blocks if b.key == block for period in b.periods}

    def _shown(self, name: str) -> pd.DataFrame:
        rows = self.frames.get(name, pd.DataFrame())
        return rows[~rows["hidden"].astype(bool)] if "hidden" in rows else rows

    def _marked(self, name: str, column: str) -> set[str]:
        rows = self._shown(name)
        return set() if rows.empty else set(rows.loc[rows[column].fillna(False).astype(bool), "stream"])


def with_alternatives(finding: Finding, around: Surroundings) -> Finding:
    """The finding with what the data suggest first, then what always holds for its kind."""
    found = [key for key, kinds, holds in SUGGESTED if finding.statement in kinds and holds(finding, around)]
    always = [
        key for key in finding.alternatives if not (key == "recording_change" and _RECORDING & {*found})
    ]
    return replace(finding, alternatives=tuple(dict.fromkeys([*found, *always])))


def _recording_changed(finding: Finding, around: Surroundings) -> bool:
    return finding.stream in around.newly_recorded


def _changed_everywhere(finding: Finding, around: Surroundings) -> bool:
    """Most other localities moved the same way in the same period, so the change may not be of this place."""
    rows = around.trends
    rows = rows[(rows["stream"] == finding.stream) & (rows["period"] == finding.period)]
    others = rows[(rows["locality"] != finding.locality) & ~rows["hidden"] & rows["withheld"].isna()]
    same = (others["rate_ratio"] > 1) == (finding.statement == "trend_up")
    return len(others) >= MOST_OTHERS and bool(same.mean() >= SAME_WAY)


def _coding_incomplete(finding: Finding, around: Surroundings) -> bool:
    return around.unknown.get(finding.stream or "", 0.0) >= MUCH_MORE_UNKNOWN


def _few_files(finding: Finding, _around: Surroundings) -> bool:
    return (finding.n or 0) < ENOUGH_FILES


def _one_period(finding: Finding, around: Surroundings) -> bool:
    """Only where every period of the block is shown: what is hidden may not be worked out from a sentence."""
    keys = [(finding.stream or "", period) for period in around.periods(finding.period)]
    cases = [around.cases[key] for key in keys if key in around.cases]
    if len(keys) < 2 or len(cases) < len(keys) or not sum(cases):
        return False
    return max(cases) / sum(cases) > max(0.5, DOMINATING / len(keys))


def _one_part(finding: Finding, around: Surroundings) -> bool:
    return finding.stream in around.dominated


def _boundary_changed(finding: Finding, around: Surroundings) -> bool:
    compared = around.periods(finding.period)
    if finding.statement in TREND:
        compared |= around.periods(str(finding.facts["baseline"]))
    return bool(compared & around.changed_in)


def _files_point_elsewhere(finding: Finding, around: Surroundings) -> bool:
    """A code of the same factor stands on fewer files here than elsewhere."""
    codes = _partners(around.spec, finding.factors, of="indicators", give="codes")
    rows = around.of_codes(finding.stream, codes)
    return bool(len(rows) and (rows["share"] < rows["rest_share"]).all())


def _area_points_elsewhere(finding: Finding, around: Surroundings) -> bool:
    """An indicator of the same factor is clearly more favourable here."""
    indicators = _partners(around.spec, finding.factors, of="codes", give="indicators")
    profile = around.frames.get("factor_profile", pd.DataFrame())
    if profile.empty or not indicators:
        return False
    rows = profile[profile["indicator"].isin(indicators)]
    return bool(len(rows) and (rows["verdict"] == "better").fillna(False).all())


def _partners(spec: StudySpec, named: Sequence[str], *, of: str, give: str) -> set[str]:
    """What the other side measures of the factors that `named` codes or indicators belong to."""
    return {other for f in spec.factors if {*named} & {*getattr(f, of)} for other in getattr(f, give)}


def _coders_disagree(finding: Finding, around: Surroundings) -> bool:
    return around.evidence.agreed.get(finding.factors[0]) is False


SUGGESTED: tuple[tuple[str, frozenset[str], Callable[[Finding, Surroundings], bool]], ...] = (
    ("files_point_elsewhere", AREA, _files_point_elsewhere),
    ("area_points_elsewhere", FILES, _area_points_elsewhere),
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
