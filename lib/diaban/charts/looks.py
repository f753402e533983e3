"""How a locality looks on a map: by the class of its value, or by how it stands to the whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from diaban.charts.classes import Classes
from diaban.charts.key import HATCH, KeyItem, missing_items
from diaban.charts.shown import SHOWN
from diaban.charts.style import ACCENT, INK, OTHER, PAPER, RAMP, SOFT
from diaban.charts.texts import text

STANDINGS = ("above", "similar", "below")


@dataclass(frozen=True)
class Look:
    """Fill and pattern of an area, the ink of what is written on it, and a sign."""

    fill: str = PAPER
    hatch: str | None = None
    hatch_ink: str = SOFT
    ink: str = INK
    sign: str = ""

    @property
    def patterned(self) -> bool:
        """Whether what is written on it needs paper below."""
        return self.hatch is not None


# Three that differ in lightness, in pattern and in sign: hue is never needed to tell them apart.
BY_STANDING = {
    "above": Look(ACCENT, ink=PAPER, sign="▲"),
    "similar": Look(RAMP[0]),
    "below": Look(RAMP[1], hatch="|||", hatch_ink=OTHER, sign="▼"),
}


def looks(places: pd.DataFrame, classes: Classes, standing: str | None) -> list[Look]:
    """One a row of `places` (columns status, value, and `standing` if named), in its order."""
    shown = places["status"] == SHOWN
    if standing is None:
        found = zip(places["value"], places["status"], shown, strict=True)
        return [_by_class(value, classes) if open_ else _missing(status) for value, status, open_ in found]
    stands = zip(places[standing], places["status"], shown, strict=True)
    return [
        BY_STANDING.get(str(said), BY_STANDING["similar"]) if open_ else _missing(status)
        for said, status, open_ in stands
    ]


def look_items(places: pd.DataFrame, classes: Classes, standing: str | None) -> list[KeyItem]:
    """The key: classes and their limits, or the standings that occur and no limit; then what is missing."""
    if standing is None:
        return classes.items(places["status"])
    said = set(places.loc[places["status"] == SHOWN, standing])
    items = [KeyItem(name, text(f"stands_{name}", classes.language)) for name in STANDINGS if name in said]
    return items + missing_items(places["status"], classes.language, hatched=True)


def _by_class(value: float, classes: Classes) -> Look:
    return Look(classes.fill(value), ink=PAPER if classes.dark(value) else INK)


def _missing(status: str) -> Look:
    return Look(hatch=HATCH[status])


def standing_of(frame: pd.DataFrame, standing: str | None) -> pd.Series:
    """The column `standing` of a protected frame, empty in every row of which the value is not shown."""
    if standing is None:
        return pd.Series("", index=frame.index, dtype="str")
    said = np.where(frame["status"] == SHOWN, frame[standing].fillna(""), "")
    return pd.Series(said, index=frame.index, dtype="str")
