"""What every rate starts from: the same places, the same periods, above and below the line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from diaban.errors import DiabanError

CELL = ["locality", "period", "stream"]
COLUMNS = [*CELL, "cases", "persons", "person_years"]
WHOLE = "all"


def count_cases(cases: pd.DataFrame) -> pd.DataFrame:
    """Counts from case records that carry locality, period and stream: those and `cases`, no zeros."""
    return cases.groupby(CELL, sort=True, observed=True).size().rename("cases").reset_index()


def expose(
    counts: pd.DataFrame,
    population: pd.DataFrame,
    periods: pd.DataFrame,
    at_risk: Mapping[str, Sequence[str]],
    *,
    observed: Mapping[str, Sequence[str]] | None = None,
) -> pd.DataFrame:
    """The exposed frame: one row a locality, period and stream at risk, zero counts present.

    counts: locality, period, stream, cases, absent meaning 0. population: locality, period, age_band,
    persons; a locality is at risk in the periods that it has persons for. periods: period, years.
    at_risk: the age bands of each stream. observed: the periods in which a stream is recorded at all (by
    default every one); elsewhere it has neither rows nor cases.

    Returns locality, period, stream, cases (integer; float where a given count is missing), persons,
    person_years = persons x years; sorted by locality, then `periods`, then `at_risk`.

    Raises DiabanError: a cell twice in counts or population, unknown age bands, missing persons, a stream
    without age bands, and cases in a place and period without population.
    """
    _refuse_duplicates(counts, CELL, "counts")
    _refuse_duplicates(population, ["locality", "period", "age_band"], "population")
    unknown = sorted(set(counts["stream"]) - set(at_risk))
    if unknown:
        raise DiabanError("stream_without_age_bands", stream=unknown[0], known=", ".join(at_risk))
    persons = pd.concat([_persons(population, stream, bands) for stream, bands in at_risk.items()])
    persons = persons.merge(periods[["period", "years"]], on="period", how="inner", validate="many_to_one")
    if observed is not None:
        persons, counts = _recorded(persons, observed), _recorded(counts, observed)
    exposed = persons.merge(
        counts[[*CELL, "cases"]], on=CELL, how="outer", validate="one_to_one", indicator=True
    )
    _refuse_unexposed(exposed)
    exposed = exposed[exposed["persons"].notna()]
    exposed = exposed.assign(
        cases=_zeros_where_unrecorded(exposed), person_years=exposed["persons"] * exposed["years"]
    )
    places = {period: i for i, period in enumerate(periods["period"])}
    streams = {stream: i for i, stream in enumerate(at_risk)}
    order = [exposed["locality"], exposed["period"].map(places), exposed["stream"].map(streams)]
    keys = pd.concat(order, axis=1)
    return exposed.loc[keys.sort_values(list(keys.columns)).index, COLUMNS].reset_index(drop=True)


def roll_up(exposed: pd.DataFrame, parents: pd.DataFrame) -> pd.DataFrame:
    """The exposed frame of the parents: cases, persons and person-years summed, missing if one is.

    parents: locality, parent, one row a locality. Raises DiabanError for a locality without a parent.
    """
    frame = with_parent(exposed, parents).drop(columns="locality").rename(columns={"parent": "locality"})
    cells = frame.groupby(CELL, sort=False, as_index=False)
    return cells[["cases", "persons", "person_years"]].sum(skipna=False)[COLUMNS]


def pool(exposed: pd.DataFrame, blocks: Mapping[str, str] | pd.Series) -> pd.DataFrame:
    """Periods added up to blocks: `period` then holds the block.

    blocks: period -> block; periods that it leaves out (or gives a missing block) are left out. Cases and
    person-years are sums over the periods that a locality has, missing if one of them is; persons is
    person_years / years, the mean population at risk.
    """
    years = (exposed["person_years"] / exposed["persons"].where(exposed["persons"] > 0)).rename("years")
    frame = exposed.assign(years=years.groupby(exposed["period"]).transform("median"))
    frame = frame.assign(period=frame["period"].map(dict(blocks))).dropna(subset=["period"])
    cells = frame.groupby(CELL, sort=False, as_index=False)
    sums = cells[["cases", "person_years", "years"]].sum(skipna=False)
    return sums.assign(persons=(sums["person_years"] / sums["years"]).where(sums["years"] > 0))[COLUMNS]


def with_parent(exposed: pd.DataFrame, parents: pd.DataFrame | None) -> pd.DataFrame:
    """`exposed` with a column `parent`, in its order; without `parents`, one parent for all."""
    if parents is None:
        return exposed.assign(parent=WHOLE)
    _refuse_duplicates(parents, ["locality"], "parents")
    parent = exposed["locality"].map(parents.set_index("locality")["parent"])
    if parent.isna().any():
        raise DiabanError("locality_without_parent", locality=exposed.loc[parent.isna(), "locality"].iloc[0])
    return exposed.assign(parent=parent)


def _persons(population: pd.DataFrame, stream: str, bands: Sequence[str]) -> pd.DataFrame:
    """Persons at risk of one stream: its age bands summed, every one of them present."""
    known = set(population["age_band"])
    missing = [band for band in bands if band not in known]
    if missing and len(population):
        raise DiabanError(
            "unknown_age_band", stream=stream, age_band=missing[0], known=", ".join(sorted(known))
        )
    rows = population[population["age_band"].isin(list(bands))]
    if rows["persons"].isna().any():
        first = rows[rows["persons"].isna()].iloc[0]
        raise DiabanError("population_missing", **first[["locality", "period", "age_band"]].to_dict())
    sums = rows.groupby(["locality", "period"], sort=False)["persons"].agg(["sum", "size"]).reset_index()
    short = sums[sums["size"] < len(set(bands))]
    if len(short):
        first = short.iloc[0]
        raise DiabanError(
            "age_bands_incomplete",
            stream=stream,
            locality=first["locality"],
            period=first["period"],
            bands=", ".join(bands),
        )
    return sums.rename(columns={"sum": "persons"}).drop(columns="size").assign(stream=stream)


def _zeros_where_unrecorded(exposed: pd.DataFrame) -> pd.Series:
    """A cell without a row had no case; a row whose count is missing (suppressed) stays missing."""
    cases = exposed["cases"].where(exposed["_merge"] != "left_only", 0)
    return cases if cases.isna().any() else cases.astype("int64")


def _recorded(frame: pd.DataFrame, observed: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    everywhere = ~frame["stream"].isin(list(observed))
    cells = pd.MultiIndex.from_frame(frame[["stream", "period"]])
    return frame[everywhere | cells.isin([(s, p) for s, ps in observed.items() for p in ps])]


def _refuse_duplicates(frame: pd.DataFrame, keys: list[str], table: str) -> None:
    twice = frame[frame.duplicated(keys)]
    if len(twice):
        raise DiabanError("cell_twice", table=table, cell=", ".join(map(str, twice.iloc[0][keys])))


def _refuse_unexposed(exposed: pd.DataFrame) -> None:
    bare = exposed[(exposed["cases"] > 0) & ~(exposed["persons"] > 0)]
    if len(bare):
        first = bare.iloc[0]
        raise DiabanError(
            "cases_without_population", cells=len(bare), **first[[*CELL]].to_dict(), cases=int(first["cases"])
        )
    too_many = exposed[exposed["cases"] > exposed["persons"]]
    if len(too_many):
        first = too_many.iloc[0]
        raise DiabanError(
            "more_cases_than_persons",
            **first[[*CELL]].to_dict(),
            cases=int(first["cases"]),
            persons=np.format_float_positional(first["persons"], trim="-"),
        )
