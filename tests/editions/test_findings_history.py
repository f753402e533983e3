"""What becomes of findings from edition to edition."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.editions import findings_history, latest_history
from diaban.findings.finding import Finding
from diaban.findings.locality import STRENGTH_ORDER


def finding(
    statement: str = "cause_over",
    strength: str = "moderate",
    locality: str = "696",
    code: str = "GD2",
    **more,
) -> dict:
    made = Finding(
        locality=locality,
        question="why_here",
        statement=statement,
        stream="child_abuse",
        period="2021-2023",
        strength=strength,  # type: ignore[arg-type]
        factors=(code,) if code else (),
        **more,
    )
    return made.as_record()


def last(*editions: list[dict]) -> pd.DataFrame:
    return latest_history(findings_history([(f"e{n}", found) for n, found in enumerate(editions)]))


@pytest.mark.parametrize(
    ("then", "now", "status"),
    [
        ("moderate", "moderate", "confirmed"),
        ("moderate", "strong", "stronger"),
        ("strong", "moderate", "weaker"),
        ("weak", "insufficient", "weaker"),
    ],
)
def test_the_same_finding_is_compared_by_strength(then: str, now: str, status: str) -> None:
    found = last([finding(strength=then)], [finding(strength=now)]).iloc[0]
    assert (found["status"], found["earlier"], found["first"], found["since"]) == (status, "e0", "e0", "e0")
    assert (found["earlier_strength"], found["strength"]) == (then, now)


def test_a_hint_that_became_a_finding_is_the_same_one_and_stronger() -> None:
    found = last([finding("cause_hint", "weak")], [finding("cause_over", "moderate")])
    assert found["status"].tolist() == ["stronger"]
    assert found["key"].tolist() == ["696/cause_over/child_abuse/GD2"]


def test_a_level_that_turned_round_is_withdrawn_and_another_is_new() -> None:
    found = last([finding("level_high", code="")], [finding("level_low", code="")])
    assert dict(zip(found["statement"], found["status"], strict=True)) == {
        "level_low": "new",
        "level_high": "withdrawn",
    }


def test_a_finding_that_is_not_there_any_more_is_withdrawn_once_and_may_come_back() -> None:
    history = findings_history(
        [
            ("e0", [finding()]),
            ("e1", [finding(code="NT1")]),
            ("e2", [finding(code="NT1")]),
            ("e3", [finding(), finding(code="NT1")]),
        ]
    )
    gd2 = history[history["subject"] == "GD2"]
    assert gd2["edition"].tolist() == ["e0", "e1", "e3"]
    assert gd2["status"].tolist() == ["new", "withdrawn", "new"]
    assert gd2["again"].tolist() == [False, False, True]
    assert gd2["first"].tolist() == ["e0"] * 3
    assert gd2["since"].tolist() == ["e0", "e0", "e3"]
    assert gd2["strength"].isna().tolist() == [False, True, False]
    nt1 = history[history["subject"] == "NT1"]
    assert nt1["since"].tolist() == ["e1"] * 3
    assert nt1["earlier"].fillna("-").tolist() == ["-", "e1", "e2"]


def test_an_edition_that_does_not_speak_of_a_locality_withdraws_nothing() -> None:
    history = findings_history(
        [("e0", [finding()]), ("e1", [finding(locality="690")]), ("e2", [finding(strength="strong")])]
    )
    here = history[history["locality"] == "696"]
    assert here["status"].tolist() == ["new", "stronger"]
    assert here["earlier"].tolist()[1] == "e0"
    newest = latest_history(history).set_index("locality")["edition"].to_dict()
    assert newest == {"690": "e1", "696": "e2"}


def test_estimates_then_and_now_stand_side_by_side() -> None:
    found = last([finding(estimate=0.4)], [finding(estimate=0.5)]).iloc[0]
    assert (found["earlier_estimate"], found["estimate"]) == (0.4, 0.5)
    gone = last([finding(estimate=0.4)], [finding(code="NT1")])
    withdrawn = gone[gone["status"] == "withdrawn"].iloc[0]
    assert withdrawn["earlier_estimate"] == 0.4
    assert pd.isna(withdrawn["estimate"])


def test_no_edition_no_finding_and_one_edition() -> None:
    assert findings_history([]).empty
    assert findings_history([("e0", []), ("e1", [])]).empty
    assert latest_history(findings_history([])).empty
    assert last([finding()])["status"].tolist() == ["new"]


findings = st.lists(
    st.builds(
        finding,
        st.sampled_from(["cause_over", "cause_hint", "area_factor"]),
        st.sampled_from(STRENGTH_ORDER),
        st.sampled_from(["690", "696"]),
        st.sampled_from(["GD2", "NT1"]),
    ),
    max_size=6,
)


@settings(max_examples=25, deadline=None)
@given(st.lists(findings, min_size=1, max_size=4))
def test_every_finding_of_an_edition_is_told_of_once(editions: list[list[dict]]) -> None:
    history = findings_history([(str(n), found) for n, found in enumerate(editions)])
    subject = ["locality", "family", "stream", "subject"]
    assert not history.duplicated(["edition", *subject]).any()
    for n, found in enumerate(editions):
        told = history[(history["edition"] == str(n)) & (history["status"] != "withdrawn")]
        families = {
            ("area" if f["statement"] == "area_factor" else "cause", f["locality"], f["factors"])
            for f in found
        }
        assert len(told) == len(families)
    back = history.drop_duplicates(subject)
    assert (back["status"] == "new").all(), "every history begins"
    assert (history["first"].astype(int) <= history["since"].astype(int)).all()
    assert (history["since"].astype(int) <= history["edition"].astype(int)).all()
