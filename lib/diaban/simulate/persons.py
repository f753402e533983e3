"""Persons in case files: suspects and victims, some of them in two files."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban.simulate.random import Rng, generator, pick, pick_by, pseudonyms
from diaban.simulate.truth import BandTruth, Truth
from diaban.simulate.truth_cases import EVERY_BAND, RoleTruth

PERSON_COLUMNS = [
    "case_key",
    "person_key",
    "role",
    "age_band",
    "sex",
    "ethnicity_group",
    "school_status",
    "care_status",
    "household_poor",
    "special_group",
    "relation_to_other",
    "prior_contact",
    "substance",
    "support_received",
]
_LASTING = ["sex", "ethnicity_group"]
_DAYS_A_YEAR = 365.25


def simulate_persons(truth: Truth, cases: pd.DataFrame, seed: int) -> pd.DataFrame:
    """One row a person and case, in order of the cases. cases: as of `simulate_cases`."""
    relation = _relations(truth, cases, seed)
    frames = []
    for stream in truth.streams:
        rng = generator(seed, f"persons {stream.key}")
        of_suspects = cases[cases["suspect_stream"] == stream.key]
        number = of_suspects["suspects"].to_numpy()
        suspects = _role_rows(truth, of_suspects, number, stream.suspects, {}, rng).assign(role="suspect")
        both = (
            (suspects["group"] >= 3)
            & suspects["victims"]
            & (rng.random(len(suspects)) < stream.both_roles_share)
        )
        of_victims = cases[(cases["offence_stream"] == stream.key) & cases["victims"]]
        number = rng.geometric(1 / stream.victims.per_case, len(of_victims))
        by_offence = {str(i): o.victim_bands for i, o in enumerate(stream.offences) if o.victim_bands}
        victims = _role_rows(truth, of_victims, number, stream.victims, by_offence, rng).assign(role="victim")
        frames += [suspects.assign(role=suspects["role"].mask(both, "both")), victims]
    persons = pd.concat(_distinct_numbers(frames), ignore_index=True)
    persons["person_key"] = pseudonyms(seed, "n", len(persons)).take(persons["person"]).to_numpy()
    persons["relation_to_other"] = relation.loc[persons["case_row"]].to_numpy()
    persons = persons.sort_values(["case_row", "role"], kind="stable", ignore_index=True)
    return persons.reindex(columns=PERSON_COLUMNS)


def _relations(truth: Truth, cases: pd.DataFrame, seed: int) -> pd.Series:
    """Relation between suspect and victim by case row; missing where a case has no victims."""
    rng = generator(seed, "relations")
    drawn = pick_by(rng, cases["offence_stream"], {s.key: s.relation for s in truth.streams}, EVERY_BAND)
    return drawn.where(cases["victims"])


def _role_rows(
    truth: Truth,
    cases: pd.DataFrame,
    number: np.ndarray,
    of: RoleTruth,
    by_offence: dict[str, dict[str, float]],
    rng: Rng,
) -> pd.DataFrame:
    """`number` persons for each case, described by `of`; column `person` numbers distinct persons.

    by_offence: age bands of the offences that have their own.
    """
    columns = ["case_key", "report_locality", "reported_on", "victims", "offence"]
    persons = cases.loc[cases.index.repeat(number), columns].reset_index(names="case_row")
    persons["group"] = np.repeat(number, number)
    bands = {**by_offence, EVERY_BAND: of.age_bands}
    persons["age_band"] = pick_by(rng, persons["offence"], bands, EVERY_BAND)
    lowest = {offence: _youngest(truth, shares) for offence, shares in bands.items()}
    persons["youngest"] = persons["offence"].map(lowest).astype("float64").fillna(lowest[EVERY_BAND])
    persons["age"] = _ages(truth.population.bands, persons["age_band"], rng)
    persons["sex"] = pick(rng, {"female": of.female_share, "male": 1 - of.female_share}, len(persons))
    if "ethnicity_group" in of.fields:
        persons["ethnicity_group"] = pick_by(
            rng, persons["age_band"], of.fields["ethnicity_group"], EVERY_BAND
        )
    persons = _linked(truth, persons, of, rng)
    for name, shares in of.fields.items():
        if name not in _LASTING:
            persons[name] = pick_by(rng, persons["age_band"], shares, EVERY_BAND)
    return persons


def _youngest(truth: Truth, shares: dict[str, float]) -> int:
    return min(b.low for b in truth.population.bands if shares.get(b.key, 0) > 0)


def _ages(bands: list[BandTruth], age_band: pd.Series, rng: Rng) -> pd.Series:
    low, high = ({b.key: getattr(b, side) for b in bands} for side in ("low", "high"))
    first, last = age_band.map(low).astype("int64"), age_band.map(high).astype("int64")
    return first + np.floor(rng.random(len(age_band)) * (last - first + 1)).astype("int64")


def _linked(truth: Truth, persons: pd.DataFrame, of: RoleTruth, rng: Rng) -> pd.DataFrame:
    """Make the second row of chosen pairs the same person as the first, grown older.

    With n rows and a share r of the distinct persons in two files, n r / (1 + r) pairs are needed.
    """
    persons = persons.assign(person=np.arange(len(persons)))
    pairs = _candidates(truth, persons, of)
    wanted = round(len(persons) * of.repeat_share / (1 + of.repeat_share))
    chosen = pairs.iloc[rng.permutation(len(pairs))[:wanted]]
    first, second = chosen["first"].to_numpy(), chosen["second"].to_numpy()
    for name in ["person", *[c for c in _LASTING if c in persons]]:
        persons.loc[second, name] = persons.loc[first, name].to_numpy()
    age = chosen["age"].to_numpy()
    persons.loc[second, "age_band"] = _band_of(truth.population.bands, age)
    return persons


def _candidates(truth: Truth, persons: pd.DataFrame, of: RoleTruth) -> pd.DataFrame:
    """Disjoint pairs of rows that could be one person: same report locality and sex, another case, not
    too long after, then of an age that fits the role and the offence.

    Columns first, second (rows), age (at the second).
    """
    order = persons.sort_values(["report_locality", "sex", "reported_on"], kind="stable")
    order = order.assign(rank=order.groupby(["report_locality", "sex"]).cumcount(), row=order.index)
    later = order.shift(-1)
    years = (later["reported_on"] - order["reported_on"]).dt.days / _DAYS_A_YEAR
    same = (order["report_locality"] == later["report_locality"]) & (order["sex"] == later["sex"])
    age = order["age"] + np.floor(years.fillna(0))
    oldest = max(b.high for b in truth.population.bands if of.age_bands.get(b.key, 0) > 0)
    fit = same & (order["case_row"] != later["case_row"]) & (years <= of.repeat_years) & (age <= oldest)
    fit &= age >= later["youngest"]
    fit &= order["rank"] % 2 == 0
    pairs = pd.DataFrame({"first": order["row"], "second": later["row"], "age": age})[fit]
    return pairs.astype("int64")


def _band_of(bands: list[BandTruth], age: np.ndarray) -> np.ndarray:
    position = np.searchsorted([b.high for b in bands], age)
    return np.array([b.key for b in bands], dtype=object)[position]


def _distinct_numbers(frames: list[pd.DataFrame]) -> list[pd.DataFrame]:
    """Person numbers that differ between the frames."""
    starts = np.cumsum([0, *[len(f) for f in frames]])
    return [f.assign(person=f["person"] + start) for f, start in zip(frames, starts, strict=False)]
