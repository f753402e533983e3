"""Configurations: whether a planted combination of two conditions is found, and whether one is made up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban.analysis.case_factors.configurations import ConfigurationRule, configurations
from diaban.bench.truth.judged import join, judged
from diaban.bench.truth.worlds import READINGS, World

METHOD = "configurations"
PERMUTATIONS = 500
FILES, LOCALITIES = 300, 11
SHARES = {"K0": 0.45, "K1": 0.4, "K2": 0.35, "K3": 0.3}
FILLER = ("K9", 0.9)  # a code on nearly every file, so that files without a condition count as coded
PLANTED = {"K0", "K1"}
ELSEWHERE = 0.25
WITH_BOTH = {"strong": 0.95, "moderate": 0.85}
"""Share with the outcome where both planted conditions are present; ELSEWHERE on the other files."""

NULLS, WITHOUT_ANY = 4, 0.4  # outcomes where nothing is planted, and their share of files


def judge(world: World) -> pd.DataFrame:
    rng = np.random.default_rng([world.seed, 3])
    present = rng.random((FILES, len(SHARES))) < np.array(list(SHARES.values()))
    cases = pd.DataFrame({"case_key": [f"F{i:04d}" for i in range(FILES)], "stream": "all"})
    cases["locality"] = [f"D{g:02d}" for g in rng.integers(LOCALITIES, size=FILES)]
    draw, filler = rng.random(FILES), rng.random(FILES) < FILLER[1]
    both = present[:, :2].all(axis=1)
    seen = {"exact coding": present} | {
        name: rng.random(present.shape) < np.where(present, sensitivity, 1 - specificity)
        for name, (sensitivity, specificity) in READINGS.items()
    }
    outcomes = {strength: draw < np.where(both, high, ELSEWHERE) for strength, high in WITH_BOTH.items()}
    planted = [*outcomes.items(), *(("none", rng.random(FILES) < WITHOUT_ANY) for _ in range(NULLS))]
    return join(
        _judge(_codes(cases["case_key"], given, filler), cases, outcome, strength, reading, world.seed)
        for reading, given in seen.items()
        for strength, outcome in planted
    )


def _judge(
    codes: pd.DataFrame, cases: pd.DataFrame, outcome: np.ndarray, planted: str, reading: str, seed: int
) -> pd.DataFrame:
    """called: the parsimonious solution has a term with both planted conditions; where nothing is planted,
    any solution has any term that stands out. Beside it: the same for the conservative one."""
    told = configurations(
        codes,
        cases,
        pd.DataFrame({"code": [*SHARES, FILLER[0], "XX"]}),
        pd.Series(outcome, index=cases["case_key"]),
        list(SHARES),
        configuration="planted",
        seed=seed,
        rule=ConfigurationRule(permutations=PERMUTATIONS),
    )
    told = told[told["above_base"].fillna(False).astype(bool) & told["withheld"].isna()]
    if planted == "none":
        return judged(METHOD, f"false solution, {reading}", "none", called=float(len(told) > 0))
    found = {
        solution: any(
            {c for c, there in zip(term.codes, term.present, strict=True) if there} >= PLANTED
            for term in told[(told["solution"] == solution) & (told["part"] == "term")].itertuples()
        )
        for solution in ("parsimonious", "conservative")
    }
    return judged(
        METHOD,
        f"planted combination, {reading}",
        planted,
        called=float(found["parsimonious"]),
        aside="in the conservative solution",
        value=float(found["conservative"]),
    )


def _codes(keys: pd.Series, present: np.ndarray, filler: np.ndarray) -> pd.DataFrame:
    names = np.array([*SHARES, FILLER[0]])
    row, column = np.nonzero(np.column_stack([present, filler]))
    return pd.DataFrame({"case_key": keys.to_numpy()[row], "code": names[column], "round": 1})
