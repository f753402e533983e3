"""The declaration of a study as of an earlier cut-off."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from diaban.calendars import periods_frame
from diaban.editions import as_of, edition_of
from diaban.errors import DiabanError
from diaban.spec import StudySpec, read_spec
from diaban.spec.editions import EditionSpec
from diaban.spec.text import Text

FOLDER = Path(__file__).parents[2] / "data" / "binh_phuoc"


@pytest.fixture(scope="module")
def spec() -> StudySpec:
    return read_spec(FOLDER)


def edition(cutoff: date, folder: str | None = None) -> EditionSpec:
    return EditionSpec(
        key="then", label=Text(vi="khi ấy", en="then"), kind="year_end", cutoff=cutoff, folder=folder
    )


def test_a_year_end_keeps_the_complete_blocks_and_ends_with_its_year(spec: StudySpec) -> None:
    then = as_of(spec, edition(date(2023, 12, 14))).periods
    assert (then.last, then.report, then.baseline) == ("2023", "2021-2023", "2018-2020")
    assert then.blocks == spec.periods.blocks
    assert periods_frame(then)["complete"].all()


def test_the_day_before_and_after_the_end_of_a_year(spec: StudySpec) -> None:
    before, after = (as_of(spec, edition(date(2023, 12, day))).periods for day in (13, 15))
    assert before.report == "2021-2022"
    assert before.last == "2023"
    assert after.report == "2021-2023"
    assert after.last == "2024"


def test_a_block_that_had_hardly_begun_gives_way_to_the_one_before(spec: StudySpec) -> None:
    then = as_of(spec, edition(date(2021, 6, 14))).periods
    assert (then.report, then.baseline) == ("2018-2020", "2016-2017")
    assert [block.key for block in then.blocks] == ["2016-2017", "2018-2020"]
    one = as_of(spec, edition(date(2017, 6, 14))).periods
    assert (one.report, one.baseline, one.last) == ("2016", "2016", "2017")


@pytest.mark.parametrize("day", pd.date_range("2016-12-14", "2024-06-14", freq="97D").date)
def test_at_every_cutoff_the_periods_and_blocks_are_sound(spec: StudySpec, day: date) -> None:
    then = as_of(spec, edition(day)).periods
    frame = periods_frame(then)
    assert frame["start"].max() <= pd.Timestamp(day)
    in_blocks = [period for block in then.blocks for period in block.periods]
    assert in_blocks == frame.loc[frame["complete"], "period"].tolist()
    keys = [block.key for block in then.blocks]
    assert {then.report, then.baseline} <= set(keys)
    assert len(set(keys)) == len(keys)


def test_a_boundary_change_that_came_later_is_not_known(spec: StudySpec) -> None:
    assert as_of(spec, edition(date(2018, 12, 14))).places.changes == []
    assert as_of(spec, edition(date(2018, 12, 15))).places.changes == spec.places.changes


def test_only_sources_with_the_name_of_a_file_of_the_edition_are_redirected(spec: StudySpec) -> None:
    then = as_of(spec, edition(date(2023, 12, 14), "editions/x"), ["cases.csv", "README.md"])
    paths = {source.table: source.path for source in then.sources}
    assert paths["cases"] == "editions/x/cases.csv"
    assert paths["persons"] == "tables/persons.csv"
    assert as_of(spec, edition(date(2023, 12, 14)), ["cases.csv"]).sources == spec.sources


def test_a_source_of_many_files_goes_as_a_whole(spec: StudySpec) -> None:
    yearly = spec.sources[2].model_copy(update={"path": "tables/population_{period}.csv"})
    many = spec.model_copy(update={"sources": [yearly]})
    then = as_of(many, edition(date(2023, 12, 14), "old"), ["population_2022.csv"])
    assert then.sources[0].path == "old/population_{period}.csv"


def test_the_declaration_itself_stays_as_it_was(spec: StudySpec) -> None:
    before = spec.model_dump()
    as_of(spec, edition(date(2019, 3, 1), "x"), ["cases.csv"])
    assert spec.model_dump() == before


@pytest.mark.parametrize(
    ("day", "key"), [(date(2024, 6, 15), "edition_after_cutoff"), (date(2016, 12, 13), "edition_too_early")]
)
def test_a_cutoff_that_says_nothing_is_refused(spec: StudySpec, day: date, key: str) -> None:
    with pytest.raises(DiabanError) as caught:
        as_of(spec, edition(day))
    assert caught.value.key == key
    for language in ("vi", "en"):
        assert day.isoformat() in caught.value.message(language)
    if key == "edition_too_early":
        assert "2016-12-14" in str(caught.value)


def test_an_unknown_edition_is_answered_with_the_known_ones(spec: StudySpec) -> None:
    assert edition_of(spec, "2023-end").cutoff == date(2023, 12, 14)
    with pytest.raises(DiabanError, match="2023-end"):
        edition_of(spec, "2022-end")
