"""How much, and has it changed: one row in, one finding or none out."""

import pandas as pd
import pytest
from finding_frames import RATE, TREND, frame, hidden

from diaban.findings.level import level_findings, trend_findings


def levels(*changes):
    return list(level_findings(frame(RATE, *changes), minimum_cases=10))


def changes(*rows):
    return list(trend_findings(frame(TREND, *rows), minimum_cases=10))


def test_a_high_level():
    (found,) = levels({})
    assert (found.statement, found.strength, found.question) == ("level_high", "strong", "how_much")
    assert (found.estimate, found.lower, found.upper, found.comparison, found.n) == (
        24.2,
        16.5,
        34.4,
        12.0,
        31,
    )
    assert found.evidence == ("rates/a/child_abuse/2021-2023",)
    assert found.alternatives == ("recorded_not_committed",)


def test_a_low_level_is_not_praised():
    (found,) = levels({"probability_above": 0.004, "shrunk_rate": 6.0, "rate": 5.0, "outlier": pd.NA})
    assert (found.statement, found.strength) == ("level_low", "moderate")
    assert found.action == "keep_and_check_recording"


def test_few_cases_are_an_alternative_of_their_own():
    (found,) = levels({"cases": 19})
    assert found.alternatives == ("recorded_not_committed", "few_cases")


@pytest.mark.parametrize(
    "change",
    [
        {"probability_above": 0.9},
        {"probability_above": 0.5, "shrunk_rate": 12.0},
        {"shrunk_rate": 13.0},
        {"withheld": "too_few_cases"},
        hidden(RATE),
    ],
)
def test_no_finding(change):
    assert levels(change) == []


def test_empty_frames():
    assert levels() == []
    assert changes() == []


def test_a_zero_count_can_be_low():
    (found,) = levels(
        {"cases": 0, "rate": 0.0, "lower": 0.0, "upper": 3.0, "probability_above": 0.001, "shrunk_rate": 2.0}
    )
    assert (found.statement, found.n, found.estimate) == ("level_low", 0, 0.0)


def test_a_rise():
    (found,) = changes({})
    assert (found.statement, found.strength, found.comparison) == ("trend_up", "moderate", 1.0)
    assert found.alternatives[0] == "recording_change"
    assert found.action == "check_recording_first"
    assert found.facts["baseline"] == "2018-2020"


def test_a_fall_on_few_cases_is_weak():
    (found,) = changes({"rate_ratio": 0.4, "lower": 0.2, "upper": 0.8, "cases": 9, "baseline_cases": 22})
    assert (found.statement, found.strength) == ("trend_down", "weak")
    assert "few_cases" in found.alternatives


@pytest.mark.parametrize(
    "change",
    [{"lower": 0.9}, {"rate_ratio": 1.1, "lower": 1.01}, {"withheld": "too_few_cases"}, hidden(TREND)],
)
def test_no_change_said(change):
    assert changes(change) == []


def test_order_of_rows_is_kept():
    found = levels({"locality": "b"}, {"locality": "a"}, hidden(RATE) | {"locality": "c"})
    assert [f.locality for f in found] == ["b", "a"]
