"""Reviews of findings: which hold, which a changed estimate re-opens, what is not printed."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from diaban.findings.finding import Finding
from diaban.release import review as module
from diaban.release.cube import Cube
from diaban.release.review import (
    Review,
    findings_of,
    is_reviewed,
    kickers,
    reopened,
    review_record,
    same_estimate,
    to_review,
    with_reviews,
)

DAY = date(2024, 12, 14)


def finding(place: str, estimate: float | None = 12.5, strength: str = "strong") -> Finding:
    return Finding(place, "how_much", "level_high", "s", "2021-2023", strength, estimate=estimate)


def decision(one: Finding, decision: str = "accepted", **changed) -> Review:
    made = Review(one.key, one.estimate, one.strength, decision, "N. V. A", DAY, "read on site")
    return made._replace(**changed)


@pytest.fixture
def cube(monkeypatch: pytest.MonkeyPatch) -> Cube:
    """Two localities with a finding each, and a log of them."""
    found = {"a": [finding("a")], "b": [finding("b", None, "weak")]}
    monkeypatch.setattr(module, "locality_findings", lambda *args, **_: found[args[2]])
    log = pd.DataFrame(
        {
            "key": [f.key for f in (*found["a"], *found["b"])],
            "estimate": [12.5, np.nan],
            "strength": ["strong", "weak"],
        }
    )
    localities = pd.DataFrame({"locality": ["a", "b"], "reported": [True, True]})
    return Cube({"findings_log": log, "localities": localities}, {"file_periods": "2016-2023"})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (12.5, 12.5000001, True),
        (12.5, 12.51, False),
        (0.0, 0.0, True),
        (None, None, True),
        (None, float("nan"), True),
        (None, 0.0, False),
    ],
)
def test_an_estimate_is_the_same_to_the_digits_that_are_kept(one, other, same):
    assert same_estimate(one, other) is same
    assert same_estimate(other, one) is same


def test_a_review_holds_for_what_the_finding_said():
    one = finding("a")
    assert to_review([one], [decision(one)]) == []
    assert to_review([one], [decision(one, "withheld")]) == []
    assert to_review([one], []) == [one]


@pytest.mark.parametrize("now", [finding("a", 12.6), finding("a", None), finding("a", 12.5, "moderate")])
def test_a_changed_estimate_or_strength_opens_the_review_again(now):
    before = decision(finding("a"))
    assert to_review([now], [before]) == [now]
    assert reopened(now, [before]) == [before]
    assert reopened(finding("a"), [before]) == []


def test_a_draft_decides_nothing():
    one = finding("a")
    draft = decision(one, "", on=None)
    assert to_review([one], [draft]) == [one]
    assert reopened(finding("a", 1.0), [draft]) == []


def test_a_withheld_finding_is_neither_said_nor_in_any_frame(cube):
    withheld = with_reviews(cube, [decision(finding("a"), "withheld")], ["b"])
    assert [f.statement for f in findings_of(None, withheld, "a", period="2021-2023")] == ["all_withheld"]
    assert [f.statement for f in findings_of(None, withheld, "b", period="2021-2023")] == ["level_high"]
    assert withheld["findings_log"]["key"].tolist() == ["b/level_high/s"]
    assert len(cube["findings_log"]) == 2, "the cube itself stays as it was"


def test_a_finding_that_changed_since_it_was_withheld_is_told_as_a_draft(cube):
    other = with_reviews(cube, [decision(finding("a", 99.0), "withheld")], ["a", "b"])
    assert findings_of(None, other, "a", period="2021-2023") == [finding("a")]
    assert review_record(other, finding("a")) is None
    assert len(other["findings_log"]) == 2


def test_who_decided_and_why_stays_in_the_office(cube):
    accepted = with_reviews(cube, [decision(finding("a"))], ["b"])
    assert review_record(accepted, finding("a")) == {"decision": "accepted", "on": "2024-12-14"}
    assert "N. V. A" not in repr(accepted.facts)
    assert "on site" not in repr(accepted.facts)


def test_a_page_says_draft_until_its_last_finding_is_reviewed(cube):
    assert not is_reviewed(cube)
    some = with_reviews(cube, [decision(finding("a"))], ["b"])
    assert (is_reviewed(some, "a"), is_reviewed(some, "b"), is_reviewed(some)) == (True, False, False)
    assert is_reviewed(with_reviews(cube, [decision(finding("a"))], []))
    texts = {"kicker": "K", "kicker_index": "I", "review": {"done": "yes", "draft": "no"}}
    said = kickers(texts, internal=False, reviewed=True, all_reviewed=False)
    assert said == {"kicker": "K · yes", "kicker_index": "I · no"}
