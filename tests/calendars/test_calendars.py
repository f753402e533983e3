"""Calendars tile time: every day lies in exactly one period."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.calendars import CALENDARS, assign_periods, calendar, periods_frame
from diaban.errors import DiabanError
from diaban.spec.model import PeriodsSpec


def _spec(name: str, first: str, last: str, cutoff: date, blocks: list[str] | None = None) -> PeriodsSpec:
    block = {"key": "b", "periods": blocks or [first]}
    return PeriodsSpec(
        calendar=name, first=first, last=last, cutoff=cutoff, blocks=[block], report="b", baseline="b"
    )


@given(name=st.sampled_from(sorted(CALENDARS)), year=st.integers(1900, 2100), length=st.integers(0, 30))
@settings(max_examples=60, deadline=None)
def test_periods_tile_without_gap_or_overlap(name, year, length):
    rule = calendar(name)
    first = year * 12 // rule.months
    spec = _spec(name, rule.key(first), rule.key(first + length), date(2200, 1, 1))
    frame = periods_frame(spec)
    assert len(frame) == length + 1
    assert (
        frame["start"].iloc[1:].to_numpy() == (frame["end"].iloc[:-1] + pd.Timedelta(days=1)).to_numpy()
    ).all()
    days = pd.Series(pd.date_range(frame["start"].iloc[0], frame["end"].iloc[-1]))
    lengths = (frame["end"] - frame["start"]).dt.days + 1
    assigned = assign_periods(days, frame)
    assert assigned.notna().all()
    assert (assigned.value_counts()[frame["period"]].to_numpy() == lengths.to_numpy()).all()


@given(name=st.sampled_from(sorted(CALENDARS)), year=st.integers(1000, 9999), part=st.integers(0, 11))
@settings(deadline=None)
def test_key_and_number_are_inverse(name, year, part):
    rule = calendar(name)
    number = (year * 12 + part) // rule.months
    assert rule.number(rule.key(number)) == number


@given(name=st.sampled_from(sorted(CALENDARS)), year=st.integers(1900, 2100), length=st.integers(0, 6))
@settings(max_examples=60, deadline=None)
def test_a_case_on_each_boundary_day_lands_once(name, year, length):
    """Counted by comparing every day with every period, beside what `assign_periods` says."""
    rule = calendar(name)
    first = year * 12 // rule.months
    frame = periods_frame(_spec(name, rule.key(first), rule.key(first + length), date(2200, 1, 1)))
    for column in ("start", "end"):
        days = frame[column]
        holds = (days.to_numpy()[:, None] >= frame["start"].to_numpy()) & (
            days.to_numpy()[:, None] <= frame["end"].to_numpy()
        )
        assert holds.sum(axis=1).tolist() == [1] * len(frame)
        assert assign_periods(days, frame).tolist() == frame["period"].tolist()


@given(name=st.sampled_from(sorted(CALENDARS)), year=st.integers(1001, 9998), part=st.integers(0, 11))
@settings(deadline=None)
def test_the_year_before_is_the_inverse_of_the_year_after(name, year, part):
    rule = calendar(name)
    number = (year * 12 + part) // rule.months
    key = rule.key(number)
    before = rule.previous_year(key)
    assert rule.later(before, 12 // rule.months) == key
    assert rule.start(rule.number(before)) + pd.DateOffset(years=1) == rule.start(number)


def test_a_period_knows_its_calendar_and_its_year_before():
    frame = periods_frame(_spec("police_quarter_16", "2022-Q3", "2023-Q4", date(2024, 1, 1)))
    assert frame["calendar"].unique().tolist() == ["police_quarter_16"]
    told = dict(zip(frame["period"], frame["previous_year"].fillna("-"), strict=True))
    assert told == {
        "2022-Q3": "-",
        "2022-Q4": "-",
        "2023-Q1": "-",
        "2023-Q2": "-",
        "2023-Q3": "2022-Q3",
        "2023-Q4": "2022-Q4",
    }


def test_the_police_year_2020_as_the_ministry_states_it():
    """Published: "năm 2020: từ 15-12-2019 đến 14-12-2020" (Ministry of Public Security, on plo.vn)."""
    frame = periods_frame(_spec("police_year_15", "2020", "2020", date(2020, 12, 31)))
    assert frame.loc[0, ["start", "end"]].tolist() == [pd.Timestamp("2019-12-15"), pd.Timestamp("2020-12-14")]


def test_the_police_month_12_2025():
    """Published: "tháng 12-2025 (từ 15-11-2025 đến 14-12-2025)" (the same ministry, on plo.vn)."""
    frame = periods_frame(_spec("police_month_15", "2025-12", "2025-12", date(2025, 12, 31)))
    assert frame.loc[0, ["start", "end"]].tolist() == [pd.Timestamp("2025-11-15"), pd.Timestamp("2025-12-14")]


def test_days_outside_and_missing_have_no_period():
    frame = periods_frame(_spec("police_year_15", "2020", "2021", date(2022, 1, 1)))
    days = pd.to_datetime(
        pd.Series(["2019-12-14", "2019-12-15", "2020-12-14", "2020-12-15", "2021-12-15", None])
    )
    assert assign_periods(days, frame).fillna("-").tolist() == ["-", "2020", "2020", "2021", "-", "-"]
    assert assign_periods(days.iloc[:0], frame).empty


def test_a_time_of_day_does_not_push_a_case_out():
    frame = periods_frame(_spec("calendar_year", "2020", "2020", date(2020, 12, 31)))
    assert assign_periods(pd.Series([pd.Timestamp("2020-12-31 23:59")]), frame).tolist() == ["2020"]


def test_a_cutoff_gives_the_observed_part():
    frame = periods_frame(_spec("calendar_year", "2022", "2025", date(2023, 12, 30), ["2022", "2024"]))
    assert frame["period"].tolist() == ["2022", "2023"]
    assert frame["years"].tolist() == [1.0, 364 / 365]
    assert frame["complete"].tolist() == [True, False]
    assert frame["block"].fillna("-").tolist() == ["b", "-"]


@pytest.mark.parametrize(
    ("spec", "key"),
    [
        (_spec("lunar", "2020", "2021", date(2022, 1, 1)), "calendar_unknown"),
        (_spec("calendar_half", "2020-H3", "2021-H1", date(2022, 1, 1)), "calendar_unknown_period"),
        (_spec("calendar_year", "20", "2021", date(2022, 1, 1)), "calendar_unknown_period"),
        (_spec("calendar_year", "2022", "2021", date(2022, 1, 1)), "calendar_order"),
        (_spec("calendar_year", "2020", "2021", date(2022, 1, 1), ["2019"]), "calendar_block"),
        (_spec("calendar_year", "2020", "2021", date(2019, 1, 1)), "calendar_cutoff"),
    ],
)
def test_a_wrong_declaration_is_named_in_both_languages(spec, key):
    with pytest.raises(DiabanError) as caught:
        periods_frame(spec)
    assert caught.value.key == key
    assert caught.value.message("vi") != caught.value.message("en")
