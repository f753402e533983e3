"""A small register whose themes can be told by hand."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class ByHand:
    """A theme (or one of its other picks) as a study declares it."""

    key: str = ""
    select: dict[str, list[str]] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)
    persons: dict[str, list[str]] = field(default_factory=dict)
    streams: list[str] = field(default_factory=list)
    also: list[ByHand] = field(default_factory=list)


HOME = ByHand("home", select={"place": ["home"]})
FAMILY = ByHand("family", persons={"role": ["victim"], "relation": ["parent", "relative"]})
CODED = ByHand("coded", codes=["GD1"])
BOTH = ByHand("both", select={"place": ["home"]}, codes=["GD1"])
EITHER = ByHand("either", select={"place": ["home"]}, also=[CODED])


def frame(rows: list[tuple], columns: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split()).astype("str")


CASES = frame(
    [("a", "home"), ("b", "school"), ("c", "unknown"), ("d", None), ("e", "home")], "case_key place"
)
MEMBERS = frame([("a", "s"), ("b", "s"), ("c", "s"), ("d", "s"), ("d", "t"), ("e", "t")], "case_key stream")
CODES = frame([("a", "GD1"), ("b", "GD1"), ("c", "NT1"), ("d", "XX")], "case_key code").assign(round=1)
PERSONS = frame(
    [
        ("a", "victim", "parent"),
        ("b", "suspect", "parent"),
        ("c", "victim", "unknown"),
        ("d", "victim", "stranger"),
        ("d", "victim", "unknown"),
        ("e", "victim", None),
    ],
    "case_key role relation",
)
