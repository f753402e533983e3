"""Gaps between the cases of one place: in days where days are known, in whole periods where not."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

COLUMNS = ["period", "value", "baseline", "open"]


def day_gaps(events: pd.DataFrame, baseline: set[str], until: pd.Timestamp | None) -> pd.DataFrame:
    """Days since the case before, one row a case but the first; a last open row counts up to `until`.

    events: period, date, of one place. baseline: gaps whose both ends lie in those periods. The open gap's
    period is that of the last case.
    """
    events = events.dropna(subset=["date"]).sort_values("date", kind="stable")
    within = events["period"].isin(baseline)
    gaps = pd.DataFrame(
        {
            "period": events["period"],
            "value": events["date"].diff().dt.days.astype("float64"),
            "baseline": within & within.shift(fill_value=False),
            "open": False,
        }
    ).iloc[1:]
    if until is not None and len(events):
        days = float((until - events["date"].iloc[-1]).days)
        last = pd.DataFrame([[events["period"].iloc[-1], days, False, True]], columns=COLUMNS)
        gaps = pd.concat([gaps, last]) if len(gaps) else last
    return gaps.astype({"period": "str", "baseline": bool, "open": bool}).reset_index(drop=True)[COLUMNS]


def period_gaps(counts: pd.DataFrame, baseline: set[str]) -> pd.DataFrame:
    """Periods without a case between periods with one, one row a period with cases but the first.

    counts: period, cases, in the order of time, of one place. Under a constant Poisson mean m these gaps are
    geometric with p = 1 - exp(-m). A gap with an unknown count in it is left out. The last row is open: the
    periods without a case up to now.
    """
    cases = counts["cases"].to_numpy(dtype=float)
    inside = counts["period"].isin(baseline).to_numpy()
    with_case = np.flatnonzero(cases > 0)
    ends = [*with_case.tolist(), len(cases)]
    rows = []
    for start, end in pairwise(ends):
        if not np.isnan(cases[start:end]).any():
            is_open = end == len(cases)
            last = end - 1 if is_open else end
            own = not is_open and bool(inside[start] and inside[end])
            rows.append((counts["period"].iloc[last], float(end - start - 1), own, is_open))
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.astype({"period": "str", "value": "float64", "baseline": bool, "open": bool})
