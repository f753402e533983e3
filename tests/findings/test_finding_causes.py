"""Why here: the case side, the area side, and the two read together."""

import pandas as pd
import pytest
from finding_frames import AGREEMENT, AREA, CODE, PROFILE, ROBUSTNESS, frame, hidden

from diaban.findings.causes import area_side_findings, case_side_findings, coding_gap_findings
from diaban.findings.evidence import gather_evidence
from diaban.spec.factors import FactorSpec

FACTORS = [
    FactorSpec(
        key="gd1", label={"vi": "x", "en": "x"}, domain="GD", codes=["GD1", "GD9"], indicators=["poverty"]
    )
]
CHECKED = {"agreement": ({},), "robustness": ({},)}


def known(codes=(), profile=(), area=(), agreement=None, robustness=None):
    """The frames of both sides, and the evidence that they give together."""
    files, here, associations = frame(CODE, *codes), frame(PROFILE, *profile), frame(AREA, *area)
    evidence = gather_evidence(
        files, associations, here, FACTORS,
        coder_agreement=None if agreement is None else frame(AGREEMENT, *agreement),
        area_robustness=None if robustness is None else frame(ROBUSTNESS, *robustness),
    )  # fmt: skip
    return files, here, associations, evidence


def on_files(*changes, **other):
    files, _, _, evidence = known(changes, **other)
    return list(case_side_findings(files, evidence, period="2016-2023"))


def in_area(profile=({},), area=({},), **other):
    _, here, associations, evidence = known(profile=profile, area=area, **other)
    return list(area_side_findings(here, associations, evidence, period="2021-2023"))


BOTH = {"profile": ({},), "area": ({},)}


def test_over_represented_on_one_side():
    (found,) = on_files({})
    assert (found.statement, found.strength, found.factors) == ("cause_over", "moderate", ("GD1",))
    assert found.rule == "case_side_only"
    assert (found.estimate, found.comparison, found.n) == (0.45, 0.18, 31)
    assert found.alternatives == ("coder_attention",)
    assert found.action == "read_on", "a measure follows only where the catalogue has one"
    assert found.facts["comparisons"] == 741


def test_both_sides_and_their_checks_are_strong_on_enough_files():
    assert on_files({}, **BOTH, **CHECKED)[0].strength == "strong"
    assert on_files({"n_files": 19}, **BOTH, **CHECKED)[0].strength == "moderate"
    assert on_files({}, **BOTH)[0].rule == "both_sides_unchecked"
    assert in_area(codes=({},), **CHECKED)[0].strength == "strong", "the files lift the area side as well"


def test_another_indicator_and_another_stream_do_not_support_a_code():
    assert on_files({"code": "KT1"}, **BOTH, **CHECKED)[0].rule == "case_side_only"
    other = {"profile": ({},), "area": ({"stream": "u18_offending"},)}
    assert on_files({}, **other, **CHECKED)[0].rule == "case_side_only"


def test_the_best_supported_code_of_the_factor_counts():
    weak = {"code": "GD9", "over": False, "q": 0.3}
    assert in_area(codes=(weak, {}), **CHECKED)[0].strength == "strong"
    assert in_area(codes=(weak,), **CHECKED)[0].strength == "moderate"


def test_coders_who_disagree_leave_a_doubt_not_a_cause():
    (found,) = on_files({}, **BOTH, agreement=({"alpha": 0.5, "agreed": False},), robustness=({},))
    assert (found.statement, found.strength, found.rule) == ("cause_disputed", "weak", "coders_disagree")


@pytest.mark.parametrize(
    "agreement",
    [(), ({"agreed": pd.NA},), ({"unit": "domain"},), ({"code": "GD2"},)],
    ids=["empty", "withheld", "of a domain", "of another code"],
)
def test_agreement_that_is_not_known_is_not_strong(agreement):
    assert on_files({}, **BOTH, agreement=agreement, robustness=({},))[0].rule == "both_sides_unchecked"


def test_before_fdr_only_is_a_weak_hint():
    (found,) = on_files({"over": False, "q": 0.3}, **BOTH, **CHECKED)
    assert (found.statement, found.strength) == ("cause_hint", "weak")
    assert found.alternatives == ("chance_many_comparisons",)


def test_few_comparisons_let_a_larger_p_survive():
    (found,) = on_files({"p": 0.02, "q": 0.04, "comparisons": 2})
    assert found.statement == "cause_over"


@pytest.mark.parametrize("code", ["XX", "uncoded"])
def test_files_without_a_code_are_a_result_on_management_not_a_cause(code):
    row = {"code": code, "n_coded": 12, "share": 0.3, "rest_share": 0.1}
    assert on_files(row) == []
    (found,) = coding_gap_findings(frame(CODE, row), period="2016-2023")
    assert (found.statement, found.question, found.n) == ("coding_gap", "what_numbers_can_tell", 31)
    assert found.facts["gap"] == {"XX": "not_established", "uncoded": "uncoded"}[code]


@pytest.mark.parametrize(
    "change", [{"over": False}, {"rest_share": 0.6}, {"over": pd.NA, "share": pd.NA}, hidden(CODE)]
)
def test_no_gap_in_coding(change):
    assert list(coding_gap_findings(frame(CODE, {"code": "XX"} | change), period="p")) == []


def test_a_code_is_no_gap():
    assert list(coding_gap_findings(frame(CODE, {}), period="p")) == []
    assert list(coding_gap_findings(frame(CODE), period="p")) == []


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
    assert found.rule == "area_side_only"
    assert (found.estimate, found.lower, found.upper) == (1.4, 1.1, 1.8)
    assert found.facts["more_share"] == pytest.approx(0.4)
    assert found.alternatives == ("ecological",)


def test_a_fragile_association_is_a_doubt():
    (found,) = in_area(robustness=({"robust": False, "reason": "sign_changes"},))
    assert (found.statement, found.strength, found.rule) == ("area_fragile", "weak", "not_robust")
    assert found.alternatives == ("depends_on_analysis", "ecological")
    other = ({"stream": "u18_offending", "robust": False},)
    assert in_area(robustness=other)[0].statement == "area_factor", "of another stream"


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
