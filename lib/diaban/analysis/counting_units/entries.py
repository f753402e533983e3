"""Who stands on which file: one row a case and person, and the cells in which a case is counted."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from diaban.errors import DiabanError

WHOLE = "*"
CELL = ["locality", "stream", "period"]
UNKNOWN = "unknown"


def placed_cases(cases: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """One row a case and cell that counts it: CELL, case_key, n_streams.

    cases: case_key, locality (of report), period; members: case_key, stream. Besides its own locality and
    streams a case is counted in locality "*" (all together) and, once, in stream "*" (all streams).

    Raises DiabanError for a case that is listed twice, in `cases` or in one stream.
    """
    for frame, keys in ((cases, ["case_key"]), (members, ["case_key", "stream"])):
        twice = frame[frame.duplicated(keys)]
        if len(twice):
            row = twice.iloc[0]
            raise DiabanError(
                "case_in_two_localities", case_key=row["case_key"], stream=row.get("stream", WHOLE)
            )
    own = cases[["case_key", "locality", "period"]].merge(members[["case_key", "stream"]], on="case_key")
    own = own.assign(n_streams=own.groupby("case_key")["stream"].transform("size"))
    streams = pd.concat([own, own.drop_duplicates("case_key").assign(stream=WHOLE)])
    return pd.concat([streams, streams.assign(locality=WHOLE)], ignore_index=True)


def entries_of(persons: pd.DataFrame, child_bands: Collection[str] = ()) -> pd.DataFrame:
    """One row a case and person: case_key, person_key, and booleans suspect, victim, child, ageless.

    persons: case_key, person_key, role (suspect, victim, both), age_band. A person with a row for each role
    is in both. child, ageless: a victim of `child_bands`, or of an age that is not known.
    """
    suspect, victim = (persons["role"].isin([role, "both"]) for role in ("suspect", "victim"))
    band = persons.get("age_band", pd.Series(pd.NA, index=persons.index, dtype="str"))
    rows = persons[["case_key", "person_key"]].assign(
        suspect=suspect,
        victim=victim,
        child=victim & band.isin(list(child_bands)),
        ageless=victim & (band.isna() | (band == UNKNOWN)),
    )
    return rows.groupby(["case_key", "person_key"], sort=True).any().reset_index()
