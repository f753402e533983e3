"""The control chart of every place and stream, with a frozen baseline."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diaban.analysis.control_charts.gaps import day_gaps, period_gaps
from diaban.analysis.control_charts.kinds import chart_kind, is_overdispersed
from diaban.analysis.control_charts.limits import (
    Limits,
    c_limits,
    c_probability_limits,
    g_limits,
    g_probability_limits,
    sigma_of_z,
    t_limits,
    t_probability_limits,
    xmr_limits,
)
from diaban.analysis.control_charts.signals import signals
from diaban.analysis.labels import first_true, text

Floats = NDArray[np.float64]

LEAST_POINTS = 8
"""Points of the baseline below which no limits are drawn."""

COLUMNS = ["locality", "stream", "kind", "unit", "point", "period", "value", "centre", "lower", "upper",
           "baseline", "open", "signal", "side", "reading", "withheld"]  # fmt: skip
READINGS = ("common", "concern", "improvement", "special")


def control_charts(
    counts: pd.DataFrame,
    order: Sequence[str],
    *,
    baseline: Collection[str],
    events: pd.DataFrame | None = None,
    until: pd.Timestamp | None = None,
    better: str | None = "fewer",
    published: bool = False,
    least_points: int = LEAST_POINTS,
) -> pd.DataFrame:
    """The `control_charts` frame: one row a point of the chart of each locality and stream.

    counts: locality, stream, period, cases (missing where unknown), weight where periods differ in size
    (mean 1: season, population; default 1). order: the periods, complete ones, oldest first. baseline: those
    that limits are made from and then kept; see `first_years`. events: locality, stream, period, date of each
    case, where days may be used; `until`, the last day that is counted. better: "fewer", "more" or None.
    published: limits as the textbooks give them, instead of those by probability, which allow for a short
    baseline and are passed by chance less often.

    Returns COLUMNS. kind: see `chart_kind`, with "c'" where counts vary more than Poisson counts. unit of
    value, centre, lower, upper: "cases" (a period), "days" or "periods" (between cases). point: 0, 1, ... in
    the order of time. open: the gap that has not ended. signal, side: see `signals`. reading: "common",
    "concern", "improvement", or "special" where neither way is better; a long gap means few cases. Gaps are
    not weighted. withheld: `no_cases`, `too_few_points` (under `least_points` in the baseline): values
    without limits.
    """
    places = {period: i for i, period in enumerate(order)}
    frame = counts[counts["period"].isin(places)].assign(place=lambda rows: rows["period"].map(places))
    frame = frame.sort_values(["locality", "stream", "place"], kind="stable")
    if "weight" not in frame:
        frame = frame.assign(weight=1.0)
    dated = {} if events is None else dict(list(events.groupby(["locality", "stream"])))
    charts = [
        _chart(
            rows, set(baseline), _dates(dated, key, events), until, better, published, least_points
        ).assign(locality=key[0], stream=key[1])
        for key, rows in frame.groupby(["locality", "stream"], sort=True)
    ]
    table = pd.concat(charts, ignore_index=True) if charts else pd.DataFrame(columns=COLUMNS)
    kinds = dict.fromkeys(
        ["locality", "stream", "kind", "unit", "period", "signal", "side", "reading", "withheld"], "str"
    )
    numbers = dict.fromkeys(["value", "centre", "lower", "upper"], "float64")
    return table.astype(kinds | numbers | {"point": "int64", "baseline": bool, "open": bool})[COLUMNS]


def first_years(periods: pd.DataFrame, *, years: int = 3) -> list[str]:
    """Periods of the first complete years, the baseline where none is declared.

    periods: period, number (place within the year, from 1), complete, in the order of time. A year is
    complete with all of its parts.
    """
    parts = int(periods["number"].max()) if len(periods) else 0
    year = (periods["number"] == 1).cumsum()
    whole = periods.groupby(year)["complete"].agg(lambda c: bool(c.all()) and len(c) == parts)
    chosen = whole[whole].index[:years]
    return periods.loc[year.isin(chosen), "period"].tolist()


def _dates(dated: dict, key: tuple, events: pd.DataFrame | None) -> pd.DataFrame | None:
    return None if events is None else dated.get(key, events.iloc[:0])


def _chart(
    rows: pd.DataFrame,
    baseline: set[str],
    events: pd.DataFrame | None,
    until: pd.Timestamp | None,
    better: str | None,
    published: bool,
    least_points: int,
) -> pd.DataFrame:
    first = rows[rows["period"].isin(baseline) & rows["cases"].notna()]
    any_case = bool(rows["cases"].sum() > 0)
    mean = first["cases"].sum() / first["weight"].sum() if any_case and len(first) else np.nan
    kind, points = _values(rows, baseline, events, until, mean)
    reason = None if any_case else "no_cases"
    if any_case and (points["baseline"] & points["value"].notna()).sum() < least_points:
        reason = "too_few_points"
    return _points(points.reset_index(drop=True), kind, reason, better, published)


def _values(
    rows: pd.DataFrame,
    baseline: set[str],
    events: pd.DataFrame | None,
    until: pd.Timestamp | None,
    mean: float,
) -> tuple[str, pd.DataFrame]:
    """The kind of chart and its points: gaps where cases are rare and there is a gap, else counts."""
    gaps = None
    if events is not None:
        gaps = day_gaps(events[events["period"].isin(rows["period"])], baseline, until)
    same_day = float((gaps["value"] == 0).mean()) if gaps is not None and len(gaps) else 0.0
    kind = "c" if np.isnan(mean) else chart_kind(mean, dated=gaps is not None, same_day=same_day)
    if kind in {"t", "g"}:
        rare = period_gaps(rows, baseline) if gaps is None else gaps
        if len(rare):
            return kind, rare.assign(unit="periods" if gaps is None else "days", weight=1.0)
    counts = rows[["period", "weight"]].assign(
        value=rows["cases"].astype("float64"),
        baseline=rows["period"].isin(baseline),
        open=False,
        unit="cases",
    )
    return ("c" if kind in {"t", "g"} else kind), counts


def _points(
    points: pd.DataFrame, kind: str, reason: str | None, better: str | None, published: bool
) -> pd.DataFrame:
    out = points.assign(kind=kind, point=np.arange(len(points)), withheld=text(np.full(len(points), reason)))
    if reason is not None or points.empty:
        empty = text(np.full(len(points), None))
        return out.assign(centre=np.nan, lower=np.nan, upper=np.nan, signal=empty, side=empty, reading=empty)
    kind, limits = _limits(points, kind, published)
    told = signals(points["value"].to_numpy(), limits)
    too_early = points["open"] & ~((told["signal"] == "beyond") & (told["side"] == "above"))
    told = told.mask(too_early)  # the open gap can only grow: it says something once it is too long
    fewer = (told["side"] == "below") == (points["unit"] == "cases")
    usual, good = told["signal"].isna(), fewer if better == "fewer" else ~fewer
    reading = first_true([usual, good.to_numpy(), ~good.to_numpy()], ["common", "improvement", "concern"])
    reading = np.where(usual | (better is not None), reading, "special")
    lines = {name: np.broadcast_to(getattr(limits, name), len(out)) for name in ("centre", "lower", "upper")}
    return out.assign(kind=kind, **lines, **{c: told[c] for c in told}, reading=text(reading))


def _limits(points: pd.DataFrame, kind: str, published: bool) -> tuple[str, Limits]:
    first = points[points["baseline"] & points["value"].notna()]
    x, w = first["value"].to_numpy(dtype=float), first["weight"].to_numpy(dtype=float)
    weights = points["weight"].to_numpy(dtype=float)
    if kind == "xmr":
        return kind, xmr_limits(x / w, weights, published=published)
    if kind == "t":
        return kind, t_limits(x) if published else t_probability_limits(x)
    if kind == "g":
        return kind, g_limits(float(x.mean())) if published else g_probability_limits(x)
    wide = is_overdispersed(x, w)
    sigma_z = sigma_of_z(x, x.sum() / w.sum(), w) if wide else 1.0
    kind = "c'" if wide else "c"
    if published:
        return kind, c_limits(x.sum() / w.sum(), weights, sigma_z=sigma_z)
    return kind, c_probability_limits(x.sum(), w.sum(), weights, dispersion=sigma_z**2)


def series(charts: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """locality, stream and the points of each chart."""
    for (locality, stream), rows in charts.groupby(["locality", "stream"], sort=True):
        yield str(locality), str(stream), rows
