"""Late reports: what is expected finally, and what a fall or a rise of cases is called.

In a light world with delays of its own; in that of a study, what its truth declares (`reported`).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from diaban.analysis.reporting import chain_ladder, delay_triangle, nowcast, reading
from diaban.analysis.reporting.signals import REPORTS, counted_signal
from diaban.bench.truth.judged import NONE, covers, join, judged
from diaban.bench.truth.reported import judge_study
from diaban.bench.truth.worlds import World

MEANS = (0.3, 2.5, 10.0, 40.0)
"""Cases a month: of a district, of a province's streams, of a large one."""

MONTHS = 60
DELAY = (10.0, 1.5, 700.0)
"""Median days, standard deviation of the logarithm, longest: as the study's child abuse."""

PLACES, CASES, REPORTED, LESS = 40, 20.0, 80.0, 0.6
"""Localities, cases and reports of a year in each, and what is left of them where fewer tell."""


def judge(world: World) -> pd.DataFrame:
    if not world.light:
        return judge_study(world.seed)
    return join([*expected_finally(world.seed), *_falls(world.seed)])


def expected_finally(seed: int) -> Iterator[pd.DataFrame]:
    """The newest month and half-year of a register, at several means."""
    rng = np.random.default_rng([seed, 7])
    months = months_frame()
    newest = months["period"].iloc[-1]
    half = dict.fromkeys(months["period"].iloc[-6:], "newest half-year")
    for mean in MEANS:
        cases = delayed_cases(rng, mean, months)
        final = cases.groupby(cases["month"].map(half)).size().to_dict()
        final[newest] = int((cases["month"] == newest).sum())
        triangle = delay_triangle(cases, months, cutoff=months["end"].iloc[-1])
        methods = {
            "chain ladder": chain_ladder(triangle, groups=half),
            "nowcast": nowcast(triangle, groups=half),
        }
        for method, told in methods.items():
            yield from _beside(method, told.set_index("origin"), final, mean)


def _beside(method: str, told: pd.DataFrame, final: dict[str, int], mean: float) -> Iterator[pd.DataFrame]:
    for origin, finally_ in final.items():
        row = told.loc[[origin]]
        size = mean * (6 if origin.startswith("newest") else 1)
        which = origin if origin.startswith("newest") else "newest month"
        answered = row["withheld"].isna()
        yield judged(
            method,
            f"{which}, {mean:g} a month",
            error=((row["expected_finally"] - finally_) / size).where(answered),
            covered=np.where(answered, covers(row["lower"], row["upper"], finally_), np.nan),
            aside="error of what is counted so far",
            value=(row["counted"] - finally_) / size,
        )


def months_frame() -> pd.DataFrame:
    """MONTHS months: period, start, end."""
    start = pd.Series(pd.date_range("2019-01-01", periods=MONTHS + 1, freq="MS"))
    end = start.shift(-1) - pd.Timedelta(days=1)
    period = start.dt.strftime("%Y-%m").astype("str")
    return pd.DataFrame({"period": period, "start": start, "end": end}).iloc[:-1]


def delayed_cases(rng: np.random.Generator, mean: float, months: pd.DataFrame) -> pd.DataFrame:
    """Every case of those months, known by the end of them or not."""
    month = np.repeat(np.arange(MONTHS), rng.poisson(mean, MONTHS))
    median, sd, longest = DELAY
    days = np.minimum(np.floor(rng.lognormal(np.log(median), sd, len(month))), longest)
    length = (months["end"] - months["start"]).dt.days.to_numpy()[month] + 1
    into = np.floor(rng.random(len(month)) * length)
    occurred = months["start"].iloc[month].reset_index(drop=True) + pd.to_timedelta(into, unit="D")
    return pd.DataFrame(
        {
            "stream": "one",
            "month": months["period"].to_numpy()[month],
            "occurred_to": occurred,
            "reported_on": occurred + pd.to_timedelta(days, unit="D"),
        }
    )


def _falls(seed: int) -> Iterator[pd.DataFrame]:
    """A fall of cases, where fewer are reported or where as many are, as fewer happen."""
    rng = np.random.default_rng([seed, 8])
    names = [f"L{i:02d}" for i in range(PLACES)]
    for planted, reported in (("declared", LESS), (NONE, 1.0)):
        frames = [
            pd.DataFrame({"locality": names, "period": period, "stream": "one", "person_years": 1.0}).assign(
                cases=rng.poisson(CASES * now, PLACES), reports=rng.poisson(REPORTED * told, PLACES)
            )
            for period, now, told in (("before", 1.0, 1.0), ("after", LESS, reported))
        ]
        both = pd.concat(frames, ignore_index=True)
        counts = both.rename(columns={"reports": "count", "person_years": "exposure"})
        signals = counted_signal(counts, signal=REPORTS, period="after", base="before")
        told = reading(both, signals, period="after", base="before")
        called = (told["label"] == "fall_inconclusive").where(told["direction"] == "fell")
        yield judged("reading", "a fall is called inconclusive", planted, called=called.astype("Float64"))
