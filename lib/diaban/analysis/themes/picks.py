"""Whether a case belongs to a theme: yes, no, or not known.

Three values throughout (Kleene's logic, pandas' "boolean"): a case of unknown place is not outside a theme
that asks for a place, it is just not known to be inside. The word `unknown` says so; an empty cell is read as
"does not apply" (a theft has no form of abuse), so a study that leaves what is unknown empty counts too few
as undetermined.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import pandas as pd

from diaban.analysis.case_factors.coding import NOT_ESTABLISHED

UNKNOWN = "unknown"


class Pick(Protocol):
    """What a case must show, all of it: columns of the case, one of the codes, a person with all columns."""

    @property
    def select(self) -> Mapping[str, Sequence[str]]: ...
    @property
    def codes(self) -> Sequence[str]: ...
    @property
    def persons(self) -> Mapping[str, Sequence[str]]: ...


class Theme(Pick, Protocol):
    """A pick with a key. `also`: other picks, each enough by itself; `streams`: only their cases, or all."""

    @property
    def key(self) -> str: ...
    @property
    def streams(self) -> Sequence[str]: ...
    @property
    def also(self) -> Sequence[Pick]: ...


def belongs(
    theme: Theme,
    cases: pd.DataFrame,
    members: pd.DataFrame,
    persons: pd.DataFrame | None,
    codes: pd.DataFrame | None,
) -> pd.Series:
    """Whether each case belongs, "boolean" with missing for not known, on the index of `cases`."""
    inside = pd.Series(False, index=cases.index, dtype="boolean")
    for pick in (theme, *theme.also):
        inside = inside | _picked(pick, cases, persons, codes)
    if theme.streams:
        mine = members.loc[members["stream"].isin(list(theme.streams)), "case_key"]
        inside = inside & cases["case_key"].isin(mine)
    return inside


def lacking(
    theme: Theme, cases: pd.DataFrame, persons: pd.DataFrame | None, codes: pd.DataFrame | None
) -> list[str]:
    """What the theme asks for and the study does not hold at all: columns, "persons", "cause_codes"."""
    absent = []
    for pick in (theme, *theme.also):
        absent += [c for c in pick.select if not _held(cases, c)]
        absent += ["cause_codes"] if pick.codes and codes is None else []
        if pick.persons:
            absent += ["persons"] if persons is None else [c for c in pick.persons if not _held(persons, c)]
    return list(dict.fromkeys(absent))


def _picked(
    pick: Pick, cases: pd.DataFrame, persons: pd.DataFrame | None, codes: pd.DataFrame | None
) -> pd.Series:
    inside = _all_columns(cases, pick.select)
    if pick.codes:
        inside = inside & _carries(cases["case_key"], pick.codes, codes)
    if pick.persons:
        inside = inside & _has_person(cases["case_key"], pick.persons, persons)
    return inside


def _held(frame: pd.DataFrame, column: str) -> bool:
    return column in frame and bool(frame[column].notna().any())


def _all_columns(rows: pd.DataFrame, wanted: Mapping[str, Sequence[str]]) -> pd.Series:
    told = pd.Series(True, index=rows.index, dtype="boolean")
    for column, values in wanted.items():
        if not _held(rows, column):
            return told & pd.NA
        here = rows[column].isin(list(values)).astype("boolean")
        told = told & here.mask((rows[column] == UNKNOWN).fillna(False) & ~here)
    return told


def _carries(keys: pd.Series, wanted: Sequence[str], codes: pd.DataFrame | None) -> pd.Series:
    """Not known for a file on which no cause or condition is established. First coder (round 1)."""
    if codes is None:
        return pd.Series(pd.NA, index=keys.index, dtype="boolean")
    first = codes[codes["round"] == 1] if "round" in codes else codes
    established = first.loc[first["code"] != NOT_ESTABLISHED, "case_key"]
    carried = keys.isin(first.loc[first["code"].isin(list(wanted)), "case_key"]).astype("boolean")
    return carried.mask(~keys.isin(established))


def _has_person(
    keys: pd.Series, wanted: Mapping[str, Sequence[str]], persons: pd.DataFrame | None
) -> pd.Series:
    if persons is None:
        return pd.Series(pd.NA, index=keys.index, dtype="boolean")
    told = _all_columns(persons, wanted)
    sure = keys.isin(persons.loc[told.fillna(False).to_numpy(dtype=bool), "case_key"])
    maybe = keys.isin(persons.loc[told.isna().to_numpy(), "case_key"])
    return sure.astype("boolean").mask(np.asarray(maybe & ~sure))
