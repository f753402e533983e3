"""When things of each period came to be known: the triangle of origin period and age."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

COLUMNS = ["stream", "origin", "age", "seen", "new", "counted", "unplaced"]


def delay_triangle(
    cases: pd.DataFrame,
    periods: pd.DataFrame,
    *,
    cutoff: date | pd.Timestamp,
    origin: str = "occurred_to",
    seen: str = "reported_on",
) -> pd.DataFrame:
    """Cases by the period of `origin` and the number of whole periods until `seen`, by stream.

    cases: stream and the two date columns, one row a case and stream. periods: period, start, end
    (inclusive), oldest first and without gaps (months, as a rule); those that are not over at `cutoff` are
    left out, and so is what was seen in them. known_until, where it is there: the day from which nothing more
    was counted of a period (missing: the cut-off).

    Returns COLUMNS, one row a stream, origin and age (0 is the origin's own period) that could be observed:
    seen (the period in which cases of that age come to be known), new, counted (new ones up to that age).
    unplaced: cases of the stream whose origin has no date, lies outside the periods or after `seen`; they
    are in no row.
    """
    over = periods[periods["end"] <= pd.Timestamp(cutoff)].reset_index(drop=True)
    streams = sorted(cases["stream"].unique())
    frames = [_of_stream(cases[cases["stream"] == name], over, origin, seen, name) for name in streams]
    if not frames:
        frames = [_of_stream(cases, over, origin, seen, "").head(0)]
    table = pd.concat(frames, ignore_index=True)
    return table.astype(dict.fromkeys(["stream", "origin", "seen"], "str"))[COLUMNS]


def cumulative(triangle: pd.DataFrame) -> pd.DataFrame:
    """The cumulative counts of one stream as a matrix: origins in their order x ages 0, 1, …; missing where
    not observed yet."""
    order = triangle["origin"].drop_duplicates()
    return triangle.pivot(index="origin", columns="age", values="counted").reindex(order).astype("float64")


def _of_stream(
    cases: pd.DataFrame, periods: pd.DataFrame, origin: str, seen: str, stream: str
) -> pd.DataFrame:
    n = len(periods)
    first, known = (_place(cases[name], periods) for name in (origin, seen))
    after = (cases[seen] < cases[origin]).to_numpy()
    placed = (first >= 0) & ~after
    within = placed & (known >= 0)
    new = np.zeros((n, n), dtype=np.int64)
    np.add.at(new, (first[within], known[within] - first[within]), 1)
    row, age = np.nonzero(_observed(periods))
    keys = periods["period"].to_numpy()
    return pd.DataFrame(
        {
            "stream": stream,
            "origin": keys[row],
            "age": age,
            "seen": keys[row + age],
            "new": new[row, age],
            "counted": new.cumsum(axis=1)[row, age],
            "unplaced": int((~placed).sum()),
        }
    )


def _observed(periods: pd.DataFrame) -> NDArray[np.bool_]:
    """Origins x ages that lie within the periods, and before nothing more was counted of the origin."""
    n = len(periods)
    seen = np.add.outer(np.arange(n), np.arange(n))
    observed = seen < n
    if "known_until" in periods and n:
        end = periods["end"].to_numpy()[np.minimum(seen, n - 1)]
        until = periods["known_until"].fillna(periods["end"].iloc[-1]).to_numpy()
        observed &= (end <= until[:, None]) | (np.arange(n) == 0)
    return observed


def _place(dates: pd.Series, periods: pd.DataFrame) -> NDArray[np.int64]:
    """Position of each date's period; -1 for a missing date and for one outside all periods."""
    day = dates.dt.normalize()
    at = np.searchsorted(periods["start"].to_numpy(), day.to_numpy(), side="right") - 1
    inside = (at >= 0) & day.notna().to_numpy()
    if len(periods):
        end = periods["end"].to_numpy()[np.where(inside, at, 0)]
        inside &= (day <= pd.Series(end, index=day.index)).to_numpy()
    return np.where(inside, at, -1)
