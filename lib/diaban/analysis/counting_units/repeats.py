"""Persons on several files: how many there are, and the wider intervals of counts that they link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from diaban.analysis.counting_units.entries import CELL, WHOLE, entries_of, placed_cases
from diaban.analysis.intervals import Limits, count_interval, share_interval
from diaban.analysis.labels import first_true, text
from diaban.analysis.rates import PER

MINIMUM_PERSONS = 10
UNITS = ("cases", "persons")
SHARES = [*CELL, "role", "persons", "repeat_persons", "share", "lower", "upper", "withheld"]
RATES = [
    *CELL, "unit", "role", "events", "groups", "inflation", "person_years", "per", "rate",
    "lower", "upper", "independent_lower", "independent_upper", "withheld",
]  # fmt: skip


def repeat_shares(
    cases: pd.DataFrame,
    members: pd.DataFrame,
    persons: pd.DataFrame,
    *,
    roles: Mapping[str, str],
    at_risk: Mapping[str, Sequence[str]] | None = None,
    minimum_persons: int = MINIMUM_PERSONS,
    level: float = 0.95,
) -> pd.DataFrame:
    """Share of the distinct persons who are on two files or more, by locality ("*" all), stream and period.

    cases: case_key, locality, period (or block); members: case_key, stream; persons: case_key, person_key,
    role, age_band. roles: stream -> "victim" or "suspect"; a stream that it leaves out has no rows. at_risk:
    stream -> age bands that count (default: all). share in 0..1 with a Wilson interval. A person whose
    second file lies in another period or locality is not seen as a repeat, except in locality "*".
    withheld: `too_few_persons` (under `minimum_persons`).
    """
    entries = _in_role(placed_cases(cases, members), persons, roles, at_risk)
    files = entries.groupby([*CELL, "person_key"]).size().rename("n").reset_index()
    files = files.assign(repeat=files["n"] > 1)
    rows = files.groupby(CELL).agg(persons=("repeat", "size"), repeat_persons=("repeat", "sum")).reset_index()
    lower, upper = share_interval(rows["repeat_persons"], rows["persons"], level)
    rows = rows.assign(share=rows["repeat_persons"] / rows["persons"], lower=lower, upper=upper)
    few = rows["persons"] < minimum_persons
    rows[["share", "lower", "upper"]] = rows[["share", "lower", "upper"]].mask(few)
    reason = pd.Series(pd.NA, index=rows.index, dtype="str").mask(few, "too_few_persons")
    rows = rows.assign(role=rows["stream"].map(dict(roles)), withheld=reason)
    return rows[SHARES].astype(dict.fromkeys([*CELL, "role"], "str"))


def repeat_adjusted(
    cases: pd.DataFrame,
    members: pd.DataFrame,
    persons: pd.DataFrame,
    exposed: pd.DataFrame,
    *,
    roles: Mapping[str, str],
    at_risk: Mapping[str, Sequence[str]] | None = None,
    per: float = PER,
    level: float = 0.95,
) -> pd.DataFrame:
    """Rates whose intervals allow for events that are not independent, by locality ("*" all) and stream.

    cases, members, persons, roles, at_risk: as of `repeat_shares`. exposed: locality, period, stream, cases,
    person_years (of the same places and periods as `cases`). Two units: "cases", and "persons": entries of
    the stream's role (who is on two files counts twice).

    Cases that share a person are one group, as are cases that share one with a case of the group. Groups are
    taken as independent; then a count has variance sum f² V_f over the sizes f (compound Poisson; Fingertips
    Technical Guidance, DSRs), that is inflation = sum f² / sum f times its mean. A locality with few
    events shows few links by luck, so the larger of its own inflation and that of the whole ("*") in the
    stream and period is used. lower, upper: `widened_interval`; independent_*: as if all were independent.
    withheld: `no_population_at_risk`.
    """
    placed = placed_cases(cases, members)
    placed = placed[placed["stream"].isin(list(roles))]
    entries = _in_role(placed, persons, roles, at_risk)
    placed = placed.assign(group=_linked(placed, entries_of(persons)))
    groups = {"cases": placed, "persons": entries.merge(placed[[*CELL, "case_key", "group"]])}
    sizes = [_sizes(rows).assign(unit=unit) for unit, rows in groups.items()]
    risk = _with_whole(exposed[exposed["stream"].isin(list(roles))])
    frame = pd.concat([risk.assign(unit=unit) for unit in UNITS], ignore_index=True)
    frame = frame.merge(pd.concat(sizes), on=[*CELL, "unit"], how="left")
    return _rates(frame.fillna({"events": 0, "groups": 0, "squares": 0}), roles, per, level)


def widened_interval(count: ArrayLike, inflation: ArrayLike, level: float = 0.95) -> Limits:
    """Limits of a count whose variance is `inflation` (1 or more) times its mean, any shape, in events.

    Dobson's device (1991, Stat Med 10:457-62): the distances of the independent limits (Byar's from 10 on,
    exact below) times the root of the inflation; never below 0.
    """
    x, scale = np.asarray(count, dtype=float), np.sqrt(np.asarray(inflation, dtype=float))
    lower, upper = count_interval(x, level)
    return np.maximum(x + scale * (lower - x), 0), x + scale * (upper - x)


def _in_role(
    placed: pd.DataFrame,
    persons: pd.DataFrame,
    roles: Mapping[str, str],
    at_risk: Mapping[str, Sequence[str]] | None,
) -> pd.DataFrame:
    """CELL, case_key, person_key of the persons whom each stream is about, one row a case and person."""
    frames = []
    for stream, role in roles.items():
        mine = persons[persons["role"].isin([role, "both"])]
        if at_risk is not None:
            mine = mine[mine["age_band"].isin(list(at_risk[stream]))]
        once = mine[["case_key", "person_key"]].drop_duplicates()
        frames.append(placed[placed["stream"] == stream][[*CELL, "case_key"]].merge(once, on="case_key"))
    return pd.concat(frames, ignore_index=True)


def _linked(placed: pd.DataFrame, entries: pd.DataFrame) -> np.ndarray:
    """Number of the group of each row of `placed`: cases of one cell that are linked by common persons."""
    rows = placed[[*CELL, "case_key"]].assign(row=np.arange(len(placed)))
    links = rows.merge(entries[["case_key", "person_key"]], on="case_key")
    person = links.groupby([*CELL, "person_key"]).ngroup().to_numpy() + len(placed)
    size = len(placed) + (person.max() + 1 - len(placed) if len(person) else 0)
    edges = coo_array((np.ones(len(links)), (links["row"].to_numpy(), person)), shape=(size, size))
    return connected_components(edges, directed=False)[1][: len(placed)]


def _sizes(rows: pd.DataFrame) -> pd.DataFrame:
    """events, groups and the sum of squared group sizes of each cell."""
    size = rows.groupby([*CELL, "group"]).size().rename("events").reset_index()
    size = size.assign(groups=1, squares=size["events"] ** 2)
    return size.groupby(CELL)[["events", "groups", "squares"]].sum().reset_index()


def _with_whole(exposed: pd.DataFrame) -> pd.DataFrame:
    rows = exposed[[*CELL, "person_years"]]
    whole = rows.groupby(["stream", "period"], as_index=False)["person_years"].sum(min_count=1)
    return pd.concat([rows, whole.assign(locality=WHOLE)], ignore_index=True)


def _rates(frame: pd.DataFrame, roles: Mapping[str, str], per: float, level: float) -> pd.DataFrame:
    own = (frame["squares"] / frame["events"].where(frame["events"] > 0)).fillna(1.0)
    of_whole = own.where(frame["locality"] == WHOLE).groupby([frame[c] for c in ("stream", "period", "unit")])
    inflation = np.maximum(own, of_whole.transform("max"))
    years = frame["person_years"].where(frame["person_years"] > 0)
    independent = count_interval(frame["events"], level)
    lower, upper = widened_interval(frame["events"], inflation, level)
    limits = {"lower": lower, "upper": upper}
    limits |= dict(zip(("independent_lower", "independent_upper"), independent, strict=True))
    rates = {name: limit / years * per for name, limit in limits.items()}
    frame = frame.assign(
        inflation=inflation,
        per=per,
        rate=frame["events"] / years * per,
        role=frame["stream"].map(dict(roles)),
        withheld=text(first_true([years.isna()], ["no_population_at_risk"])),
        **rates,
    )
    counts = {"events": "int64", "groups": "int64"}
    return frame[RATES].astype(counts | dict.fromkeys([*CELL, "unit", "role"], "str"))
