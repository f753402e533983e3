"""Two calendars are never put side by side, and the message says which table used which."""

from __future__ import annotations

import pandas as pd
import pytest

from diaban.calendars import same_calendar
from diaban.errors import DiabanError


def _frame(*calendars: str | None) -> pd.DataFrame:
    return pd.DataFrame({"period": ["2020"] * len(calendars), "calendar": pd.Series(calendars, dtype="str")})


def test_one_calendar_is_given_back():
    assert (
        same_calendar(counts=_frame("police_year_15", None), population=_frame("police_year_15"))
        == "police_year_15"
    )
    assert same_calendar(counts=_frame("calendar_year")) == "calendar_year"


def test_frames_without_rows_or_calendars_have_none():
    assert same_calendar() is None
    assert same_calendar(counts=_frame(), population=_frame(None)) is None
    assert same_calendar(counts=_frame(), population=_frame("calendar_year")) == "calendar_year"


@pytest.mark.parametrize(
    "frames",
    [
        {"counts": _frame("police_year_15"), "population": _frame("calendar_year"), "indicators": _frame()},
        {"counts": _frame("police_year_15", "calendar_year")},
        {"counts": _frame("police_year_15"), "population": _frame("police_year_16")},
    ],
)
def test_different_calendars_are_named_with_their_tables(frames):
    with pytest.raises(DiabanError) as caught:
        same_calendar(**frames)
    assert caught.value.key == "calendar_mixed_frames"
    for language in ("vi", "en"):
        message = caught.value.message(language)
        for name, frame in frames.items():
            for used in frame["calendar"]:
                assert used in message.split(f"{name}:")[1].split(";")[0]


def test_a_frame_that_does_not_know_its_calendar_is_not_joined():
    with pytest.raises(KeyError):
        same_calendar(counts=_frame("calendar_year").drop(columns="calendar"))
