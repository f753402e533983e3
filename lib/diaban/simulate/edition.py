"""The register as it was at an earlier cut-off, derived from the final tables, and what was planted in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from diaban.errors import DiabanError
from diaban.simulate.ground import Places, observed_periods
from diaban.simulate.random import Rng, generator, pseudonyms
from diaban.simulate.truth import Truth
from diaban.simulate.truth_editions import EditionTruth

Tables = dict[str, pd.DataFrame]
_OF_A_CASE = ("persons", "cause_codes", "process_events")
_DAY = pd.Timedelta(days=1)
_SOON = 90 * _DAY  # of a report after the start of its period, that it may have stood in the one before
_PLANTED = ["case_key", "kind", "column", "then", "now"]


@dataclass(frozen=True)
class EarlierRegister:
    """tables: cases, persons, cause_codes, process_events, population as of then. planted: case_key, kind
    ("late", "removed", "moved", "redated", "recoded"), column, then, now (texts; missing where the case is in
    one of the two registers only)."""

    tables: Tables
    planted: pd.DataFrame


def earlier_register(
    truth: Truth, edition: EditionTruth, places: Places, tables: Tables, seed: int
) -> EarlierRegister:
    """The tables that the register of `edition` would have given. tables: the final ones of `simulate`.

    Raises DiabanError where fewer cases than are declared could have differed.
    """
    rng = generator(seed, f"edition {edition.key}")
    cutoff = pd.Timestamp(edition.cutoff)
    cases = tables["cases"]
    known = cases[cases["accepted_on"].fillna(cases["reported_on"]) <= cutoff].reset_index(drop=True)
    chosen = _Chosen(edition, known, rng)
    planted = [
        _late(edition, chosen),
        *(_changed(change, edition, places, truth, chosen, rng) for change in ("moved", "redated")),
        *_recoded(edition, chosen),
        _removed(edition, chosen, seed),
    ]
    record = pd.concat(planted, ignore_index=True)[_PLANTED].astype("str")
    then = _cases_then(known, record)
    return EarlierRegister(
        _dependents(tables, then, cutoff, record)
        | {"population": _population_then(truth, edition, places, tables["population"])},
        record,
    )


class _Chosen:
    """Draws cases that nothing has been planted in yet."""

    def __init__(self, edition: EditionTruth, known: pd.DataFrame, rng: Rng) -> None:
        self.edition, self.known, self._rng = edition, known, rng
        self._free = np.ones(len(known), dtype=bool)
        if edition.since is not None:
            self._free &= (known["reported_on"] >= pd.Timestamp(edition.since)).to_numpy()

    def draw(self, possible: pd.Series, count: int, kind: str) -> pd.DataFrame:
        rows = np.flatnonzero(possible.to_numpy() & self._free)
        if len(rows) < count:
            raise DiabanError(
                "simulate_edition_cases", edition=self.edition.key, kind=kind, count=count, found=len(rows)
            )
        taken = np.sort(self._rng.choice(rows, size=count, replace=False)) if count else rows[:0]
        self._free[taken] = False
        return self.known.iloc[taken]


def _planted(
    cases: pd.DataFrame, kind: str, column: object = pd.NA, then: object = pd.NA, now: object = pd.NA
) -> pd.DataFrame:
    values = {"case_key": cases["case_key"].to_numpy(), "kind": kind, "column": column}
    return pd.DataFrame(values | {"then": then, "now": now}, index=range(len(cases)))


def _late(edition: EditionTruth, chosen: _Chosen) -> pd.DataFrame:
    if edition.late is None:
        return _planted(chosen.known.head(0), "late")
    since = pd.Timestamp(edition.cutoff) - edition.late.days * _DAY
    recent = chosen.known["reported_on"].between(since, pd.Timestamp(edition.cutoff))
    return _planted(chosen.draw(recent, edition.late.count, "late"), "late")


def _changed(
    kind: str, edition: EditionTruth, places: Places, truth: Truth, chosen: _Chosen, rng: Rng
) -> pd.DataFrame:
    """Cases that stood under a unit of another report locality, or in the period before.

    Units that a boundary change has made are left alone: they did not exist at every time.
    """
    cases = chosen.known
    units = places.units(truth)
    units = units[~units["locality"].isin([change.after for change in truth.boundary_changes])]
    stable = cases["locality"].isin(units["locality"])
    if kind == "moved":
        rows = chosen.draw(stable, edition.moved, kind)
        home = rows["locality"].map(units.set_index("locality")["parent"])
        others = [units.loc[units["parent"] != parent, "locality"].to_numpy() for parent in home]
        then = [str(rng.choice(codes)) for codes in others]
        return _planted(rows, kind, "locality", then, rows["locality"].to_numpy())
    starts = observed_periods(truth)["start"]
    day = cases["reported_on"]
    began = starts.iloc[np.searchsorted(starts, day, side="right") - 1].set_axis(cases.index)
    possible = stable & (cases["occurred_to"] < began) & (began > starts.iloc[0])
    possible &= day - began < _SOON
    rows = chosen.draw(possible, edition.redated, kind)
    then = (began[rows.index] - _DAY).dt.strftime("%Y-%m-%d").to_numpy()
    return _planted(rows, kind, "reported_on", then, rows["reported_on"].dt.strftime("%Y-%m-%d").to_numpy())


def _recoded(edition: EditionTruth, chosen: _Chosen) -> list[pd.DataFrame]:
    return [
        _planted(
            chosen.draw(chosen.known[change.column] == change.now, change.count, change.column),
            "recoded",
            change.column,
            change.then,
            change.now,
        )
        for change in edition.recoded
    ]


def _removed(edition: EditionTruth, chosen: _Chosen, seed: int) -> pd.DataFrame:
    """Second entries of cases, under keys of their own; `then` is the case that they repeat."""
    every = pd.Series(True, index=chosen.known.index)
    rows = chosen.draw(every, edition.removed, "removed")
    second = pseudonyms(seed, "e", len(rows)).to_numpy()
    return _planted(rows.assign(case_key=second), "removed", then=rows["case_key"].to_numpy())


def _cases_then(known: pd.DataFrame, planted: pd.DataFrame) -> pd.DataFrame:
    """The case records of then, in the order of the final ones; second entries at the end."""
    of = {kind: rows.set_index("case_key") for kind, rows in planted.groupby("kind")}
    cases = known[~known["case_key"].isin(of["late"].index)] if "late" in of else known
    cases = cases.copy()
    changed = planted[planted["column"].notna()]
    for row in changed.itertuples():
        value = pd.Timestamp(str(row.then)) if row.column == "reported_on" else row.then
        cases.loc[cases["case_key"] == row.case_key, str(row.column)] = value
    if "removed" not in of:
        return cases.reset_index(drop=True)
    return pd.concat([cases, _second_entries(cases, of["removed"])], ignore_index=True)


def _second_entries(frame: pd.DataFrame, removed: pd.DataFrame) -> pd.DataFrame:
    """The rows of cases that stood twice, under the keys of the second entries."""
    key = pd.Series(removed.index, index=removed["then"])
    rows = frame[frame["case_key"].isin(key.index)]
    return rows.assign(case_key=rows["case_key"].map(key).astype("str"))


def _dependents(tables: Tables, cases: pd.DataFrame, cutoff: pd.Timestamp, planted: pd.DataFrame) -> Tables:
    """Persons, codes and steps of the cases of then; steps up to the cut-off only."""
    removed = planted[planted["kind"] == "removed"].set_index("case_key")
    held = {"cases": cases}
    for name in _OF_A_CASE:
        frame = pd.concat([tables[name], _second_entries(tables[name], removed)], ignore_index=True)
        if name == "process_events":
            frame = frame[frame["date"] <= cutoff]
        held[name] = frame[frame["case_key"].isin(cases["case_key"])].reset_index(drop=True)
    return held


def _population_then(
    truth: Truth, edition: EditionTruth, places: Places, population: pd.DataFrame
) -> pd.DataFrame:
    """Population of the periods that had begun, as it was known before the revisions."""
    periods = observed_periods(truth)
    begun = periods.loc[periods["start"] <= pd.Timestamp(edition.cutoff), "period"]
    frame = population[population["period"].isin(begun)].reset_index(drop=True)
    parent = frame["locality"].map(places.localities.set_index("locality")["parent"])
    persons = frame["persons"].astype("float64")
    for revision in edition.population:
        rows = parent.isin(revision.localities) & frame["period"].isin(revision.periods)
        persons = persons.mask(rows, persons * revision.factor)
    return frame.assign(persons=np.rint(persons).astype("int64"))
