"""All findings of one locality: order, the first screen, and what is said where nothing can be."""

from pathlib import Path

import pandas as pd
import pytest
from finding_frames import (
    AREA,
    CODE,
    DETECTABILITY,
    PROFILE,
    RATE,
    TREND,
    cube_frames,
    frame,
    hidden,
)

from diaban.findings.finding import Finding
from diaban.findings.locality import FIRST_SCREEN, ORDER, first_screen, locality_findings
from diaban.findings.measures import measures_for
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
    assert statements(found) == ["not_shown", "not_shown"]
    assert [f.stream for f in found] == ["child_abuse", "u18_offending"]


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


def test_both_sides_make_a_factor_strong(spec, factor):
    code, indicator = factor.codes[0], factor.indicators[0]
    frames = {
        "rates": frame(RATE, PLAIN),
        "case_factors": frame(CODE, {"code": code}),
        "factor_profile": frame(PROFILE, {"indicator": indicator}),
        "area_factors": frame(AREA, {"indicator": indicator}),
    }
    assert [(f.statement, f.strength) for f in found_in(spec, **frames)] == [
        ("cause_over", "strong"),
        ("area_factor", "moderate"),
    ]
    elsewhere = frames | {"area_factors": frame(AREA, {"indicator": indicator, "stream": "u18_offending"})}
    assert found_in(spec, **elsewhere)[0].strength == "moderate", "an association with another stream"


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
    assert first_screen([make("cause_hint"), make("nothing_special")]) == [make("nothing_special")]
    assert first_screen([]) == []


def test_every_statement_has_its_place_in_the_order():
    assert set(ORDER) == set(sentences("en")["claim"])
    assert len(ORDER) == len(set(ORDER))


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
