"""What is kept of an edition, so that a later one can say what has changed. Internal: it holds case keys."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date

import pandas as pd

from diaban.analysis.exposure import CELL, expose, roll_up
from diaban.intake.tables import Tables
from diaban.places.changes import successors
from diaban.places.hierarchy import ancestors
from diaban.spec.model import StudySpec

FIELD = "field_"


@dataclass(frozen=True, eq=False)
class Snapshot:
    """An edition as far as its counts and rates go.

    cases: case_key, stream, locality (of analysis, in the geography of the edition), report (the locality of
    report), period, reported_on, and a column `field_…` for each field that decides stream and period, as
    text, of the cells that are counted; None where the study has no case records. exposed: locality (of
    report), period, stream, cases, persons, person_years, of every period, the running one too. places:
    locality (every code), newest (the one it has become), report. rules: a digest of what the study declares
    about counting; code: the key of the program.
    """

    edition: str
    cutoff: date
    rules: str
    code: str
    cases: pd.DataFrame | None
    exposed: pd.DataFrame
    places: pd.DataFrame


def snapshot(tables: Tables, spec: StudySpec, *, edition: str, code: str = "") -> Snapshot:
    """The snapshot of checked tables. edition: its key; code: the key of the program."""
    places = _places(tables, spec)
    return Snapshot(
        edition=edition,
        cutoff=spec.periods.cutoff,
        rules=rules_key(spec),
        code=code,
        cases=_cases(tables, spec, places),
        exposed=_exposed(tables, spec, places),
        places=places,
    )


def rules_key(spec: StudySpec) -> str:
    """Digest of the calendar, the date that counts, the streams and their populations at risk."""
    rules = {
        "calendar": spec.periods.calendar,
        "counted_by": spec.periods.counted_by,
        "streams": [
            stream.model_dump(mode="json", exclude={"label", "short", "cases_noun"})
            for stream in spec.streams
        ],
        "at_risk": spec.bands_at_risk(),
        "levels": [spec.places.report_level, spec.places.analysis_level],
    }
    return hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()


def _places(tables: Tables, spec: StudySpec) -> pd.DataFrame:
    codes = tables.localities["locality"].reset_index(drop=True)
    newest = codes.replace(successors(spec.places.changes))
    report = newest.map(ancestors(tables.localities, spec.places.report_level))
    frame = pd.DataFrame({"locality": codes, "newest": newest, "report": report})
    return frame[frame["report"].notna()].astype("str").reset_index(drop=True)


def _cases(tables: Tables, spec: StudySpec, places: pd.DataFrame) -> pd.DataFrame | None:
    cases, members = tables.cases, tables.case_streams
    if cases is None or members is None:
        return None
    above = ancestors(tables.localities, spec.places.analysis_level)
    decide = [spec.periods.counted_by, *sorted({c for s in spec.streams for c in s.select})]
    frame = pd.DataFrame(
        {
            "case_key": cases["case_key"],
            "locality": cases["locality"].map(above),
            "period": cases["period"],
            "reported_on": cases["reported_on"],
            **{FIELD + column: cases[column].astype("str") for column in decide},
        }
    )
    frame["report"] = frame["locality"].map(places.set_index("locality")["report"])
    fields = [FIELD + column for column in decide]
    columns = ["case_key", "stream", "locality", "report", "period", "reported_on", *fields]
    joined = members[["case_key", "stream"]].merge(frame, on="case_key", validate="many_to_one")
    now = joined.assign(locality=joined["locality"].map(places.set_index("locality")["newest"]))
    counted = pd.MultiIndex.from_frame(now[CELL]).isin(pd.MultiIndex.from_frame(tables.counts[CELL]))
    return joined.loc[counted, columns].sort_values(["case_key", "stream"], ignore_index=True)


def _exposed(tables: Tables, spec: StudySpec, places: pd.DataFrame) -> pd.DataFrame:
    every = tables.periods["period"].tolist()
    observed = {stream.key: stream.comparable(every) for stream in spec.streams}
    frame = expose(tables.counts, tables.population, tables.periods, spec.bands_at_risk(), observed=observed)
    known = pd.MultiIndex.from_frame(frame[CELL]).isin(pd.MultiIndex.from_frame(tables.counts[CELL]))
    parents = places[["locality", "report"]].rename(columns={"report": "parent"})
    return roll_up(frame[known].reset_index(drop=True), parents)
