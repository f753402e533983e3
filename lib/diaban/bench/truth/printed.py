"""The table of the bench for a terminal."""

from __future__ import annotations

import pandas as pd

from diaban.bench.truth.judged import ERRORS

_TEXTS = ["method", "what", "planted", "note"]


def printed(table: pd.DataFrame) -> str:
    """The table of `summarise`: shares in percent with their standard error, a dot where nothing applies."""
    columns = {name: table[name].astype(str) for name in ("method", "what", "planted", "seeds", "n")}
    repeated = (table[["method", "what"]] == table[["method", "what"]].shift()).all(axis=1)
    columns["what"] = columns["what"].mask(repeated, "")
    columns["method"] = columns["method"].mask(table["method"] == table["method"].shift(), "")
    columns["bias"] = pd.Series([f"{x:+.3f}" if pd.notna(x) else "." for x in table["bias"]])
    for name, error in ERRORS.items():
        pairs = zip(100 * table[name], 100 * table[error], strict=True)
        columns[name] = pd.Series([_share(*pair) for pair in pairs])
    columns["note"] = table["note"]
    shown = pd.DataFrame(columns)
    left = {name: f"{{:<{max(len(name), shown[name].str.len().max())}}}".format for name in _TEXTS}
    lines = shown.to_string(index=False, formatters=left, justify="left").splitlines()
    return "\n".join(line.rstrip() for line in lines)


def _share(percent: float, error: float) -> str:
    if pd.isna(percent):
        return "."
    return f"{percent:.1f}" if pd.isna(error) else f"{percent:.1f} ({error:.1f})"
