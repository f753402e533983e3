"""The targets: whether what is called 80 % comes true in 80 of 100, and whether it beats "the count says"."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd

from diaban.analysis.targets import WHOLE, mid_year, pooled_attainment, season_shares, target_table
from diaban.bench.light_province import Province
from diaban.bench.light_targets import HALF, PATHS, TARGETS, YEARS, TargetYears, target_years
from diaban.bench.truth.judged import covers, join, judged
from diaban.bench.truth.worlds import World

KEYS = ["locality", "stream"]
COMPLETE = YEARS[:-1]
BASE, PERIOD = COMPLETE[-2:]
BLOCKS = {"before": COMPLETE[-6:-3], "now": COMPLETE[-3:]}
BINS = [0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0]
DECLARED = [(stream, stream, change) for stream, change in TARGETS.items()]


def judge(world: World) -> pd.DataFrame:
    """Calibration in bins and Brier scores.

    Bins: planted is the bin, found what came true of it, the note what was said on average, bias the
    difference. What is told is binned by path, what it is measured against over all paths together.
    """
    levels = district_levels(world.province)
    frames: list[pd.DataFrame] = []
    for i, (name, path) in enumerate(PATHS.items()):
        years = target_years(levels, [world.seed, 51, i], **path)
        frames += [*_yearly(years, name), *_pooled(years, name), *_mid_year(years, name)]
    return join(frames)


def district_levels(one: Province) -> pd.DataFrame:
    """locality, stream, risk (a person-year), persons of the districts of a light province."""
    assert one.expected is not None
    frame = one.expected.assign(locality=one.expected["locality"].map(one.groups))
    sums = frame.groupby(KEYS, as_index=False)[["mu", "person_years"]].sum()
    persons = frame[frame["period"] == frame["period"].iloc[0]].groupby(KEYS)["persons"].sum()
    return sums.assign(risk=sums["mu"] / sums["person_years"]).join(persons, on=KEYS)


def _yearly(years: TargetYears, path: str) -> Iterator[pd.DataFrame]:
    told = target_table(years.exposed, targets=DECLARED, period=PERIOD, base=BASE)
    true = _change(years.risk, [PERIOD], [BASE])
    fell = _true_of(told, true) <= np.log1p(told["change"].to_numpy()) + 1e-12
    forecasts = {
        "as told": told["attainment"],
        "two counts alone": told["attainment_two_counts"],
        "the count says": told["met"].astype("float64"),
    }
    yield from _scored("a year's target", path, told, forecasts, fell)


def _pooled(years: TargetYears, path: str) -> Iterator[pd.DataFrame]:
    told = pooled_attainment(
        years.exposed, targets=DECLARED, blocks=BLOCKS, block="now", base="before", order=COMPLETE
    )
    true = _change(years.risk, BLOCKS["now"], BLOCKS["before"])
    fell = _true_of(told, true) <= np.log1p(told["pooled_change"].to_numpy()) + 1e-12
    counts = told["cases"] <= (1 + told["pooled_change"]) * told["base_cases"]
    forecasts = {
        "as told": told["attainment"],
        "two counts alone": told["attainment_two_counts"],
        "the count says": counts.astype("float64"),
    }
    yield from _scored("three years against three", path, told, forecasts, fell)


def _mid_year(years: TargetYears, path: str) -> Iterator[pd.DataFrame]:
    season = season_shares(years.months, elapsed=HALF, years=COMPLETE)
    told = mid_year(
        years.so_far, years.exposed, season, targets=DECLARED, base=PERIOD, completeness=years.completeness
    )
    final = _true_of(told, _with_whole(years.final).set_index(KEYS)["cases"])
    met = final <= told["limit"].to_numpy(dtype=float)
    forecasts = {
        "as told": told["probability"],
        "this year alone": told["probability_this_year_alone"],
        "the count says": _same_half(years, told),
    }
    yield from _scored("mid-year", path, told, forecasts, met)
    yield judged(
        "mid-year",
        f"{path}: final count",
        error=told["expected"] - final,
        covered=covers(told["lower"], told["upper"], final),
    )


def _scored(
    method: str, path: str, told: pd.DataFrame, forecasts: dict[str, pd.Series], true: np.ndarray
) -> Iterator[pd.DataFrame]:
    for name in ("as told", list(forecasts)[1]):
        said = forecasts[name].to_numpy(dtype=float)
        bins = np.digitize(said, BINS[1:-1])
        labels = np.array([f"{100 * a:02.0f}-{100 * b:02.0f} %" for a, b in pairwise(BINS)])
        where = path if name == "as told" else "all paths"
        yield judged(
            method, f"{where}: {name}", labels[bins], error=said - true, called=true, aside="said", value=said
        )
    forecasts = forecasts | {"one half, always": pd.Series(0.5, index=told.index)}
    whole = (told["locality"] == WHOLE).to_numpy()
    for place, rows in ((f"{path}: score", ~whole), ("all paths: score, the whole", whole)):
        for name, forecast in forecasts.items():
            square = (forecast.to_numpy(dtype=float) - true)[rows] ** 2
            yield judged(method, place, name, aside="Brier", value=square)


def _same_half(years: TargetYears, told: pd.DataFrame) -> pd.Series:
    """What a dashboard says in mid-year: 1 where there are so few cases as the target asks of the same months
    of last year, 0 elsewhere.
    """
    months = years.months[(years.months["year"] == PERIOD) & years.months["number"].isin(HALF)]
    before = _with_whole(months.groupby(KEYS, as_index=False)["cases"].sum()).set_index(KEYS)["cases"]
    goal = (1 + told["change"].to_numpy()) * _true_of(told, before)
    return pd.Series((told["cases"].to_numpy(dtype=float) <= goal + 1e-9).astype(float), index=told.index)


def _change(risk: pd.DataFrame, now: list[str], before: list[str]) -> pd.Series:
    """Change of the log of the true risk, by locality (the whole too) and stream."""
    frame = _with_whole(risk.assign(cases=risk["risk"] * risk["persons"]), ["period"])
    logs = [
        np.log(rows["cases"] / rows["persons"])
        for rows in (
            frame[frame["period"].isin(p)].groupby(KEYS)[["cases", "persons"]].sum() for p in (now, before)
        )
    ]
    return logs[0] - logs[1]


def _with_whole(frame: pd.DataFrame, keys: list[str] | None = None) -> pd.DataFrame:
    sums = frame.groupby(["stream", *(keys or [])], as_index=False)[
        [name for name in ("cases", "persons") if name in frame]
    ].sum()
    return pd.concat([frame, sums.assign(locality=WHOLE)], ignore_index=True)


def _true_of(told: pd.DataFrame, true: pd.Series) -> np.ndarray:
    return true.reindex(pd.MultiIndex.from_frame(told[KEYS])).to_numpy(dtype=float)
