"""What may be drawn: every chart takes its numbers from here, so that a hidden one reaches no mark."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from diaban.errors import DiabanError

SHOWN, HIDDEN, WITHHELD = "shown", "hidden", "withheld"


def shown(
    frame: pd.DataFrame, chart: str, value: str, needed: Sequence[str] = (), numeric: Sequence[str] = ()
) -> pd.DataFrame:
    """A copy of `frame` with a column `status`, and without the numbers that are not to be shown.

    A row is withheld where its column `withheld` gives a reason; hidden where `hidden` is true or `value`
    is missing. `value` and the `numeric` columns come back as floats, NaN in such rows; of the rest,
    `note` and `text` are emptied there, since they may repeat a count.
    """
    absent = [name for name in (value, *needed) if name not in frame]
    if absent:
        raise DiabanError(
            "chart_columns", chart=chart, columns=", ".join(absent), found=", ".join(map(str, frame))
        )
    out = frame.reset_index(drop=True).copy()
    out["status"] = status(out, value)
    open_rows = out["status"] == SHOWN
    for name in dict.fromkeys((value, *numeric)):
        if name in out:
            out[name] = pd.to_numeric(out[name]).astype("float64").where(open_rows)
    for name in {"note", "text"} & set(out.columns):
        out[name] = out[name].astype(object).where(open_rows & out[name].notna(), "")
    return out


def status(frame: pd.DataFrame, value: str) -> pd.Series:
    flagged = frame["hidden"].fillna(False).astype(bool) if "hidden" in frame else np.zeros(len(frame), bool)
    reason = frame["withheld"].notna() if "withheld" in frame else np.zeros(len(frame), bool)
    closed = np.where(frame[value].isna() | flagged, HIDDEN, SHOWN)
    return pd.Series(
        np.where(reason & ~np.asarray(flagged), WITHHELD, closed), index=frame.index, dtype="str"
    )
