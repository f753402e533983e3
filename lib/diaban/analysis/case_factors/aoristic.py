"""In which months and on which weekdays events happen, where only an interval of days is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diaban.analysis.case_factors.prevalence import files_by_stream
from diaban.analysis.intervals import share_interval

MINIMUM_FILES = 30
MEASURES = ["share", "lower", "upper"]
COLUMNS = [
    "stream",
    "unit",
    "value",
    "weight",
    "n_files",
    "n_undated",
    "share",
    "expected_share",
    "lower",
    "upper",
    "withheld",
]
Days = NDArray[np.datetime64]
UNITS: dict[str, tuple[int, Callable[[Days], NDArray[np.int64]]]] = {
    "month": (12, lambda days: days.astype("datetime64[M]").astype("int64") % 12),
    "weekday": (7, lambda days: (days.astype("int64") + 3) % 7),
}


def event_season(
    files: pd.DataFrame,
    cases: pd.DataFrame,
    *,
    first: pd.Timestamp,
    last: pd.Timestamp,
    minimum_files: int = MINIMUM_FILES,
    level: float = 0.95,
) -> pd.DataFrame:
    """Files by month (1-12) and weekday (1 = Monday) of the event, by stream, over all localities.

    files: case_key, stream. cases: case_key, occurred_from, occurred_to, dates; without a beginning the event
    is taken to have happened on its last day. first, last: the days between which events could be reported,
    whole years where the season is the question.

    weight: a file whose event lies somewhere between two days counts as 1 / (number of days) on each of them
    (aoristic; Ratcliffe & McCullagh 1998, IJGIS 12:751-764), so the weights add up to n_files, the files with
    a last day; n_undated have none. share = weight / n_files; expected_share: the value's part of the days
    from `first` to `last`. lower, upper: Wilson on the weight, wide enough because the variance of a weight
    in 0..1 with mean m is m (1 - m) at most. Spreading long intervals pulls shares towards the expected
    ones, so a peak is understated. withheld: `too_few_files` (under `minimum_files`).

    Raises DiabanError for a file that a stream has twice.
    """
    dates = cases.set_index("case_key")
    all_days = np.arange(np.datetime64(first, "D"), np.datetime64(last, "D") + 1)
    rows = []
    for stream, at in files_by_stream(files):
        ends = dates["occurred_to"].reindex(at.index)
        starts = dates["occurred_from"].reindex(at.index).fillna(ends).loc[ends.notna()]
        n_files = len(starts)
        days, weight = _spread(starts.to_numpy("datetime64[D]"), ends.dropna().to_numpy("datetime64[D]"))
        for unit, (size, value_of) in UNITS.items():
            part = np.bincount(value_of(days), weight, minlength=size)
            frame = pd.DataFrame({"value": np.arange(1, size + 1), "weight": part})
            expected = np.bincount(value_of(all_days), minlength=size) / len(all_days)
            rows.append(
                frame.assign(
                    stream=stream,
                    unit=unit,
                    n_files=n_files,
                    n_undated=len(at) - n_files,
                    expected_share=expected,
                )
            )
    if not rows:
        return pd.DataFrame(columns=COLUMNS)
    return _with_shares(pd.concat(rows, ignore_index=True), minimum_files, level)


def _spread(starts: Days, ends: Days) -> tuple[Days, NDArray[np.float64]]:
    """Every day of every interval, both ends in it, and its part of the file."""
    length = (ends - starts).astype("int64") + 1
    position = np.arange(length.sum()) - np.repeat(length.cumsum() - length, length)
    return np.repeat(starts, length) + position, np.repeat(1 / length, length)


def _with_shares(rows: pd.DataFrame, minimum_files: int, level: float) -> pd.DataFrame:
    share = rows["weight"] / rows["n_files"].where(rows["n_files"] > 0)
    lower, upper = share_interval(rows["weight"], rows["n_files"], level)
    few = rows["n_files"] < minimum_files
    rows = rows.assign(share=share, lower=lower, upper=upper)
    rows[MEASURES] = rows[MEASURES].mask(few)
    reason = pd.Series(pd.NA, index=rows.index, dtype="str").mask(few, "too_few_files")
    return rows.assign(withheld=reason)[COLUMNS].astype({"stream": "str", "unit": "str"})
