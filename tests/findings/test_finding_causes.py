"""Why here: the case side, the area side, and the two read together."""

import pandas as pd
import pytest
from finding_frames import AREA, CODE, PROFILE, frame, hidden

from diaban.findings.causes import area_side_findings, case_side_findings

BOTH = {("child_abuse", "GD1"): True}


def on_files(*changes, supported=None):
    return list(case_side_findings(frame(CODE, *changes), supported or {}, period="2016-2023"))


def in_area(profile=({},), area=({},)):
    return list(area_side_findings(frame(PROFILE, *profile), frame(AREA, *area), period="2021-2023"))


def test_over_represented_on_one_side():
    (found,) = on_files({})
    assert (found.statement, found.strength, found.factors) == ("cause_over", "moderate", ("GD1",))
    assert (found.estimate, found.comparison, found.n) == (0.45, 0.18, 31)
    assert found.alternatives == ("coder_attention",)
    assert found.action == "read_on", "a measure follows only where the catalogue has one"
    assert found.facts["comparisons"] == 741


def test_both_sides_are_strong_on_enough_files():
    assert on_files({}, supported=BOTH)[0].strength == "strong"
    assert on_files({"n_files": 19}, supported=BOTH)[0].strength == "moderate"


def test_before_fdr_only_is_a_weak_hint():
    (found,) = on_files({"over": False, "q": 0.3}, supported=BOTH)
    assert (found.statement, found.strength) == ("cause_hint", "weak")
    assert found.alternatives == ("chance_many_comparisons",)


@pytest.mark.parametrize(
    "change",
    [{"p": 0.2, "over": False}, {"rest_share": 0.5}, {"withheld": "too_few_files"}, hidden(CODE)],
)
def test_no_finding_on_files(change):
    assert on_files(change) == []


def test_hidden_beside_shown():
    assert [f.factors for f in on_files(hidden(CODE) | {"code": "GD2"}, {})] == [("GD1",)]


def test_an_indicator_that_goes_with_cases_and_is_worse_here():
    (found,) = in_area()
    assert (found.statement, found.strength, found.factors) == ("area_factor", "moderate", ("poverty",))
    assert (found.estimate, found.lower, found.upper) == (1.4, 1.1, 1.8)
    assert found.facts["more_share"] == pytest.approx(0.4)
    assert found.alternatives == ("ecological",)


def test_a_protective_indicator_is_read_towards_more_cases():
    """Half the cases where it is higher, and it is low here: twice as many where it is lower."""
    (found,) = in_area(
        profile=[{"value": 2.0, "z": -2.0}], area=[{"rate_ratio": 0.5, "lower": 0.4, "upper": 0.8}]
    )
    assert (found.estimate, found.lower, found.upper) == pytest.approx((2.0, 1.25, 2.5))


@pytest.mark.parametrize(
    ("profile", "area"),
    [
        ({}, {"supported": False}),
        ({}, {"supported": pd.NA, "rate_ratio": pd.NA, "withheld": "too_few_cases"}),
        ({}, {"part": "within"}),
        ({"verdict": "similar"}, {}),
        ({"verdict": "better"}, {}),
        ({"verdict": pd.NA, "value": pd.NA, "z": pd.NA}, {}),
        ({"value": 2.0, "z": -2.0}, {}),
        ({"indicator": "migration"}, {}),
    ],
)
def test_no_finding_in_the_area(profile, area):
    assert in_area([profile], [area]) == []


def test_empty_frames():
    assert on_files() == []
    assert in_area(profile=(), area=()) == []
    assert in_area(area=()) == []
