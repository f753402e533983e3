"""Case records and the tables that hang on them; counts from cases."""

from __future__ import annotations

import pandas as pd

from diaban.calendars.periods import assign_periods
from diaban.errors import DiabanError
from diaban.intake.crosscheck import (
    date_order,
    existing_localities,
    known_cases,
    known_codes,
    known_localities,
)
from diaban.intake.load import Loaded
from diaban.intake.process import sound_steps
from diaban.intake.quarantine import Quarantine
from diaban.intake.streams import counts_from_cases, stream_flags
from diaban.intake.validate import conforming, without_duplicates
from diaban.places.changes import successors, valid_between
from diaban.places.hierarchy import ancestors
from diaban.spec.model import StudySpec

_DEPENDENT = ("persons", "cause_codes", "process_events")


def cases_of(
    loaded: Loaded, localities: pd.DataFrame, periods: pd.DataFrame, spec: StudySpec, quarantine: Quarantine
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(case records with their period, in the newest geography; a boolean column a stream)."""
    frame = conforming("cases", loaded.tables["cases"], quarantine)
    frame = without_duplicates("cases", frame, quarantine)
    frame = known_localities("cases", frame, localities, quarantine)
    frame = _dated(frame, periods, spec, quarantine)
    frame = date_order(frame, quarantine)
    day = frame[spec.periods.counted_by]
    frame = existing_localities("cases", frame, localities, day, day, quarantine)
    frame = _located(frame, localities, spec.places.analysis_level, quarantine)
    flags = stream_flags(frame, spec.streams)
    selects = "; ".join(f"{c} = {' | '.join(v)}" for s in spec.streams for c, v in s.select.items())
    frame = quarantine.reject(
        "cases",
        frame,
        ~flags.any(axis=1),
        column=next((c for s in spec.streams for c in s.select), "case_key"),
        reason="intake_row_no_stream",
        expected=selects,
    )
    if frame.empty:
        raise quarantine.nothing_left("cases")
    newest = frame["locality"].replace(successors(spec.places.changes))
    return frame.assign(locality=newest), flags.loc[frame.index]


def _dated(
    frame: pd.DataFrame, periods: pd.DataFrame, spec: StudySpec, quarantine: Quarantine
) -> pd.DataFrame:
    """Cases within the periods and before the cut-off, with the column `period`."""
    name = spec.periods.counted_by
    if name not in frame:
        raise DiabanError("intake_no_counting_date", column=name)
    frame = quarantine.reject(
        "cases", frame, frame[name].isna(), column=name, reason="intake_row_missing_value"
    )
    last = min(periods["end"].iloc[-1], pd.Timestamp(spec.periods.cutoff))
    period = assign_periods(frame[name], periods)
    expected = f"{periods['start'].iloc[0]:%Y-%m-%d} – {last:%Y-%m-%d}"
    bad = period.isna() | (frame[name].dt.normalize() > last)
    frame = frame.assign(period=period)
    return quarantine.reject(
        "cases", frame, bad, column=name, reason="intake_row_outside_periods", expected=expected
    )


def _located(
    frame: pd.DataFrame, localities: pd.DataFrame, level: str, quarantine: Quarantine
) -> pd.DataFrame:
    """Cases whose locality lies at the level of analysis or below."""
    coarse = frame["locality"].map(ancestors(localities, level)).isna()
    return quarantine.reject(
        "cases", frame, coarse, column="locality", reason="intake_row_too_coarse", expected=level
    )


def dependents_of(
    loaded: Loaded, cases: pd.DataFrame, spec: StudySpec, quarantine: Quarantine
) -> dict[str, pd.DataFrame]:
    """Persons, cause codes and process events of the kept cases, as far as the study has them."""
    read = loaded.tables["cases"]["case_key"]
    found = {}
    for table in _DEPENDENT:
        if table not in loaded.tables:
            continue
        frame = conforming(table, loaded.tables[table], quarantine)
        frame = without_duplicates(table, frame, quarantine)
        frame = known_cases(table, frame, cases["case_key"], read, quarantine)
        if table == "cause_codes" and "code_book" in loaded.tables:
            frame = known_codes(frame, loaded.tables["code_book"], quarantine)
        if table == "process_events":
            cutoff = spec.periods.cutoff
            frame = sound_steps(frame, cases, spec.handling, cutoff=cutoff, quarantine=quarantine)
        found[table] = frame
    return found


def grid_at_risk(localities: pd.DataFrame, periods: pd.DataFrame, spec: StudySpec) -> pd.DataFrame:
    """Every locality of analysis (newest geography) x period in which it existed x stream.

    A locality that a declared change made stands for its predecessors before the change.
    """
    former = successors(spec.places.changes)
    current = localities[
        (localities["level"] == spec.places.analysis_level) & ~localities["locality"].isin(former)
    ].copy()
    current.loc[current["locality"].isin(former.values()), "valid_from"] = pd.NaT
    cells = current.merge(periods[["period", "start", "end"]], how="cross")
    cells = cells[valid_between(cells, cells["start"], cells["end"])][["locality", "period"]]
    return cells.merge(pd.DataFrame({"stream": [s.key for s in spec.streams]}, dtype="str"), how="cross")


def counts_of_cases(
    cases: pd.DataFrame,
    flags: pd.DataFrame,
    persons: pd.DataFrame | None,
    localities: pd.DataFrame,
    periods: pd.DataFrame,
    spec: StudySpec,
) -> pd.DataFrame:
    """Complete counts by locality of analysis, period and stream."""
    places = ancestors(localities, spec.places.analysis_level)
    grid = grid_at_risk(localities, periods, spec)
    frame = counts_from_cases(cases, flags, persons, places, grid)
    return frame.sort_values(["stream", "period", "locality"], ignore_index=True)
