"""Levels and parents."""

from __future__ import annotations

import pandas as pd

from diaban.errors import DiabanError


def check_localities(localities: pd.DataFrame, levels: list[str], where: object = "") -> None:
    """Refuse what no analysis survives: a code twice, an unknown level or parent, a parent that is not above.

    levels: from the whole to the smallest. where: the file, for the message.
    """
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
