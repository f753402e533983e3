"""What people decided about findings: which are still drafts, and which are not printed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

import pandas as pd

from diaban.findings.finding import Finding
from diaban.findings.limits import all_withheld
from diaban.findings.locality import locality_findings
from diaban.release.cube import Cube
from diaban.spec import StudySpec

ACCEPTED, WITHHELD = "accepted", "withheld"
DECISIONS = (ACCEPTED, WITHHELD)
REVIEWS, OPEN = "reviews", "localities_to_review"
"""The facts of a cube that hold the decisions, and the localities of report that wait for some."""
_SAME = 1e-5
"""Relative difference up to which an estimate is the one that was reviewed: the digits that are kept."""


class Review(NamedTuple):
    """What one person decided about one finding, as it was then.

    finding: its key. estimate: its estimate then, None where it has none. decision: "accepted", "withheld",
    or "" while it is a draft that nobody has filled in. on: the day, None in a draft.
    """

    finding: str
    estimate: float | None
    strength: str
    decision: str = ""
    by: str = ""
    on: date | None = None
    reason: str = ""

    def is_of(self, finding: Finding) -> bool:
        """Whether the finding says now what it said when it was reviewed."""
        return self._agrees(finding.key, finding.estimate, finding.strength)

    def _agrees(self, key: str, estimate: float | None, strength: str) -> bool:
        return (self.finding, self.strength) == (key, strength) and same_estimate(self.estimate, estimate)

    def withholds(self, row: Any) -> bool:
        """Whether this is the reason not to print the finding that a row of a frame tells."""
        return self.decision == WITHHELD and self._agrees(row.key, row.estimate, row.strength)


def same_estimate(one: float | None, other: float | None) -> bool:
    """Whether two estimates are the same to the digits that a review keeps."""
    if one is None or other is None or math.isnan(one) or math.isnan(other):
        return (one is None or math.isnan(one)) == (other is None or math.isnan(other))
    return math.isclose(one, other, rel_tol=_SAME, abs_tol=1e-9)


def with_reviews(cube: Cube, reviews: Iterable[Review], waiting: Iterable[str]) -> Cube:
    """The cube with the decisions that were taken, and without the findings of its frames that were withheld.

    waiting: the localities of report that have a finding which nobody has decided about yet. Who decided,
    and why, stays in the office: only the decision and its day go along.
    """
    decided = [review._replace(by="", reason="") for review in reviews if review.decision]
    frames = {
        name: _printed(frame, decided) if {"key", "estimate", "strength"} <= set(frame.columns) else frame
        for name, frame in cube.frames.items()
    }
    return replace(cube, frames=frames, facts=cube.facts | {REVIEWS: decided, OPEN: sorted(waiting)})


def _printed(frame: pd.DataFrame, reviews: list[Review]) -> pd.DataFrame:
    kept = [not any(review.withholds(row) for review in reviews) for row in frame.itertuples()]
    return frame if all(kept) else frame[kept].reset_index(drop=True)


def review_of(cube: Cube, finding: Finding) -> Review | None:
    """The decision about the finding as it is now; None while it is not reviewed."""
    return next((review for review in cube.facts.get(REVIEWS, []) if review.is_of(finding)), None)


def review_record(cube: Cube, finding: Finding) -> dict[str, str] | None:
    """The decision and its day for JSON; None while the finding is not reviewed."""
    review = review_of(cube, finding)
    return {"decision": review.decision, "on": str(review.on)} if review else None


def findings_of(spec: StudySpec, cube: Cube, locality: str, *, period: str) -> list[Finding]:
    """Findings of `locality` that may be printed, most important first: those that nobody withheld.

    Where all were withheld the one finding says so.
    """
    made = made_findings(spec, cube, locality, period=period)
    printed = [finding for finding in made if not _is_withheld(cube, finding)]
    return printed or [all_withheld(locality, period)]


def withheld_findings(spec: StudySpec, cube: Cube, locality: str, *, period: str) -> list[Finding]:
    """Findings of `locality` that reviewers withheld as they are now."""
    if not any(review.decision == WITHHELD for review in cube.facts.get(REVIEWS, [])):
        return []
    made = made_findings(spec, cube, locality, period=period)
    return [finding for finding in made if _is_withheld(cube, finding)]


def made_findings(spec: StudySpec, cube: Cube, locality: str, *, period: str) -> list[Finding]:
    """All findings of `locality`, those that are not printed too: for a reviewer."""
    files = str(cube.facts["file_periods"])
    return locality_findings(cube.frames, spec, locality, period=period, file_periods=files)


def _is_withheld(cube: Cube, finding: Finding) -> bool:
    review = review_of(cube, finding)
    return review is not None and review.decision == WITHHELD


def to_review(findings: Iterable[Finding], reviews: Iterable[Review]) -> list[Finding]:
    """The findings that nobody has decided about as they are now."""
    decided = [review for review in reviews if review.decision]
    return [finding for finding in findings if not any(review.is_of(finding) for review in decided)]


def every_finding(spec: StudySpec, cube: Cube, *, period: str) -> list[Finding]:
    """All findings of all localities of report."""
    return [f for locality in cube.reported for f in made_findings(spec, cube, locality, period=period)]


def is_reviewed(cube: Cube, locality: str | None = None) -> bool:
    """Whether every finding of the locality (without one: of all that are reported) was decided about."""
    waiting = cube.facts.get(OPEN)
    return waiting is not None and (not waiting if locality is None else locality not in waiting)


def reopened(finding: Finding, reviews: Iterable[Review]) -> list[Review]:
    """Decisions about the same finding when it said something else."""
    decided = [review for review in reviews if review.decision and review.finding == finding.key]
    return [review for review in decided if not review.is_of(finding)]


def kickers(
    texts: Mapping[str, Any], *, internal: bool, reviewed: bool, all_reviewed: bool
) -> dict[str, str]:
    """The line above a page's title: for whom the page is, and whether its findings were reviewed."""
    audience = "_internal" if internal else ""
    states = {"kicker": reviewed, "kicker_index": all_reviewed}
    return {
        name: f"{texts[f'{name}{audience}']} · {texts['review']['done' if done else 'draft']}"
        for name, done in states.items()
    }
