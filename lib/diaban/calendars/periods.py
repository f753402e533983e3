"""The periods of a study, and the period of a date."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban.calendars.calendar import Calendar, calendar
from diaban.errors import DiabanError
from diaban.spec.model import PeriodsSpec


def periods_frame(spec: PeriodsSpec) -> pd.DataFrame:
    """One row a period from `first` to `last`, in order.

    Columns: period; start and end (inclusive days); years (observed length up to the cut-off, as a
    fraction of a year); complete (observed to its end); block (missing outside every block).
    Periods that begin after the cut-off are left out. Raises DiabanError where `last` is before
    `first` or a block names a period that is not in between.
    """
    rule = calendar(spec.calendar)
    first, last = rule.number(spec.first), rule.number(spec.last)
    if last < first:
        raise DiabanError("calendar_order", first=spec.first, last=spec.last)
    frame = _span(rule, first, last)
    block_of = {period: block.key for block in spec.blocks for period in block.periods}
    strange = sorted(set(block_of) - set(frame["period"]))
    if strange:
        raise DiabanError("calendar_block", periods=", ".join(strange), first=spec.first, last=spec.last)
    cutoff = pd.Timestamp(spec.cutoff)
    frame = frame[frame["start"] <= cutoff].reset_index(drop=True)
    if frame.empty:
        raise DiabanError("calendar_cutoff", cutoff=spec.cutoff, first=spec.first)
    days = (frame["end"] - frame["start"]).dt.days + 1
    observed = ((frame["end"].clip(upper=cutoff) - frame["start"]).dt.days + 1) / days
    return frame.assign(
        years=observed * rule.months / 12,
        complete=frame["end"] <= cutoff,
        block=frame["period"].map(block_of).astype("str"),
    )


def _span(rule: Calendar, first: int, last: int) -> pd.DataFrame:
    numbers = range(first, last + 2)
    starts = pd.Series([rule.start(n) for n in numbers], dtype="datetime64[us]")
    return pd.DataFrame(
        {
            "period": [rule.key(n) for n in numbers[:-1]],
            "start": starts.iloc[:-1],
            "end": starts.iloc[1:].reset_index(drop=True) - pd.Timedelta(days=1),
        }
    )


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
