"""A control chart: what is usual variation in one place, and which points are not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from diaban.charts.canvas import Canvas
from diaban.charts.chart import Chart
from diaban.charts.control_texts import alt_of, bound, control_text, newest_of, number
from diaban.charts.key import KeyItem, draw_key, draw_nothing, missing_items
from diaban.charts.measure import clean, text_width, wrap
from diaban.charts.scales import Scale, ticks_of, top_of
from diaban.charts.shown import SHOWN, shown
from diaban.charts.style import ACCENT, BAND, INK, OTHER, RULE, SMALL, SOFT
from diaban.charts.texts import Labels, label_of, tick_text

_HEIGHT = 168.0
_FLATTEST = 1.5  # times the largest value
_SIDE = 58.0  # for the names of the lines
MARKS = {
    "concern": ("D", ACCENT, True, "diamond"),
    "improvement": ("D", OTHER, False, "hollow_diamond"),
    "special": ("D", INK, True, "diamond"),
}
"""Reading -> marker, ink, filled, and its sign in the key: told apart by shape, fill and ink."""

_NEEDED = ("period", "unit")
_TEXTS = ("reading", "unit", "kind")
_NUMBERS = ("centre", "lower", "upper")


@dataclass(frozen=True)
class _Look:
    language: str
    unit: str
    target: float | None
    assurance: str | None


def control_chart(
    frame: pd.DataFrame,
    *,
    simulated: bool,
    language: str = "vi",
    title: str = "",
    caption: str | None = None,
    alt: str | None = None,
    labels: Labels = None,
    target: float | None = None,
    assurance: str | None = None,
) -> Chart:
    """The points of one chart in the order of time, their centre, the band of usual variation, what signals.

    frame: the rows of one locality and stream of `control_charts`: period, value, unit; centre, lower, upper,
    reading, baseline, open, hidden, withheld where they exist. A withheld chart that has values is drawn
    without limits; a hidden point is a gap. `labels`: texts of the periods. target: in the unit of the chart,
    with its assurance ("always", "never", "now_and_then"). What the centre and the limits tell of
    hidden counts is for who makes the frame to mind.
    """
    points = _points(frame, labels)
    unit = str(points["unit"].iloc[0]) if len(points) else "cases"
    look = _Look(language, unit, target, assurance)
    gaps = unit != "cases"
    if caption is None:
        caption = control_text("caption_gaps" if gaps else "caption_cases", language)
        caption = caption if points["centre"].notna().any() else ""
    return Chart(
        title=title,
        alt=alt or alt_of(title, points, language, unit, assurance),
        caption=caption,
        draw=partial(_draw, points=points, look=look),
        simulated=simulated,
        table=points[["period", "value", *_NUMBERS, "reading"]],
    )


def _points(frame: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """The frame as it may be drawn; `withheld` says why there are no limits, so values stay."""
    drop = ["withheld"] if "withheld" in frame and frame.get("value", pd.Series()).notna().any() else []
    points = shown(frame.drop(columns=drop), "control_chart", "value", _NEEDED, _NUMBERS)
    for name in _NUMBERS:
        points[name] = pd.to_numeric(points[name]).astype("float64") if name in points else np.nan
    reading = points["reading"] if "reading" in points else pd.Series(None, index=points.index, dtype="str")
    points["reading"] = reading.where(points["status"] == SHOWN).astype("str")
    for name in ("baseline", "open"):
        points[name] = points[name].astype(bool) if name in points else False
    points["name"] = [clean(label_of(period, labels)) for period in points["period"]]
    return points


def _draw(canvas: Canvas, *, points: pd.DataFrame, look: _Look) -> float:
    seen = points["status"] == SHOWN
    if not seen.any():
        return draw_nothing(canvas, points["status"], look.language)
    top = _draw_heading(canvas, points, look)
    high = _top(points, look)
    ticks, step = ticks_of(0, high, 3, whole=True)
    names = [tick_text(tick, step, "count", look.language) for tick in ticks]
    left = 8 + max(text_width(name, SMALL) for name in names)
    down = Scale(0, high, top + _HEIGHT, top + 8)
    across = Scale(0, max(len(points) - 1, 1), left + 5, canvas.width - _SIDE - 6)
    xs = across.points(np.arange(len(points)) if len(points) > 1 else np.array([0.5]))
    for tick, name in zip(ticks, names, strict=True):
        canvas.line([left, across.end + 5], [down(tick)] * 2, ink=RULE, width=0.8)
        canvas.text(left - 4, down(tick) + 3, name, size=SMALL, ink=SOFT, anchor="end")
    _draw_limits(canvas, xs, points, down, look)
    _draw_baseline(canvas, xs, points, down, look)
    _draw_values(canvas, xs, points, down)
    _draw_periods(canvas, xs, list(points["name"]), down.start)
    _draw_names(canvas, across.end + 8, points, down, look)
    return draw_key(canvas, down.start + 22, _key(points, look))


def _top(points: pd.DataFrame, look: _Look) -> float:
    """Room for the limits, but not so much that the points lie flat at the bottom: limits of gaps are far."""
    most = _FLATTEST * top_of(points[["value", "centre"]].to_numpy(float))
    top = top_of(np.append(points[["value", "centre", "upper"]].to_numpy(float), look.target or np.nan))
    return min(top, most) * 1.08


def _draw_heading(canvas: Canvas, points: pd.DataFrame, look: _Look) -> float:
    """The verdict on the newest point and on the target, in words beside a mark; returns the height used."""
    newest = newest_of(points)["reading"]
    y = 10.0
    if pd.notna(newest):
        marker, ink, filled, _ = MARKS.get(str(newest), ("o", SOFT, True, "dot"))
        canvas.dot(5, y - 3.5, ink=ink, filled=filled, marker=marker, size=8)
        y = canvas.paragraph(
            15, y, control_text(f"newest_{newest}", look.language), canvas.width - 15, ink=INK, bold=True
        )
        y += 13
    if look.assurance is not None:
        told = control_text(look.assurance, look.language)
        y = canvas.paragraph(0, y, told, canvas.width, size=SMALL, ink=SOFT) + 13
    unit = control_text(f"unit_{look.unit}", look.language)
    return canvas.paragraph(0, y, unit, canvas.width, size=SMALL, ink=SOFT) + 12


def _draw_limits(canvas: Canvas, xs: np.ndarray, points: pd.DataFrame, down: Scale, look: _Look) -> None:
    upper = points["upper"].ffill().to_numpy(float)
    known = np.isfinite(upper)
    if known.any():
        lower = points["lower"].fillna(0.0).to_numpy(float)
        wide = 6.0 if known.sum() == 1 else 0.0
        places = np.array([xs[known][0] - wide, xs[known][0] + wide]) if wide else xs[known]
        edges = [np.resize(down.points(np.minimum(a[known], down.high)), len(places)) for a in (upper, lower)]
        canvas.area(places, *edges, fill=BAND)
        centre = down.points(points["centre"].to_numpy(float)[known])
        canvas.line(places, np.resize(centre, len(places)), ink=OTHER, width=1.4)
    if look.target is not None and look.target <= down.high:
        canvas.line([xs[0] - 5, xs[-1] + 5], [down(look.target)] * 2, ink=INK, width=1.2, dash=(3, 2.5))


def _draw_baseline(canvas: Canvas, xs: np.ndarray, points: pd.DataFrame, down: Scale, look: _Look) -> None:
    """A bracket over the points that limits are made from."""
    inside = np.flatnonzero(points["baseline"].to_numpy(bool) & points["upper"].notna().to_numpy())
    if len(inside) < 2 or len(inside) == len(points):
        return
    first, last = xs[inside[0]], xs[inside[-1]]
    canvas.line(
        [first, first, last, last], [down.end + 3, down.end, down.end, down.end + 3], ink=SOFT, width=0.8
    )
    name = control_text("baseline", look.language)
    if text_width(name, SMALL) < last - first:
        canvas.text((first + last) / 2, down.end - 3, name, size=SMALL, ink=SOFT, anchor="middle")


def _draw_values(canvas: Canvas, xs: np.ndarray, points: pd.DataFrame, down: Scale) -> None:
    ys = down.points(points["value"].to_numpy(float))
    canvas.line(xs, ys, ink=SOFT, width=0.9, alpha=0.7)
    size = float(np.clip((xs[1] - xs[0]) * 0.8 if len(xs) > 1 else 6, 2.4, 6))
    for n, row in enumerate(points.itertuples()):
        if row.status != SHOWN:
            canvas.line([xs[n]] * 2, [down.end + 8, down.start], ink=SOFT, width=0.6, dash=(1, 3))
        elif row.reading in MARKS:
            marker, ink, filled, _ = MARKS[str(row.reading)]
            canvas.dot(xs[n], ys[n], ink=ink, filled=filled, marker=marker, size=max(size, 5.5))
        else:
            open_size = max(size, 5.0) if row.open else size
            canvas.dot(xs[n], ys[n], ink=SOFT, filled=not row.open, size=open_size)


def _draw_periods(canvas: Canvas, xs: np.ndarray, names: list[str], bottom: float) -> None:
    """As many names under the axis as find room, the first and the last among them."""
    wide = max(text_width(name, SMALL) for name in names) + 6
    room = max(int((xs[-1] - xs[0]) // wide), 1)
    marked = np.unique(np.linspace(0, len(names) - 1, min(room + 1, len(names))).round().astype(int))
    if (xs[marked[-1]] - xs[marked[0]]) < wide * (len(marked) - 1):
        marked = marked[-1:]
    for n in marked:
        half = text_width(names[n], SMALL) / 2
        x = min(max(xs[n], half), canvas.width - half)
        canvas.line([xs[n]] * 2, [bottom, bottom + 3], ink=SOFT, width=0.7)
        canvas.text(x, bottom + 13, names[n], size=SMALL, ink=SOFT, anchor="middle")


def _draw_names(canvas: Canvas, x: float, points: pd.DataFrame, down: Scale, look: _Look) -> None:
    """What the lines are, at their right ends, pushed apart."""
    last = points[["centre", "lower", "upper"]].ffill().iloc[-1]
    entries = [
        (
            down(last[name]),
            control_text(name, look.language, value=bound(last[name], name, look.language)),
            ink,
        )
        for name, ink in (("upper", SOFT), ("centre", OTHER), ("lower", SOFT))
        if np.isfinite(last[name])
    ]
    if look.target is not None:
        told = control_text("target", look.language, value=number(look.target, look.language))
        entries.append((down.clipped(look.target), told, INK))
    free = down.end
    for y, name, ink in sorted(entries):
        lines = len(wrap(name, canvas.width - x, SMALL))
        first = min(max(y + 3, free), down.start - 11.25 * (lines - 1))
        canvas.paragraph(x, first, name, canvas.width - x, size=SMALL, ink=ink)
        free = first + 11.25 * lines


def _key(points: pd.DataFrame, look: _Look) -> list[KeyItem]:
    items = []
    for reading, (_, ink, _, sign) in MARKS.items():
        if (points["reading"] == reading).any():
            items.append(KeyItem(sign, control_text(reading, look.language), ink))
    if (points["open"] & (points["status"] == SHOWN)).any():
        items.append(KeyItem("hollow", control_text("open", look.language)))
    return [*items, *missing_items(points["status"], look.language)]
