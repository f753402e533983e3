"""Every locality against its own size: which differences are more than chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from diaban.charts.canvas import Canvas
from diaban.charts.chart import Chart
from diaban.charts.key import KeyItem, draw_key
from diaban.charts.measure import clean, text_width
from diaban.charts.scales import Scale, log_ticks, ticks_of
from diaban.charts.shown import SHOWN, shown
from diaban.charts.style import ACCENT, BAND, INK, OTHER, RULE, SMALL, SOFT
from diaban.charts.texts import Labels, label_of, text, tick_text, value_text

_HEIGHT = 210.0
_MOST_LABELS = 6
_LIMITS = (("lower_95", "upper_95"), ("lower_99_8", "upper_99_8"))
_HALO = "#ffffffc0"  # keeps a name readable where it must lie on a line or a point
_Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class _Point:
    label: str
    x: float
    y: float
    outlier: str
    highlighted: bool


@dataclass(frozen=True)
class _Look:
    language: str
    kind: str
    reference: float
    x_label: str
    y_label: str
    hidden: int


def funnel(
    rates: pd.DataFrame,
    limits: pd.DataFrame,
    *,
    simulated: bool,
    language: str = "vi",
    title: str = "",
    caption: str | None = None,
    alt: str | None = None,
    labels: Labels = None,
    highlight: str | None = None,
    x: str = "expected",
    y: str = "ratio",
    kind: str = "ratio",
    reference: float = 1.0,
    x_label: str | None = None,
    y_label: str | None = None,
) -> Chart:
    """Localities by size (`x`: expected cases or person-years) and by ratio or rate (`y`), with limits.

    rates      columns locality, `x`, `y`; `outlier` ("high"/"low") where it exists, else the point is
               judged by the outer limits. Rows without a value are counted in a note, not drawn.
    limits     columns `x`, lower_95, upper_95, lower_99_8, upper_99_8: the curves, in the unit of `y`
    reference  the level of the centre line
    The highlighted locality and at most six outliers, the farthest out, are named.
    """
    frame = shown(rates, "funnel", y, ("locality", x))
    curves = shown(limits, "funnel", x, [n for pair in _LIMITS for n in pair]).sort_values(x)
    visible = frame[(frame["status"] == SHOWN) & frame[x].notna()]
    points = _points(visible, curves, x, y, labels, highlight)
    hidden = len(frame) - len(points)
    names = {"x_label": x_label or _axis_text(x, language), "y_label": y_label or _axis_text(kind, language)}
    look = _Look(language, kind, reference, hidden=hidden, **names)
    return Chart(
        title=title,
        alt=alt or _alt(title, points, look),
        caption=text("funnel_caption", language) if caption is None else caption,
        draw=partial(_draw, points=points, curves=curves.rename(columns={x: "x"}), look=look),
        simulated=simulated,
        table=frame[["locality", x, y]].assign(**{x: frame[x].where(frame["status"] == SHOWN)}),
    )


def _axis_text(name: str, language: str) -> str:
    known = {"expected", "person_years", "ratio", "rate"}
    return text(f"axis_{name}", language) if name in known else name


def _points(
    frame: pd.DataFrame, curves: pd.DataFrame, x: str, y: str, labels: Labels, highlight: str | None
) -> tuple[_Point, ...]:
    xs, ys = (frame[name].to_numpy(dtype=float) for name in (x, y))
    low, high = (_at(curves, x, name, xs) for name in _LIMITS[-1])
    judged = np.select([ys > high, ys < low], ["high", "low"], "")
    if "outlier" in frame:
        judged = frame["outlier"].astype(object).where(frame["outlier"].notna(), "").to_numpy()
    return tuple(
        _Point(clean(label_of(key, labels)), px, py, str(out), str(key) == highlight)
        for key, px, py, out in zip(frame["locality"], xs, ys, judged, strict=True)
    )


def _at(curves: pd.DataFrame, x: str, name: str, xs: np.ndarray) -> np.ndarray:
    if curves.empty:
        return np.full(len(xs), np.nan)
    return np.interp(xs, curves[x].to_numpy(float), curves[name].to_numpy(float))


def _draw(canvas: Canvas, *, points: tuple[_Point, ...], curves: pd.DataFrame, look: _Look) -> float:
    if not points:
        key = "nothing_shown" if look.hidden else "empty"
        return canvas.paragraph(0, 12, text(key, look.language), canvas.width, ink=SOFT) + 6
    down, across = _scales(canvas, points, curves, look)
    _draw_axes(canvas, across, down, look)
    _draw_limits(canvas, curves, across, down)
    middle = down(look.reference)
    canvas.line([across.start, across.end], [middle, middle], ink=OTHER, width=1.4)
    places = [(across(p.x), down.clipped(p.y)) for p in points]
    for point, (px, py) in sorted(zip(points, places, strict=True), key=lambda pair: _weight(pair[0])):
        ink, filled, marker, size = _mark(point)
        canvas.dot(px, py, ink=ink, filled=filled, marker=marker, size=size)
    _draw_labels(canvas, points, places)
    seen = {point.outlier for point in points}
    sides = (("high", "above"), ("low", "below"))
    items = [KeyItem(side, text(key, look.language), INK) for side, key in sides if side in seen]
    if look.hidden:
        items.append(KeyItem("…", text("missing_localities", look.language, count=look.hidden)))
    return draw_key(canvas, _HEIGHT + 38, items)


def _weight(point: _Point) -> int:
    return 2 * point.highlighted + bool(point.outlier)


def _mark(point: _Point) -> tuple[str, bool, str, float]:
    marker = {"high": "^", "low": "v"}.get(point.outlier, "o")
    if point.highlighted:
        return ACCENT, True, marker, 11
    return (INK, point.outlier == "high", marker, 8) if point.outlier else (SOFT, False, "o", 6.5)


def _scales(
    canvas: Canvas, points: Sequence[_Point], curves: pd.DataFrame, look: _Look
) -> tuple[Scale, Scale]:
    """Both axes hold every visible point; the limits are cut where they run far beyond them."""
    ys = np.array([p.y for p in points] + [look.reference])
    inner = curves["upper_95"].to_numpy(float)
    inner = inner[np.isfinite(inner)]
    high = max(ys.max(), min(inner.max(), 2.2 * ys.max()) if inner.size else 0) * 1.06
    down = Scale(min(0.0, ys.min()), high, _HEIGHT, 22)
    xs = np.array([p.x for p in points])
    log = xs.min() > 0 and xs.max() / xs.min() > 15
    low, high = (xs.min() / 1.15, xs.max() * 1.15) if log else (0.0, xs.max() * 1.06)
    left = 6 + max(text_width(name, SMALL) for _, name in _y_ticks(down, look))
    return down, Scale(low, max(high, low + 1e-9), left, canvas.width - 4, log)


def _y_ticks(down: Scale, look: _Look) -> list[tuple[float, str]]:
    ticks, step = ticks_of(down.low, down.high)
    return [(tick, tick_text(tick, step, look.kind, look.language)) for tick in ticks]


def _draw_axes(canvas: Canvas, across: Scale, down: Scale, look: _Look) -> None:
    canvas.text(0, 10, look.y_label, size=SMALL, ink=SOFT)
    for tick, name in _y_ticks(down, look):
        canvas.line([across.start, across.end], [down(tick)] * 2, ink=RULE, width=0.8)
        canvas.text(across.start - 5, down(tick) + 3, name, size=SMALL, ink=SOFT, anchor="end")
    ticks, step = (
        (log_ticks(across.low, across.high), 1.0) if across.log else ticks_of(across.low, across.high)
    )
    for tick in ticks:
        name = tick_text(tick, step if tick >= 1 else tick, "number", look.language)
        half = text_width(name, SMALL) / 2
        canvas.line([across(tick)] * 2, [down.start, down.start + 4], ink=SOFT, width=0.8)
        x = min(max(across(tick), half), canvas.width - half)
        canvas.text(x, down.start + 15, name, size=SMALL, ink=SOFT, anchor="middle")
    canvas.text(across.end, down.start + 30, f"{look.x_label} →", size=SMALL, ink=SOFT, anchor="end")


def _draw_limits(canvas: Canvas, curves: pd.DataFrame, across: Scale, down: Scale) -> None:
    """A band between the inner limits, and both pairs as lines; a missing lower limit has no line."""
    inside = curves[curves["x"].between(across.low, across.high) & (curves["x"] > 0 if across.log else True)]
    if len(inside) < 2:
        return
    xs = across.points(inside["x"].to_numpy(float))
    drawn = {}
    for name in (n for pair in _LIMITS for n in pair):
        values = inside[name].to_numpy(float)
        drawn[name] = np.where((values >= down.low) & (values <= down.high), down.points(values), np.nan)
    low, high = (inside[name].to_numpy(float) for name in _LIMITS[0])
    low = np.where(np.isnan(low), down.low, low)
    edges = [down.points(np.clip(v, down.low, down.high)) for v in (high, low)]
    canvas.area(xs, *edges, fill=BAND)
    for (lower, upper), dash in zip(_LIMITS, (None, (4, 3)), strict=True):
        for name in (lower, upper):
            if np.isfinite(drawn[name]).sum() > 1:
                canvas.line(xs, drawn[name], ink=SOFT, width=0.9, dash=dash)


def _draw_labels(canvas: Canvas, points: Sequence[_Point], places: Sequence[tuple[float, float]]) -> None:
    far = sorted(
        (i for i, p in enumerate(points) if p.outlier), key=lambda i: -abs(places[i][1] - _HEIGHT / 2)
    )
    named = [i for i, p in enumerate(points) if p.highlighted]
    named += [i for i in far if i not in named][:_MOST_LABELS]
    taken: list[_Box] = [(x - 4, y - 4, x + 4, y + 4) for x, y in places]
    for i in named:
        bold = points[i].highlighted
        size = 10.0 if bold else SMALL
        wide = text_width(points[i].label, size, bold)
        box = _free_box(places[i], wide, taken, canvas.width, far=bold)
        if box is not None:
            taken.append(box)
            x, y = places[i]
            if abs(box[1] + 6 - y) > 20:
                canvas.line(
                    [x, (box[0] + box[2]) / 2], [y, box[3] if box[3] < y else box[1]], ink=ACCENT, width=0.8
                )
            canvas.rectangle(box[0] - 1, box[1], wide + 2, 12, fill=_HALO)
            canvas.text(
                box[0], box[3] - 2.5, points[i].label, size=size, bold=bold, ink=ACCENT if bold else INK
            )


def _free_box(
    place: tuple[float, float], wide: float, taken: Sequence[_Box], width: float, *, far: bool
) -> _Box | None:
    """The first place around a point where a label covers nothing. There may be none; a label that must
    be seen (`far`) goes farther, and in the end over other marks."""
    x, y = place
    corners = [
        (left, y + down - 6)
        for down in (0, -10, 10, -15, 15, *((-23, 23, -31, 31, -40, 40) if far else ()))
        for left in (x + 8, x - 8 - wide, x - wide / 2)
        if not (down == 0 and left == x - wide / 2)
    ]
    boxes = [(left, top, left + wide, top + 12) for left, top in corners]
    inside = [b for b in boxes if b[0] >= 0 and b[2] <= width and b[1] >= 0 and b[3] <= _HEIGHT + 2]
    free = [b for b in inside if not any(_overlap(b, other) for other in taken)]
    if free:
        return free[0]
    return (inside or boxes)[0] if far else None


def _overlap(a: _Box, b: _Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _alt(title: str, points: Sequence[_Point], look: _Look) -> str:
    language = look.language
    count: dict[str, Any] = {side: sum(p.outlier == side for p in points) for side in ("high", "low")}
    sentences = [f"{title}." if title else "", text("funnel_alt", language, count=len(points), **count)]
    for point in (p for p in points if p.highlighted):
        place = text({"high": "above", "low": "below"}.get(point.outlier, "inside"), language)
        value = value_text(point.y, look.kind, language)
        sentences.append(text("funnel_highlight", language, label=point.label, value=value, place=place))
    if look.hidden:
        sentences.append(text("missing_localities", language, count=look.hidden) + ".")
    return " ".join(filter(None, sentences))
