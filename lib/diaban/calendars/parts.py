"""Half-years, quarters and months inside the periods of a study, and what a running year has so far."""

from __future__ import annotations

import pandas as pd

from diaban.calendars.calendar import calendar
from diaban.calendars.periods import observed_span, periods_frame
from diaban.spec.model import PeriodsSpec


def parts_frame(spec: PeriodsSpec, unit: str) -> pd.DataFrame:
    """One row a part of the study's periods, in order: what the study's calendar calls a `unit`.

    unit: "half", "quarter" or "month" (or "year", where the study counts by years). A study of police
    years has police months, from the 15th to the 14th. Parts that begin after the cut-off are left out.
    Columns: period, start, end, years, complete, calendar, previous_year, as `periods_frame`; parent (the
    period of the study that it lies in); year; number (its place within the year, from 1).
    Raises DiabanError for a unit longer than the periods of the study, and as `periods_frame`.
    """
    periods = periods_frame(spec)
    rule = calendar(spec.calendar)
    parts = rule.sibling(unit)
    parent_of = {part: key for key in periods["period"] for part in rule.within(key, unit)}
    numbers = [parts.number(key) for key in parent_of]
    frame = observed_span(parts, numbers[0], numbers[-1], spec.cutoff)
    number = pd.Series(numbers[: len(frame)], dtype="int64")
    in_a_year = 12 // parts.months
    return frame.assign(
        parent=frame["period"].map(parent_of).astype("str"),
        year=(number // in_a_year).astype("str"),
        number=number % in_a_year + 1,
    )


def year_to_date(parts: pd.DataFrame) -> pd.DataFrame:
    """The parts of the newest year that are over, and the same parts of every earlier year.

    parts: as `parts_frame` gives them. Returns its rows, in order: all parts where the newest year is
    over, none where not even its first part is. Each year then holds the same share of the calendar, so
    that the running year can be read beside the ones before it.
    """
    newest = parts[parts["year"] == parts["year"].max()]
    over = newest.loc[newest["complete"], "number"]
    return parts[parts["number"].isin(over) & parts["complete"]].reset_index(drop=True)
