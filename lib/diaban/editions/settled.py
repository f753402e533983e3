"""Figures of closed periods as they were given out: what was published once is not changed by single cases.

Two editions side by side would tell every late or corrected case by subtraction. So a shared edition takes
the cases of each period that an earlier published edition had closed from that edition, and counts only the
periods after it anew; the office's own edition shows the register as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd

from diaban.calendars import KNOWN_UNTIL
from diaban.editions.known import OF_A_CASE, counts_of_cases
from diaban.editions.read import read_edition
from diaban.intake.tables import Tables
from diaban.places.changes import successors
from diaban.spec.editions import EditionSpec
from diaban.spec.model import StudySpec

_CELL = ["locality", "period", "stream"]


def settled(tables: Tables, then: Tables, spec: StudySpec, closed_on: date) -> Tables:
    """`tables` with the cases, or counts, of the periods that `then` holds complete as they were then.

    tables, then: of the same study, now and at the cut-off `closed_on` of the earlier edition; where that is
    the cut-off of `spec`, every period is closed. A case that was registered late, or has moved into a closed
    period since, is left out; one that has moved out of it stays where it was. Periods and cases get
    KNOWN_UNTIL, the day up to which they are known; missing where that is the cut-off of `spec`.
    """
    here = then.periods["period"].isin(tables.periods["period"])
    ended = then.periods["complete"] | (closed_on >= spec.periods.cutoff)
    closed = then.periods.loc[here & ended, "period"]
    until = _known_until(then.periods, closed, closed_on)
    until = until.where(until < pd.Timestamp(spec.periods.cutoff))
    own = tables.periods.get(KNOWN_UNTIL, pd.Series(pd.NaT, index=tables.periods.index))
    days = _days(tables.periods["period"].map(until)).fillna(_days(own))
    periods = tables.periods.assign(**{KNOWN_UNTIL: days})
    newest = successors(spec.places.changes)
    if tables.cases is None or then.cases is None:
        return replace(tables, periods=periods, counts=_settled_counts(tables.counts, then, closed, newest))
    kept = then.cases[then.cases["period"].isin(closed)]
    kept = kept.assign(
        locality=kept["locality"].replace(newest), **{KNOWN_UNTIL: _days(kept["period"].map(until))}
    )
    new = tables.cases[
        ~tables.cases["period"].isin(closed) & ~tables.cases["case_key"].isin(kept["case_key"])
    ]
    if KNOWN_UNTIL not in new:
        new = new.assign(**{KNOWN_UNTIL: pd.NaT})
    joined = {"cases": _together(kept, new, like=tables.cases)}
    for name in OF_A_CASE:
        of_then, of_now = getattr(then, name), getattr(tables, name)
        if of_now is None or of_then is None:
            continue
        own = (
            of_then[of_then["case_key"].isin(kept["case_key"])],
            of_now[of_now["case_key"].isin(new["case_key"])],
        )
        joined[name] = _together(*own, like=of_now)
    settled = replace(tables, periods=periods, **joined)
    return replace(settled, counts=counts_of_cases(settled, spec))


def _known_until(periods: pd.DataFrame, closed: pd.Series, day: date) -> pd.Series:
    """Closed period -> the day up to which it is known: `day`, where no earlier one is noted."""
    until = pd.Series(pd.Timestamp(day), index=closed)
    if KNOWN_UNTIL not in periods:
        return until
    return periods.set_index("period")[KNOWN_UNTIL].reindex(closed).fillna(until)


def with_closed_periods(
    tables: Tables,
    spec: StudySpec,
    declared: StudySpec,
    folder: str | Path,
    *,
    register: Callable[[EditionSpec, StudySpec, Tables], Tables] | None = None,
) -> Tables:
    """`tables` of `spec`, with the periods that published editions closed as these gave them out.

    spec: the declaration as of the cut-off of the tables. declared: as it is now, in `folder`. register: what
    to take of an edition's tables (edition, its declaration, its tables), where releases hold some of it.
    """
    before = published_before(declared, spec.periods.cutoff)
    if not before:
        return tables
    then, intake = read_edition(declared, folder, before[0])
    read = register(before[0], then, intake.tables) if register else intake.tables
    older = with_closed_periods(read, then, declared, folder, register=register)
    return settled(tables, older, spec, before[0].cutoff)


def published_before(spec: StudySpec, day: date) -> list[EditionSpec]:
    """Editions that were given out with a cut-off before `day`, newest first."""
    older = [e for e in spec.editions if e.published and e.cutoff < day]
    return sorted(older, key=lambda e: e.cutoff, reverse=True)


def _settled_counts(
    counts: pd.DataFrame, then: Tables, closed: pd.Series, newest: Mapping[str, str]
) -> pd.DataFrame:
    """Counts without case records: of closed periods as they were, of what has been merged their sum."""
    before = then.counts[then.counts["period"].isin(closed)]
    before = before.assign(locality=before["locality"].replace(newest))
    before = before.groupby(_CELL, as_index=False).sum(min_count=1)
    later = counts[~counts["period"].isin(closed)]
    return _together(before, later, like=counts)


def _together(first: pd.DataFrame, second: pd.DataFrame, *, like: pd.DataFrame) -> pd.DataFrame:
    """Both below each other, with the columns and types of `like`, and KNOWN_UNTIL where they have it."""
    columns = [
        *like.columns.drop(KNOWN_UNTIL, errors="ignore"),
        *([KNOWN_UNTIL] if KNOWN_UNTIL in second else []),
    ]
    frame = pd.concat([first.reindex(columns=columns), second.reindex(columns=columns)], ignore_index=True)
    kinds = {name: kind for name, kind in like.dtypes.items() if frame[name].dtype != kind}
    return frame.astype(kinds)


def _days(values: pd.Series) -> pd.Series:
    return values.astype("datetime64[us]")
