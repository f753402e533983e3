"""How long it takes from the event to the first report, and from there to the case being taken up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binom

from diaban.analysis.case_factors.prevalence import files_by_stream
from diaban.analysis.exposure import WHOLE

MINIMUM_FILES = 10
LAGS = {
    "occurred_to_reported": ("occurred_to", "reported_on"),
    "reported_to_accepted": ("reported_on", "accepted_on"),
}
ESTIMATES = ["median", "lower", "upper", "upper_quartile"]
COLUMNS = ["locality", "stream", "lag", "n_files", "n_undated", *ESTIMATES, "withheld"]


def event_lags(
    files: pd.DataFrame,
    cases: pd.DataFrame,
    *,
    localities: Sequence[str] | None = None,
    minimum_files: int = MINIMUM_FILES,
    level: float = 0.95,
) -> pd.DataFrame:
    """Median days of each lag, by locality and for all ("all"), and by stream.

    files: case_key, locality (of report), stream. cases: case_key, occurred_to (last day of the event),
    reported_on, accepted_on, dates. localities: all that are to have rows (default: those in `files`).

    n_files: all files; n_undated of them lack a date (not taken up yet, or not known). median and
    upper_quartile are of the others; lower and upper are the order statistics that hold the median of all
    whatever its law (see `median_interval`), with undated files taken as 0 days for the lower and as longer
    than any for the upper one, so that the interval holds whatever their days are. withheld: `too_few_files`
    (under `minimum_files` with both dates), `step_not_recorded` (a date column that the study lacks),
    `too_many_undated` (no upper limit).

    Raises DiabanError for a file that a stream has twice.
    """
    rows = [
        keys | _summary(days, recorded, minimum_files, level)
        for keys, days, recorded in _days(files, cases, localities)
    ]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    kinds = dict.fromkeys(["locality", "stream", "lag", "withheld"], "str")
    return frame.astype(kinds | dict.fromkeys(ESTIMATES, "float64"))


def files_within(
    files: pd.DataFrame,
    cases: pd.DataFrame,
    days: Sequence[int],
    *,
    localities: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Files by how long each lag took, inputs as in `event_lags`: how many took no more than each of `days`.

    Columns locality, stream, lag, n_files, n_undated (without one of the dates, counted nowhere else), days,
    n. No rows of a lag of which a date column is not recorded.
    """
    rows = [
        keys | {"n_files": len(took), "n_undated": int(np.isnan(took).sum()), "days": most, "n": int(n)}
        for keys, took, recorded in _days(files, cases, localities)
        if recorded
        for most, n in zip(days, (took[:, None] <= np.asarray(days)).sum(axis=0), strict=True)
    ]
    columns = ["locality", "stream", "lag", "n_files", "n_undated", "days", "n"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[:3], "str"))


def _days(
    files: pd.DataFrame, cases: pd.DataFrame, localities: Sequence[str] | None
) -> Iterator[tuple[dict[str, str], NDArray[np.float64], bool]]:
    """By stream, lag, place: keys, days of every file (missing: undated), whether both dates are recorded."""
    places = sorted(files["locality"].unique()) if localities is None else list(localities)
    dates = cases.set_index("case_key")
    for stream, at in files_by_stream(files):
        for lag, (start, end) in LAGS.items():
            recorded = start in dates and end in dates
            days = dates.reindex(at.index)
            days = (days[end] - days[start]).dt.days if recorded else pd.Series(np.nan, index=at.index)
            for place in [*places, WHOLE]:
                here = days if place == WHOLE else days[at == place]
                keys = {"locality": place, "stream": stream, "lag": lag}
                yield keys, here.to_numpy(dtype=float), recorded


def median_interval(values: NDArray[np.float64], level: float = 0.95) -> tuple[float, float]:
    """Distribution-free limits of the median: the order statistics x(r) and x(n - r + 1).

    values: days of n files; missing ones may be anything from 0 up. r is the largest rank with
    P(Binomial(n, 1/2) < r) <= (1 - level) / 2, so the interval holds the median with probability `level` at
    least (Conover 1999, p. 143; Campbell & Gardner 1988, BMJ 296:1454). Missing where n is too small for any
    (under 6 for 95 %), and a limit that falls on a missing value above.
    """
    n = len(values)
    r = median_rank(n, level)
    if r == 0:
        return np.nan, np.nan
    shortest, longest = (np.sort(np.where(np.isnan(values), end, values)) for end in (0.0, np.inf))
    upper = longest[n - r]
    return float(shortest[r - 1]), float(upper) if np.isfinite(upper) else np.nan


def median_rank(n: int, level: float = 0.95) -> int:
    """r of `median_interval` for n files; 0 where there is none."""
    ranks = np.arange(1, n // 2 + 1)
    return int((binom.cdf(ranks - 1, n, 0.5) <= (1 - level) / 2).sum())


def _summary(
    days: NDArray[np.float64], recorded: bool, minimum_files: int, level: float
) -> dict[str, object]:
    dated = days[~np.isnan(days)]
    row: dict[str, object] = {"n_files": len(days), "n_undated": len(days) - len(dated)}
    if not recorded:
        return row | {"withheld": "step_not_recorded"}
    if len(dated) < minimum_files:
        return row | {"withheld": "too_few_files"}
    lower, upper = median_interval(days, level)
    if np.isnan(upper):
        return row | {"withheld": "too_many_undated" if len(dated) < len(days) else "too_few_files"}
    median, quartile = np.quantile(dated, [0.5, 0.75])
    return row | {"median": median, "lower": lower, "upper": upper, "upper_quartile": quartile}
