"""Years of counts of which the true risk, the season and the late reports are known, to judge targets by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

YEARS = [f"Y{t}" for t in range(9)]
"""Eight complete years and one that runs."""

TARGETS = {"child_abuse": -0.03, "under18_offending": -0.05}
HALF = range(1, 7)
SEASON = np.where(np.isin(np.arange(1, 13), [6, 7, 8]), 1.5, 1.0)
SEASON_SWING = 0.1
COUNTED_SO_FAR = np.array([0.98, 0.97, 0.95, 0.92, 0.85, 0.7])
RATIO_ERROR = 0.03

PATHS: dict[str, dict[str, float]] = {
    "steps of any size": {"sd": np.nan},
    "small steps": {"sd": 0.1},
    "large steps": {"sd": 0.3},
    "swings about a level": {"sd": 0.2, "level": 1},
    "a plan that begins": {"sd": 0.1, "together": 0.1, "begins": 1},
}
"""How the log risk of a district moves. sd: of a year's change (missing: drawn anew in every province, about
as large as .2). level: 1 where it returns to a level each year instead of going on from where it is.
together: sd of what all districts share in a year. begins: 1 where changes lie around the target in the last
two years only, and around none before, instead of always.
"""


@dataclass(frozen=True)
class TargetYears:
    """exposed: the complete years. months: locality, stream, year, number, cases, of those. so_far: locality,
    stream, cases (counted at the cut-off), persons, of the running year. completeness: stream, ratio,
    standard_error. risk: locality, stream, period, persons, risk (true, a person-year), of all years. final:
    locality, stream, cases of the running year.
    """

    exposed: pd.DataFrame
    months: pd.DataFrame
    so_far: pd.DataFrame
    completeness: pd.DataFrame
    risk: pd.DataFrame
    final: pd.DataFrame


def target_years(levels: pd.DataFrame, seed: list[int], **path: float) -> TargetYears:
    """levels: locality, stream, risk (a person-year), persons. path: one of PATHS.

    Districts are given 1 to 10 times their persons, so that they have some 3 to 60 cases a year.
    """
    rng = np.random.default_rng(seed)
    places = np.sort(levels["locality"].unique())
    growth = rng.normal(0.01, 0.015, len(places))
    larger = np.exp(rng.uniform(0, np.log(10), len(places)))
    persons = larger[:, None] * np.exp(growth[:, None] * np.arange(len(YEARS)))
    parts = [
        _one_stream(rng, rows.sort_values("locality"), persons, target=TARGETS[str(stream)], **path)
        for stream, rows in levels.groupby("stream", sort=True)
    ]
    frames = {name: pd.concat([part[name] for part in parts], ignore_index=True) for name in parts[0]}
    return TargetYears(**frames)


def risk_path(
    rng: np.random.Generator,
    n: int,
    *,
    target: float,
    sd: float,
    level: float = 0,
    together: float = 0.0,
    begins: float = 0,
) -> np.ndarray:
    """Log risk relative to the first year, n x years."""
    t = len(YEARS)
    sd = abs(rng.normal(0, 0.2)) if np.isnan(sd) else sd
    aim = np.where(np.arange(t) >= (t - 2 if begins else 1), np.log1p(target), 0.0)
    shared = np.cumsum(aim + rng.normal(0, together, t) * (np.arange(t) > 0))
    own = rng.normal(0, sd / np.sqrt(2) if level else sd, (n, t))
    return shared + (own if level else np.cumsum(own * (np.arange(t) > 0), axis=1))


def _one_stream(
    rng: np.random.Generator,
    levels: pd.DataFrame,
    growing: np.ndarray,
    *,
    target: float,
    **path: float | bool,
) -> dict[str, pd.DataFrame]:
    n, t = growing.shape
    stream = levels["stream"].iloc[0]
    persons = levels["persons"].to_numpy()[:, None] * growing
    risk = levels["risk"].to_numpy()[:, None] * np.exp(risk_path(rng, n, target=target, **path))
    weight = SEASON * np.exp(rng.normal(0, SEASON_SWING, (t, 12)))
    month = rng.poisson((risk * persons)[:, :, None] * weight / weight.sum(axis=1, keepdims=True))
    counted = rng.binomial(month[:, -1, : len(HALF)], COUNTED_SO_FAR)
    keys = {"locality": np.repeat(levels["locality"].to_numpy(), t), "stream": stream, "period": YEARS * n}
    years = pd.DataFrame(
        keys | {"cases": month.sum(axis=2).ravel(), "persons": persons.ravel(), "risk": risk.ravel()}
    )
    last = years["period"] == YEARS[-1]
    number = pd.DataFrame({"number": range(1, 13)})
    months = years[["locality", "stream", "period"]].merge(number, how="cross").assign(cases=month.ravel())
    half = weight[-1, : len(HALF)]
    ratio = half.sum() / (half * COUNTED_SO_FAR).sum()
    known = {"ratio": ratio + RATIO_ERROR * rng.normal(), "standard_error": RATIO_ERROR}
    return {
        "exposed": years[~last].assign(person_years=years["persons"]).drop(columns="risk"),
        "months": months[months["period"] != YEARS[-1]].rename(columns={"period": "year"}),
        "so_far": years.loc[last, ["locality", "stream", "persons"]].assign(cases=counted.sum(axis=1)),
        "completeness": pd.DataFrame([{"stream": stream} | known]),
        "risk": years.drop(columns="cases"),
        "final": years.loc[last, ["locality", "stream", "cases"]],
    }
