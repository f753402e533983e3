"""How cases, suspects, victims and persons relate: which counts add up, and by how much others do not."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pandas as pd

from diaban.analysis.counting_units.entries import CELL, WHOLE, entries_of, placed_cases

CASES = [
    "cases", "cases_without_suspect", "cases_without_victim", "cases_in_several_streams",
    "cases_counted_again",
]  # fmt: skip
ENTRIES = [
    "entries", "suspects", "victims", "both_roles", "child_victims", "other_victims", "victims_age_unknown",
]  # fmt: skip
PERSONS = [
    "persons", "distinct_suspects", "distinct_victims", "distinct_child_victims", "persons_in_both_roles",
    "persons_in_several_cases", "repeat_entries", "persons_in_several_streams", "persons_counted_again",
]  # fmt: skip
COLUMNS = [*CELL, *CASES, *ENTRIES, *PERSONS, "withheld"]
_BY_AGE = ["child_victims", "other_victims", "victims_age_unknown", "distinct_child_victims"]
_BY_PERSON = ["cases_without_suspect", "cases_without_victim", *ENTRIES, *PERSONS]


def reconciliation(
    cases: pd.DataFrame,
    members: pd.DataFrame,
    persons: pd.DataFrame | None,
    *,
    child_bands: Collection[str] | None = None,
    localities: Sequence[str] | None = None,
    periods: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Counting units side by side, by locality ("*" all), stream ("*" all, each case once) and period.

    cases: case_key, locality (of report), period (or block). members: case_key, stream. persons: case_key,
    person_key, role, age_band; None: not recorded. child_bands: the age bands of children. localities,
    periods: all that are to have rows (default: those in `cases`); every combination has one.

    Cases: those without a suspect, without a victim *recorded*; in several streams; cases_counted_again, by
    how much the streams add up to more than the cases ("*"; 0 elsewhere).
    Entries (persons on files; who is on two files counts twice): entries, suspects, victims (both_roles in
    each of the two), child_victims, other_victims, victims_age_unknown.
    Persons (each once in the cell): persons, distinct_*, persons_in_both_roles, persons_in_several_cases,
    repeat_entries (entries beyond each person's first), persons_in_several_streams, persons_counted_again.
    `identities` says how they hang together. Distinct persons do not add up over localities and periods.

    All Int64; missing without persons (withheld `no_persons`), and by age without bands or ages.
    """
    placed = placed_cases(cases, members)
    grid = _grid(members, cases, localities, periods)
    people = entries_of(persons, child_bands or ()) if persons is not None else None
    sums = [_case_sums(placed, people)]
    if people is not None:
        entries = placed.merge(people, on="case_key")
        sums += [_entry_sums(entries), _person_sums(entries)]
    table = pd.concat(sums, axis=1).reindex(index=grid, columns=[*CASES, *ENTRIES, *PERSONS])
    unknown = [] if people is not None else _BY_PERSON
    if child_bands is None or persons is None or "age_band" not in persons:
        unknown = [*unknown, *_BY_AGE]
    table = table.fillna(0).astype("Int64")
    table[unknown] = pd.NA
    reason = pd.Series(pd.NA if people is not None else "no_persons", index=grid, dtype="str")
    return table.assign(withheld=reason).reset_index()[COLUMNS].astype(dict.fromkeys(CELL, "str"))


def _grid(
    members: pd.DataFrame,
    cases: pd.DataFrame,
    localities: Sequence[str] | None,
    periods: Sequence[str] | None,
) -> pd.MultiIndex:
    places = sorted(cases["locality"].unique()) if localities is None else list(localities)
    known = sorted(cases["period"].dropna().unique()) if periods is None else list(periods)
    streams = sorted(members["stream"].unique())
    return pd.MultiIndex.from_product([[*places, WHOLE], [*streams, WHOLE], known], names=CELL)


def _case_sums(placed: pd.DataFrame, people: pd.DataFrame | None) -> pd.DataFrame:
    def recorded(role: str) -> pd.Series:
        known = [] if people is None else people.loc[people[role], "case_key"]
        return placed["case_key"].isin(known)

    several = placed["n_streams"] > 1
    flags = placed[CELL].assign(
        cases=1,
        cases_without_suspect=~recorded("suspect"),
        cases_without_victim=~recorded("victim"),
        cases_in_several_streams=several,
        cases_counted_again=(placed["n_streams"] - 1).where(placed["stream"] == WHOLE, 0),
    )
    return flags.groupby(CELL).sum()


def _entry_sums(entries: pd.DataFrame) -> pd.DataFrame:
    flags = entries[CELL].assign(
        entries=1,
        suspects=entries["suspect"],
        victims=entries["victim"],
        both_roles=entries["suspect"] & entries["victim"],
        child_victims=entries["child"],
        other_victims=entries["victim"] & ~entries["child"] & ~entries["ageless"],
        victims_age_unknown=entries["ageless"] & ~entries["child"],
    )
    return flags.groupby(CELL).sum()


def _person_sums(entries: pd.DataFrame) -> pd.DataFrame:
    """Each person once a cell."""
    cells = entries.groupby([*CELL, "person_key"])
    each = cells[["suspect", "victim", "child"]].any().assign(n=cells.size())
    each = each.reset_index()
    where = ["locality", "period", "person_key"]
    own = each[each["stream"] != WHOLE].groupby(where).size().rename("n_streams")
    each = each.join(own, on=where)
    flags = each[CELL].assign(
        persons=1,
        distinct_suspects=each["suspect"],
        distinct_victims=each["victim"],
        distinct_child_victims=each["child"],
        persons_in_both_roles=each["suspect"] & each["victim"],
        persons_in_several_cases=each["n"] > 1,
        repeat_entries=each["n"] - 1,
        persons_in_several_streams=each["n_streams"] > 1,
        persons_counted_again=(each["n_streams"] - 1).where(each["stream"] == WHOLE, 0),
    )
    return flags.groupby(CELL).sum()
