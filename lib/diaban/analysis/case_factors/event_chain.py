"""The chain of the event: where, when, in whose care, by whom, and how it came to light."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from diaban.analysis.case_factors.prevalence import files_by_stream
from diaban.analysis.exposure import WHOLE
from diaban.analysis.intervals import share_interval

UNKNOWN = "unknown"
MINIMUM_FILES = 10
CASE_STEPS = {
    "place_type": "place_type",
    "hour_band": "hour_band",
    "day_type": "day_type",
    "group_size": "group_size_band",
    "detected_by": "detected_by",
}
ACCESS, GUARDIAN = "access", "guardian"
COLUMNS = [
    "locality",
    "stream",
    "step",
    "category",
    "n",
    "n_files",
    "share",
    "lower",
    "upper",
    "withheld",
]


def event_chain(
    files: pd.DataFrame,
    cases: pd.DataFrame,
    persons: pd.DataFrame | None = None,
    *,
    localities: Sequence[str] | None = None,
    looked_after: Mapping[str, str] | None = None,
    minimum_files: int = MINIMUM_FILES,
    level: float = 0.95,
) -> pd.DataFrame:
    """Files by category of each step of the event, by locality and for all ("all"), and by stream.

    files: case_key, locality (of report), stream, one row a file and stream. cases: case_key and as many of
    place_type, hour_band, day_type, group_size_band, detected_by as the study records. persons: case_key,
    role, relation_to_other, care_status. localities: all that are to have rows (default: those in `files`).
    looked_after: stream -> role ("victim" or "suspect") whose care is the question there; without it, of
    everybody in the file.

    step: "place_type", "hour_band", "day_type", "group_size", "detected_by"; "access": how the persons knew
    each other, out of files with a victim; "guardian": in whose care, out of files with a person of the role.
    n of n_files: a file counts once in a category and, with several persons, may count in more than one.
    "unknown" is a category of its own, of files for which nothing else is known. share in 0..1 with a Wilson
    interval. withheld: `too_few_files` (under `minimum_files`), `step_not_recorded` (the study does not hold
    it; one row with a missing category).

    Raises DiabanError for a file that a stream has twice.
    """
    places = sorted(files["locality"].unique()) if localities is None else list(localities)
    frames = []
    for stream, at in files_by_stream(files):
        role = (looked_after or {}).get(stream)
        for step, told in _steps(cases, persons, at.index, role):
            frames.append(_count(told, at, places).assign(stream=stream, step=step))
    if not frames:
        return pd.DataFrame(columns=COLUMNS)
    return _with_shares(pd.concat(frames, ignore_index=True), minimum_files, level)


def _steps(
    cases: pd.DataFrame, persons: pd.DataFrame | None, keys: pd.Index, role: str | None
) -> Iterator[tuple[str, pd.DataFrame | None]]:
    """Each step with its rows case_key, category, one a file and category; None where it is not recorded."""
    of_case = cases[cases["case_key"].isin(keys)]
    for step, column in CASE_STEPS.items():
        yield step, _categories(of_case, column) if column in cases else None
    there = pd.DataFrame({"case_key": []}) if persons is None else persons[persons["case_key"].isin(keys)]
    with_victim = _of_role(there, "victim")["case_key"]
    known = there[there["case_key"].isin(with_victim)]
    yield ACCESS, _categories(known, "relation_to_other") if "relation_to_other" in there else None
    yield GUARDIAN, _categories(_of_role(there, role), "care_status") if "care_status" in there else None


def _of_role(persons: pd.DataFrame, role: str | None) -> pd.DataFrame:
    """The persons in this role, those in both roles with them; everybody without a role."""
    if role is None or "role" not in persons:
        return persons
    return persons[persons["role"].isin([role, "both"])]


def _categories(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """case_key, category without repeats; "unknown" only for files with no other category."""
    told = rows[["case_key", column]].set_axis(["case_key", "category"], axis=1)
    told = told.assign(category=told["category"].fillna(UNKNOWN)).drop_duplicates()
    known = told.loc[told["category"] != UNKNOWN, "case_key"]
    return told[(told["category"] != UNKNOWN) | ~told["case_key"].isin(known)]


def _count(told: pd.DataFrame | None, at: pd.Series, places: list[str]) -> pd.DataFrame:
    """n and n_files by locality, all together last, and category."""
    if told is None or told.empty:
        rows = pd.DataFrame({"locality": [*places, WHOLE], "category": pd.NA, "n": 0, "n_files": 0})
        return rows.assign(withheld="step_not_recorded" if told is None else "too_few_files")
    once = told["case_key"].drop_duplicates().map(at).value_counts()
    n = pd.crosstab(told["case_key"].map(at), told["category"])
    n = n[sorted(n.columns, key=lambda category: (category == UNKNOWN, category))]
    whole, files = n.sum(), once.sum()
    n, once = n.reindex(places, fill_value=0), once.reindex(places, fill_value=0)
    n.loc[WHOLE], once.loc[WHOLE] = whole, files
    long = n.rename_axis(index="locality", columns="category").stack().rename("n").reset_index()
    return long.assign(n_files=long["locality"].map(once), withheld=pd.NA)


def _with_shares(rows: pd.DataFrame, minimum_files: int, level: float) -> pd.DataFrame:
    lower, upper = share_interval(rows["n"], rows["n_files"], level)
    rows = rows.assign(share=rows["n"] / rows["n_files"].where(rows["n_files"] > 0), lower=lower, upper=upper)
    few = (rows["n_files"] < minimum_files) & rows["withheld"].isna()
    rows["withheld"] = rows["withheld"].astype("str").mask(few, "too_few_files")
    measures = ["share", "lower", "upper"]
    rows[measures] = rows[measures].mask(rows["withheld"].notna())
    return rows[COLUMNS].astype(dict.fromkeys(["locality", "stream", "step", "category"], "str"))
