"""What each control chart comes to, in one row."""

from __future__ import annotations

import pandas as pd

from diaban.analysis.control_charts.assurance import assurance
from diaban.analysis.control_charts.charts import series
from diaban.analysis.labels import text

COLUMNS = ["locality", "stream", "kind", "unit", "points", "newest", "value", "centre", "lower", "upper",
           "variation", "signal", "side", "signals", "last_signal", "target", "assurance",
           "withheld"]  # fmt: skip


def chart_verdicts(
    charts: pd.DataFrame, targets: pd.DataFrame | None = None, *, better: str = "fewer"
) -> pd.DataFrame:
    """One row a chart of `control_charts`: the variation of its newest point, and its assurance.

    targets: locality, stream, target (cases a period of the chart), for charts of counts; a chart of gaps has
    no assurance against a count. points: all, newest: the period of the last one, with its value and limits.
    variation: the reading of the newest point; signal, side: of that point. signals: points after the
    baseline that signal, last_signal: the period of the last of them. assurance: "always", "never",
    "now_and_then" or missing.
    """
    rows = []
    for locality, stream, points in series(charts):
        newest = newest_point(points)
        later = points[points["signal"].notna() & ~points["baseline"]]
        row = {"locality": locality, "stream": stream, "points": len(points), "newest": newest["period"]}
        row |= {c: newest[c] for c in ("kind", "unit", "value", "centre", "lower", "upper", "signal", "side")}
        row |= {"variation": newest["reading"], "withheld": newest["withheld"], "signals": len(later)}
        rows.append(row | {"last_signal": later["period"].iloc[-1] if len(later) else None})
    frame = pd.DataFrame(rows, columns=[c for c in COLUMNS if c not in {"target", "assurance"}])
    if targets is None:
        frame = frame.assign(target=float("nan"))
    else:
        keys = ["locality", "stream"]
        frame = frame.merge(targets[[*keys, "target"]], on=keys, how="left", validate="one_to_one")
    aim = frame["target"].where((frame["unit"] == "cases") & frame["withheld"].isna())
    told = assurance(frame["lower"], frame["upper"], aim, better=better)
    numbers = dict.fromkeys(["value", "centre", "lower", "upper", "target"], "float64")
    words = [
        "locality",
        "stream",
        "kind",
        "unit",
        "newest",
        "variation",
        "signal",
        "side",
        "last_signal",
        "withheld",
    ]
    kinds = dict.fromkeys(words, "str") | dict.fromkeys(["points", "signals"], "int64")
    return frame.assign(assurance=text(told)).astype(numbers | kinds)[COLUMNS]


def newest_point(points: pd.DataFrame) -> pd.Series:
    """The last row that has something to say: a gap that goes on has only once it is too long."""
    told = points[~(points["open"] & (points["reading"] == "common"))]
    return (told if len(told) else points).iloc[-1]
