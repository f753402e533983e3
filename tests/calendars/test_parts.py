"""Half-years, quarters and months tile the periods of a study, up to the cut-off."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.calendars import (
    CALENDARS,
    UNITS,
    assign_periods,
    calendar,
    parts_frame,
    periods_frame,
    year_to_date,
)
from diaban.errors import DiabanError
from diaban.spec.model import PeriodsSpec

FAR = date(2200, 1, 1)


def _spec(name: str, first: str, last: str, cutoff: date) -> PeriodsSpec:
    block = {"key": "b", "periods": [first]}
    return PeriodsSpec(
        calendar=name, first=first, last=last, cutoff=cutoff, blocks=[block], report="b", baseline="b"
    )


@st.composite
def _divided(draw) -> tuple[PeriodsSpec, str]:
    """A study of any calendar, and a unit that its periods can be divided by."""
    rule = CALENDARS[draw(st.sampled_from(sorted(CALENDARS)))]
    unit = draw(st.sampled_from([name for name, months in UNITS.items() if months <= rule.months]))
    first = draw(st.integers(1900, 2100)) * 12 // rule.months + draw(st.integers(0, 12 // rule.months - 1))
    return _spec(rule.name, rule.key(first), rule.key(first + draw(st.integers(0, 6))), FAR), unit


@given(divided=_divided())
@settings(max_examples=60, deadline=None)
def test_parts_tile_their_parent(divided):
    spec, unit = divided
    parts, periods = parts_frame(spec, unit), periods_frame(spec)
    following = parts["start"].iloc[1:].reset_index(drop=True)
    assert (following == parts["end"].iloc[:-1] + pd.Timedelta(days=1)).all()
    spans = parts.groupby("parent", sort=False).agg(
        start=("start", "min"), end=("end", "max"), years=("years", "sum")
    )
    assert spans.index.tolist() == periods["period"].tolist()
    for column in ("start", "end"):
        assert spans[column].tolist() == periods[column].tolist()
    assert spans["years"].to_numpy() == pytest.approx(periods["years"].to_numpy())


@given(divided=_divided())
@settings(max_examples=30, deadline=None)
def test_a_case_on_each_boundary_day_lands_in_one_part_and_in_its_parent(divided):
    spec, unit = divided
    parts, periods = parts_frame(spec, unit), periods_frame(spec)
    for column in ("start", "end"):
        assert assign_periods(parts[column], parts).tolist() == parts["period"].tolist()
        assert assign_periods(parts[column], periods).tolist() == parts["parent"].tolist()


@given(divided=_divided())
@settings(max_examples=30, deadline=None)
def test_the_parts_of_a_period_are_those_that_it_names(divided):
    spec, unit = divided
    parts, rule = parts_frame(spec, unit), calendar(spec.calendar)
    for parent, held in parts.groupby("parent"):
        assert held["period"].tolist() == rule.within(parent, unit)
    dated = parts.set_index("period")
    known = parts[parts["previous_year"].notna()]
    earlier = dated.loc[known["previous_year"]]
    assert (earlier["number"].to_numpy() == known["number"].to_numpy()).all()
    assert (earlier["year"].astype(int).to_numpy() == known["year"].astype(int).to_numpy() - 1).all()


def test_september_2021_as_the_ministry_states_it():
    """Published: "tháng 9/2021 (từ ngày 15/8/2021 đến ngày 14/9/2021)" (congan.nghean.gov.vn, 1/10/2021)."""
    months = parts_frame(_spec("police_year_15", "2021", "2021", FAR), "month").set_index("period")
    assert months.loc["2021-09", ["start", "end"]].tolist() == [
        pd.Timestamp("2021-08-15"),
        pd.Timestamp("2021-09-14"),
    ]
    assert (months.loc["2021-09", "number"], months.loc["2021-09", "parent"]) == (9, "2021")
    assert months["calendar"].unique().tolist() == ["police_month_15"]


def test_parts_of_a_quarter_know_their_place_within_the_year():
    months = parts_frame(_spec("calendar_quarter", "2020-Q2", "2020-Q2", FAR), "month")
    assert months["period"].tolist() == ["2020-04", "2020-05", "2020-06"]
    assert months["number"].tolist() == [4, 5, 6]
    assert set(months["parent"]) == {"2020-Q2"}
    assert set(months["year"]) == {"2020"}


def test_parts_of_the_same_length_are_the_periods():
    spec = _spec("police_half_15", "2020-H2", "2022-H1", FAR)
    parts, periods = parts_frame(spec, "half"), periods_frame(spec)
    assert parts["parent"].tolist() == parts["period"].tolist()
    pd.testing.assert_frame_equal(parts[periods.columns.drop("block")], periods.drop(columns="block"))


@pytest.mark.parametrize(
    ("unit", "known"), [("year", "quarter, month"), ("week", "quarter, month"), ("", "month")]
)
def test_a_unit_that_does_not_divide_is_named(unit, known):
    with pytest.raises(DiabanError) as caught:
        parts_frame(_spec("police_quarter_15", "2020-Q1", "2020-Q4", FAR), unit)
    assert caught.value.key == "calendar_unit"
    for language in ("vi", "en"):
        assert known in caught.value.message(language)
        assert "police_quarter_15" in caught.value.message(language)


@pytest.mark.parametrize(
    ("cutoff", "unit", "to_date", "last"),
    [
        (date(2024, 6, 14), "half", ["2022-H1", "2023-H1", "2024-H1"], True),  # the half-year's last day
        (date(2024, 6, 13), "half", [], False),  # a day short: no half of 2024 is over
        (date(2024, 6, 13), "quarter", ["2022-Q1", "2023-Q1", "2024-Q1"], False),
        (date(2023, 12, 15), "month", [], False),  # the first day of the running year
        (date(2024, 1, 14), "month", ["2022-01", "2023-01", "2024-01"], True),
        (date(2025, 3, 1), "half", [f"{y}-H{h}" for y in (2022, 2023, 2024) for h in (1, 2)], True),
    ],
)
def test_the_year_to_date_at_a_cutoff(cutoff, unit, to_date, last):
    parts = parts_frame(_spec("police_year_15", "2022", "2024", cutoff), unit)
    assert parts["complete"].iloc[-1] == last
    assert parts["complete"].iloc[:-1].all()
    found = year_to_date(parts)
    assert found["period"].tolist() == to_date
    assert list(found.columns) == list(parts.columns)


def test_a_study_that_has_only_begun_has_no_year_to_date():
    parts = parts_frame(_spec("calendar_year", "2024", "2024", date(2024, 1, 20)), "month")
    assert parts["period"].tolist() == ["2024-01"]
    assert parts["years"].tolist() == pytest.approx([20 / 31 / 12])
    assert year_to_date(parts).empty
    assert year_to_date(parts.iloc[:0]).empty
