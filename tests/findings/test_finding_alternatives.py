"""Other explanations: each suggested by its own data, for the findings that it can explain, and no others."""

from datetime import date

import pandas as pd
import pytest
from finding_frames import (
    AGREEMENT,
    AREA,
    CODE,
    PROFILE,
    RATE,
    ROBUSTNESS,
    RUN,
    TREND,
    cube_frames,
    frame,
    hidden,
)

from diaban.findings.alternatives import SUGGESTED
from diaban.findings.locality import ORDER, locality_findings
from diaban.findings.words import sentences

CALM = {"probability_above": 0.6, "shrunk_rate": 12.5, "outlier": pd.NA}
YEARS = ("2021", "2022", "2023")
MARKS = {
    "concentration": {"locality": "a", "stream": "child_abuse", "dominated": True},
    "recording": {"locality": "a", "stream": "child_abuse", "changed": True},
    "boundary_changes": {"locality": "a", "on": date(2022, 5, 1)},
}


@pytest.fixture
def alternatives(binh_phuoc):
    """Other explanations of each finding of locality "a", by statement, given the frames of the cube."""

    def found(**frames):
        given = {"rates": frame(RATE, {}), "trends": frame(TREND, {}), "case_factors": frame(CODE, {})}
        findings = locality_findings(
            cube_frames(**given | frames), binh_phuoc, "a", period="2021-2023", file_periods="2016-2023"
        )
        return {f.statement: f.alternatives for f in findings}

    return found


def run_chart(*cases, **change):
    rows = [{"period": year, "cases": n} | change for year, n in zip(YEARS, cases, strict=True)]
    return frame(RUN, *rows)


def test_without_further_frames_only_what_always_holds_is_said(alternatives):
    assert alternatives() == {
        "cause_over": ("coder_attention",),
        "level_high": ("recorded_not_committed",),
        "trend_up": ("recording_change", "recorded_not_committed"),
    }


def test_empty_frames_suggest_nothing(alternatives):
    empty = dict.fromkeys([*MARKS, "run_chart", "coder_agreement", "area_robustness"], pd.DataFrame())
    assert alternatives(**empty) == alternatives()


@pytest.mark.parametrize(
    ("name", "key", "statements"),
    [
        ("concentration", "one_dominating_part", {"cause_over", "level_high", "trend_up"}),
        ("recording", "recording_changed", {"level_high", "trend_up"}),
        ("boundary_changes", "boundary_change", {"level_high", "trend_up"}),
    ],
)
def test_a_mark_on_the_locality_and_stream(alternatives, name, key, statements):
    def told(**change):
        found = alternatives(**{name: pd.DataFrame([MARKS[name] | change])})
        return {statement for statement, keys in found.items() if key in keys}

    assert told() == statements
    assert told(locality="b") == set()
    if name != "boundary_changes":
        assert told(stream="u18_offending") == set()
        column = next(c for c in MARKS[name] if c not in ("locality", "stream"))
        assert told(**{column: False}) == told(**{column: pd.NA}) == set()


def test_a_known_change_of_recording_replaces_the_general_caution(alternatives):
    found = alternatives(recording=pd.DataFrame([MARKS["recording"]]))["trend_up"]
    assert found == ("recording_changed", "recorded_not_committed")


@pytest.mark.parametrize(
    ("day", "level", "trend"),
    [
        (date(2018, 12, 15), False, True),
        (date(2020, 12, 15), True, True),
        (date(2023, 12, 15), False, False),
        (date(2017, 1, 1), False, False),
    ],
    ids=["in the baseline", "first day of the block", "day after it", "before both"],
)
def test_a_boundary_change_counts_in_the_periods_that_are_compared(alternatives, day, level, trend):
    """Periods of the police calendar: 2021 begins on 15/12/2020."""
    found = alternatives(boundary_changes=pd.DataFrame([MARKS["boundary_changes"] | {"on": day}]))
    assert ("boundary_change" in found["level_high"]) == level
    assert ("boundary_change" in found["trend_up"]) == trend


@pytest.mark.parametrize(
    ("cases", "dominates"),
    [((16, 8, 7), True), ((15, 8, 7), False), ((10, 10, 11), False), ((31, 0, 0), True), ((0, 0, 0), False)],
)
def test_one_period_holds_more_than_half(alternatives, cases, dominates):
    found = alternatives(run_chart=run_chart(*cases))
    assert ("one_dominating_period" in found["level_high"]) == dominates
    assert ("one_dominating_period" in found["trend_up"]) == dominates
    assert "one_dominating_period" not in found["cause_over"], "files are not counted by these periods"


def test_a_hidden_or_absent_period_is_not_given_away(alternatives):
    rows = run_chart(30, 1, 1)
    assert "one_dominating_period" not in alternatives(run_chart=rows.head(2))["level_high"]
    rows.loc[2, "hidden"] = True
    assert "one_dominating_period" not in alternatives(run_chart=rows)["level_high"]
    other = run_chart(30, 1, 1, stream="u18_offending")
    assert "one_dominating_period" not in alternatives(run_chart=other)["level_high"]


def others(ratios, **change):
    rows = [{"locality": f"other{i}", "rate_ratio": ratio} | change for i, ratio in enumerate(ratios)]
    return frame(TREND, {}, *rows)


@pytest.mark.parametrize(
    ("ratios", "everywhere"),
    [
        ([1.5] * 6 + [0.8] * 2, True),
        ([1.5] * 5 + [0.8] * 3, False),
        ([0.5] * 8, False),
        ([1.5] * 4, False),
        ([], False),
    ],
    ids=["three in four", "fewer", "all the other way", "too few others", "nobody else"],
)
def test_a_change_that_most_others_share(alternatives, ratios, everywhere):
    assert ("changed_everywhere" in alternatives(trends=others(ratios))["trend_up"]) == everywhere


@pytest.mark.parametrize(
    "change", [{"hidden": True}, {"withheld": "too_few_cases"}, {"stream": "u18_offending"}, {"period": "x"}]
)
def test_others_that_cannot_be_read_do_not_count(alternatives, change):
    assert "changed_everywhere" not in alternatives(trends=others([1.5] * 8, **change))["trend_up"]


def test_a_fall_is_compared_with_falls(alternatives):
    rows = others([0.5] * 8)
    rows.loc[0, ["rate_ratio", "lower", "upper"]] = [0.4, 0.25, 0.8]
    assert "changed_everywhere" in alternatives(trends=rows)["trend_down"]


@pytest.mark.parametrize(
    ("unknown", "incomplete"),
    [
        ([{"code": "uncoded", "share": 0.2, "rest_share": 0.1}], True),
        ([{"code": "XX", "share": 0.15, "rest_share": 0.1}], False),
        ([{"code": c, "share": 0.16, "rest_share": 0.1} for c in ("XX", "uncoded")], True),
        ([{"code": "XX", "share": 0.1, "rest_share": 0.3}], False),
        ([hidden(CODE) | {"code": "XX"}], False),
        ([{"code": "XX", "share": 0.9, "rest_share": 0.1, "stream": "u18_offending"}], False),
    ],
    ids=["ten points above", "five points", "both kinds add up", "better coded", "hidden", "other stream"],
)
def test_files_without_an_established_code(alternatives, unknown, incomplete):
    rows = [{"over": False} | row for row in unknown]
    found = alternatives(case_factors=frame(CODE, {}, *rows))
    assert ("coding_completeness" in found["cause_over"]) == incomplete
    assert "coding_completeness" not in found["level_high"]


def test_few_files(alternatives):
    assert "few_files" in alternatives(case_factors=frame(CODE, {"n_files": 19}))["cause_over"]
    assert "few_files" not in alternatives(case_factors=frame(CODE, {"n_files": 20}))["cause_over"]


def test_coders_who_disagree(alternatives):
    disagree = frame(AGREEMENT, {"agreed": False})
    assert "coders_disagree" in alternatives(coder_agreement=disagree)["cause_disputed"]
    hint = alternatives(coder_agreement=disagree, case_factors=frame(CODE, {"over": False}))
    assert "coders_disagree" in hint["cause_hint"]
    assert "coders_disagree" not in alternatives(coder_agreement=frame(AGREEMENT, {}))["cause_over"]


def test_each_is_said_once(alternatives):
    marks = {name: pd.DataFrame([mark]) for name, mark in MARKS.items()}
    for keys in alternatives(**marks, run_chart=run_chart(29, 1, 1)).values():
        assert len(keys) == len(set(keys))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_suggestion_has_its_words_and_its_statements(language):
    assert {key for key, _, _ in SUGGESTED} <= set(sentences(language)["alternative"])
    assert {statement for _, kinds, _ in SUGGESTED for statement in kinds} <= set(ORDER)


POOR = {"indicator": "poor_households"}
KT1 = {"code": "KT1"}
"""A code and an indicator of one factor of the study."""


@pytest.mark.parametrize(("share", "said"), [(0.1, True), (0.5, False)])
def test_files_that_point_the_other_way_are_told_beside_an_indicator(alternatives, share, said):
    found = alternatives(
        area_factors=frame(AREA, POOR),
        factor_profile=frame(PROFILE, POOR),
        area_robustness=pd.DataFrame([ROBUSTNESS | POOR]),
        case_factors=frame(CODE, KT1 | {"share": share, "rest_share": 0.3, "over": False, "p": 0.6}),
    )
    assert ("files_point_elsewhere" in found["area_factor"]) == said


def test_hidden_files_point_nowhere(alternatives):
    found = alternatives(
        area_factors=frame(AREA, POOR),
        factor_profile=frame(PROFILE, POOR),
        case_factors=frame(CODE, KT1 | {"share": 0.1, "hidden": True}),
    )
    assert "files_point_elsewhere" not in found["area_factor"]


@pytest.mark.parametrize(("verdict", "said"), [("better", True), ("similar", False), ("worse", False)])
def test_an_indicator_that_points_the_other_way_is_told_beside_a_code(alternatives, verdict, said):
    found = alternatives(
        case_factors=frame(CODE, KT1), factor_profile=frame(PROFILE, POOR | {"verdict": verdict})
    )
    assert ("area_points_elsewhere" in found["cause_over"]) == said
