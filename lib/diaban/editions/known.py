"""The tables of a study as far as they were known at an earlier cut-off."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from diaban.calendars import periods_frame
from diaban.intake.streams import counts_from_cases
from diaban.intake.tables import Tables
from diaban.places.hierarchy import ancestors
from diaban.spec.model import StudySpec

OF_A_CASE = ("persons", "cause_codes", "process_events", "case_streams")
"""Tables that go with the register of cases."""
_BY_PERIOD = ("population", "indicators", "support_coverage")
_DATED = {"process_events": "date", "outreach": "date", "programmes": "started_on", "campaigns": "started_on"}


def known_then(tables: Tables, spec: StudySpec) -> Tables:
    """`tables` without what came after the cut-off of `spec`, which is the declaration as of then.

    A case was in the register when it had been accepted (reported, where that date is missing); with it go
    its persons and codes. Steps, sessions, programmes and campaigns count by their date; an end that lay
    ahead is missing. Counts are made again from the cases; of a study without case records the counts of
    complete periods stay. A correction of a row that stays cannot be undone: that takes the files of then.
    """
    periods = periods_frame(spec.periods)
    cutoff = pd.Timestamp(spec.periods.cutoff)
    held = {"periods": periods, "localities": _localities_then(tables.localities, spec)}
    for name in _BY_PERIOD:
        frame = getattr(tables, name)
        held[name] = frame if frame is None else _rows(frame, frame["period"].isin(periods["period"]))
    for name, column in _DATED.items():
        frame = getattr(tables, name)
        held[name] = frame if frame is None else _begun(frame, column, cutoff)
    if tables.cases is None:
        complete = periods.loc[periods["complete"], "period"]
        held["counts"] = _rows(tables.counts, tables.counts["period"].isin(complete))
    else:
        known = registered(tables.cases, cutoff) & tables.cases["period"].isin(periods["period"])
        held["cases"] = _rows(tables.cases, known)
        for name in OF_A_CASE:
            frame = held.get(name, getattr(tables, name))
            if frame is not None:
                held[name] = _rows(frame, _among(frame["case_key"], held["cases"]["case_key"]))
    then = replace(tables, **held)
    return then if then.cases is None else replace(then, counts=counts_of_cases(then, spec))


def registered(cases: pd.DataFrame, cutoff: pd.Timestamp) -> pd.Series:
    """Which cases had been accepted by the day `cutoff`; where that is not recorded, reported."""
    seen = cases["reported_on"]
    if "accepted_on" in cases:
        seen = cases["accepted_on"].fillna(seen)
    return seen.dt.normalize() <= cutoff


def _begun(frame: pd.DataFrame, column: str, cutoff: pd.Timestamp) -> pd.DataFrame:
    begun = _rows(frame, frame[column] <= cutoff)
    if "ended_on" in begun:
        begun = begun.assign(ended_on=begun["ended_on"].mask(begun["ended_on"] > cutoff))
    return begun


def _localities_then(localities: pd.DataFrame, spec: StudySpec) -> pd.DataFrame:
    """Localities that had begun; an end that lay ahead is not known yet."""
    cutoff = pd.Timestamp(spec.periods.cutoff)
    begun = _rows(localities, ~(localities["valid_from"] > cutoff))
    return begun.assign(valid_to=begun["valid_to"].mask(begun["valid_to"] >= cutoff))


def counts_of_cases(tables: Tables, spec: StudySpec) -> pd.DataFrame:
    """Counts of the known cases over the cells that were at risk."""
    cases, members = tables.cases, tables.case_streams
    assert cases is not None
    assert members is not None
    flags = pd.DataFrame(
        {
            stream.key: _among(cases["case_key"], members.loc[members["stream"] == stream.key, "case_key"])
            for stream in spec.streams
        },
        index=cases.index,
    )
    at_risk = tables.counts["period"].isin(tables.periods["period"])
    grid = tables.counts.loc[at_risk, ["locality", "period", "stream"]]
    places = ancestors(tables.localities, spec.places.analysis_level)
    return counts_from_cases(cases, flags, tables.persons, places, grid)


def _among(keys: pd.Series, known: pd.Series) -> pd.Series:
    """Like `isin`, by hashing, which is faster for many different keys."""
    return pd.Series(pd.Index(known).get_indexer(keys) >= 0, index=keys.index)


def _rows(frame: pd.DataFrame, chosen: pd.Series) -> pd.DataFrame:
    return frame[chosen].reset_index(drop=True)
