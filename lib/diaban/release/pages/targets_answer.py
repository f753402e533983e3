"""What the targets of a place come to, in one or two sentences."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban.analysis.detectability import chance_target_met
from diaban.release.cells import WHOLE
from diaban.release.pages.context import PageContext
from diaban.spec.targets import TargetSpec

FRAMES = {"change": "targets", "share": "share_targets", "fewest": "fewest_targets"}
USUAL_MEANS = np.arange(5, 101)
"""Cases a year of the localities that a reader may think of: what luck does there depends on no count."""


def answer(c: PageContext, place: str) -> str:
    """How many targets the counts meet and miss, and for how many there is evidence, of what may be told."""
    text = c.text["targets"]
    rows = [_row(c, target, place) for target in c.spec.targets]
    found = kinds(c, place)
    told = [
        text["answers"][kind].format(count=c.number(found.count(kind)))
        for kind in text["answers"]
        if kind in found
    ]
    evident = sum(row is not None and _evident(row) for row in rows)
    said = text["answer"].format(total=c.number(len(rows)), told=c.listing(told))
    name = "answer_evidence" if evident else "answer_no_evidence"
    return f"{said} {text[name].format(evident=c.number(evident))}"


def kinds(c: PageContext, place: str) -> list[str]:
    """Of every target: "met", "met_or_none", "missed", or "untold" where it is not told or not judged."""
    return [_kind(_row(c, target, place), target, place) for target in c.spec.targets]


def luck_anywhere(c: PageContext, target: TargetSpec) -> tuple[str, str]:
    """How often a target is met with nothing changed, lowest and highest over `USUAL_MEANS`."""
    if target.change is None:
        return "", ""
    chances = chance_target_met(USUAL_MEANS.astype(float), target.change)
    return c.percent(float(np.min(chances))), c.percent(float(np.max(chances)))


def _row(c: PageContext, target: TargetSpec, place: str) -> pd.Series | None:
    frame = c.cube.frames.get(FRAMES[target.kind])
    if frame is None:
        return None
    rows = frame[(frame["target"] == target.key) & (frame["locality"] == place)]
    return None if rows.empty or pd.notna(rows.iloc[0]["withheld"]) else rows.iloc[0]


def _kind(row: pd.Series | None, target: TargetSpec, place: str) -> str:
    """met, missed, untold; or, of reports of a locality, met or without a report, which reads the same."""
    met = None if row is None else _met(row)
    if met is None:
        return "untold"
    if met and target.kind == "share" and place != WHOLE and row is not None and pd.isna(row["n"]):
        return "met_or_none"
    return "met" if met else "missed"


def _met(row: pd.Series) -> bool | None:
    """Of a target that only asks for fewer: whether there are, where that may be told."""
    value = row.get("met", row.get("fewer"))
    return None if pd.isna(value) else bool(value)


def _evident(row: pd.Series) -> bool:
    return str(row.get("verdict")).split("_")[1:2] == ["supported"] or str(row.get("evidence")) in (
        "shown",
        "fell",
    )
