"""One locality over time, against what was to be expected."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from diaban.charts.canvas import Canvas
from diaban.charts.chart import Chart
from diaban.charts.key import KeyItem, draw_key, missing_items
from diaban.charts.measure import clean, text_width, wrap
from diaban.charts.scales import Scale, ticks_of, top_of
from diaban.charts.shown import SHOWN, shown
from diaban.charts.style import ACCENT, BAND, INK, OTHER, RULE, SMALL, SOFT
from diaban.charts.texts import Labels, label_of, text, tick_text, value_text

_HEIGHT = 150.0
_LABEL_WIDTH = 74.0
_COLUMNS = ("observed", "expected", "lower", "upper")


@dataclass(frozen=True)
class _Look:
    language: str
    kind: str
    observed: str
    expected: str


def run_chart(
    frame: pd.DataFrame,
    *,
    simulated: bool,
    language: str = "vi",
    title: str = "",
    caption: str | None = None,
    alt: str | None = None,
    labels: Labels = None,
    highlight: str | None = None,
    kind: str = "count",
    observed_label: str | None = None,
    expected_label: str | None = None,
) -> Chart:
    """Observed points over periods, the expected line and the band around it.

    frame: columns period and observed, in the order of time; expected, lower, upper, hidden, withheld
    where they exist. A hidden period is a gap with an ellipsis above it; the axis is laid by what is
    shown. A point outside the band is a bold diamond. `highlight` is a period to print in bold, `labels`
    the texts of the periods.
    """
    runs = shown(frame, "run_chart", "observed", ("period",))
    for name in _COLUMNS[1:]:
        runs[name] = pd.to_numeric(runs[name]).astype("float64") if name in runs else np.nan
    runs["name"] = [clean(label_of(period, labels)) for period in runs["period"]]
    runs["bold"] = [str(period) == highlight for period in runs["period"]]
    runs["outside"] = (runs["observed"] > runs["upper"]) | (runs["observed"] < runs["lower"])
    look = _Look(
        language,
        kind,
        observed_label or text("observed", language),
        expected_label or text("expected", language),
    )
    return Chart(
        title=title,
        alt=alt or _alt(title, runs, look),
        caption=text("run_caption", language) if caption is None else caption,
        draw=partial(_draw, runs=runs, look=look),
        simulated=simulated,
        table=runs[["period", *_COLUMNS]],
    )


def _draw(canvas: Canvas, *, runs: pd.DataFrame, look: _Look) -> float:
    if runs.empty:
        return canvas.paragraph(0, 12, text("empty", look.language), canvas.width, ink=SOFT) + 6
    values = runs[["observed", "expected", "upper"]].to_numpy(float)
    high = top_of(values) * 1.08
    ticks, step = ticks_of(0, high, 3, whole=look.kind == "count")
    names = [tick_text(tick, step, look.kind, look.language) for tick in ticks]
    ends = [value_text(runs["observed"].iloc[n], look.kind, look.language) for n in (0, -1)]
    gap, beyond = (max(9.0, text_width(end, SMALL) / 2 + 3) for end in ends)  # numbers stand over both ends
    left = 5 + gap + max(text_width(name, SMALL) for name in names)
    down = Scale(0, high, _HEIGHT, 24)
    across = Scale(0, max(len(runs) - 1, 1), left, canvas.width - _LABEL_WIDTH - 12)
    xs = across.points(np.arange(len(runs)) if len(runs) > 1 else np.array([0.5]))
    for tick, name in zip(ticks, names, strict=True):
        canvas.line([left - 6, across.end + 5], [down(tick)] * 2, ink=RULE, width=0.8)
        canvas.text(left - gap, down(tick) + 3, name, size=SMALL, ink=SOFT, anchor="end")
    _draw_expected(canvas, xs, runs, down)
    _draw_observed(canvas, xs, runs, down, look)
    _draw_periods(canvas, xs, runs)
    y = max(_HEIGHT + 20, _draw_names(canvas, runs, down, across.end + beyond + 1, look))
    items = missing_items(runs["status"], look.language)
    if runs["outside"].any():
        items.insert(0, KeyItem("diamond", text("outside_band", look.language), ACCENT))
    return draw_key(canvas, y + 2, items)


def _draw_expected(canvas: Canvas, xs: np.ndarray, runs: pd.DataFrame, down: Scale) -> None:
    band = runs[["lower", "upper"]].to_numpy(float)
    known = np.isfinite(band).all(axis=1)
    wide = 9.0 if known.sum() == 1 else 0.0
    if known.any():
        places = xs[known] if not wide else np.array([xs[known][0] - wide, xs[known][0] + wide])
        lower, upper = (np.resize(down.points(band[known, n]), len(places)) for n in (0, 1))
        canvas.area(places, upper, lower, fill=BAND)
    expected = down.points(runs["expected"].to_numpy(float))
    if np.isfinite(expected).sum() == 1:
        n = int(np.flatnonzero(np.isfinite(expected))[0])
        canvas.line([xs[n] - 9, xs[n] + 9], [expected[n]] * 2, ink=OTHER, width=1.8)
    elif np.isfinite(expected).any():
        canvas.line(xs, expected, ink=OTHER, width=1.8)


def _draw_observed(canvas: Canvas, xs: np.ndarray, runs: pd.DataFrame, down: Scale, look: _Look) -> None:
    ys = down.points(runs["observed"].to_numpy(float))
    canvas.line(xs, ys, ink=ACCENT, width=1, alpha=0.5)
    spacing = xs[1] - xs[0] if len(xs) > 1 else 99.0
    texts = [value_text(value, look.kind, look.language) for value in runs["observed"]]
    fits = max(text_width(t, SMALL) for t in texts) + 3 <= spacing
    last = int(np.flatnonzero(np.isfinite(ys))[-1]) if np.isfinite(ys).any() else -1
    for n, row in enumerate(runs.itertuples()):
        if row.status != SHOWN:
            canvas.line([xs[n], xs[n]], [24, _HEIGHT], ink=SOFT, width=0.7, dash=(1, 3))
            canvas.text(
                xs[n], 20, "…" if row.status == "hidden" else "–", ink=SOFT, anchor="middle", bold=True
            )
            continue
        outside = bool(row.outside)
        canvas.dot(xs[n], ys[n], ink=ACCENT, marker="D" if outside else "o", size=7.5 if outside else 7)
        if fits or outside or row.bold or n == last:
            ink = INK if outside or row.bold else SOFT
            y = ys[n] + 14 if _valley(ys, n) and ys[n] + 14 < _HEIGHT - 2 else ys[n] - 7
            canvas.text(xs[n], y, texts[n], size=SMALL, ink=ink, anchor="middle", bold=outside or row.bold)


def _valley(ys: np.ndarray, n: int) -> bool:
    """Whether the line rises from this point to both sides, so that its number is better off below."""
    sides = [ys[i] for i in (n - 1, n + 1) if 0 <= i < len(ys) and np.isfinite(ys[i])]
    return bool(sides) and all(side < ys[n] - 4 for side in sides)


def _draw_periods(canvas: Canvas, xs: np.ndarray, runs: pd.DataFrame) -> None:
    """Names under the axis; every second or third only, counted from the last, where they would touch."""
    names = list(runs["name"])
    wide = max(text_width(name, SMALL) for name in names) + 4
    spacing = xs[1] - xs[0] if len(xs) > 1 else wide
    every = max(1, int(np.ceil(wide / spacing)))
    for n, name in enumerate(names):
        if (len(names) - 1 - n) % every == 0:
            x = max(xs[n], text_width(name, SMALL) / 2)
            bold = bool(runs["bold"].iloc[n])
            canvas.text(
                x, _HEIGHT + 14, name, size=SMALL, ink=INK if bold else SOFT, anchor="middle", bold=bold
            )


def _draw_names(canvas: Canvas, runs: pd.DataFrame, down: Scale, x: float, look: _Look) -> float:
    """The names of the two lines at their right ends, pushed apart; returns the lowest baseline used."""
    entries = []
    for column, name, ink in (("observed", look.observed, ACCENT), ("expected", look.expected, OTHER)):
        known = runs[column].dropna()
        if len(known):
            lines = wrap(name, canvas.width - x, SMALL)
            entries.append((down(known.iloc[-1]), name, ink, (len(lines) - 1) * 11.25))
    entries.sort()
    free = 12.0
    placed = []
    for y, name, ink, tall in entries:
        first = max(y - tall / 2 + 3, free)
        placed.append((first, name, ink))
        free = first + tall + 13
    over = max(0.0, free - 13 - _HEIGHT) if placed else 0.0
    bottom = _HEIGHT
    for first, name, ink in placed:
        bottom = canvas.paragraph(x, max(first - over, 9), name, canvas.width - x, size=SMALL, ink=ink)
    return bottom


def _alt(title: str, runs: pd.DataFrame, look: _Look) -> str:
    language = look.language
    visible = runs.loc[runs["status"] == SHOWN, "observed"]
    sentences = [f"{title}." if title else ""]
    if visible.empty:
        sentences.append(text("run_alt_hidden", language, count=len(runs)))
    else:
        ends = {"first": runs["name"].iloc[0], "last": runs["name"].iloc[-1], "count": len(runs)}
        low, high = (value_text(v, look.kind, language) for v in (visible.min(), visible.max()))
        sentences.append(text("run_alt", language, low=low, high=high, **ends))
        outside = ", ".join(runs.loc[runs["outside"], "name"])
        if outside:
            sentences.append(text("run_outside", language, periods=outside))
        elif runs["upper"].notna().any():
            sentences.append(text("run_inside", language))
        if len(visible) < len(runs):
            sentences.append(text("missing_alt", language, count=len(runs) - len(visible)))
    return " ".join(filter(None, sentences))
