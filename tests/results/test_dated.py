"""Cases by the parts of a year: they add up to the study's own counts, wherever a case lies."""

from __future__ import annotations

import pandas as pd
import pytest

PARTS = {"half": 2, "quarter": 4, "month": 12}


@pytest.mark.parametrize("unit", sorted(PARTS))
def test_parts_add_up_to_the_periods_of_the_study(shipped, unit: str) -> None:
    parts = shipped.counts_by(unit)
    whole_years = parts[parts["parent"].isin(shipped.periods)]
    sums = whole_years.groupby(["locality", "stream", "parent"])["cases"].sum()
    counted = shipped.exposed_report.set_index(["locality", "stream", "period"])["cases"]
    assert sums.rename_axis(counted.index.names).to_dict() == counted.to_dict()


def test_months_are_those_of_the_file(shipped, register) -> None:
    parts = shipped.counts_by("month").assign(
        district=lambda t: t["locality"], year=lambda t: t["parent"], month=lambda t: t["number"]
    )
    again = register.groupby(["district", "stream", "year", "month"]).size()
    again = again[again.index.get_level_values("year") != "2024"]
    told = parts[(parts["cases"] > 0) & (parts["year"] != "2024")]
    told = told.set_index(["district", "stream", "year", "month"])["cases"]
    assert told.sort_index().to_dict() == again.to_dict()
    assert told.sum() > 700


@pytest.mark.parametrize("unit", sorted(PARTS))
def test_a_part_without_a_case_counts_zero(shipped, unit: str) -> None:
    parts = shipped.counts_by(unit)
    years = parts[parts["parent"].isin(shipped.periods)]
    assert (years.groupby(["locality", "stream", "parent"]).size() == PARTS[unit]).all()
    assert (parts["cases"] == 0).any()
    assert parts["cases"].notna().all()
    assert not parts.duplicated(["locality", "stream", "period"]).any()


def test_the_running_year_has_its_finished_months_only(shipped) -> None:
    assert (shipped.running, shipped.elapsed) == ("2024", [1, 2, 3, 4, 5, 6])
    months = shipped.counts_by("month")
    assert sorted(months.loc[months["parent"] == "2024", "number"].unique()) == shipped.elapsed
    quarters = shipped.counts_by("quarter")
    assert sorted(quarters.loc[quarters["parent"] == "2024", "number"].unique()) == [1, 2]


def test_of_a_year_that_is_over_nothing_is_running(changed, shipped) -> None:
    ended = changed(
        periods=shipped.tables.periods[shipped.tables.periods["complete"]],
        cases=shipped.tables.cases[shipped.tables.cases["period"] != "2024"],
    )
    assert ended.running is None
    assert (ended.to_date, ended.season, ended.mid_year, ended.same_age) == (None, None, None, None)


def test_a_stream_is_counted_from_its_first_comparable_period(shipped, changed) -> None:
    later = changed()
    later.__dict__["comparable"] = {"child_abuse": ["2020", "2021", "2022", "2023"], "u18_offending": []}
    counted = later.counts_by("month")
    assert counted["parent"].min() == "2020"
    assert set(counted["stream"]) == {"child_abuse"}
    before = shipped.counts_by("month")
    same = before[(before["stream"] == "child_abuse") & (before["parent"] >= "2020")]
    assert counted["cases"].sum() == same["cases"].sum()


def test_a_case_without_a_day_is_in_no_part(shipped, changed) -> None:
    cases = shipped.tables.cases.copy()
    key = cases.loc[cases["period"] == "2020", "case_key"].iloc[0]
    cases.loc[cases["case_key"] == key, "reported_on"] = pd.NaT
    one_less = changed(cases=cases)
    assert key not in set(one_less.dated_cases["case_key"])
    streams = (shipped.tables.case_streams["case_key"] == key).sum()
    sums = [results.counts_by("half")["cases"].sum() for results in (shipped, one_less)]
    assert sums[0] - sums[1] == streams


def test_without_case_records_there_are_no_parts(official, changed) -> None:
    for results in (official, changed(cases=None)):
        assert results.dated_cases is None
        assert results.counts_by("month") is None
    assert official.running is None
