"""When the level of a series of counts changed, and how surely that can be told."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import xlogy

Floats = NDArray[np.float64]

LEAST_POINTS = 8
LEAST_CASES = 10
DRAWS = 999
MOST = 2
ALPHA = 0.01

COLUMNS = ["locality", "stream", "points", "change", "after", "earliest", "latest", "mean_before",
           "mean_after", "ratio", "p", "comparisons", "expected_false", "withheld"]  # fmt: skip


def change_points(
    counts: pd.DataFrame,
    order: Sequence[str],
    *,
    seed: int,
    dispersion: float = 1.0,
    alpha: float = ALPHA,
    level: float = 0.95,
    most: int = MOST,
    draws: int = DRAWS,
) -> pd.DataFrame:
    """The `change_points` frame: the changes of level of each locality and stream, or that there is none.

    counts: locality, stream, period, cases, weight where periods differ in size. order: the periods, oldest
    first. Returns COLUMNS: change: 1, 2, ... (0 where none passes the test), after: the last period before
    the change, earliest and latest: limits of `after` at `level`; mean_before, mean_after: cases of a
    period of weight 1 in the segments beside it, ratio of both; p of the test (Monte Carlo over `draws`),
    which passes at `alpha`; comparisons: series of the whole frame that were tested, expected_false: how many
    of them would pass without any change. At most `most` changes, the second within a segment of the first.
    withheld: `too_few_points` (under 8 known counts), `too_few_cases` (under 10 in all).
    """
    frame = counts if "weight" in counts else counts.assign(weight=1.0)
    places = {period: i for i, period in enumerate(order)}
    frame = frame[frame["period"].isin(places) & frame["cases"].notna()]
    frame = frame.assign(place=frame["period"].map(places)).sort_values(["locality", "stream", "place"])
    rng = np.random.default_rng(seed)
    rows: list[dict] = []
    for (locality, stream), part in frame.groupby(["locality", "stream"], sort=True):
        told = _changes(part, rng, dispersion, alpha, level, most, draws)
        rows += [{"locality": locality, "stream": stream, "points": len(part)} | row for row in told]
    tests = len({(row["locality"], row["stream"]) for row in rows if row["withheld"] is None})
    table = pd.DataFrame(rows, columns=COLUMNS).assign(comparisons=tests, expected_false=alpha * tests)
    words = dict.fromkeys(["locality", "stream", "after", "earliest", "latest", "withheld"], "str")
    numbers = dict.fromkeys(["mean_before", "mean_after", "ratio", "p", "expected_false"], "float64")
    return table.astype(words | numbers | {"change": "Int64", "points": "int64", "comparisons": "int64"})


def poisson_change(
    cases: Floats,
    weights: Floats,
    rng: np.random.Generator,
    *,
    dispersion: float = 1.0,
    draws: int = DRAWS,
) -> tuple[int, float]:
    """The likeliest change of the mean of Poisson counts: k, the number of points before it, and p.

    cases, weights: shape (n,). Given their sum, counts without a change are multinomial, so the test of the
    largest likelihood ratio is exact up to Monte Carlo. dispersion above 1: Dirichlet-multinomial draws of
    that variance.
    """
    ratios = _log_ratios(cases[None, :], weights)[0]
    null = _draw(cases.sum(), weights, rng, dispersion, draws)
    p = (1 + (_log_ratios(null, weights).max(axis=1) >= ratios.max() - 1e-9).sum()) / (draws + 1)
    return int(ratios.argmax()) + 1, float(p)


def change_interval(
    cases: Floats,
    weights: Floats,
    rng: np.random.Generator,
    *,
    dispersion: float = 1.0,
    level: float = 0.95,
    draws: int = DRAWS,
) -> tuple[int, int]:
    """First and last k of the confidence set of a change, as in `poisson_change`.

    The set holds every k at which, given the sums on both sides, the likelihood is not too far below its
    maximum (Worsley 1986, Biometrika 73:91): its coverage is `level` at least, however large the change.
    """
    ratios = _log_ratios(cases[None, :], weights)[0]
    chance = [_plausible(cases, weights, ratios, j, rng, dispersion, draws) for j in range(1, len(cases))]
    inside = np.flatnonzero(np.array(chance) > 1 - level) + 1
    return int(inside.min()), int(inside.max())


def _changes(
    part: pd.DataFrame,
    rng: np.random.Generator,
    dispersion: float,
    alpha: float,
    level: float,
    most: int,
    draws: int,
) -> list[dict]:
    x, w = part["cases"].to_numpy(dtype=float), part["weight"].to_numpy(dtype=float)
    names = part["period"].to_numpy()
    if len(x) < LEAST_POINTS or x.sum() < LEAST_CASES:
        return [{"withheld": "too_few_points" if len(x) < LEAST_POINTS else "too_few_cases"}]
    found: list[dict] = []
    tried: list[float] = []
    open_parts = [(0, len(x))]
    while open_parts and len(found) < most:
        a, b = open_parts.pop(0)
        if b - a < LEAST_POINTS or x[a:b].sum() < LEAST_CASES:
            continue
        k, p = poisson_change(x[a:b], w[a:b], rng, dispersion=dispersion, draws=draws)
        tried.append(p)
        if p > alpha:
            continue
        low, high = change_interval(x[a:b], w[a:b], rng, dispersion=dispersion, level=level, draws=draws)
        found.append({"k": a + k, "p": p, "low": a + low, "high": a + high})
        open_parts += [(a, a + k), (a + k, b)]
    found.sort(key=lambda change: change["k"])
    bounds = [0, *(change["k"] for change in found), len(x)]
    means = [x[a:b].sum() / w[a:b].sum() for a, b in pairwise(bounds)]
    rows = [
        {"change": i + 1, "after": names[c["k"] - 1], "earliest": names[c["low"] - 1],
         "latest": names[c["high"] - 1], "mean_before": means[i], "mean_after": means[i + 1],
         "ratio": means[i + 1] / means[i] if means[i] > 0 else np.inf, "p": c["p"], "withheld": None}
        for i, c in enumerate(found)
    ]  # fmt: skip
    return rows or [{"change": 0, "mean_before": means[0], "p": tried[0], "withheld": None}]


def _log_ratios(cases: Floats, weights: Floats) -> Floats:
    """Log likelihood ratio of a change after 1, ..., n - 1 points; cases (draws, n) -> (draws, n - 1)."""
    s, t = np.cumsum(cases, axis=1), np.cumsum(weights)
    total, size = s[:, -1:], t[-1]
    s, t = s[:, :-1], t[:-1]
    return xlogy(s, s / t) + xlogy(total - s, (total - s) / (size - t)) - xlogy(total, total / size)


def _plausible(
    cases: Floats,
    weights: Floats,
    ratios: Floats,
    j: int,
    rng: np.random.Generator,
    dispersion: float,
    draws: int,
) -> float:
    """Share of draws, given the sums on both sides of j, whose best change beats j by as much as here."""
    below = ratios.max() - ratios[j - 1]
    if below <= 1e-9:
        return 1.0
    parts = [_draw(x.sum(), w, rng, dispersion, draws)
             for x, w in ((cases[:j], weights[:j]), (cases[j:], weights[j:]))]  # fmt: skip
    drawn = _log_ratios(np.hstack(parts), weights)
    return float((1 + (drawn.max(axis=1) - drawn[:, j - 1] >= below - 1e-9).sum()) / (draws + 1))


def _draw(total: float, weights: Floats, rng: np.random.Generator, dispersion: float, draws: int) -> Floats:
    share = weights / weights.sum()
    if dispersion > 1 and total > dispersion:  # its variance is (total + a) / (1 + a) times the multinomial's
        a = (total - dispersion) / (dispersion - 1)
        share = rng.dirichlet(a * share, size=draws)
    return rng.multinomial(int(total), share, size=draws).astype(float)
