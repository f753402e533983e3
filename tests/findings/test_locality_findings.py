"""All findings of one locality: order, the first screen, and what is said where nothing can be."""

from pathlib import Path

import pandas as pd
import pytest
from finding_frames import (
    AGREEMENT,
    AREA,
    CODE,
    DETECTABILITY,
    PROFILE,
    RATE,
    ROBUSTNESS,
    TREND,
    cube_frames,
    frame,
    hidden,
)

from diaban.findings.finding import Finding
from diaban.findings.locality import (
    DOUBTFUL,
    FIRST_SCREEN,
    ORDER,
    SPECIAL,
    first_screen,
    locality_findings,
)
from diaban.findings.measures import measures_for
from diaban.findings.strength import RULES
from diaban.findings.words import sentences
from diaban.spec import read_spec

PLAIN = {"probability_above": 0.6, "shrunk_rate": 12.5, "outlier": pd.NA}


@pytest.fixture(scope="module")
def spec():
    return read_spec(Path(__file__).parents[2] / "data" / "binh_phuoc")


@pytest.fixture(scope="module")
def factor(spec):
    """A declared factor that both case codes and an indicator measure."""
    return next(f for f in spec.factors if f.codes and f.indicators)


def found_in(spec, locality="a", **frames):
    return locality_findings(
        cube_frames(**frames), spec, locality, period="2021-2023", file_periods="2016-2023"
    )


def statements(findings):
    return [f.statement for f in findings]


def test_nothing_special_is_said_where_something_is_shown(spec):
    assert statements(found_in(spec, rates=frame(RATE, PLAIN))) == ["nothing_special"]


def test_nothing_special_is_not_said_where_all_is_hidden(spec):
    found = found_in(spec, rates=frame(RATE, hidden(RATE), hidden(RATE) | {"stream": "u18_offending"}))
    assert statements(found) == ["none_shown"], "said once"
    assert [f.stream for f in found] == [None]
    assert len(found[0].evidence) == 2


def test_a_hidden_stream_is_said_beside_nothing_special(spec):
    rates = frame(RATE, PLAIN, hidden(RATE) | {"stream": "u18_offending"})
    assert statements(found_in(spec, rates=rates)) == ["nothing_special", "not_shown"]


def test_a_locality_without_figures_says_so(spec):
    assert statements(found_in(spec)) == ["no_figures"]
    assert statements(found_in(spec, rates=frame(RATE, {"period": "2018-2020"}))) == ["no_figures"]


def test_another_locality_and_another_period_stay_out(spec):
    rates = frame(RATE, PLAIN, {"locality": "b"}, {"period": "2018-2020"})
    assert statements(found_in(spec, rates=rates)) == ["nothing_special"]
    assert statements(found_in(spec, locality="b", rates=rates)) == ["level_high"]


def test_reading_order(spec):
    found = found_in(
        spec,
        rates=frame(RATE, {}, hidden(RATE) | {"stream": "u18_offending"}),
        trends=frame(TREND, {}),
        detectability=frame(DETECTABILITY, {}),
        case_factors=frame(
            CODE, {"code": "GD2", "share": 0.3}, {"code": "GD1"}, {"code": "GD3", "over": False, "q": 0.4}
        ),
    )
    assert statements(found) == [
        "cause_over", "cause_over", "level_high", "trend_up", "not_shown", "target_by_luck", "cause_hint",
    ]  # fmt: skip
    assert [f.factors[0] for f in found[:2]] == ["GD1", "GD2"], "further from the rest comes first"
    assert [f.period for f in found[:3]] == ["2016-2023", "2016-2023", "2021-2023"]


def test_strength_orders_within_a_statement(spec):
    rates = frame(
        RATE, {"stream": "child_abuse", "outlier": pd.NA, "rate": 90.0}, {"stream": "u18_offending"}
    )
    assert [f.strength for f in found_in(spec, rates=rates)] == ["strong", "moderate"]


@pytest.fixture(scope="module")
def both_sides(factor):
    """A code over-represented here, and an indicator of the same factor that goes with cases and is worse."""
    code, indicator = factor.codes[0], factor.indicators[0]
    return {
        "rates": frame(RATE, PLAIN),
        "case_factors": frame(CODE, {"code": code}),
        "factor_profile": frame(PROFILE, {"indicator": indicator}),
        "area_factors": frame(AREA, {"indicator": indicator}),
        "coder_agreement": frame(AGREEMENT, {"code": code}),
        "area_robustness": frame(ROBUSTNESS, {"indicator": indicator}),
    }


def said(findings):
    return [(f.statement, f.strength) for f in findings]


def test_both_sides_and_their_checks_make_a_factor_strong(spec, both_sides, factor):
    assert said(found_in(spec, **both_sides)) == [("cause_over", "strong"), ("area_factor", "strong")]
    elsewhere = {"area_factors": frame(AREA, {"indicator": factor.indicators[0], "stream": "u18_offending"})}
    found = found_in(spec, **both_sides | elsewhere)
    assert found[0].strength == "moderate", "an association with another stream"


@pytest.mark.parametrize("missing", ["coder_agreement", "area_robustness"])
def test_without_the_frame_of_a_check_nothing_is_strong(spec, both_sides, missing):
    frames = {name: rows for name, rows in both_sides.items() if name != missing}
    expected = [("cause_over", "moderate"), ("area_factor", "moderate")]
    assert said(found_in(spec, **frames)) == expected
    assert said(found_in(spec, **frames | {missing: pd.DataFrame()})) == expected


def test_a_planted_cause_is_named_first_with_its_strength(spec, both_sides, factor):
    frames = both_sides | {"rates": frame(RATE, {}), "trends": frame(TREND, {})}
    first = first_screen(found_in(spec, **frames))[0]
    assert (first.statement, first.factors) == ("cause_over", (factor.codes[0],))
    assert (first.strength, first.rule) == ("strong", "both_sides")


def test_a_cause_that_coders_dispute_is_kept_and_not_named_first(spec, both_sides, factor):
    frames = both_sides | {"coder_agreement": frame(AGREEMENT, {"code": factor.codes[0], "agreed": False})}
    frames["area_factors"] = frame(AREA)
    found = found_in(spec, **frames)
    assert said(found) == [("nothing_special", "insufficient"), ("cause_disputed", "weak")]
    assert "coders_disagree" in found[1].alternatives
    assert statements(first_screen(found)) == ["nothing_special"]


def test_a_doubt_brings_no_measure(spec, factor):
    measures = pd.DataFrame({"measure": ["m"], "codes": [factor.codes], "evidence": [1]})
    hint = frame(CODE, {"code": factor.codes[0], "over": False, "q": 0.4})
    (_, found) = found_in(spec, rates=frame(RATE, PLAIN), case_factors=hint, measures=measures)
    assert (found.statement, found.measures, found.action) == ("cause_hint", (), "read_on")


def test_a_gap_in_coding_is_told_beside_what_is_found(spec):
    files = frame(CODE, {}, {"code": "uncoded", "share": 0.5, "rest_share": 0.1})
    assert statements(found_in(spec, rates=frame(RATE, PLAIN), case_factors=files)) == [
        "cause_over",
        "coding_gap",
    ]


@pytest.mark.parametrize("statement", ["level_high", "trend_up", "cause_over", "area_factor"])
def test_the_rule_of_a_finding_gives_its_strength(spec, both_sides, statement):
    frames = both_sides | {"rates": frame(RATE, {}), "trends": frame(TREND, {})}
    (found,) = (f for f in found_in(spec, **frames) if f.statement == statement)
    assert dict(RULES)[found.rule] == found.strength


def test_priorities_order_the_measures_of_a_finding(spec, factor):
    code = factor.codes[0]
    measures = pd.DataFrame(
        {"measure": ["alone", "broad"], "codes": [[code], [code, "ZZ"]], "evidence": [1, 3]}
    )
    frames = {"case_factors": frame(CODE, {"code": code}), "measures": measures}
    ranked = {"stream": "child_abuse", "code": "ZZ", "rank": 1}
    rows = [ranked | {"locality": "a"}, ranked | {"locality": "a", "code": code, "rank": 2}]
    assert found_in(spec, **frames)[0].measures == ("alone", "broad")
    here = pd.DataFrame(rows)
    assert found_in(spec, **frames, priorities=here)[0].measures == ("broad", "alone")
    for elsewhere in ({"locality": "b"}, {"stream": "u18_offending"}):
        other = found_in(spec, **frames, priorities=here.assign(**elsewhere))
        assert other[0].measures == ("alone", "broad")
    assert found_in(spec, **frames, priorities=here.head(0))[0].measures == ("alone", "broad")


def test_measures_follow_from_codes_and_from_indicators(spec, factor):
    measures = pd.DataFrame(
        {
            "measure": ["m2", "m1", "other"],
            "codes": [[factor.codes[0]], [factor.codes[0]], ["?"]],
            "evidence": [1, 1, 1],
        }
    )
    assert measures_for([factor.codes[0]], measures, spec) == ("m1", "m2")
    assert set(measures_for([factor.indicators[0]], measures, spec)) == {"m1", "m2"}
    assert measures_for(["unknown"], measures, spec) == ()
    assert measures_for([], measures, spec) == ()
    better = measures.assign(evidence=[1, 3, 1])
    assert measures_for([factor.codes[0]], better, spec) == ("m2", "m1"), "best evidence first"
    found = found_in(spec, case_factors=frame(CODE, {"code": factor.codes[0]}), measures=measures)
    assert (found[0].measures, found[0].action) == (("m1", "m2"), "measure")


def make(statement, stream="child_abuse", n=0):
    return Finding("a", "why_here", statement, stream, "2021-2023", "moderate", factors=(f"F{n}",))


def test_first_screen_is_short_and_varied():
    found = [make("cause_over", n=n) for n in range(4)] + [
        make("level_high"),
        make("level_high", "u18_offending"),
    ]
    found += [make("trend_up"), make("trend_down"), make("target_by_luck")]
    chosen = first_screen(found)
    assert len(chosen) == FIRST_SCREEN == 5
    assert statements(chosen) == ["cause_over", "cause_over", "level_high", "level_high", "trend_up"]


def test_first_screen_has_no_hints_and_may_be_empty():
    doubts = [make(statement) for statement in DOUBTFUL]
    assert first_screen([*doubts, make("nothing_special")]) == [make("nothing_special")]
    assert first_screen([]) == []


def test_that_something_is_not_shown_is_no_finding_beside_one_that_tells():
    hidden_one = make("not_shown", "u18_offending")
    for told in ("cause_over", "level_low", "nothing_special", "coding_gap"):
        assert first_screen([make(told), hidden_one]) == [make(told)]
        assert first_screen([make(told), make("none_shown", None)]) == [make(told)]
    luck = make("target_by_luck")
    assert first_screen([hidden_one, luck]) == [hidden_one, luck], "luck says nothing of the situation"
    assert first_screen([make("not_shown"), hidden_one]) == [make("not_shown"), hidden_one]


def test_many_cases_are_not_called_few(spec):
    many = {"cases": 10 * spec.model.minimum_cases}
    (found,) = found_in(spec, rates=frame(RATE, PLAIN | many))
    assert found.alternatives == ("recorded_not_committed",)
    (found,) = found_in(spec, rates=frame(RATE, PLAIN | {"cases": spec.model.minimum_cases}))
    assert found.alternatives == ("few_cases",)


def test_every_statement_has_its_place_in_the_order():
    assert set(ORDER) == set(sentences("en")["claim"])
    assert len(ORDER) == len(set(ORDER))
    assert set(ORDER) >= SPECIAL | DOUBTFUL
    assert set() == SPECIAL & DOUBTFUL


def test_keys_are_stable_and_tell_findings_apart(spec):
    found = found_in(spec, rates=frame(RATE, {}), case_factors=frame(CODE, {}, {"code": "GD2"}))
    assert [f.key for f in found] == ["a/cause_over/child_abuse/GD1", "a/cause_over/child_abuse/GD2",
                                      "a/level_high/child_abuse"]  # fmt: skip
    assert found[0].as_record()["key"] == found[0].key


def test_findings_of_the_studies_are_complete(made_run):
    """Every locality of report: a first screen, each key once, and evidence that exists."""
    cube, spec = made_run.cube, made_run.spec
    period, files = spec.periods.report, str(cube.facts["file_periods"])
    for locality in cube["localities"].query("reported")["locality"]:
        found = locality_findings(cube.frames, spec, locality, period=period, file_periods=files)
        assert 1 <= len(first_screen(found)) <= FIRST_SCREEN
        assert len({f.key for f in found}) == len(found)
        for name in (e for f in found for e in f.evidence):
            assert len(rows_named(cube.frames, name)), name


def rows_named(frames, evidence):
    """The rows that "table/locality/stream/..." names."""
    table, *parts = evidence.split("/")
    rows = frames[table]
    for part in parts:
        fits = rows[[c for c in ("locality", "stream", "period", "code", "indicator", "part") if c in rows]]
        rows = rows[(fits.astype("str") == part).any(axis=1)]
    return rows
