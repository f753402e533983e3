"""Which stream a row or a case belongs to, and counts from case records."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban.errors import DiabanError
from diaban.intake.quarantine import Quarantine
from diaban.places.changes import total
from diaban.spec.model import StudySpec
from diaban.spec.streams import StreamSpec

COUNTED = ["cases", "cleared", "suspects", "suspects_male", "suspects_female", "victims"]


def streams_of_rows(counts: pd.DataFrame, spec: StudySpec, quarantine: Quarantine) -> pd.DataFrame:
    """Aggregated counts by stream; rows whose key no stream asks for are left out.

    A row is matched by its `key` where the source has one, else by its `stream`. A row whose
    `label` is not the one that the stream declares for the period is refused: the source means
    something else by it there.
    """
    if "stream" not in counts and "key" not in counts:
        raise DiabanError("intake_no_stream_column")
    if "stream" not in counts:
        keys = [(key, stream.key) for stream in spec.streams for key in stream.keys]
        counts = counts.merge(pd.DataFrame(keys, columns=["key", "stream"], dtype="str"), on="key")
    else:
        known = [s.key for s in spec.streams]
        counts = quarantine.reject(
            "counts",
            counts,
            ~counts["stream"].isin(known),
            column="stream",
            reason="intake_row_not_accepted",
            expected=", ".join(known),
        )
    if "label" in counts:
        counts = _labelled_as_declared(counts, spec, quarantine)
    return counts.drop(columns=["key", "label"], errors="ignore")


def _labelled_as_declared(counts: pd.DataFrame, spec: StudySpec, quarantine: Quarantine) -> pd.DataFrame:
    declared = {
        (stream.key, period): definition.label
        for stream in spec.streams
        for definition in stream.definitions
        for period in definition.periods
    }
    pairs = pd.MultiIndex.from_frame(counts[["stream", "period"]])
    label = pd.Series(pairs.map(declared), index=counts.index, dtype="str")
    differs = label.notna() & (counts["label"].fillna("") != label)
    return quarantine.reject(
        "counts", counts, differs, column="label", reason="intake_row_other_definition", expected=label
    )


def summed_by_stream(counts: pd.DataFrame) -> pd.DataFrame:
    """One row a locality, period and stream, where a stream has several keys in the source."""
    key = ["locality", "period", "stream"]
    columns = [c for c in COUNTED if c in counts]
    if not counts.duplicated(key).any():
        return counts[[*key, *columns]].reset_index(drop=True)
    return total(counts, key, columns)


def stream_flags(cases: pd.DataFrame, streams: list[StreamSpec]) -> pd.DataFrame:
    """A boolean column a stream, on the index of `cases`: whether the case belongs to it (it may to several).

    Raises DiabanError where a stream selects by a column that the case records do not have.
    """
    flags = {}
    for stream in streams:
        chosen = pd.Series(bool(stream.select), index=cases.index)
        for column, values in stream.select.items():
            if column not in cases:
                raise DiabanError("intake_no_select_column", stream=stream.key, column=column)
            chosen &= cases[column].isin(values)
        flags[stream.key] = chosen
    return pd.DataFrame(flags, index=cases.index)


def streams_of_cases(cases: pd.DataFrame, flags: pd.DataFrame) -> pd.DataFrame:
    """Columns case_key, stream: one row for each stream that a case belongs to."""
    pieces = [cases.loc[flags[stream], ["case_key"]].assign(stream=stream) for stream in flags]
    return pd.concat(pieces, ignore_index=True).astype("str")


def counts_from_cases(
    cases: pd.DataFrame,
    flags: pd.DataFrame,
    persons: pd.DataFrame | None,
    places: pd.Series,
    grid: pd.DataFrame,
) -> pd.DataFrame:
    """Counts of a complete case register: a locality and period without a case has the count 0.

    places: locality of a case -> locality of analysis. grid: columns locality, period, stream, every
    combination at risk. Returns the grid with cases and, where persons exist, suspects and victims
    (persons in both roles count in both).
    """
    tally = pd.DataFrame({"cases": 1}, index=cases.index)
    if persons is not None:
        for name, role in (("suspects", "suspect"), ("victims", "victim")):
            tally[name] = _heads(cases["case_key"], persons[persons["role"].isin([role, "both"])])
    cell = [cases["locality"].map(places).rename("locality"), cases["period"]]
    summed = {
        stream: tally[flags[stream]].groupby([c[flags[stream]] for c in cell]).sum() for stream in flags
    }
    long = pd.concat(summed, names=["stream"]).reorder_levels(["locality", "period", "stream"])
    index = pd.MultiIndex.from_frame(grid[["locality", "period", "stream"]])
    return long.reindex(index, fill_value=0).astype("int64").reset_index()


def _heads(case_keys: pd.Series, persons: pd.DataFrame) -> np.ndarray:
    """Number of different persons in each case, in the order of `case_keys`."""
    once = persons[["case_key", "person_key"]].drop_duplicates()
    position = pd.Index(case_keys).get_indexer(once["case_key"])
    return np.bincount(position[position >= 0], minlength=len(case_keys))
