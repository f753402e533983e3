"""A stage with what people decided about its findings, and what they still have to decide."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from diaban.errors import DiabanError
from diaban.findings.finding import Finding
from diaban.release.review import every_finding, reopened, to_review, with_reviews
from diaban.release.words_of import words_of
from diaban.run.atomic import write_text
from diaban.run.choices import period_of
from diaban.run.keys import content_key
from diaban.run.review_file import REVIEW_FILE, read_reviews, write_draft
from diaban.run.stage import Stage, open_stage


class ReviewDraft(NamedTuple):
    """How far a review is. open: findings to decide about; again: those of them that were decided about when
    they said something else; decided: decisions that hold; idle: decisions about no finding of now."""

    path: Path
    open: list[Finding]
    again: list[Finding]
    decided: int
    idle: int


def reviews_key(folder: Path) -> str:
    """What pages are kept by beside their notebook: the study's decisions; "" where there are none."""
    path = folder / REVIEW_FILE
    return content_key([path], {}, {}) if path.exists() else ""


def reviewed(stage: Stage, period: str) -> Stage:
    """The stage, its cube with the decisions of the study's `review.toml` about findings of `period`.

    Which localities wait for a decision is worked out once a run and kept beside the cube.
    """
    reviews = read_reviews(stage.folder)
    if not any(review.decision for review in reviews):
        return stage
    kept = stage.path / "reviewed" / f"{period}-{reviews_key(stage.folder)[:12]}.json"
    if not kept.is_file():
        made = every_finding(stage.spec, stage.cube, period=period)
        waiting = {finding.locality for finding in to_review(made, reviews)}
        write_text(kept, json.dumps(sorted(waiting)))
    return replace(stage, cube=with_reviews(stage.cube, reviews, json.loads(kept.read_text("utf-8"))))


def draft_review(
    folder: Path,
    *,
    outputs: Path | None = None,
    within: str | None = None,
    edition: str | None = None,
    period: str | None = None,
) -> ReviewDraft:
    """Write the findings that wait for a decision into the study's `review.toml`, with their words.

    The stage is computed where it is not there. Raises DiabanError for a `review.toml` that is not right.
    """
    reviews = read_reviews(folder)
    stage = open_stage(folder, outputs=outputs, within=within, edition=edition)
    made = every_finding(stage.spec, stage.cube, period=period_of(stage.spec, period))
    waiting = to_review(made, reviews)
    path = write_draft(folder, [(finding, _lines(stage, finding)) for finding in waiting])
    decided = [review for review in reviews if review.decision]
    held = [review for review in decided if any(review.is_of(finding) for finding in made)]
    again = [finding for finding in waiting if reopened(finding, reviews)]
    return ReviewDraft(path, waiting, again, len(held), len(decided) - len(held))


def _lines(stage: Stage, finding: Finding) -> list[str]:
    """The finding as a reader meets it, in every language of the study."""
    said = [
        words_of(stage.spec, stage.cube, language).say(finding) for language in stage.spec.study.languages
    ]
    return [f"{one.claim} {one.number} ({one.dots} {one.strength})" for one in said]


def open_finding(stage: Stage, finding: Finding) -> DiabanError:
    """That nobody has decided about a finding, in words."""
    declared = stage.spec.study.languages
    said = {language: words_of(stage.spec, stage.cube, language).say(finding).claim for language in declared}
    claims = {f"claim_{language}": said.get(language, said[declared[0]]) for language in ("vi", "en")}
    return DiabanError("release_open_finding", finding=finding.key, **claims)
