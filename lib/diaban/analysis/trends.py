"""Change over time: against a baseline, over the newest five points, and month by month or year by year."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2, nbinom

from diaban.analysis.exposure import CELL
from diaban.analysis.labels import first_true, text
from diaban.analysis.rate_ratio import panel_dispersion, rate_ratio
from diaban.analysis.rates import crude_rate

Floats = NDArray[np.float64]

POINTS = 5
SIGNIFICANCE = float(chi2.isf(0.002, 1))
LEAST_CASES = 10
LEAST_BASELINE_PERIODS = 3

TREND_COLUMNS = ["locality", "stream", "period", "baseline", "rate_ratio", "lower", "upper", "p",
                 "dispersion", "marker", "withheld"]  # fmt: skip
RUN_COLUMNS = ["locality", "stream", "period", "cases", "person_years", "expected", "lower", "upper",
               "signal", "withheld"]  # fmt: skip


def trend_marker(value: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> tuple[NDArray[np.object_], Floats]:
    """Trend of the five newest points, weighted by their 95 % intervals (Fingertips trend markers).

    value, lower, upper: shape (..., n), oldest first; the last five are used. Returns the marker
    ("increasing", "decreasing", "no_change", or None with a point or interval missing or without width)
    and chi-squared, shape (...). A trend needs chi-squared above its 99.8 % point, and the slope must
    keep its sign when any one point is left out.
    """
    y, low, high = (np.asarray(a, dtype=float)[..., -POINTS:] for a in (value, lower, upper))
    if y.shape[-1] < POINTS:
        return np.full(y.shape[:-1], None), np.full(y.shape[:-1], np.nan)
    width = np.where(high > low, high - low, np.nan)
    w = 1 / (width / 3.92) ** 2
    slope, variance = _slope(y, w)
    chi_squared = slope**2 / variance
    others = [_slope(np.delete(y, i, axis=-1), np.delete(w, i, axis=-1), omitted=i)[0] for i in range(POINTS)]
    steady = (np.sign(others) == np.sign(slope)).all(axis=0)
    trend = steady & (chi_squared > SIGNIFICANCE)
    undecided = ~trend & np.isfinite(chi_squared)
    conditions = [undecided, trend & (slope > 0), trend]
    return first_true(conditions, ["no_change", "increasing", "decreasing"]), chi_squared


def trends_table(
    exposed: pd.DataFrame,
    order: Sequence[str],
    *,
    baseline: Sequence[str],
    dispersion: float | pd.Series | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """The `trends` frame: every period after the baseline against the baseline, by locality and stream.

    order: the periods, oldest first (leave incomplete ones out where the year has a season). baseline: some
    of them, taken together; the periods after its last one get rows. rate_ratio, lower, upper, p:
    `rate_ratio` of counts over person-years; `dispersion` (one, or by stream) widens them, by default the
    `panel_dispersion` of each stream. marker: `trend_marker` of the rates up to the period (missing with
    fewer than five).

    withheld: `too_few_cases` (fewer than LEAST_CASES in both together), `baseline_without_cases`,
    `too_few_periods` (the locality lacks the baseline); the ratio is then missing.
    """
    frame = exposed[exposed["period"].isin(list(order))]
    base = frame[frame["period"].isin(list(baseline))].groupby(["locality", "stream"])
    base = base[["cases", "person_years"]].sum(skipna=False).add_prefix("base_").reset_index()
    last = max((order.index(period) for period in baseline), default=-1)
    later = _with_markers(frame, order)
    later = later[later["period"].isin(list(order[last + 1 :]))]
    later = later.merge(base, on=["locality", "stream"], how="left", validate="many_to_one")
    phi = _dispersion(later["stream"], frame, dispersion)
    ratio = rate_ratio(
        later["cases"], later["person_years"], later["base_cases"], later["base_person_years"],
        dispersion=phi, level=level,
    )  # fmt: skip
    reasons = first_true(
        [
            later["base_person_years"].isna(),
            ~(later["cases"] + later["base_cases"] >= LEAST_CASES),
            later["base_cases"] == 0,
        ],
        ["too_few_periods", "too_few_cases", "baseline_without_cases"],
    )
    withheld = pd.Series(reasons, index=later.index, dtype="str")
    table = later.join(ratio.mask(withheld.notna()))
    label = baseline[0] if len(baseline) == 1 else "–".join([*baseline[:1], *baseline[-1:]])
    return table.assign(baseline=label, dispersion=phi, withheld=withheld)[TREND_COLUMNS]


def prediction_limits(
    base_cases: ArrayLike,
    base_exposure: ArrayLike,
    exposure: ArrayLike,
    *,
    level: float = 0.95,
    dispersion: ArrayLike = 1.0,
) -> tuple[Floats, Floats]:
    """Where a count should lie if the baseline's risk goes on, in cases, any shape.

    Negative binomial: the risk is Gamma(base_cases + 1/2, base_exposure), the count Poisson given it
    (Jeffreys' prior). `dispersion` above 1 widens the limits as in quasi-Poisson.
    """
    phi = np.asarray(dispersion, dtype=float)
    b, t0, t = (np.asarray(a, dtype=float) for a in (base_cases, base_exposure, exposure))
    tail = (1 - level) / 2
    size, share = b / phi + 0.5, t0 / (t0 + np.where(t > 0, t, np.nan))
    return phi * nbinom.ppf(tail, size, share), phi * nbinom.ppf(1 - tail, size, share)


def chance_within(
    limit: ArrayLike, cases: ArrayLike, elapsed: ArrayLike, remaining: ArrayLike
) -> NDArray[np.float64]:
    """Chance that the year ends with at most `limit` cases, given `cases` in the `elapsed` part of it.

    elapsed, remaining: exposure (years or person-years). Gamma(cases + 1/2) mixed with Poisson.
    """
    k, t0, t = (np.asarray(a, dtype=float) for a in (cases, elapsed, remaining))
    return nbinom.cdf(np.asarray(limit, dtype=float) - k, k + 0.5, t0 / (t0 + t))


def run_chart(
    exposed: pd.DataFrame,
    order: Sequence[str],
    *,
    baseline: Sequence[str],
    dispersion: float | pd.Series | None = None,
    level: float = 0.95,
    least_periods: int = LEAST_BASELINE_PERIODS,
) -> pd.DataFrame:
    """Run chart: the count of every period, what the baseline's rate leads to expect, and prediction limits.

    order: the periods (months or years), oldest first; baseline: some of them. Returns RUN_COLUMNS, in
    cases; signal is "above" or "below" the limits, or missing. withheld `too_few_periods`: a locality with
    fewer than `least_periods` baseline periods has counts only.
    """
    frame = exposed[exposed["period"].isin(list(order))]
    base = frame[frame["period"].isin(list(baseline))].groupby(["locality", "stream"])
    base = base.agg(
        base_cases=("cases", "sum"), base_years=("person_years", "sum"), points=("period", "size")
    )
    chart = frame.merge(base.reset_index(), on=["locality", "stream"], how="left", validate="many_to_one")
    enough = chart["points"] >= least_periods
    phi = _dispersion(chart["stream"], frame, dispersion)
    lower, upper = prediction_limits(
        chart["base_cases"], chart["base_years"], chart["person_years"], level=level, dispersion=phi
    )
    expected = chart["base_cases"] / chart["base_years"] * chart["person_years"]
    chart = chart.assign(
        expected=expected.where(enough),
        lower=pd.Series(lower, index=chart.index).where(enough),
        upper=pd.Series(upper, index=chart.index).where(enough),
        withheld=text(first_true([~enough], ["too_few_periods"])),
    )
    beyond = [chart["cases"] > chart["upper"], chart["cases"] < chart["lower"]]
    chart = chart.assign(signal=text(first_true(beyond, ["above", "below"])))
    return _in_order(chart, order)[RUN_COLUMNS].reset_index(drop=True)


def _dispersion(streams: pd.Series, frame: pd.DataFrame, dispersion: float | pd.Series | None) -> pd.Series:
    """Dispersion of each of `streams`: as given, or that of the counts in `frame`."""
    if isinstance(dispersion, int | float):
        return pd.Series(float(dispersion), index=streams.index)
    return streams.map(panel_dispersion(frame) if dispersion is None else dispersion).fillna(1.0)


def _slope(y: Floats, w: Floats, omitted: int | None = None) -> tuple[Floats, Floats]:
    """Weighted least-squares slope over the points 1 to 5 and its variance, along the last axis."""
    x = np.arange(1, POINTS + 1.0)
    x = x if omitted is None else np.delete(x, omitted)
    total = w.sum(-1)
    x_centred = x - (w * x).sum(-1, keepdims=True) / total[..., None]
    spread = (w * x_centred**2).sum(-1)
    return (w * x_centred * y).sum(-1) / spread, 1 / spread


def _with_markers(frame: pd.DataFrame, order: Sequence[str]) -> pd.DataFrame:
    """Rows of `frame` by locality, stream and period, each with the trend marker of the points up to it."""
    rates = _in_order(frame, order).join(crude_rate(frame["cases"], frame["person_years"]))
    wide = [
        rates.pivot(index=["locality", "stream"], columns="period", values=name).reindex(columns=list(order))
        for name in ("rate", "lower", "upper")
    ]
    markers = pd.DataFrame(index=wide[0].index)
    for end, period in enumerate(order, start=1):
        markers[period] = trend_marker(*(points.to_numpy(dtype=float)[:, :end] for points in wide))[0]
    long = markers.melt(ignore_index=False, var_name="period", value_name="marker").reset_index()
    merged = rates[[*CELL, "cases", "person_years"]].merge(long, on=CELL, how="left", validate="one_to_one")
    return merged.assign(marker=merged["marker"].astype("str"))


def _in_order(frame: pd.DataFrame, order: Sequence[str]) -> pd.DataFrame:
    place = frame["period"].map({period: i for i, period in enumerate(order)})
    return frame.assign(place=place).sort_values(["locality", "stream", "place"]).drop(columns="place")
