"""Whether the cases fell where a campaign was, beside where it was not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd

from diaban.analysis.reporting.before_after import ratio_of_ratios, weighted_displacement

FELL, ROSE, OPEN = "fell", "rose", "open"
LEAST_CASES = 10
COLUMNS = ["campaign", "stream", "treated", "controls", "start", "end", "base_start", "base_end",
           "before", "after", "control_before", "control_after", "ratio", "lower", "upper", "p", "placebo_p",
           "difference", "difference_lower", "difference_upper", "told", "withheld"]  # fmt: skip


def campaign_effect(
    cases: pd.DataFrame,
    campaigns: pd.DataFrame,
    localities: Sequence[str],
    *,
    first: pd.Timestamp,
    cutoff: pd.Timestamp,
    by: str = "occurred_to",
    follow_up_days: int = 365,
    base_windows: int = 2,
    leave_out: Mapping[str, Iterable[str]] | None = None,
    level: float = 0.95,
    least_cases: int = LEAST_CASES,
) -> pd.DataFrame:
    """Each campaign against the localities that had none: before and after, in the same months of the year.

    cases: locality, stream, and the date `by`. campaigns: campaign, stream, locality, started_on, ended_on.
    first, cutoff: what the data cover. The time after runs from the start to `follow_up_days` past the end,
    the time before are up to `base_windows` windows of that length whole years earlier. Controls are the
    other localities without a campaign on the stream in all that time; `leave_out` (stream -> localities)
    names those that are no measure of it, as where recording changed.

    COLUMNS, one row a campaign and stream: counts, ratio, lower, upper, p of `ratio_of_ratios`; placebo_p:
    how often as many of the controls, taken for treated, give as large a ratio up or down; difference: what
    `weighted_displacement` gives, in cases of the time after. told: "fell" or "rose" where the interval of
    the ratio holds no 1, else "open". A campaign that asks people to report raises what is counted: a rise
    is no failure there, and "open" is not "without effect". The people at risk are taken to change alike.

    withheld: `too_recent` (the campaign goes on at the cut-off), `too_few_periods` (no time before),
    `nothing_to_compare_with` (no controls), `too_few_cases` (fewer than `least_cases` before and after in the
    treated localities, or none elsewhere).
    """
    rows = []
    for (name, stream), mine in campaigns.groupby(["campaign", "stream"], sort=True):
        plan = _plan(mine, first, cutoff, follow_up_days, base_windows)
        others = campaigns[(campaigns["stream"] == stream) & _overlaps(campaigns, plan)]
        treated = sorted(set(mine["locality"]) & set(localities))
        excluded = {*others["locality"], *treated, *(leave_out or {}).get(str(stream), ())}
        controls = [place for place in localities if place not in excluded]
        of_stream = cases[cases["stream"] == stream]
        row = {"campaign": name, "stream": stream, "treated": len(treated), "controls": len(controls)}
        rows.append(row | _compared(of_stream, by, plan, treated, controls, level, least_cases))
    texts = dict.fromkeys(["campaign", "stream", "told", "withheld"], "str")
    return pd.DataFrame(rows, columns=COLUMNS).astype(texts)


@dataclass(frozen=True)
class _Plan:
    """Days of the comparison (inclusive); bases: starts of the windows before, each as long as the time
    after. reason: why there is none."""

    start: pd.Timestamp
    end: pd.Timestamp
    bases: list[pd.Timestamp]
    reason: str | None


def _plan(
    mine: pd.DataFrame, first: pd.Timestamp, cutoff: pd.Timestamp, follow_up_days: int, windows: int
) -> _Plan:
    start, stop = mine["started_on"].min(), mine["ended_on"].max()
    going_on = bool(mine["ended_on"].isna().any()) or stop > cutoff
    end = min(stop + pd.Timedelta(days=follow_up_days), cutoff) if not going_on else cutoff
    years = int(np.ceil(((end - start).days + 1) / 366))
    starts = [start - pd.DateOffset(years=years * (i + 1)) for i in range(windows)]
    bases = [day for day in starts if day >= first]
    reason = "too_recent" if going_on else None if bases else "too_few_periods"
    return _Plan(start, end, bases, reason)


def _overlaps(campaigns: pd.DataFrame, plan: _Plan) -> pd.Series:
    begin = min([plan.start, *plan.bases])
    ended = campaigns["ended_on"].isna() | (campaigns["ended_on"] >= begin)
    return ended & (campaigns["started_on"] <= plan.end)


def _compared(
    cases: pd.DataFrame,
    by: str,
    plan: _Plan,
    treated: list[str],
    controls: list[str],
    level: float,
    least_cases: int,
) -> dict[str, object]:
    row: dict[str, object] = {"start": plan.start, "end": plan.end, "withheld": plan.reason}
    if plan.reason:
        return row
    length = plan.end - plan.start
    row |= {"base_start": min(plan.bases), "base_end": max(plan.bases) + length}
    counts = pd.DataFrame(0, index=[*treated, *controls], columns=["before", "after"])
    for column, start in [("after", plan.start), *(("before", day) for day in plan.bases)]:
        within = cases.loc[cases[by].between(start, start + length), "locality"].value_counts()
        counts[column] += within.reindex(counts.index, fill_value=0)
    (b, a), (cb, ca) = (tuple(int(x) for x in counts.loc[places].sum()) for places in (treated, controls))
    row |= {"before": b, "after": a, "control_before": cb, "control_after": ca}
    if not controls:
        return row | {"withheld": "nothing_to_compare_with"}
    if a + b < least_cases or 0 in (b, ca + a, cb, ca):
        return row | {"withheld": "too_few_cases"}
    ratio, lower, upper, p = ratio_of_ratios((b, a), (cb, ca), level=level)
    sizes = (len(controls) / len(treated), 1.0, 1.0, 1.0)
    shift = weighted_displacement(
        (b, a), (cb, ca), time_weights=(len(plan.bases), 1.0), area_weights=sizes, level=level
    )
    row |= {"ratio": ratio, "lower": lower, "upper": upper, "p": p}
    row |= {"difference": shift.difference, "difference_lower": shift.lower, "difference_upper": shift.upper}
    row["placebo_p"] = _placebo_p(counts, treated, controls)
    return row | {"told": FELL if upper < 1 else ROSE if lower > 1 else OPEN}


def _placebo_p(counts: pd.DataFrame, treated: list[str], controls: list[str], most: int = 5000) -> float:
    """Share of the choices of as many controls, the true one among them, with as large a log ratio.

    Missing where there are fewer than 20 choices or more than `most`.
    """
    k = len(treated)
    if not 20 <= comb(len(controls), k) <= most:
        return np.nan
    whole = counts.loc[controls].sum().to_numpy()
    chosen = np.array(list(combinations(range(len(controls)), k)))
    part = counts.loc[controls].to_numpy()[chosen].sum(axis=1)

    def size(one: np.ndarray, rest: np.ndarray) -> np.ndarray:
        logs = np.log(one + 0.5) - np.log(rest + 0.5)
        return np.abs(logs[..., 1] - logs[..., 0])

    own = size(counts.loc[treated].sum().to_numpy(), whole)
    return float((1 + (size(part, whole - part) >= own - 1e-12).sum()) / (1 + len(chosen)))
