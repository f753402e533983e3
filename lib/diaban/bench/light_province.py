"""A simulated province for the truth bench, as small and fast as its truth allows.

The truth is that of methods.md, "The truth bench": 111 communes in 11 districts, 8.5 years, 12 indicators,
2.7 and 5.8 cases a district and year.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

DISTRICT_SIZES = (7, 8, 6, 8, 13, 7, 13, 13, 11, 15, 10)
YEARS = np.array([1, 1, 1, 1, 1, 1, 1, 1, 0.5])
INDICATORS = 12
STREAMS = {"child_abuse": 2.7, "under18_offending": 5.8}
STRONG, MODERATE = 1.5, 1.2
BETWEEN = {0: STRONG, 1: 1 / STRONG, 2: MODERATE, 3: 1 / MODERATE}
WITHIN = {2: STRONG, 5: 1 / STRONG, 1: MODERATE, 6: 1 / MODERATE}
CORRELATED_NULL, CORRELATION = 4, 0.6
DISTRICT_SHARE = 0.3
COMMUNE_SD, DISTRICT_SD = 0.3, 0.2
PERSISTENCE = 0.5
CODES = 37
PAIRS, PAIR_ODDS = 3, 6.0
NOT_CODED = {"XX": 0.1, "uncoded": 0.05}


@dataclass(frozen=True)
class Province:
    """What the analyses read, and what is true.

    effects: stream, indicator, part, rate_ratio (per standard deviation of the part). pairs: locality,
    stream, code that are over-represented on case files. The rest: frames as the analyses take them.
    """

    exposed: pd.DataFrame
    indicators: pd.DataFrame
    groups: pd.Series
    effects: pd.DataFrame
    cases: pd.DataFrame
    codes: pd.DataFrame
    code_book: pd.DataFrame
    pairs: pd.DataFrame


def light_province(seed: int) -> Province:
    """The province of one seed; the same seed gives the same province."""
    rng = np.random.default_rng(seed)
    district = np.repeat(np.arange(len(DISTRICT_SIZES)), DISTRICT_SIZES)
    locality = np.array([f"C{i:03d}" for i in range(len(district))])
    period = np.array([f"P{t}" for t in range(len(YEARS))])
    values, between, within = _indicators(rng, district)
    persons = 2500 * np.exp(rng.normal(0, 0.5, len(locality)))
    counts = {name: _counts(rng, size, persons, between, within, district) for name, size in STREAMS.items()}
    cells = pd.MultiIndex.from_product([locality, period], names=["locality", "period"]).to_frame(index=False)
    exposure = cells.assign(persons=np.repeat(persons, len(YEARS)))
    exposure["person_years"] = exposure["persons"] * np.tile(YEARS, len(locality))
    names = [f"indicator_{k:02d}" for k in range(INDICATORS)]
    wide = cells.join(pd.DataFrame(values.reshape(-1, INDICATORS), columns=names))
    exposed = [exposure.assign(stream=name, cases=y.ravel()) for name, y in counts.items()]
    cases, codes, pairs = _case_files(rng, counts, district)
    return Province(
        exposed=pd.concat(exposed, ignore_index=True),
        indicators=wide.melt(["locality", "period"], var_name="indicator"),
        groups=pd.Series([f"D{g:02d}" for g in district], index=locality),
        effects=_effects(names),
        cases=cases,
        codes=codes,
        code_book=pd.DataFrame({"code": [*_code_names(), "XX"]}),
        pairs=pairs,
    )


def _indicators(rng: np.random.Generator, district: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values (communes, periods, indicators), and their parts in standard deviations as they came out."""
    shared = _correlated(rng.normal(size=(len(DISTRICT_SIZES), 1, INDICATORS)))[district]
    own = _correlated(rng.normal(size=(len(district), 1, INDICATORS)))
    change = rng.normal(size=(len(district), len(YEARS), INDICATORS))
    for t in range(1, len(YEARS)):
        change[:, t] = PERSISTENCE * change[:, t - 1] + np.sqrt(1 - PERSISTENCE**2) * change[:, t]
    level = np.sqrt(DISTRICT_SHARE) * shared + np.sqrt(1 - DISTRICT_SHARE) * own
    values = 20 + 5 * level + 2 * _correlated(change)
    mean = values.mean(axis=1, keepdims=True)
    between = (mean - mean.mean(axis=0)) / mean.std(axis=0, ddof=1)
    within = values - mean
    return values, between, within / within.std(axis=(0, 1))


def _correlated(draws: np.ndarray) -> np.ndarray:
    draws[..., CORRELATED_NULL] *= np.sqrt(1 - CORRELATION**2)
    draws[..., CORRELATED_NULL] += CORRELATION * draws[..., 0]
    return draws


def _counts(
    rng: np.random.Generator,
    size: float,
    persons: np.ndarray,
    between: np.ndarray,
    within: np.ndarray,
    district: np.ndarray,
) -> np.ndarray:
    """Cases, communes x periods, of a stream with `size` cases a district and year on average."""
    eta = sum(np.log(ratio) * between[..., k] for k, ratio in BETWEEN.items())
    eta = eta + sum(np.log(ratio) * within[..., k] for k, ratio in WITHIN.items())
    eta = eta + rng.normal(0, COMMUNE_SD, (len(district), 1)) + rng.normal(0, 0.1, len(YEARS))
    eta = eta + rng.normal(0, DISTRICT_SD, (len(DISTRICT_SIZES), 1))[district]
    mu = persons[:, None] * YEARS * np.exp(eta)
    return rng.poisson(mu * size * len(DISTRICT_SIZES) * YEARS.sum() / mu.sum())


def _effects(names: list[str]) -> pd.DataFrame:
    rows = []
    for stream in STREAMS:
        for part, planted in (("between", BETWEEN), ("within", WITHIN)):
            for k, name in enumerate(names):
                rows.append((stream, name, part, planted.get(k, 1.0)))
    return pd.DataFrame(rows, columns=["stream", "indicator", "part", "rate_ratio"])


def _code_names() -> list[str]:
    return [f"K{c:02d}" for c in range(CODES)]


def _case_files(
    rng: np.random.Generator, counts: dict[str, np.ndarray], district: np.ndarray
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Case files at the report level with the codes of one coder; three pairs at six times the odds."""
    share = np.clip(rng.lognormal(np.log(0.05), 0.8, (len(counts), CODES)), 0.005, 0.4)
    odds = np.repeat((share / (1 - share))[:, None, :], len(DISTRICT_SIZES), axis=1)
    stream, code = np.nonzero((share >= 0.08) & (share <= 0.25))
    chosen = rng.choice(len(stream), PAIRS, replace=False)
    at = stream[chosen], rng.integers(0, len(DISTRICT_SIZES), PAIRS), code[chosen]
    odds[at] *= PAIR_ODDS
    files = pd.concat(
        pd.DataFrame({"stream": s, "locality": np.repeat(district, y.sum(axis=1))})
        for s, y in enumerate(counts.values())
    ).reset_index(drop=True)
    chance = (odds / (1 + odds))[files["stream"], files["locality"]]
    present = rng.random(chance.shape) < chance
    state = rng.choice(
        ["coded", *NOT_CODED], len(files), p=[1 - sum(NOT_CODED.values()), *NOT_CODED.values()]
    )
    present &= (state == "coded")[:, None]
    keys, names, streams = files.index.map("F{:05d}".format), np.array(_code_names()), np.array(list(counts))
    row, column = np.nonzero(present)
    codes = pd.DataFrame({"case_key": keys[row], "code": names[column]})
    unclear = pd.DataFrame({"case_key": keys[state == "XX"], "code": "XX"})
    cases = pd.DataFrame(
        {"case_key": keys, "locality": _district(files["locality"]), "stream": streams[files["stream"]]}
    )
    pairs = pd.DataFrame({"locality": _district(at[1]), "stream": streams[at[0]], "code": names[at[2]]})
    return cases, pd.concat([codes, unclear], ignore_index=True).assign(round=1), pairs


def _district(numbers: np.ndarray | pd.Series) -> list[str]:
    return [f"D{g:02d}" for g in numbers]
