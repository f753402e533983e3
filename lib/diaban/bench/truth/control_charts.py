"""How often charts, alerts and change points speak where nothing happens, and where the level doubles."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from diaban.analysis.control_charts import alerts, change_points, control_charts
from diaban.bench.truth.judged import ALL, NONE, covers, join, judged
from diaban.bench.truth.worlds import World

MEANS = (0.3, 1.0, 3.0, 10.0, 30.0)
"""Cases a month."""

KINDS = {3.0: "c", 10.0: "c or xmr", 30.0: "xmr"}
"""What the mean of the baseline chooses; below, gaps in days (t) or in months (g)."""

CHARTS = 12
BASELINE, WATCHED = 36, 12
DOUBLED = "doubled"
STREAM = "s"
BUDGET = 1.0
PLACES = np.geomspace(0.1, 6, 24)
"""Cases a month of the places that alerts are raised over: two streams of a province and its districts."""

DRAWS = 199
_MONTHS = [f"m{i:02d}" for i in range(BASELINE + WATCHED)]
_FIRST, _LATER = _MONTHS[:BASELINE], _MONTHS[BASELINE:]
_DAYS = 30
_START = pd.Timestamp("2018-01-01")


def judge(world: World) -> pd.DataFrame:
    """Constant and doubled Poisson counts of the world's seed; a baseline of three years, then one year."""
    rng = np.random.default_rng([world.seed, 11])
    return join([*_charts(rng), *_alerts(rng), *_changes(rng)])


def _charts(rng: np.random.Generator) -> Iterator[pd.DataFrame]:
    for mean in MEANS:
        counts, events = months(rng, np.full(CHARTS, mean))
        louder, more = months(rng, np.full(CHARTS, mean), ratio=2.0)
        for dated in (True, False) if mean < 1.4 else (False,):
            still = _told(counts, events if dated else None)
            doubled = _told(louder, more if dated else None)
            what = f"{KINDS.get(mean, 't' if dated else 'g')} chart, {mean:g} cases a month"
            yield judged("control_charts", what, NONE, called=still["signal"].notna())
            yield judged("control_charts", f"{what}, some signal in a year", ALL, called=_any(still))
            concern = _any(doubled[doubled["reading"] == "concern"], doubled)
            yield judged("control_charts", f"{what}, concern within a year", DOUBLED, called=concern)
            printed = _told(counts, events if dated else None, published=True)
            yield judged("control_charts", f"{what}, published limits, in a year", ALL, called=_any(printed))


def _told(counts: pd.DataFrame, events: pd.DataFrame | None, *, published: bool = False) -> pd.DataFrame:
    """Points after the baseline of the charts that have limits."""
    until = _START + pd.Timedelta(days=_DAYS * len(_MONTHS))
    charts = control_charts(
        counts, _MONTHS, baseline=_FIRST, events=events, until=until, published=published
    )  # fmt: skip
    return charts[charts["period"].isin(_LATER) & charts["withheld"].isna()]


def _any(points: pd.DataFrame, among: pd.DataFrame | None = None) -> np.ndarray:
    """1.0 for each chart with a signal among `points`, 0.0 for each other one of `among`."""
    every = (points if among is None else among)["locality"].unique()
    loud = points.loc[points["signal"].notna(), "locality"].unique()
    return np.isin(every, loud).astype(float)


def _alerts(rng: np.random.Generator) -> Iterator[pd.DataFrame]:
    """A year of months over PLACES, with and without a doubling."""
    for ratio, planted in ((1.0, NONE), (2.0, DOUBLED)):
        counts, _ = months(rng, PLACES, ratio=ratio)
        told = alerts(counts, baseline=_FIRST, periods=_LATER, rounds=WATCHED, budget=BUDGET)
        alarm = told["alert"].astype(float)
        if planted == NONE:
            promised = told.groupby("period")["expected_false_alarms"].first().mean()
            what = f"false alarms a year, budget {BUDGET:g}"
            yield judged("alerts", what, ALL, error=alarm.sum() - promised, aside="a year", value=alarm.sum())
            continue
        for low, high in ((0, 0.5), (0.5, 2), (2, 9)):
            rate = PLACES[told["locality"].astype(int)]
            month = told[(rate >= low) & (rate < high)]
            called = month.groupby("locality")["alert"].any().astype(float)
            yield judged("alerts", f"within a year, {low:g} to {high:g} a month", DOUBLED, called=called)


def _changes(rng: np.random.Generator) -> Iterator[pd.DataFrame]:
    """The last 24 of 48 months at twice the level, or not."""
    for mean in (1.0, 3.0):
        for ratio, planted in ((1.0, NONE), (2.0, DOUBLED)):
            counts, _ = months(rng, np.full(4, mean), ratio=ratio, first=24)
            told = change_points(counts, _MONTHS, seed=int(rng.integers(2**31)), draws=DRAWS)
            first = told.drop_duplicates("locality")
            found = (first["change"] > 0).astype(float)
            what = f"{mean:g} cases a month"
            yield judged("change_points", what, planted, called=found)
            one = first[first["change"] > 0]
            if planted == DOUBLED and len(one):
                place = {month: i for i, month in enumerate(_MONTHS, start=1)}
                held = covers(one["earliest"].map(place), one["latest"].map(place), 24)
                yield judged("change_points", f"{what}, month of the change", planted, covered=held)


def months(
    rng: np.random.Generator, means: np.ndarray, *, ratio: float = 1.0, first: int = BASELINE
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Poisson counts of places 0, 1, ... with these means a month, times `ratio` after `first` months.

    Returns counts (locality, stream, period, cases) and the same cases, each with its day.
    """
    level = np.where(np.arange(len(_MONTHS)) < first, 1.0, ratio)
    x = rng.poisson(np.outer(means, level))
    names = np.arange(len(means)).astype(str)
    index = pd.MultiIndex.from_product([names, [STREAM], _MONTHS], names=["locality", "stream", "period"])
    counts = pd.Series(x.ravel(), index=index, name="cases").reset_index()
    events = counts.loc[counts.index.repeat(counts["cases"]), ["locality", "stream", "period"]]
    month = events["period"].str[1:].astype(int).to_numpy()
    days = month * _DAYS + rng.integers(0, _DAYS, len(events))
    return counts, events.assign(date=_START + pd.to_timedelta(days, unit="D"))
