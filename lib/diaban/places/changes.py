"""Dated changes of localities, and series carried over them to the newest geography."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pandas as pd

from diaban.errors import DiabanError
from diaban.spec.places import ChangeSpec


def with_valid_dates(localities: pd.DataFrame, changes: Sequence[ChangeSpec]) -> pd.DataFrame:
    """`localities` with `valid_from` and `valid_to` (inclusive; missing is open) filled from the changes."""
    frame = localities.copy()
    for name in ("valid_from", "valid_to"):
        if name not in frame:
            frame[name] = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us]")
    known = set(frame["locality"])
    for change in changes:
        absent = sorted({*change.before, *change.after} - known)
        if absent:
            raise DiabanError("places_change_unknown", on=change.on, codes=", ".join(absent))
        before, after = frame["locality"].isin(change.before), frame["locality"].isin(change.after)
        frame.loc[before, "valid_to"] = pd.Timestamp(change.on - timedelta(days=1))
        frame.loc[after, "valid_from"] = pd.Timestamp(change.on)
    return frame


def valid_on(localities: pd.DataFrame, when: date | pd.Timestamp) -> pd.DataFrame:
    """The localities that exist on the day `when`."""
    return localities[valid_between(localities, when, when)]


def valid_between(localities: pd.DataFrame, start: object, end: object) -> pd.Series:
    """Which localities exist on a day from `start` to `end` (dates, or Series on the same index)."""
    begun = localities["valid_from"].isna() | (localities["valid_from"] <= _day(end))
    return begun & (localities["valid_to"].isna() | (localities["valid_to"] >= _day(start)))


def _day(value: object) -> object:
    return value if isinstance(value, pd.Series) else pd.Timestamp(value)


def successors(changes: Sequence[ChangeSpec]) -> dict[str, str]:
    """Code of each former locality -> code of the one it has become, over all changes in order of date.

    Raises DiabanError for a locality that was divided (its past cannot be told apart without shares)
    and for a code that stands before and after a change (two areas would share a series).
    """
    newest: dict[str, str] = {}
    for change in sorted(changes, key=lambda c: c.on):
        kept = sorted(set(change.before) & set(change.after))
        if kept:
            raise DiabanError("places_code_kept", on=change.on, codes=", ".join(kept))
        if len(change.after) > 1:
            raise DiabanError(
                "places_divided", on=change.on, before=", ".join(change.before), after=", ".join(change.after)
            )
        step = dict.fromkeys(change.before, change.after[0])
        newest = {old: step.get(new, new) for old, new in newest.items()} | step
    return newest


def harmonise(
    frame: pd.DataFrame,
    changes: Sequence[ChangeSpec],
    *,
    keys: Sequence[str],
    sums: Sequence[str] = (),
    how: str = "sum",
    weights: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """`frame` in the newest geography: rows of former localities carried over to their successor.

    keys: columns that identify a row besides `locality`. how:
    - "sum": the columns `sums` are added up, those of the successor itself included (in the year of
      a change each holds a part of the count);
    - "weighted", "harmonic": the column `value` becomes the (harmonic) mean weighted by `weights`
      (columns locality, period, persons; former codes);
    - "ratio": summed `numerator` over summed `denominator`, in the scale of the parts.
    For a value the successor's own stands where it is published. A result needs every former
    locality: with a part missing there is no row, never a sum of the rest.
    """
    newest = successors(changes)
    former = frame["locality"].isin(newest)
    if not former.any():
        return frame
    old = frame[former].assign(successor=frame.loc[former, "locality"].map(newest))
    group = ["successor", *keys]
    parts = pd.Series(newest).value_counts()
    whole = old.groupby(group)["locality"].transform("nunique") == old["successor"].map(parts)
    carried = _HOW[how](old[whole], group, list(sums), weights).rename(columns={"successor": "locality"})
    own = frame[~former]
    if how == "sum":
        both = pd.concat([own[["locality", *keys, *sums]], carried])
        return total(both, ["locality", *keys], list(sums))
    taken = carried.set_index(["locality", *keys]).index.isin(own.set_index(["locality", *keys]).index)
    return pd.concat([own, carried[~taken]], ignore_index=True)[own.columns]


def total(frame: pd.DataFrame, by: list[str], columns: list[str]) -> pd.DataFrame:
    """Sums of `columns` by `by`; missing where any part is missing."""
    grouped = frame.groupby(by, sort=False)
    short = grouped[columns].count().lt(grouped.size(), axis=0)
    return grouped[columns].sum().mask(short).reset_index()


def _summed(old: pd.DataFrame, group: list[str], sums: list[str], _weights: object) -> pd.DataFrame:
    return total(old, group, sums)


def _ratio(old: pd.DataFrame, group: list[str], _sums: object, _weights: object) -> pd.DataFrame:
    scale = (old["value"] * old["denominator"] / old["numerator"]).median()
    parts = ["numerator", "denominator"]
    frame = total(old, group, parts)
    return frame.assign(value=scale * frame["numerator"] / frame["denominator"])


def _weighted(
    old: pd.DataFrame, group: list[str], _sums: object, weights: pd.DataFrame | None
) -> pd.DataFrame:
    return _mean(old, group, weights, lambda x: x)


def _harmonic(
    old: pd.DataFrame, group: list[str], _sums: object, weights: pd.DataFrame | None
) -> pd.DataFrame:
    return _mean(old, group, weights, lambda x: 1 / x)


def _mean(
    old: pd.DataFrame,
    group: list[str],
    weights: pd.DataFrame | None,
    turn: Callable[[pd.Series], pd.Series],
) -> pd.DataFrame:
    """Weighted mean of `turn(value)`, turned back; left out where a part has no weight."""
    if weights is None:
        raise DiabanError("places_no_weights")
    joined = old.merge(weights, on=["locality", "period"], how="left", validate="many_to_one")
    persons = joined["persons"].astype("float64")
    joined = joined.assign(persons=persons, mass=persons * turn(joined["value"]))
    summed = total(joined, group, ["mass", "persons"]).set_index(group)
    value = turn(summed["mass"] / summed["persons"])
    return value[value.notna()].rename("value").reset_index()


_HOW = {"sum": _summed, "ratio": _ratio, "weighted": _weighted, "harmonic": _harmonic}
