"""Rows that are not used, each with file, sheet, row, column, value and reason; nothing vanishes silently."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from diaban.errors import DiabanError
from diaban.language.catalogue import LANGUAGES, error_messages
from diaban.spec.plain import clipped

LONGEST_SHOWN = 80
"""Characters of a refused value that are shown."""

PROVENANCE = ["_file", "_sheet", "_row"]
COLUMNS = ["table", "file", "sheet", "row", "column", "value", "reason", "expected"]


@dataclass
class Quarantine:
    """Collects refused rows while tables are checked.

    `reason` is a key of the error catalogue (`intake_row_*`), `expected` what would be right,
    written so that both languages can print it.
    """

    faults: list[pd.DataFrame] = field(default_factory=list)

    def reject(
        self,
        table: str,
        frame: pd.DataFrame,
        bad: pd.Series,
        *,
        column: str,
        reason: str,
        expected: str | pd.Series = "",
        values: pd.Series | None = None,
    ) -> pd.DataFrame:
        """`frame` without its `bad` rows, which are noted under `column` and `reason`.

        bad: booleans on the index of `frame`. values: what stood there, where not `frame[column]`; it may
        have more rows than `frame`.
        """
        bad = bad.astype("bool")
        if not bad.any():
            return frame
        rows = frame[bad]
        shown = (frame[column] if values is None else values).loc[rows.index]
        self.note(table, rows, column=column, values=shown, reason=reason, expected=expected)
        return frame[~bad]

    def note(
        self,
        table: str,
        rows: pd.DataFrame,
        *,
        column: str,
        values: pd.Series,
        reason: str,
        expected: str | pd.Series = "",
    ) -> None:
        """Note every row of `rows`, which carry provenance columns where they come from a file."""
        right = expected if isinstance(expected, str) else expected.reindex(rows.index).to_numpy()
        self.faults.append(
            pd.DataFrame(
                {
                    "table": table,
                    "file": rows["_file"].astype("str").to_numpy() if "_file" in rows else "",
                    "sheet": rows["_sheet"].astype("str").to_numpy() if "_sheet" in rows else "",
                    "row": pd.array(rows["_row"], dtype="Int64") if "_row" in rows else pd.NA,
                    "column": column,
                    "value": _printed(values),
                    "reason": reason,
                    "expected": right,
                },
                index=range(len(rows)),
            )
        )

    def frame(self) -> pd.DataFrame:
        """All refused rows: `COLUMNS`, in the order in which they were refused."""
        types = dict.fromkeys(COLUMNS, "str") | {"row": "Int64"}
        if not self.faults:
            return pd.DataFrame({c: pd.Series(dtype=t) for c, t in types.items()})
        return pd.concat(self.faults, ignore_index=True)[COLUMNS].astype(types)

    def nothing_left(self, table: str) -> DiabanError:
        """The error for a table that has lost every row, with its most frequent fault."""
        faults = self.frame()
        faults = faults[faults["table"] == table]
        if faults.empty:
            return DiabanError("intake_file_empty", file=table)
        common = faults[faults["reason"] == faults["reason"].mode().iloc[0]].head(1)
        details = {f"detail_{language}": explain(common, language).iloc[0] for language in LANGUAGES}
        return DiabanError("intake_nothing_left", table=table, **details)


def _printed(values: pd.Series) -> list[str]:
    if pd.api.types.is_datetime64_any_dtype(values):
        values = values.dt.strftime("%Y-%m-%d")
    return [clipped(text, LONGEST_SHOWN) for text in values.astype("str").fillna("")]


def explain(quarantine: pd.DataFrame, language: str) -> pd.Series:
    """The sentence for each refused row: what is wrong, where, and what would be right."""
    texts = error_messages()
    lines = [
        texts[row["reason"]][language].format(**row, place=_place(row, language))
        for row in quarantine.fillna({"sheet": "", "value": "", "expected": "", "file": ""}).to_dict(
            "records"
        )
    ]
    return pd.Series(lines, index=quarantine.index, dtype="str")


def _place(row: dict, language: str) -> str:
    """`file, sheet, row`, as far as they are known."""
    words = {"vi": ("trang tính", "dòng"), "en": ("sheet", "row")}[language]
    parts = [row["file"] or row["table"]]
    if row["sheet"]:
        parts.append(f"{words[0]} {row['sheet']}")
    if not pd.isna(row["row"]):
        parts.append(f"{words[1]} {row['row']}")
    return ", ".join(parts)
