"""Levels and parents."""

from __future__ import annotations

import pandas as pd

from diaban.errors import DiabanError
from diaban.spec.plain import LONGEST_KEY, LONGEST_NAME, clipped, flaw_of_text, is_key


def check_localities(localities: pd.DataFrame, levels: list[str], where: object = "") -> None:
    """Refuse what no analysis survives.

    That is a code or name that cannot be printed, a code twice, an unknown level or parent, a parent that is
    not above.

    levels: from the whole to the smallest. where: the file, for the message.
    """
    _check_names(localities, where)
    twice = localities.loc[localities["locality"].duplicated(keep=False), "locality"].unique()
    if len(twice):
        raise DiabanError("places_duplicate", file=where, codes=", ".join(twice[:10]), count=len(twice))
    strange = localities.loc[~localities["level"].isin(levels)]
    if not strange.empty:
        row = strange.iloc[0]
        raise DiabanError(
            "places_unknown_level",
            file=where,
            code=row["locality"],
            level=row["level"],
            known=", ".join(levels),
        )
    absent = [level for level in levels if level not in set(localities["level"])]
    if absent:
        raise DiabanError("places_empty_level", file=where, levels=", ".join(absent))
    _check_parents(localities, levels, where)


def _check_names(localities: pd.DataFrame, where: object) -> None:
    """A code becomes part of file names and cells, a name is printed everywhere."""
    bad = localities[~localities["locality"].map(is_key)]
    if not bad.empty:
        code = clipped(bad["locality"].iloc[0])
        raise DiabanError(
            "places_bad_code", file=where, code=code, row=_row(bad), count=len(bad), longest=LONGEST_KEY
        )
    for column in ("name", "type"):
        if column not in localities:
            continue
        words = localities[column].dropna()
        words = words[words.map(lambda text: flaw_of_text(text, LONGEST_NAME) is not None)]
        if len(words):
            raise DiabanError(
                "places_bad_name",
                file=where,
                column=column,
                name=clipped(words.iloc[0]),
                row=_row(localities.loc[words.index]),
                longest=LONGEST_NAME,
            )


def _row(localities: pd.DataFrame) -> object:
    return localities["_row"].iloc[0] if "_row" in localities else "?"


def _check_parents(localities: pd.DataFrame, levels: list[str], where: object) -> None:
    rank = {level: i for i, level in enumerate(levels)}
    level_of = localities.set_index("locality")["level"]
    below = localities[localities["level"] != levels[0]]
    parent_rank = below["parent"].map(level_of).map(rank)
    wrong = below[~(parent_rank < below["level"].map(rank))]
    if not wrong.empty:
        row = wrong.iloc[0]
        raise DiabanError(
            "places_no_parent", file=where, code=row["locality"], name=row["name"], parent=row["parent"]
        )


def ancestors(localities: pd.DataFrame, level: str) -> pd.Series:
    """Code of every locality -> code of the locality of `level` that it lies in (itself at that level).

    Missing for localities above `level`.
    """
    parent = localities.set_index("locality")["parent"]
    level_of = localities.set_index("locality")["level"]
    current = pd.Series(parent.index, index=parent.index, dtype="str")
    for _ in range(level_of.nunique()):
        reached = current.map(level_of) == level
        current = current.where(reached, current.map(parent))
    return current.where(current.map(level_of) == level)
