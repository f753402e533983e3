"""What the numbers can tell: luck, hidden numbers, nothing special."""

from finding_frames import DETECTABILITY, RATE, frame, hidden

from diaban.findings.limits import hidden_findings, luck_findings, nothing_special


def test_luck_is_said_once_a_stream():
    rows = frame(DETECTABILITY, {}, {"change": -0.1, "chance_by_luck": 0.3}, {"stream": "u18_offending"})
    found = list(luck_findings(rows))
    assert [(f.stream, f.estimate) for f in found] == [("child_abuse", 0.44), ("u18_offending", 0.44)]
    assert found[0].facts == {"mean_cases": 10.3, "target_share": 0.05, "luck_share": 0.44}


def test_luck_of_a_hidden_stream_is_not_said():
    assert list(luck_findings(frame(DETECTABILITY, hidden(DETECTABILITY)))) == []
    assert list(luck_findings(frame(DETECTABILITY))) == []


def test_a_hidden_stream_is_said_without_a_number():
    (found,) = hidden_findings(frame(RATE, {}, hidden(RATE) | {"stream": "u18_offending"}))
    assert (found.statement, found.stream, found.strength) == (
        "not_shown",
        "u18_offending",
        "insufficient",
    )
    assert (found.estimate, found.lower, found.upper, found.comparison, found.n) == (None,) * 5
    assert found.facts == {}


def test_that_no_count_is_shown_is_said_once():
    (found,) = hidden_findings(frame(RATE, hidden(RATE), hidden(RATE) | {"stream": "u18_offending"}))
    assert (found.statement, found.stream, found.key) == ("none_shown", None, "a/none_shown")
    assert len(found.evidence) == 2


def test_nothing_hidden_nothing_said():
    assert list(hidden_findings(frame(RATE, {}))) == []
    assert list(hidden_findings(frame(RATE))) == []


def test_nothing_special_admits_what_it_cannot_see():
    found = nothing_special("a", "2021-2023")
    assert (found.statement, found.stream, found.alternatives) == ("nothing_special", None, ("few_cases",))
    assert found.key == "a/nothing_special"
    assert nothing_special("a", "2021-2023", few=False).alternatives == ("recorded_not_committed",)
