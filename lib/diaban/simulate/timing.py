"""When things happen and when they are recorded: season, campaigns, recording changes, delays.

A day's weight is relative to an average day without any campaign or recording change.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diaban.simulate.random import Rng
from diaban.simulate.truth import Truth

Days = NDArray[np.datetime64]
Floats = NDArray[np.float64]
_DAY = np.timedelta64(1, "D")


def season_weight(truth: Truth, days: Days) -> Floats:
    """Relative frequency of offending on these days (any shape); the mean over twelve months is 1."""
    month = days.astype("datetime64[M]").astype("int64") % 12 + 1
    high = np.isin(month, truth.season.months)
    share = len(set(truth.season.months)) / 12
    return np.where(high, truth.season.ratio, 1.0) / (1 + share * (truth.season.ratio - 1))


def campaign_weight(truth: Truth, stream: str, locality: NDArray, days: Days) -> Floats:
    """True rate ratio of the campaigns at work in these report localities on these days of offending."""
    weight = np.ones(np.broadcast_shapes(locality.shape, days.shape))
    for c in truth.campaigns:
        if c.stream == stream:
            at_work = (days >= np.datetime64(c.started_on)) & (days <= np.datetime64(c.effect_until))
            weight = np.where(at_work & np.isin(locality, c.localities), weight * c.rate_ratio, weight)
    return weight


def recording_weight(truth: Truth, stream: str, locality: NDArray, days: Days) -> Floats:
    """How many cases are recorded, for one before, in these report localities on these days of report."""
    weight = np.ones(np.broadcast_shapes(locality.shape, days.shape))
    for r in truth.recording_changes:
        if r.stream == stream:
            changed = (days >= np.datetime64(r.on)) & np.isin(locality, r.localities)
            weight = np.where(changed, weight * r.ratio, weight)
    return weight


def exposure_factors(truth: Truth, units: pd.DataFrame, periods: pd.DataFrame, stream: str) -> Floats:
    """Years at risk weighted by season, campaigns and recording: unit x period."""
    parents = np.unique(units["parent"].to_numpy(dtype="U"))
    columns = []
    for period in periods.itertuples():
        days = np.arange(np.datetime64(period.start, "D"), np.datetime64(period.end, "D") + _DAY)
        changing = campaign_weight(truth, stream, parents[:, None], days)
        changing = changing * recording_weight(truth, stream, parents[:, None], days)
        columns.append((season_weight(truth, days) * changing).mean(axis=1) * period.years)
    by_parent = pd.DataFrame(np.column_stack(columns), index=parents)
    return by_parent.loc[units["parent"]].to_numpy()


def draw_report_days(
    truth: Truth, stream: str, locality: NDArray, start: Days, end: Days, lag: NDArray[np.int64], rng: Rng
) -> Days:
    """A day of report in [start, end] for each case, so that offending `lag` days before follows season
    and campaigns, and reports follow the recording changes (rejection sampling)."""
    days = start.copy()
    span = (end - start).astype("int64") + 1
    ceiling = _ceiling(truth, stream)
    open_ = np.arange(len(start))
    while len(open_):
        proposed = start[open_] + (rng.random(len(open_)) * span[open_]).astype("int64") * _DAY
        happened, where = proposed - lag[open_] * _DAY, locality[open_]
        weight = season_weight(truth, happened) * campaign_weight(truth, stream, where, happened)
        weight = weight * recording_weight(truth, stream, where, proposed)
        taken = rng.random(len(open_)) * ceiling < weight
        days[open_[taken]] = proposed[taken]
        open_ = open_[~taken]
    return days


def _ceiling(truth: Truth, stream: str) -> float:
    """An upper bound of the weight of a day."""
    campaigns = [max(c.rate_ratio, 1.0) for c in truth.campaigns if c.stream == stream]
    recording = [r.ratio for r in truth.recording_changes if r.stream == stream]
    return float(max(truth.season.ratio, 1.0) * np.prod(campaigns + recording))


def delay_reports(truth: Truth, reported: Days) -> Days:
    """Reports of the delayed months reach the register later, never after the cut-off."""
    for month in truth.delayed_months:
        late = (reported >= np.datetime64(month.first)) & (reported <= np.datetime64(month.last))
        reported = np.where(late, reported + month.days * _DAY, reported)
    return np.minimum(reported, np.datetime64(truth.periods.cutoff))
