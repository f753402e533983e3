"""The data card: what came in, what was kept, what is missing."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

_SOURCE_COLUMNS = ["table", "file", "sheet", "rows", "furniture", "set_aside", "empty", "equal", "taken"]


@dataclass(frozen=True)
class DataCard:
    """Frames for the page that tells what the data can bear.

    sources: one row a file: table, file, sheet, rows (below the header), furniture (titles, notes),
    set_aside (data the study does not use), empty (cells without a value in a wide table), equal
    (repetitions that a `distinct` source drops), taken (rows handed to the checks; a wide table has
    one for each indicator), quarantined, kept, citation_vi, citation_en, licence.
    reasons: table, reason, rows.
    missing: table, field, rows, missing, share (0..1).
    missing_by_locality: the same by `locality` of the report level.
    """

    sources: pd.DataFrame
    reasons: pd.DataFrame
    missing: pd.DataFrame
    missing_by_locality: pd.DataFrame


def source_row(table: str, file: str, sheet: str, numbers: dict[str, int], texts: dict[str, str]) -> dict:
    """One row of `DataCard.sources` before the checks."""
    return {"table": table, "file": file, "sheet": sheet, **numbers, **texts}


def make_card(
    sources: list[dict], quarantine: pd.DataFrame, tables: dict[str, pd.DataFrame], report_of: pd.Series
) -> DataCard:
    """report_of: locality -> locality of the report level."""
    return DataCard(
        _sources(sources, quarantine),
        quarantine.groupby(["table", "reason"], as_index=False).size().rename(columns={"size": "rows"}),
        _missing({name: (frame, []) for name, frame in tables.items()}),
        _missing({name: _located(frame, report_of) for name, frame in tables.items() if "locality" in frame}),
    )


def _sources(sources: list[dict], quarantine: pd.DataFrame) -> pd.DataFrame:
    frame = pd.DataFrame(sources)
    key = ["table", "file", "sheet"]
    refused = quarantine[quarantine["row"].notna()].groupby(key, as_index=False).size()
    frame = frame.merge(refused.rename(columns={"size": "quarantined"}), on=key, how="left")
    frame["quarantined"] = frame["quarantined"].fillna(0).astype("int64")
    frame["kept"] = frame["taken"] - frame["quarantined"]
    rest = [c for c in frame.columns if c not in (*_SOURCE_COLUMNS, "quarantined", "kept")]
    return frame[[*_SOURCE_COLUMNS, "quarantined", "kept", *rest]]


def _located(frame: pd.DataFrame, report_of: pd.Series) -> tuple[pd.DataFrame, list[str]]:
    return frame.assign(locality=frame["locality"].map(report_of)), ["locality"]


def _missing(tables: dict[str, tuple[pd.DataFrame, list[str]]]) -> pd.DataFrame:
    pieces = []
    for name, (frame, by) in tables.items():
        gaps = frame.drop(columns=by).isna()
        grouped = gaps.assign(**{b: frame[b] for b in by}).groupby(by) if by else None
        total = grouped.sum() if grouped is not None else gaps.sum().to_frame().T
        rows = grouped.size() if grouped is not None else pd.Series([len(frame)])
        long = total.rename_axis(columns="field").stack().rename("missing").reset_index()
        size = long[by[0]].map(rows) if by else len(frame)
        pieces.append(long[[*by, "field", "missing"]].assign(table=name, rows=size))
    columns = [*next(iter(tables.values()))[1], "table", "field", "rows", "missing"]
    if not pieces:
        return pd.DataFrame(columns=[*columns, "share"])
    frame = pd.concat(pieces, ignore_index=True)[columns]
    return frame.assign(share=frame["missing"] / frame["rows"].where(frame["rows"] > 0))
