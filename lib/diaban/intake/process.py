"""Steps in the handling of a case that cannot have happened as they stand in the register."""

from __future__ import annotations

from datetime import date

import pandas as pd

from diaban.intake.crosscheck import nearest_of
from diaban.intake.quarantine import Quarantine
from diaban.spec.handling import HandlingSpec

_TABLE = "process_events"


def sound_steps(
    events: pd.DataFrame,
    cases: pd.DataFrame,
    handling: HandlingSpec | None,
    *,
    cutoff: date,
    quarantine: Quarantine,
) -> pd.DataFrame:
    """The rows of `events` that fit their case, the cut-off and the study's calendar of steps.

    events: columns case_key, step, date, in the order of the file, which decides between rows of one day.
    cases: columns case_key, reported_on; it holds every case of `events`. Without `handling` only dates and
    repetitions are checked. A row is refused for its first fault only.
    """
    if handling is not None:
        events = _known(events, handling, quarantine)
    events = _in_time(events, cases, cutoff, quarantine)
    events = _once_a_day(events, quarantine)
    if handling is None:
        return events
    events = _in_order(events, handling, quarantine)
    return _one_decision(events, handling, quarantine)


def _known(events: pd.DataFrame, handling: HandlingSpec, quarantine: Quarantine) -> pd.DataFrame:
    """Rows whose step is one of the study's calendar of steps."""
    known = [step.key for step in handling.steps]
    bad = ~events["step"].isin(known)
    expected = nearest_of(events.loc[bad, "step"], known)
    return quarantine.reject(
        _TABLE, events, bad, column="step", reason="intake_row_unknown_step", expected=expected
    )


def _in_time(events: pd.DataFrame, cases: pd.DataFrame, cutoff: date, quarantine: Quarantine) -> pd.DataFrame:
    """Rows dated between the report of their case and the cut-off, both included."""
    last = pd.Timestamp(cutoff)
    late = _day(events) > last
    events = _refused(events, late, "date", "intake_row_step_after_cutoff", quarantine, f"{last:%Y-%m-%d}")
    reported = events["case_key"].map(cases.set_index("case_key")["reported_on"].dt.normalize())
    early = _day(events) < reported
    expected = reported[early].dt.strftime("%Y-%m-%d").astype("str")
    return _refused(events, early, "date", "intake_row_step_before_report", quarantine, expected)


def _once_a_day(events: pd.DataFrame, quarantine: Quarantine) -> pd.DataFrame:
    """The first of several rows for one step of a case on one day."""
    repeated = events.assign(date=_day(events)).duplicated(["case_key", "step", "date"])
    return _refused(events, repeated, "step", "intake_row_step_twice", quarantine)


def _in_order(events: pd.DataFrame, handling: HandlingSpec, quarantine: Quarantine) -> pd.DataFrame:
    """Rows that do not come before every step that they follow, of those that the case has.

    A case for which none of these steps is recorded has a gap, which is no contradiction: the row stays.
    """
    day, case = _day(events), pd.factorize(events["case_key"])[0]
    bad = pd.Series(False, index=events.index)
    expected = pd.Series("", index=events.index, dtype="str")
    for step in handling.steps:
        before = [key for key in step.after if key != step.key]
        earliest = day.where(events["step"].isin(before)).groupby(case).transform("min")
        early = (events["step"] == step.key) & (day < earliest)
        bad |= early
        expected[early] = " | ".join(before) + earliest[early].dt.strftime(" (%Y-%m-%d)")
    return _refused(events, bad, "date", "intake_row_step_too_early", quarantine, expected)


def _one_decision(events: pd.DataFrame, handling: HandlingSpec, quarantine: Quarantine) -> pd.DataFrame:
    """Rows without the final decisions that follow another one before the case was reopened.

    Of different final decisions of one day none is kept: nothing tells which of them holds.
    """
    ordered = events.assign(date=_day(events)).sort_values(["case_key", "date"], kind="stable")
    times_reopened = ordered["step"].isin(handling.reopened).groupby(ordered["case_key"]).cumsum()
    final = ordered.assign(round=times_reopened)[ordered["step"].isin(handling.final)]
    final = final[final.duplicated(["case_key", "round"], keep=False)]
    key = [final["case_key"], final["round"]]
    later = final["date"] > final["date"].groupby(key).transform("min")
    tied = ~later & ((~later).groupby(key).transform("sum") > 1)
    first = _named(final).where(~later).groupby(key).transform(lambda named: ", ".join(named.dropna()))
    for bad, reason in ((tied, "intake_row_decisions_of_one_day"), (later, "intake_row_second_decision")):
        bad = bad.reindex(events.index, fill_value=False)
        events = _refused(events, bad, "step", reason, quarantine, first)
    return events


def _refused(
    events: pd.DataFrame,
    bad: pd.Series,
    column: str,
    reason: str,
    quarantine: Quarantine,
    expected: str | pd.Series = "",
) -> pd.DataFrame:
    """`events` without its `bad` rows, which are quoted by step and date."""
    values = _named(events[bad])
    return quarantine.reject(
        _TABLE, events, bad, column=column, reason=reason, expected=expected, values=values
    )


def _day(events: pd.DataFrame) -> pd.Series:
    return events["date"].dt.normalize()


def _named(events: pd.DataFrame) -> pd.Series:
    return events["step"] + " " + events["date"].dt.strftime("%Y-%m-%d")
