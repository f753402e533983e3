"""`review.toml` of a study: what people decided about its findings, and a draft for those that wait."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from diaban.errors import DiabanError
from diaban.findings.finding import Finding
from diaban.findings.locality import STRENGTH_ORDER
from diaban.release.review import DECISIONS, WITHHELD, Review, same_estimate
from diaban.run.atomic import write_text

REVIEW_FILE = "review.toml"
FIELDS = ("finding", "estimate_at_review", "strength", "decision", "by", "on", "reason")
_TEXTS = ("finding", "strength", "decision", "by", "reason")
_ENTRY = re.compile(r"^(?=\[\[review\]\])", re.MULTILINE)
_HEAD = """# Thẩm định nhận định. decision: "accepted" (đồng ý) hoặc "withheld" (không công bố).
# by: người thẩm định; on: ngày, ví dụ on = 2024-12-14; reason: lý do, bắt buộc khi không công bố.
# Review of findings. decision: "accepted" or "withheld" (not printed).
# by: who; on: the day, as in on = 2024-12-14; reason: why, required where a finding is withheld.
"""


def read_reviews(folder: Path) -> list[Review]:
    """The entries of the study's `review.toml`, drafts too; none where there is no such file.

    Raises DiabanError, which names entry and key, for a file that cannot be read and for the first entry that
    is not complete or contradicts another.
    """
    path = folder / REVIEW_FILE
    if not path.exists():
        return []
    try:
        declared = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DiabanError("review_unreadable", file=path, detail=error) from None
    entries = declared.pop("review", [])
    if declared or not isinstance(entries, list):
        raise DiabanError("review_unknown_key", file=path, entry="-", name=", ".join(declared) or "review")
    reviews = [_review(path, number, entry) for number, entry in enumerate(entries, start=1)]
    _refuse_contradictions(path, reviews)
    return reviews


def _review(path: Path, number: int, entry: Any) -> Review:
    """One entry, checked."""
    where = {"file": path, "entry": number}
    if not isinstance(entry, Mapping):
        raise DiabanError("review_unknown_key", name=entry, **where)
    for key, value in entry.items():
        if key not in FIELDS:
            raise DiabanError("review_unknown_key", name=key, **where)
        if key in _TEXTS and not isinstance(value, str):
            raise DiabanError("review_not_text", name=key, value=value, **where)
    where["finding"] = entry.get("finding", "?")
    if not entry.get("finding"):
        raise DiabanError("review_missing", name="finding", **where)
    return _decided(entry, _estimate(entry, where), where)


def _estimate(entry: Mapping[str, Any], where: Mapping[str, Any]) -> float | None:
    estimate = entry.get("estimate_at_review")
    if estimate is None:
        return None
    if isinstance(estimate, bool) or not isinstance(estimate, int | float):
        raise DiabanError("review_not_a_number", value=estimate, **where)
    return float(estimate)


def _decided(entry: Mapping[str, Any], estimate: float | None, where: Mapping[str, Any]) -> Review:
    """The entry with its decision; one without is a draft, and nothing else is asked of it."""
    decision, strength, on = entry.get("decision", ""), entry.get("strength", ""), entry.get("on", "")
    if strength not in STRENGTH_ORDER:
        raise DiabanError("review_strength", value=strength, known=", ".join(STRENGTH_ORDER), **where)
    if decision == "":
        return Review(entry["finding"], estimate, strength)
    if decision not in DECISIONS:
        raise DiabanError("review_decision", value=decision, known=", ".join(DECISIONS), **where)
    if type(on) is not date:
        raise DiabanError("review_day", value=on, **where)
    for key in ("by", "reason") if decision == WITHHELD else ("by",):
        if not entry.get(key, "").strip():
            raise DiabanError("review_missing", name=key, **where)
    return Review(entry["finding"], estimate, strength, decision, entry["by"], on, entry.get("reason", ""))


def _refuse_contradictions(path: Path, reviews: Sequence[Review]) -> None:
    """Two decisions about the same finding, when it said the same, cannot both hold."""
    decided = [(number, review) for number, review in enumerate(reviews, start=1) if review.decision]
    for place, (number, review) in enumerate(decided):
        for earlier, other in decided[:place]:
            same = (review.finding, review.strength) == (other.finding, other.strength)
            if same and same_estimate(review.estimate, other.estimate):
                raise DiabanError(
                    "review_twice", file=path, entry=number, earlier=earlier, finding=review.finding
                )


def write_draft(folder: Path, waiting: Sequence[tuple[Finding, Sequence[str]]]) -> Path:
    """Put a draft entry for each finding that waits into `review.toml`; what was decided stays as it stands.

    waiting: findings with lines for the reviewer, which become comments. Drafts of before are replaced. The
    file is not touched where nothing changes. Raises DiabanError as `read_reviews` does.
    """
    path = folder / REVIEW_FILE
    reviews = read_reviews(folder)
    text = path.read_text(encoding="utf-8-sig") if path.exists() else _HEAD
    head, *entries = _ENTRY.split(text)
    if len(entries) != len(reviews):
        raise DiabanError("review_form", file=path)
    kept = [entry for entry, review in zip(entries, reviews, strict=True) if review.decision]
    drafts = [_draft(finding, lines) for finding, lines in waiting]
    whole = "\n".join(part.strip("\n") + "\n" for part in (head, *kept, *drafts) if part.strip())
    if not path.exists() or whole != text:
        write_text(path, whole)
    return path


def _draft(finding: Finding, lines: Sequence[str]) -> str:
    """An entry to fill in."""
    comments = [f"# {' '.join(line.split())}" for line in lines]
    values: dict[str, Any] = {"finding": finding.key, "strength": finding.strength}
    if finding.estimate is not None and finding.estimate == finding.estimate:
        values["estimate_at_review"] = float(f"{finding.estimate:.7g}")
    values |= {"decision": "", "by": "", "on": "", "reason": ""}
    fields = [f"{key} = {json.dumps(values[key], ensure_ascii=False)}" for key in FIELDS if key in values]
    return "\n".join(["[[review]]", *comments, *fields]) + "\n"
