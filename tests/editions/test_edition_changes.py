"""From the counts of one edition to those of the next: each step named rightly, and the sum exact."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from registers import PERIODS, PLACES, STREAMS, edition

from diaban.editions import declared_changes, edition_changes, waterfall_rows
from diaban.editions.changes import STEPS

FEW = settings(max_examples=25, deadline=None)
OLD, NEW = "2023-03-01", "2024-02-01"


def cell(changes: pd.DataFrame, locality: str, stream: str = "abuse", period: str = "2023") -> dict:
    """The row of a cell without its zeros."""
    rows = changes[
        (changes["locality"] == locality) & (changes["stream"] == stream) & (changes["period"] == period)
    ]
    assert len(rows) == 1
    row = rows[["before", *STEPS, "after"]].iloc[0]
    return {name: int(value) for name, value in row.items() if value}


def case(
    key: str,
    locality: str = "a1",
    stream: str = "abuse",
    period: str = "2023",
    day: str = OLD,
    record: str = "x",
) -> tuple:
    return key, stream, locality, period, day, record


def test_a_case_reported_after_the_earlier_cutoff_is_new_and_one_before_it_is_late() -> None:
    after = [case("k1"), case("k2"), case("k3", period="2024", day=NEW)]
    changes = edition_changes(edition([case("k1")]), edition(after))
    assert cell(changes, "A") == {"before": 1, "late_reports": 1, "after": 2}
    assert cell(changes, "A", period="2024") == {"new_cases": 1, "after": 1}
    assert cell(changes, "*") == {"before": 1, "late_reports": 1, "after": 2}


@pytest.mark.parametrize(("day", "step"), [("2023-12-14", "late_reports"), ("2023-12-15", "new_cases")])
def test_the_day_of_the_cutoff_itself_belongs_to_the_earlier_edition(day: str, step: str) -> None:
    changes = edition_changes(edition([]), edition([case("k1", day=day)]))
    assert cell(changes, "A") == {step: 1, "after": 1}


def test_a_case_that_is_no_longer_there_was_removed() -> None:
    changes = edition_changes(edition([case("k1"), case("k2")]), edition([case("k2")]))
    assert cell(changes, "A") == {"before": 2, "removed": -1, "after": 1}


def test_another_locality_on_the_file_moves_a_case_but_not_within_the_whole() -> None:
    changes = edition_changes(edition([case("k1")]), edition([case("k1", locality="b1", record="y")]))
    assert cell(changes, "A") == {"before": 1, "moved_out": -1}
    assert cell(changes, "B") == {"moved_in": 1, "after": 1}
    assert cell(changes, "*") == {"before": 1, "after": 1}


def test_a_case_that_moves_within_its_locality_of_report_has_not_moved() -> None:
    changes = edition_changes(edition([case("k1")]), edition([case("k1", locality="a2", record="y")]))
    assert cell(changes, "A") == {"before": 1, "after": 1}


def test_a_second_stream_is_recoding_into_it_alone() -> None:
    after = [case("k1", record="y"), case("k1", stream="offending", record="y")]
    changes = edition_changes(edition([case("k1")]), edition(after))
    assert cell(changes, "A") == {"before": 1, "after": 1}
    assert cell(changes, "A", stream="offending") == {"recoded_in": 1, "after": 1}


def test_another_stream_or_period_takes_a_case_from_one_cell_to_another() -> None:
    before = [case("k1"), case("k2", period="2022")]
    after = [case("k1", stream="offending", record="y"), case("k2", record="y")]
    changes = edition_changes(edition(before), edition(after))
    assert cell(changes, "A") == {"before": 1, "recoded_out": -1, "recoded_in": 1, "after": 1}
    assert cell(changes, "A", stream="offending") == {"recoded_in": 1, "after": 1}
    assert cell(changes, "A", period="2022") == {"before": 1, "recoded_out": -1}


def test_the_same_file_counted_otherwise_is_a_change_of_method() -> None:
    changes = edition_changes(edition([case("k1")]), edition([case("k1", period="2022")], rules="r2"))
    assert cell(changes, "A") == {"before": 1, "method": -1}
    assert cell(changes, "A", period="2022") == {"method": 1, "after": 1}


def test_a_field_that_only_one_edition_asks_is_a_matter_of_method() -> None:
    now = edition([case("k1", stream="offending")], rules="r2")
    more = replace(now, cases=now.cases.assign(field_legal_track="admin"))
    changes = edition_changes(edition([case("k1")]), more)
    assert cell(changes, "A", stream="offending") == {"method": 1, "after": 1}
    missing = [replace(e, cases=e.cases.assign(field_topic=pd.NA)) for e in (edition([case("k1")]), now)]
    assert cell(edition_changes(*missing), "A") == {"before": 1, "method": -1}


def test_a_locality_that_became_part_of_another_is_a_boundary_change() -> None:
    """a2 of district A became c1, which lies in B; the case is filed under c1 now."""
    now = {"a1": "A", "b1": "B", "c1": "B", "a2": "A"}
    changes = edition_changes(
        edition([case("k1", locality="a2")]),
        edition([case("k1", locality="c1")], places=now, newest={"a2": "c1"}),
    )
    assert cell(changes, "A") == {"before": 1, "boundary": -1}
    assert cell(changes, "B") == {"boundary": 1, "after": 1}
    assert cell(changes, "*") == {"before": 1, "after": 1}


def test_a_boundary_change_and_a_correction_of_one_case_are_told_apart() -> None:
    """a2 came to B; besides, the file now says a1 and the year before: three steps, one after the other."""
    after = edition([case("k1", locality="a1", period="2022", record="y")], places=PLACES | {"a2": "B"})
    changes = edition_changes(edition([case("k1", locality="a2")]), after)
    assert cell(changes, "A") == {"before": 1, "boundary": -1, "moved_in": 1, "recoded_out": -1}
    assert cell(changes, "B") == {"boundary": 1, "moved_out": -1}
    assert cell(changes, "A", period="2022") == {"recoded_in": 1, "after": 1}


def test_within_pooled_periods_a_new_date_changes_nothing() -> None:
    editions = (
        edition([case("k1")]),
        edition([case("k1", period="2022", record="y"), case("k2", period="2024")]),
    )
    changes = edition_changes(*editions, pooled={"2022": "2022-2023", "2023": "2022-2023"})
    assert set(changes["period"]) == {"2022-2023"}
    assert cell(changes, "A", period="2022-2023") == {"before": 1, "after": 1}


def test_nothing_changes_between_an_edition_and_itself_and_empty_ones() -> None:
    for rows in ([], [case("k1"), case("k2", locality="b1")]):
        changes = edition_changes(edition(rows), edition(rows))
        assert (changes[STEPS] == 0).all(axis=None)
        assert len(changes) == 3 * len(STREAMS) * len(PERIODS), "every cell at risk, those without a case too"


def test_a_period_that_had_not_begun_counts_nothing_in_the_earlier_edition() -> None:
    before = edition([case("k1")], years={"2022": 1.0, "2023": 1.0})
    changes = edition_changes(before, edition([case("k1")]))
    assert cell(changes, "B", period="2024") == {}


def test_without_case_records_the_steps_are_withheld_and_the_counts_are_not() -> None:
    counts = {("A", "2023", "abuse"): 4}
    changes = edition_changes(edition(None, counts=counts), edition([case("k1")]))
    row = changes[(changes["locality"] == "*") & (changes["period"] == "2023")].iloc[0]
    assert (row["before"], row["after"], row["withheld"]) == (4, 1, "no_case_records")
    assert changes[STEPS].isna().all(axis=None)
    rows = waterfall_rows(changes, locality="A", stream="abuse", period="2023")
    assert rows["withheld"].isna().tolist() == [True, *[False] * len(STEPS), True]


files = st.tuples(
    st.sampled_from(["a1", "a2", "b1"]),
    st.sets(st.sampled_from(STREAMS), min_size=1),
    st.sampled_from(PERIODS),
    st.sampled_from(["2023-03-01", "2023-12-14", "2023-12-15", "2024-02-01"]),
    st.sampled_from(["x", "y"]),
)
registers = st.dictionaries(st.sampled_from([f"k{n}" for n in range(8)]), files, max_size=8)


def rows_of(register: dict[str, tuple]) -> list[tuple]:
    return [
        (key, stream, locality, period, day, record)
        for key, (locality, streams, period, day, record) in register.items()
        for stream in sorted(streams)
    ]


@FEW
@given(registers, registers, st.sampled_from([PLACES, PLACES | {"a2": "B"}]), st.booleans())
def test_every_row_adds_up_and_the_ends_are_the_counts_of_the_editions(
    then: dict, now: dict, places_now: dict[str, str], pooled: bool
) -> None:
    before, after = edition(rows_of(then)), edition(rows_of(now), places=places_now)
    pool = dict.fromkeys(PERIODS, "*") if pooled else None
    changes = edition_changes(before, after, pooled=pool)
    assert (changes["before"] + changes[STEPS].sum(axis=1) == changes["after"]).all()
    for name, held in (("before", before), ("after", after)):
        counted = held.cases.groupby("report").size()
        local = changes[changes["locality"] != "*"].groupby("locality")[name].sum()
        assert local[local > 0].to_dict() == counted.to_dict()
        assert changes.loc[changes["locality"] == "*", name].sum() == len(held.cases)


@FEW
@given(registers, registers, st.sampled_from([PLACES, PLACES | {"a2": "B"}]))
def test_what_leaves_a_locality_arrives_in_another_and_the_whole_sees_none_of_it(
    then: dict, now: dict, places_now: dict[str, str]
) -> None:
    changes = edition_changes(edition(rows_of(then)), edition(rows_of(now), places=places_now))
    whole = changes["locality"] == "*"
    assert (changes.loc[whole, ["boundary", "moved_in", "moved_out"]] == 0).all(axis=None)
    local = changes[~whole].assign(moved=lambda t: t["moved_in"] + t["moved_out"])
    sums = local.groupby(["stream", "period"])[["boundary", "moved"]].sum()
    assert (sums == 0).all(axis=None)
    rest = ["removed", "recoded_out", "recoded_in", "method", "late_reports", "new_cases"]
    parts = local.groupby(["stream", "period"])[rest].sum()
    assert parts.equals(changes[whole].set_index(["stream", "period"])[rest].loc[parts.index])


@FEW
@given(registers, registers)
def test_what_came_in_goes_out_on_the_way_back(then: dict, now: dict) -> None:
    one, other = edition(rows_of(then)), edition(rows_of(now))
    there, back = edition_changes(one, other), edition_changes(other, one)
    assert there["before"].tolist() == back["after"].tolist()
    assert (there["late_reports"] + there["new_cases"]).tolist() == (-back["removed"]).tolist()


def test_rows_of_the_waterfall_are_those_of_the_cell_in_order() -> None:
    changes = edition_changes(
        edition([case("k1"), case("k2")]), edition([case("k2"), case("k3"), case("k4")])
    )
    rows = waterfall_rows(changes, locality="A", stream="abuse", period="2023")
    assert rows["component"].tolist() == ["before", *STEPS, "after"]
    assert dict(zip(rows["component"], rows["cases"], strict=True))["late_reports"] == 2
    coarse = waterfall_rows(changes, locality="A", stream="abuse", period="2023", coarse=True)
    assert coarse["cases"].tolist() == [2, -1, 2, 0, 3]
    assert coarse["component"].tolist()[1] == "corrections"
    assert waterfall_rows(changes, locality="Z", stream="abuse", period="2023").empty


def test_a_change_of_rules_or_program_is_declared_and_an_unknown_program_is_unknown() -> None:
    one = edition([], rules="r1", code="c1")
    found = declared_changes(one, edition([], rules="r1", code="c2")).set_index("part")["changed"]
    assert found.to_dict() == {"rules": False, "code": True}
    assert declared_changes(one, edition([], code=""))["changed"].isna().tolist() == [False, True]
