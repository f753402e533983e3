"""The periods of a study, and the period of a date."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from diaban.calendars.calendar import Calendar, calendar
from diaban.errors import DiabanError
from diaban.spec.model import PeriodsSpec

KNOWN_UNTIL = "known_until"
"""Column of periods and cases: the day up to which they are known; missing where that is the cut-off."""


def periods_frame(spec: PeriodsSpec) -> pd.DataFrame:
    """One row a period from `first` to `last`, in order.

    Columns: period; start and end (inclusive days); years (observed length up to the cut-off, as a
    fraction of a year); complete (observed to its end); calendar (its name); previous_year (the same
    period of the year before, missing where the study does not have it); block (missing outside every block).
    Periods that begin after the cut-off are left out. Raises DiabanError where `last` is before
    `first` or a block names a period that is not in between.
    """
    rule = calendar(spec.calendar)
    first, last = rule.number(spec.first), rule.number(spec.last)
    if last < first:
        raise DiabanError("calendar_order", first=spec.first, last=spec.last)
    keys = [rule.key(number) for number in range(first, last + 1)]
    block_of = {period: block.key for block in spec.blocks for period in block.periods}
    strange = sorted(set(block_of) - set(keys))
    if strange:
        raise DiabanError("calendar_block", periods=", ".join(strange), first=spec.first, last=spec.last)
    frame = observed_span(rule, first, last, spec.cutoff)
    if frame.empty:
        raise DiabanError("calendar_cutoff", cutoff=spec.cutoff, first=spec.first)
    return frame.assign(block=frame["period"].map(block_of).astype("str"))


def observed_span(rule: Calendar, first: int, last: int, cutoff: date) -> pd.DataFrame:
    """Periods number `first` to `last` of a calendar, as far as they begin by the cut-off.

    Columns as `periods_frame`, without block.
    """
    numbers = range(first, last + 2)
    starts = pd.Series([rule.start(n) for n in numbers], dtype="datetime64[us]")
    start, end = starts.iloc[:-1], starts.iloc[1:].reset_index(drop=True) - pd.Timedelta(days=1)
    last_day = pd.Timestamp(cutoff)
    days = (end - start).dt.days + 1
    observed = ((end.clip(upper=last_day) - start).dt.days + 1) / days
    keys = pd.Series([rule.key(n) for n in numbers[:-1]], dtype="str")
    before = pd.Series([rule.previous_year(key) for key in keys], dtype="str")
    frame = pd.DataFrame(
        {
            "period": keys,
            "start": start,
            "end": end,
            "years": observed * rule.months / 12,
            "complete": end <= last_day,
            "calendar": pd.Series(rule.name, index=keys.index, dtype="str"),
            "previous_year": before.where(before.isin(keys)),
        }
    )
    return frame[frame["start"] <= last_day].reset_index(drop=True)


def assign_periods(dates: pd.Series, periods: pd.DataFrame) -> pd.Series:
    """The period key of each date; missing for a missing date and for one outside all periods.

    dates: datetimes, any index, which the result keeps. The time of day does not matter.
    """
    day = dates.dt.normalize()
    position = np.searchsorted(periods["start"].to_numpy(), day.to_numpy(), side="right") - 1
    inside = (position >= 0) & day.notna().to_numpy()
    position = np.where(inside, position, 0)
    inside &= (day <= pd.Series(periods["end"].to_numpy()[position], index=dates.index)).to_numpy()
    keys = pd.Series(periods["period"].to_numpy()[position], index=dates.index, dtype="str")
    return keys.where(inside)
