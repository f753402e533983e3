"""How reports are handled in a study: its steps, its decisions, and the days that the law gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

WHOLE = "*"
BY = ("locality", "stream", "period")
CLOCK = ["case_key", "started_on", "kind", "days", "followed", "limit_days"]


@dataclass(frozen=True)
class Procedure:
    """The steps of a study by their part in handling, and its limits.

    start      the step from which days are counted
    stages     stage -> the steps of which any one reaches it, in order; "decided" is added from decisions
    decisions  steps that decide on a report; of two on one day the first here counts
    resolved   those of them that resolve it
    limits     limit -> days from the start, shortest first; the first holds without an extension, each
               further one after one more extension
    extended   steps that extend the time

    Raises ValueError without a limit, or with a longer one before a shorter.
    """

    start: str
    stages: Mapping[str, Sequence[str]]
    decisions: Sequence[str]
    resolved: Sequence[str]
    limits: Mapping[str, int]
    extended: Sequence[str] = ()

    def __post_init__(self) -> None:
        days = list(self.limits.values())
        if not days or days != sorted(days):
            raise ValueError("limits, shortest first, at least one")


def known_by(events: pd.DataFrame, cutoff: pd.Timestamp) -> pd.DataFrame:
    """The steps up to the cut-off; one without a date is known to have been taken, and stays."""
    return events[~(events["date"] > cutoff)]


def known_until(cases: pd.DataFrame, cutoff: pd.Timestamp) -> pd.Series:
    """The day up to which each case is known: its own `known_until`, else the cut-off."""
    if "known_until" not in cases:
        return pd.Series(cutoff, index=cases.index)
    return cases["known_until"].fillna(cutoff)


def report_clock(
    reports: pd.DataFrame, events: pd.DataFrame, procedure: Procedure, cutoff: pd.Timestamp
) -> pd.DataFrame:
    """How long each report took to its first decision, or has waited by the cut-off.

    reports: case_key; reported_on, from which days count where the step `start` is not recorded; known_until,
    where a report is known only up to an earlier day than the cut-off.
    events: case_key, step, date. Returns CLOCK, one row a case that started by the cut-off or at a date that
    is not known: kind (the first decision; missing while there is none), days (to it, else to the cut-off),
    followed (days from start to cut-off), limit_days (its own limit, extensions taken in time included).
    days is missing where it cannot be told: no start, a decision without a date or before the start.
    """
    known = known_by(events, cutoff)
    started = _first(known[known["step"] == procedure.start])
    cases = reports.drop_duplicates("case_key").set_index("case_key")
    clock = pd.DataFrame({"started_on": started.reindex(cases.index)})
    if "reported_on" in cases:
        clock["started_on"] = clock["started_on"].fillna(cases["reported_on"])
    until = known_until(cases, cutoff)
    clock = clock[~(clock["started_on"] > until)]
    decided = _first_decision(known, procedure).reindex(clock.index)
    taken = (decided["date"] - clock["started_on"]).dt.days
    followed = (until.reindex(clock.index) - clock["started_on"]).dt.days
    open_ = decided["step"].isna()
    clock = clock.assign(
        kind=decided["step"].astype("str"),
        days=taken.where(taken >= 0).mask(open_, followed),
        followed=followed,
        limit_days=_own_limit(known, clock["started_on"], procedure),
    )
    return clock.reset_index()[CLOCK]


def with_wholes(rows: pd.DataFrame, by: Sequence[str] = BY) -> pd.DataFrame:
    """`rows` with each key of `by` also as the whole, "*"; a case of several streams is once in a whole."""
    for key in by:
        rows = pd.concat([rows, rows.assign(**{key: WHOLE})], ignore_index=True)
    return rows.drop_duplicates(["case_key", *by], ignore_index=True)


def cells(
    reports: pd.DataFrame, by: Sequence[str] = BY, localities: Sequence[str] | None = None
) -> pd.MultiIndex:
    """Every combination of the keys, wholes included and last, also those without a report."""
    levels = [sorted(reports[key].dropna().unique()) for key in by]
    if localities is not None and "locality" in by:
        levels[list(by).index("locality")] = list(localities)
    unique = [dict.fromkeys([*level, WHOLE]) for level in levels]
    return pd.MultiIndex.from_product([list(level) for level in unique], names=list(by))


def by_cell(
    reports: pd.DataFrame, clock: pd.DataFrame, localities: Sequence[str] | None = None
) -> tuple[pd.DataFrame, list[np.ndarray]]:
    """The cells of `cells` as a frame, and the places of each one's reports in `clock`, in order."""
    places = clock[["case_key"]].assign(place=np.arange(len(clock)))
    rows = with_wholes(reports[["case_key", *BY]]).merge(places, on="case_key", validate="many_to_one")
    found, place = rows.groupby(list(BY), sort=False).indices, rows["place"].to_numpy()
    index = cells(reports, BY, localities)
    none = np.array([], dtype="int64")
    return index.to_frame(index=False).astype("str"), [place[found.get(cell, none)] for cell in index]


def _first(events: pd.DataFrame) -> pd.Series:
    return events.groupby("case_key")["date"].min()


def _first_decision(events: pd.DataFrame, procedure: Procedure) -> pd.DataFrame:
    """step and date of each case's first decision; one without a date comes first: the days are unknown."""
    order = {step: place for place, step in enumerate(procedure.decisions)}
    made = events[events["step"].isin(procedure.decisions)]
    made = made.assign(order=made["step"].map(order))
    made = made.sort_values(["case_key", "date", "order"], na_position="first", kind="stable")
    return made.drop_duplicates("case_key").set_index("case_key")[["step", "date"]]


def _own_limit(events: pd.DataFrame, started: pd.Series, procedure: Procedure) -> pd.Series:
    """Days that the law gives each report: one limit further for every extension taken within the last."""
    steps = list(procedure.limits.values())
    limit = pd.Series(float(steps[0]), index=started.index)
    extensions = events[events["step"].isin(procedure.extended)].sort_values("date", kind="stable")
    place = extensions.groupby("case_key").cumcount()
    in_time = pd.Series(True, index=started.index)
    for n, further in enumerate(steps[1:]):
        taken = extensions[place == n].set_index("case_key")["date"].reindex(started.index)
        in_time &= (taken - started).dt.days <= limit
        limit = limit.mask(in_time, float(further))
    return limit
