"""Mapped text to a typed table that fits its schema; rows that do not fit go to quarantine."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from diaban.errors import DiabanError
from diaban.intake.coerce import coerce
from diaban.intake.quarantine import PROVENANCE, Quarantine
from diaban.intake.schemas import KEYS, SCHEMAS
from diaban.spec.plain import LONGEST_CELL, UNSEEN
from diaban.spec.source import SourceSpec

_NULL = "not_nullable"


def typed(table: str, frame: pd.DataFrame, source: SourceSpec, quarantine: Quarantine) -> pd.DataFrame:
    """`frame` with the types of the table's schema. Text that cannot be read as its type is a row fault."""
    for name, column in SCHEMAS[table].columns.items():
        if name not in frame:
            continue
        values, bad, reason, expected = coerce(frame[name], str(column.dtype), source)
        text = frame[name]
        frame = frame.assign(**{name: values})
        if bad.any():
            frame = quarantine.reject(
                table, frame, bad, column=name, reason=reason, expected=expected, values=text
            )
        if table != "localities" and str(column.dtype).startswith("str"):
            frame = _printable(table, name, frame, quarantine)
    for name, declared in source.columns.items():
        if declared.accept and name in frame:
            bad = frame[name].notna() & ~frame[name].isin(declared.accept)
            expected = ", ".join(declared.accept)
            frame = quarantine.reject(
                table, frame, bad, column=name, reason="intake_row_not_accepted", expected=expected
            )
    return frame


def _printable(table: str, name: str, frame: pd.DataFrame, quarantine: Quarantine) -> pd.DataFrame:
    """Rows whose text can be printed; a code besides holds no "|", which parts the names of cells."""
    texts = frame[name]
    bad = (texts.str.len() > LONGEST_CELL) | texts.str.contains(UNSEEN, regex=True)
    if not name.startswith("label"):
        bad |= texts.str.contains("|", regex=False)
    return quarantine.reject(
        table,
        frame,
        bad.fillna(False),
        column=name,
        reason="intake_row_not_printable",
        expected=str(LONGEST_CELL),
    )


def conforming(table: str, frame: pd.DataFrame, quarantine: Quarantine) -> pd.DataFrame:
    """The rows of `frame` that pass the schema's checks, by pandera, all faults at once."""
    try:
        SCHEMAS[table].validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        faults = error.failure_cases.dropna(subset="index")
        if len(faults) < len(error.failure_cases):
            raise DiabanError("intake_not_the_schema", table=table, detail=_detail(error)) from None
        return _without(table, frame, faults, quarantine)
    return frame


def _detail(error: pa.errors.SchemaErrors) -> str:
    strange = error.failure_cases[error.failure_cases["index"].isna()]
    return "; ".join(f"{row.column}: {row.check}" for row in strange.itertuples())


def _without(table: str, frame: pd.DataFrame, faults: pd.DataFrame, quarantine: Quarantine) -> pd.DataFrame:
    """A row is noted once, for its first fault."""
    faults = faults.drop_duplicates("index")
    for (column, check), group in faults.groupby(["column", "check"], sort=False):
        bad = pd.Series(frame.index.isin(group["index"]), index=frame.index)
        reason = "intake_row_missing_value" if check == _NULL else str(check)
        expected = _accepted(table, str(column), reason)
        frame = quarantine.reject(table, frame, bad, column=str(column), reason=reason, expected=expected)
    return frame


def _accepted(table: str, column: str, reason: str) -> str:
    if reason != "intake_row_not_accepted":
        return ""
    checks = SCHEMAS[table].columns[column].checks
    return ", ".join(checks[0].statistics["allowed_values"])


def without_duplicates(table: str, frame: pd.DataFrame, quarantine: Quarantine) -> pd.DataFrame:
    """One row a key. Of equal rows the first is kept; of rows that contradict each other, none."""
    key = [name for name in KEYS.get(table, []) if name in frame]
    if not key or not frame.duplicated(key).any():
        return frame
    shared = frame.duplicated(key, keep=False)
    rest = [c for c in frame.columns if c not in PROVENANCE]
    contradicting = shared & ~frame.duplicated(rest, keep=False)
    contradicting |= frame.set_index(key).index.isin(frame[contradicting].set_index(key).index)
    values = (
        frame[key].astype("str").agg(" / ".join, axis=1) if shared.sum() < len(frame) / 2 else frame[key[0]]
    )
    label = " / ".join(key)
    frame = quarantine.reject(
        table, frame, contradicting, column=label, reason="intake_row_contradicting", values=values
    )
    repeated = frame.duplicated(rest)
    return quarantine.reject(
        table, frame, repeated, column=label, reason="intake_row_duplicate", values=values
    )
