"""A simulated province for the truth bench, as small and fast as its truth allows.

The truth is that of methods.md, "The truth bench": 111 communes in 11 districts, 8.5 years, 12 indicators,
2.7 and 5.8 cases a district and year.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from diaban.bench.light_area import (
    AGES,
    BETWEEN,
    DISTRICT_SIZES,
    INDICATORS,
    STREAMS,
    WITHIN,
    YEARS,
    age_shares,
    expected_cases,
    indicator_values,
    neighbour_pairs,
)
from diaban.bench.light_files import TOGETHER, Files, case_files, code_book, code_names
from diaban.spec.factors import FactorSpec
from diaban.spec.text import Text

BOTH_SIDES = (0, 1)  # strong indicators with a code of their own


@dataclass(frozen=True)
class Province:
    """What the analyses read, and what is true.

    effects: stream, indicator, part, rate_ratio (per standard deviation of the part). pairs: locality,
    stream, code, planted: over-represented on case files. together: stream, a, b, planted: codes that meet
    more often than chance. planted: "clear", "strong", "moderate" or "declared".

    expected: exposed with true mean counts `mu`. neighbours: a, b, communes that touch. files: the truth of
    the case files. factors: one for every indicator, with two codes; those of BOTH_SIDES hold the codes that
    are planted "clear", in a district where the indicator is unfavourable, so that both sides have cause to
    see them. population: locality, period, age_band, persons; age: stream, age_band, cases. What a kind of
    province does not tell is None. The rest: frames as the analyses take them.
    """

    exposed: pd.DataFrame
    indicators: pd.DataFrame
    groups: pd.Series
    effects: pd.DataFrame
    cases: pd.DataFrame
    codes: pd.DataFrame
    code_book: pd.DataFrame
    pairs: pd.DataFrame
    together: pd.DataFrame
    expected: pd.DataFrame | None = None
    neighbours: pd.DataFrame | None = None
    files: Files | None = None
    factors: Sequence[FactorSpec] = ()
    population: pd.DataFrame | None = None
    age: pd.DataFrame | None = None


def light_province(seed: int, *, spatial: bool = False, aged: bool = False) -> Province:
    """The province of one seed; the same seed gives the same province.

    spatial: indicators and what they leave unexplained vary smoothly over the map of communes, instead of
    independently; the planted effects are the same. aged: communes differ in age structure, and ages in risk.
    """
    rng = np.random.default_rng(seed)
    district = np.repeat(np.arange(len(DISTRICT_SIZES)), DISTRICT_SIZES)
    locality = np.array([f"C{i:03d}" for i in range(len(district))])
    period = np.array([f"P{t}" for t in range(len(YEARS))])
    values, between, within = indicator_values(rng, district, spatial=spatial)
    persons = 2500 * np.exp(rng.normal(0, 0.5, len(locality)))
    aging = np.random.default_rng([seed, 6])
    ages = age_shares(aging, len(locality)) if aged else None
    at_risk = persons if ages is None else persons * (ages @ AGES["risk"].to_numpy())
    counts, means = {}, {}
    for name, size in STREAMS.items():
        means[name] = expected_cases(rng, size, at_risk, between, within, district, spatial=spatial)
        counts[name] = rng.poisson(means[name])
    cells = pd.MultiIndex.from_product([locality, period], names=["locality", "period"]).to_frame(index=False)
    exposure = cells.assign(persons=np.repeat(persons, len(YEARS)))
    exposure["person_years"] = exposure["persons"] * np.tile(YEARS, len(locality))
    names = [f"indicator_{k:02d}" for k in range(INDICATORS)]
    wide = cells.join(pd.DataFrame(values.reshape(-1, INDICATORS), columns=names))
    exposed = pd.concat(
        [exposure.assign(stream=name, cases=y.ravel(), mu=means[name].ravel()) for name, y in counts.items()],
        ignore_index=True,
    )
    clear_at = [unfavourable_district(between[:, 0, k], BETWEEN[k], persons, district) for k in BOTH_SIDES]
    files = case_files(rng, seed, counts, district, clear_at)
    return Province(
        exposed=exposed.drop(columns="mu"),
        indicators=wide.melt(["locality", "period"], var_name="indicator"),
        groups=pd.Series([f"D{g:02d}" for g in district], index=locality),
        effects=_effects(names),
        cases=files.cases,
        codes=files.first_reading(),
        code_book=code_book(),
        pairs=files.pairs,
        together=files.together(),
        expected=exposed,
        neighbours=neighbour_pairs(locality),
        files=files,
        factors=_factors(names, files),
        population=None if ages is None else _population(exposure, ages),
        age=None if ages is None else _cases_by_age(aging, counts, ages),
    )


def unfavourable_district(
    level: np.ndarray, rate_ratio: float, persons: np.ndarray, district: np.ndarray
) -> int:
    """The district in which an indicator goes with most cases: level, persons and district by commune."""
    mean = np.bincount(district, level * persons) / np.bincount(district, persons)
    return int(np.argmax(mean * np.sign(np.log(rate_ratio))))


def _factors(indicators: list[str], files: Files) -> list[FactorSpec]:
    """Two codes each; where nothing is planted on both sides, codes that are planted nowhere."""
    planted = files.pairs.loc[files.pairs["planted"] == "clear", "code"].tolist()
    together = [code_names()[c] for pair in TOGETHER for c in pair]
    taken = {*files.pairs["code"], *together}
    free = iter(code for code in code_names() if code not in taken)
    clear = dict(zip(BOTH_SIDES, planted, strict=False))
    codes = [[clear[k] if k in clear else next(free), next(free)] for k in range(len(indicators))]
    return [
        FactorSpec(key=f"factor_{k:02d}", label=Text(vi=name, en=name), domain="", codes=c, indicators=[name])
        for k, (name, c) in enumerate(zip(indicators, codes, strict=True))
    ]


def _population(exposure: pd.DataFrame, ages: np.ndarray) -> pd.DataFrame:
    shares = np.repeat(ages, len(YEARS), axis=0)
    tables = [
        exposure[["locality", "period"]].assign(age_band=band, persons=exposure["persons"] * shares[:, b])
        for b, band in enumerate(AGES.index)
    ]
    return pd.concat(tables, ignore_index=True)


def _cases_by_age(rng: np.random.Generator, counts: dict[str, np.ndarray], ages: np.ndarray) -> pd.DataFrame:
    weight = ages * AGES["risk"].to_numpy()
    chance = weight / weight.sum(axis=1, keepdims=True)
    tables = [
        pd.DataFrame(
            {
                "stream": name,
                "age_band": AGES.index,
                "cases": rng.multinomial(y.sum(axis=1), chance).sum(axis=0),
            }
        )
        for name, y in counts.items()
    ]
    return pd.concat(tables, ignore_index=True)


def _effects(names: list[str]) -> pd.DataFrame:
    rows = []
    for stream in STREAMS:
        for part, planted in (("between", BETWEEN), ("within", WITHIN)):
            for k, name in enumerate(names):
                rows.append((stream, name, part, planted.get(k, 1.0)))
    return pd.DataFrame(rows, columns=["stream", "indicator", "part", "rate_ratio"])
