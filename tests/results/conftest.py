"""The questions of the shipped study, and its files as plain tables to count again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from diaban.intake.read import read_tables
from diaban.results import Results
from diaban.spec import read_spec

DATA = Path(__file__).parents[2] / "data"
FOLDER = DATA / "binh_phuoc"
TOPICS = {"child_abuse": ["child_abuse", "both"], "u18_offending": ["u18_offending", "both"]}
MERGED = {"25426-1": "25426", "25426-2": "25426"}


@pytest.fixture(scope="session")
def shipped() -> Results:
    """The simulated study; its frames are computed when a test first asks."""
    spec = read_spec(FOLDER)
    return Results(spec, read_tables(spec, FOLDER).tables)


@pytest.fixture(scope="session")
def official() -> Results:
    """Counts by year, without case records."""
    spec = read_spec(DATA / "germany_districts")
    return Results(spec, read_tables(spec, DATA / "germany_districts").tables)


@pytest.fixture(scope="session")
def changed(shipped: Results):
    """changed(spec fields=..., table=None) -> the shipped study otherwise declared, or without a table."""

    def make(**other: object) -> Results:
        tables = {name: value for name, value in other.items() if hasattr(shipped.tables, name)}
        declared = {name: value for name, value in other.items() if name not in tables}
        return Results(shipped.spec.model_copy(update=declared), replace(shipped.tables, **tables))

    return make


def plain(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / "tables" / f"{name}.csv", dtype="str")


def district_of(locality: pd.Series) -> pd.Series:
    parents = pd.read_csv(FOLDER / "places" / "localities.csv", dtype="str").set_index("locality")["parent"]
    return locality.replace(MERGED).map(parents)


@pytest.fixture(scope="session")
def population() -> pd.DataFrame:
    frame = plain("population")
    return frame.assign(district=district_of(frame["locality"]), persons=frame["persons"].astype(int))


@pytest.fixture(scope="session")
def register() -> pd.DataFrame:
    """One row a case and stream, straight from the file: district, stream, year and month of the police year.

    The year runs from 15/12 to 14/12, its months from the 15th to the 14th.
    """
    cases = plain("cases")
    for day in ("reported_on", "accepted_on", "occurred_from", "occurred_to"):
        cases[day] = pd.to_datetime(cases[day])
    cases["district"] = district_of(cases["locality"])
    day = cases["reported_on"]
    later = day.dt.month + (day.dt.day >= 15)
    cases["month"] = later.where(later <= 12, 1)
    cases["year"] = (day.dt.year + (later > 12)).astype(str)
    return pd.concat(
        [cases[cases["topic"].isin(topics)].assign(stream=stream) for stream, topics in TOPICS.items()],
        ignore_index=True,
    )


@pytest.fixture(scope="session")
def persons() -> pd.DataFrame:
    return plain("persons")


@pytest.fixture(scope="session")
def events() -> pd.DataFrame:
    frame = plain("process_events")
    return frame.assign(date=pd.to_datetime(frame["date"]))
