"""Reports with their steps, in the shape that the analyses of handling take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from diaban.analysis.handling import Procedure

START = pd.Timestamp("2024-01-01")
CUTOFF = pd.Timestamp("2024-12-31")
PROCEDURE = Procedure(
    start="received",
    stages={"received": ["received"], "classified": ["classified"]},
    decisions=["prosecuted", "not_prosecuted", "report_suspended"],
    resolved=["prosecuted", "not_prosecuted"],
    limits={"first": 20, "second": 80, "third": 140},
    extended=["extended"],
)


def handled(
    cases: Sequence[Mapping[str, int | None]],
    *,
    locality: str = "a",
    stream: str = "s",
    period: str = "2024",
    start: pd.Timestamp = START,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """reports and events of cases given as step -> day after the start; steps may be numbered ("extended.2").

    None is a step whose date is not known.
    """
    reports, events = [], []
    for number, steps in enumerate(cases):
        key = f"{locality}{stream}{period}-{number}"
        reports.append((key, locality, stream, period, start))
        for step, day in {"received": 0, **steps}.items():
            date = pd.NaT if day is None else start + pd.Timedelta(days=day)
            events.append((key, step.split(".")[0], date, None))
    return (
        pd.DataFrame(reports, columns=["case_key", "locality", "stream", "period", "reported_on"]),
        pd.DataFrame(events, columns=["case_key", "step", "date", "reason_code"]).astype(
            {"date": "datetime64[s]", "reason_code": "str"}
        ),
    )


def together(*parts: tuple[pd.DataFrame, pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame]:
    reports, events = zip(*parts, strict=True)
    return pd.concat(reports, ignore_index=True), pd.concat(events, ignore_index=True)


def cell(table: pd.DataFrame, **keys: str) -> pd.Series:
    for name, value in keys.items():
        table = table[table[name] == value]
    assert len(table) == 1
    return table.iloc[0]
