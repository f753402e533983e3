"""Steps that cannot have happened as they stand are set apart, each with one clear message."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.errors import DiabanError
from diaban.intake import explain, read_tables
from diaban.intake.process import sound_steps
from diaban.intake.quarantine import Quarantine
from diaban.spec import read_spec
from diaban.spec.handling import HandlingSpec

HANDLING = """
[handling]
start = "received"
classified = ["classified"]
decisions = ["prosecuted", "not_prosecuted"]
resolved = ["prosecuted", "not_prosecuted"]
final = ["prosecuted", "not_prosecuted"]
reopened = ["returned"]
limits = [{ key = "first", days = 20, label = { vi = "a", en = "a" }, source = { vi = "b", en = "b" } }]
steps = [
  { key = "received", label = { vi = "a", en = "a" } },
  { key = "classified", label = { vi = "b", en = "b" }, after = ["received"] },
  { key = "extended", label = { vi = "c", en = "c" }, after = ["classified", "extended"] },
  { key = "prosecuted", label = { vi = "d", en = "d" }, after = ["classified", "extended"] },
  { key = "not_prosecuted", label = { vi = "e", en = "e" }, after = ["classified", "extended"] },
  { key = "returned", label = { vi = "f", en = "f" }, after = ["prosecuted", "not_prosecuted"] },
]
"""

SPEC = HandlingSpec.model_validate(tomllib.loads(HANDLING)["handling"])
AFTER = {step.key: step.after for step in SPEC.steps}
SOUND = ["received,2020-03-02", "classified,2020-03-05", "prosecuted,2020-03-20"]

FAULTS = [
    # What case c2 (reported on 2 March 2020, cut-off 30 June 2022) has besides; refused rows; what is right.
    (["tried,2020-05-01"], {5: ("unknown_step", "step", "tried")}, "returned"),
    (["clasified,2020-03-04"], {5: ("unknown_step", "step", "clasified")}, "classified"),
    (["extended,2020-03-01"], {5: ("step_before_report", "date", "extended 2020-03-01")}, "2020-03-02"),
    (["extended,2022-07-01"], {5: ("step_after_cutoff", "date", "extended 2022-07-01")}, "2022-06-30"),
    (["classified,2020-03-05"], {5: ("step_twice", "step", "classified 2020-03-05")}, ""),
    (
        ["extended,2020-03-04"],
        {5: ("step_too_early", "date", "extended 2020-03-04")},
        "classified (2020-03-05)",
    ),
    (
        ["returned,2020-03-19"],
        {5: ("step_too_early", "date", "returned 2020-03-19")},
        "prosecuted | not_prosecuted (2020-03-20)",
    ),
    (
        ["not_prosecuted,2020-04-01"],
        {5: ("second_decision", "step", "not_prosecuted 2020-04-01")},
        "prosecuted 2020-03-20",
    ),
    (
        ["prosecuted,2020-04-01"],
        {5: ("second_decision", "step", "prosecuted 2020-04-01")},
        "prosecuted 2020-03-20",
    ),
    (
        ["not_prosecuted,2020-03-20"],
        {
            4: ("decisions_of_one_day", "step", "prosecuted 2020-03-20"),
            5: ("decisions_of_one_day", "step", "not_prosecuted 2020-03-20"),
        },
        "prosecuted 2020-03-20, not_prosecuted 2020-03-20",
    ),
]


def _write(small_study, steps: list[str], handling: bool = True) -> None:
    path = small_study.folder / "study.toml"
    if handling:
        path.write_text(path.read_text(encoding="utf-8") + HANDLING, encoding="utf-8")
    rows = "".join(f"c2,{step},\n" for step in steps)
    (small_study.folder / "process_events.csv").write_text(
        "case_key,step,date,reason_code\n" + rows, encoding="utf-8"
    )


@pytest.mark.parametrize(("besides", "refused", "right"), FAULTS)
def test_a_bad_step_is_quarantined_and_named(small_study, besides, refused, right):
    _write(small_study, SOUND + besides)
    result = small_study.read()
    found = result.quarantine.set_index("row")[["reason", "column", "value"]]
    assert set(result.quarantine["table"]) == {"process_events"}
    assert {row: tuple(told) for row, told in zip(found.index, found.to_numpy(), strict=True)} == {
        row: (f"intake_row_{reason}", column, value) for row, (reason, column, value) in refused.items()
    }
    for language, word in (("vi", "dòng"), ("en", "row")):
        for row, sentence in zip(found.index, explain(result.quarantine, language), strict=True):
            assert f"process_events.csv, {word} {row}" in sentence
            assert right in sentence
            assert refused[row][2] in sentence
    kept = result.tables.process_events
    assert len(kept) == len(SOUND) + len(besides) - len(refused)
    source = result.card.sources.set_index("file").loc["process_events.csv"]
    assert (source["quarantined"], source["kept"]) == (len(refused), len(kept))


@pytest.mark.parametrize(("besides", "refused"), [fault[:2] for fault in FAULTS])
def test_without_a_calendar_of_steps_only_dates_and_repetitions_are_checked(small_study, besides, refused):
    _write(small_study, SOUND + besides, handling=False)
    always = {"step_before_report", "step_after_cutoff", "step_twice"}
    rows = [row for row, (reason, _, _) in refused.items() if reason in always]
    assert small_study.read().quarantine["row"].tolist() == rows


@pytest.mark.parametrize(
    "steps",
    [
        [],
        ["prosecuted,2020-03-20"],  # nothing before it is recorded: a gap, no contradiction
        [*SOUND, "returned,2020-04-01", "not_prosecuted,2020-05-01"],
        [*SOUND, "returned,2020-03-20", "not_prosecuted,2020-03-20"],  # one day: the order of the file holds
        ["received,2020-03-02", "classified,2020-03-02", "prosecuted,2020-03-02"],
        ["prosecuted,2022-06-30", "classified,2020-03-05", "received,2020-03-02"],
        [*SOUND[:2], "extended,2020-03-05", "extended,2020-03-09", "prosecuted,2020-03-20"],
    ],
)
def test_what_can_have_happened_is_kept(small_study, steps):
    _write(small_study, steps)
    result = small_study.read()
    assert result.quarantine.empty
    assert len(result.tables.process_events) == len(steps)


def test_a_wrong_first_step_does_not_take_the_sound_ones_along(small_study):
    _write(small_study, ["received,2030-03-02", "classified,2020-03-05", "prosecuted,2020-03-20"])
    assert small_study.read().quarantine["value"].tolist() == ["received 2030-03-02"]


def test_a_repeated_extension_does_not_vouch_for_itself(small_study):
    _write(small_study, ["received,2020-03-02", "classified,2020-03-05", "extended,2020-03-03"])
    assert small_study.read().quarantine["value"].tolist() == ["extended 2020-03-03"]


def test_a_case_that_was_refused_is_the_reason_that_counts(small_study):
    _write(small_study, [*SOUND, "tried,2020-05-01"])
    small_study.spoil("cases", "c2,t,102", "c2,t,999")
    refused = small_study.read().quarantine
    assert set(refused[refused["table"] == "process_events"]["reason"]) == {"intake_row_case_refused"}


def test_a_time_of_day_changes_nothing():
    events = _events([("c", "received", 0), ("c", "classified", 0)])
    events["date"] += pd.to_timedelta([23, 1], unit="h")
    quarantine = Quarantine()
    cases = _cases("c").assign(reported_on=pd.Timestamp("2020-01-01 12:00"))
    kept = sound_steps(events, cases, SPEC, cutoff=date(2020, 1, 1), quarantine=quarantine)
    assert len(kept) == 2
    assert quarantine.frame().empty


def _events(rows: list[tuple[str, str, int]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["case_key", "step", "day"]).astype({"case_key": "str", "step": "str"})
    dates = pd.Timestamp("2020-01-01") + pd.to_timedelta(frame["day"].astype("int64"), unit="D")
    return frame.drop(columns="day").assign(date=dates.astype("datetime64[us]"), _file="f", _sheet="")


def _cases(*keys: str) -> pd.DataFrame:
    reported = pd.Series([pd.Timestamp("2020-01-01")] * len(keys), dtype="datetime64[us]")
    return pd.DataFrame({"case_key": list(keys), "reported_on": reported})


def _plainly(rows: list[tuple[str, str, int]], last: int) -> list[int]:
    """Which rows hold, worked out a case at a time in plain loops: the laws of the checks, said twice."""
    held = [i for i, (_, step, day) in enumerate(rows) if step in AFTER and 0 <= day <= last]
    held = [i for n, i in enumerate(held) if rows[i] not in [rows[j] for j in held[:n]]]
    ordered = []
    for i in held:
        before = [
            rows[j][2]
            for j in held
            if rows[j][0] == rows[i][0] and rows[j][1] != rows[i][1] and rows[j][1] in AFTER[rows[i][1]]
        ]
        if not before or min(before) <= rows[i][2]:
            ordered.append(i)
    refused = set()
    for case in {rows[i][0] for i in ordered}:
        since: list[int] = []
        for i in sorted((i for i in ordered if rows[i][0] == case), key=lambda i: (rows[i][2], i)):
            if rows[i][1] == "returned":
                since = []
            elif rows[i][1] in SPEC.final:
                if since:
                    refused.add(i)
                    refused |= {since[0]} if rows[since[0]][2] == rows[i][2] else set()
                since.append(i)
    return [i for i in ordered if i not in refused]


_ROWS = st.lists(
    st.tuples(st.sampled_from(["c", "d"]), st.sampled_from([*AFTER, "tried"]), st.integers(-1, 5)),
    max_size=12,
)


@given(rows=_ROWS)
@settings(max_examples=60, deadline=None)
def test_every_row_is_kept_or_refused_once_as_plain_loops_say(rows):
    events, quarantine = _events(rows).assign(_row=range(len(rows))), Quarantine()
    kept = sound_steps(events, _cases("c", "d"), SPEC, cutoff=date(2020, 1, 5), quarantine=quarantine)
    assert kept.index.tolist() == _plainly(rows, last=4)
    assert sorted([*kept["_row"], *quarantine.frame()["row"]]) == list(range(len(rows)))


def test_a_source_of_another_calendar_stops_and_says_which_table_used_which(small_study):
    small_study.spoil(
        "study.toml", 'path = "population.csv"', 'path = "population.csv"\ncalendar = "police_year_15"'
    )
    with pytest.raises(DiabanError) as caught:
        small_study.read()
    assert caught.value.key == "calendar_mixed"
    for language in ("vi", "en"):
        for named in ("population", "population.csv", "police_year_15", "calendar_year"):
            assert named in caught.value.message(language)


def test_a_source_of_the_same_calendar_is_read(small_study):
    small_study.spoil(
        "study.toml", 'path = "population.csv"', 'path = "population.csv"\ncalendar = "calendar_year"'
    )
    assert small_study.read().quarantine.empty


def test_the_shipped_register_fits_its_calendar_of_steps():
    folder = Path(__file__).parents[2] / "data" / "binh_phuoc"
    spec = read_spec(folder)
    assert spec.handling is not None
    result = read_tables(spec, folder)
    assert result.quarantine[result.quarantine["table"] == "process_events"].empty
    assert len(result.tables.process_events) > 3000
