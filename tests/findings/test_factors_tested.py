"""What was tried: every comparison has one row, its result and, where hidden, no number."""

import pandas as pd
import pytest
from finding_frames import AGREEMENT, AREA, CODE, PROFILE, ROBUSTNESS, cube_frames, frame, hidden

from diaban.findings.locality import locality_findings
from diaban.findings.tested import COLUMNS, FINDINGS, RESULTS, factors_tested
from diaban.findings.words import sentences

NUMBERS = ["estimate", "lower", "upper", "q"]


def tried(codes=(), area=(), profile=(), **checks):
    return factors_tested(frame(CODE, *codes), frame(AREA, *area), frame(PROFILE, *profile), **checks)


def test_nothing_was_tried():
    found = tried()
    assert list(found) == COLUMNS
    assert len(found) == 0


@pytest.mark.parametrize(
    ("change", "result"),
    [
        ({}, "over"),
        ({"over": False}, "before_fdr_only"),
        ({"over": False, "p": 0.02}, "not_over"),
        ({"over": False, "p": 0.9, "rest_share": 0.6}, "not_over"),
        ({"over": False, "p": pd.NA, "q": pd.NA}, "never_coded"),
        ({"over": pd.NA, "p": pd.NA, "withheld": "too_few_files"}, "too_few_files"),
        ({"over": pd.NA, "p": pd.NA, "withheld": "nothing_to_compare_with"}, "nothing_to_compare_with"),
        (hidden(CODE), "not_shown"),
    ],
)
def test_a_code(change, result):
    (row,) = tried([change]).itertuples()
    assert (row.locality, row.side, row.stream, row.factor) == ("a", "case", "child_abuse", "GD1")
    assert row.result == result
    assert row.is_finding == (result == "over")


def test_a_code_on_which_coders_disagree():
    agreement = frame(AGREEMENT, {"agreed": False}, {"code": "GD2"}, {"code": "GD3", "agreed": pd.NA})
    found = tried([{}, {"code": "GD2"}, {"code": "GD3"}, {"code": "GD4"}], coder_agreement=agreement)
    assert found["result"].tolist() == ["coders_disagree", "over", "over", "over"]
    assert found["is_finding"].tolist() == [False, True, True, True]


def test_numbers_are_those_of_the_share():
    (row,) = tried([{}]).itertuples()
    assert (row.estimate, row.lower, row.upper, row.q) == (0.45, 0.29, 0.62, 0.01)


def test_a_hidden_row_has_no_number_even_where_the_frame_forgot_to_blank_it():
    found = tried([{"hidden": True, "withheld": "too_few_files"}, {"code": "GD2"}])
    row = found[found["factor"] == "GD1"].iloc[0]
    assert row["result"] == "not_shown"
    assert row[[*NUMBERS, "reason"]].isna().all()
    assert found.loc[found["factor"] == "GD2", NUMBERS].notna().all(axis=None)


def test_a_frame_that_was_not_protected_can_be_read_too():
    codes = frame(CODE, {}).drop(columns="hidden")
    assert factors_tested(codes, frame(AREA), frame(PROFILE))["result"].tolist() == ["over"]


def test_what_is_not_known_of_a_file_is_no_factor():
    assert len(tried([{"code": "XX"}, {"code": "uncoded"}])) == 0


@pytest.mark.parametrize(
    ("change", "robust", "result"),
    [
        ({}, True, "associated"),
        ({}, pd.NA, "associated"),
        ({}, False, "not_robust"),
        ({"part": "within"}, False, "associated"),
        ({"supported": False}, False, "not_associated"),
        ({"supported": pd.NA, "rate_ratio": pd.NA, "withheld": "too_few_localities"}, False, "not_analysed"),
    ],
)
def test_an_indicator_in_the_whole(change, robust, result):
    robustness = frame(ROBUSTNESS, {"robust": robust, "reason": "sign_depends_on_model"})
    (row,) = tried(area=[change], area_robustness=robustness).itertuples()
    assert (row.side, row.factor, row.part) == ("area", "poverty", change.get("part", "between"))
    assert pd.isna(row.locality)
    assert row.result == result
    assert row.is_finding == (result == "associated")
    reasons = {"not_robust": "sign_depends_on_model", "not_analysed": "too_few_localities"}
    assert row.reason == reasons[result] if result in reasons else pd.isna(row.reason)


def test_a_check_that_could_not_be_made_is_no_failure():
    robustness = frame(ROBUSTNESS, {"robust": False, "reason": "too_few_groups"})
    assert tried(area=[{}], area_robustness=robustness)["result"].tolist() == ["associated"]


@pytest.mark.parametrize(
    ("change", "robust", "result"),
    [
        ({}, True, "unfavourable_here"),
        ({}, False, "not_robust"),
        ({"verdict": "similar"}, True, "not_unfavourable_here"),
        ({"verdict": "better"}, True, "not_unfavourable_here"),
        ({"value": 2.0}, True, "other_direction"),
        ({"verdict": pd.NA}, True, "not_judged_here"),
        ({"verdict": pd.NA, "value": pd.NA}, True, "no_value_here"),
    ],
)
def test_a_locality_s_place_on_an_association(change, robust, result):
    found = tried(area=[{}], profile=[change], area_robustness=frame(ROBUSTNESS, {"robust": robust}))
    (row,) = found[found["locality"].notna()].itertuples()
    assert (row.locality, row.result, row.estimate) == ("a", result, 1.4)
    assert row.is_finding == (result == "unfavourable_here")


def test_an_association_that_is_none_has_no_rows_by_locality():
    assert tried(area=[{"supported": False}, {"part": "within"}], profile=[{}])["locality"].isna().all()


def test_findings_are_those_that_a_locality_says(binh_phuoc):
    """What the frame calls a finding of a locality, and what its findings say, are the same."""
    frames = cube_frames(
        case_factors=frame(CODE, {}, {"code": "GD2"}, {"code": "GD3", "over": False}),
        area_factors=frame(AREA, {"indicator": "relative_care"}, {"indicator": "dv_reports"}),
        factor_profile=frame(PROFILE, {"indicator": "relative_care"}, {"indicator": "dv_reports"}),
        coder_agreement=frame(AGREEMENT, {"code": "GD2", "agreed": False}),
        area_robustness=frame(ROBUSTNESS, {"indicator": "dv_reports", "robust": False}),
    )
    found = locality_findings(frames, binh_phuoc, "a", period="2021-2023", file_periods="2016-2023")
    said = {f.factors[0] for f in found if f.statement in ("cause_over", "area_factor")}
    rows = factors_tested(
        frames["case_factors"], frames["area_factors"], frames["factor_profile"],
        coder_agreement=frames["coder_agreement"], area_robustness=frames["area_robustness"],
    )  # fmt: skip
    assert set(rows.loc[rows["is_finding"] & rows["locality"].notna(), "factor"]) == said
    assert said == {"GD1", "relative_care"}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_result_has_its_words(language):
    assert list(sentences(language)["result"]) == list(RESULTS)
    assert set(FINDINGS) <= set(RESULTS)
