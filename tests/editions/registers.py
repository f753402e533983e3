"""Small registers as snapshots: cases in localities of analysis a1, a2, b1 of the districts A and B."""

from __future__ import annotations

from datetime import date

import pandas as pd

from diaban.editions import Snapshot

CUTOFF = date(2023, 12, 14)
PLACES = {"a1": "A", "a2": "A", "b1": "B"}
PERSONS = {"A": 3000.0, "B": 1000.0}
PERIODS = ("2022", "2023", "2024")
STREAMS = ("abuse", "offending")
COLUMNS = ["case_key", "stream", "locality", "period", "reported_on", "record"]


def register(rows: list[tuple], places: dict[str, str] = PLACES) -> pd.DataFrame:
    """rows: as `COLUMNS`; reported_on as text, record the one field that decides."""
    frame = pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(COLUMNS, "str"))
    report = frame["locality"].map(places).astype("str")
    frame = frame.rename(columns={"record": "field_topic"})
    return frame.assign(reported_on=pd.to_datetime(frame["reported_on"]), report=report)


def edition(
    rows: list[tuple] | None,
    *,
    key: str = "2023-end",
    places: dict[str, str] = PLACES,
    newest: dict[str, str] | None = None,
    persons: dict[str, float] = PERSONS,
    years: dict[str, float] | None = None,
    counts: dict[tuple[str, str, str], int] | None = None,
    rules: str = "r1",
    code: str = "c1",
) -> Snapshot:
    """A snapshot. years: period -> observed length (those left out are not known to the edition)."""
    cases = None if rows is None else register(rows, places)
    years = years or dict.fromkeys(PERIODS, 1.0)
    cells = [(r, p, s) for r in persons for p in years for s in STREAMS]
    exposed = pd.DataFrame(cells, columns=["locality", "period", "stream"]).astype("str")
    exposed["persons"] = exposed["locality"].map(persons)
    exposed["person_years"] = exposed["persons"] * exposed["period"].map(years)
    if cases is not None:
        counted = cases.groupby(["report", "period", "stream"]).size()
        counts = dict(counted)
    exposed["cases"] = [(counts or {}).get(cell, 0) for cell in cells]
    codes = list(places)
    become = [(newest or {}).get(code_, code_) for code_ in codes]
    frame = pd.DataFrame({"locality": codes, "newest": become, "report": [places[b] for b in become]})
    return Snapshot(key, CUTOFF, rules, code, cases, exposed, frame.astype("str"))
