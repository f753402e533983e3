"""How fast reports are decided: cumulative shares by days since receipt, against the legal limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from diaban.charts.canvas import Canvas
from diaban.charts.chart import Chart
from diaban.charts.key import KeyItem, draw_key, draw_nothing, missing_items
from diaban.charts.measure import clean, text_width, wrap
from diaban.charts.scales import Scale
from diaban.charts.shown import SHOWN, shown
from diaban.charts.style import ACCENT, BAND, INK, OTHER, RULE, SMALL, SOFT
from diaban.charts.texts import Labels, label_of, text, value_text

ANY = "any"
_TOP, _FLOOR = 16.0, 150.0
_NAMES = 78.0  # room at the right for the names of the curves
_LINE = 11.25
_LOOKS = (
    (OTHER, None, 1.6),
    (INK, (4.0, 2.5), 1.3),
    (SOFT, (1.2, 2.2), 1.6),
    (OTHER, (6.0, 2.0, 1.0, 2.0), 1.3),
)
words = partial(text, of="charts_handling")


@dataclass(frozen=True)
class _Curve:
    """Shares at `days`, NaN where not shown; ink, dash and width of its line."""

    key: str
    label: str
    days: np.ndarray
    share: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    look: tuple[str, tuple[float, ...] | None, float]

    def at(self, day: float) -> tuple[float, float, float]:
        place = np.searchsorted(self.days, day, side="right") - 1
        if place < 0:
            return np.nan, np.nan, np.nan
        return float(self.share[place]), float(self.lower[place]), float(self.upper[place])


def step_curve(
    frame: pd.DataFrame,
    *,
    simulated: bool,
    language: str = "vi",
    title: str = "",
    caption: str | None = None,
    alt: str | None = None,
    labels: Labels = None,
    limits: Sequence[float] = (20, 80, 140),
    whole: str = ANY,
) -> Chart:
    """Cumulative shares as steps, one line a kind of decision, with the limits as dashed lines.

    frame    one row a kind and day: kind, days, share (0..1); lower, upper, hidden, withheld where they
             exist. The kind `whole` is all of them together: drawn bold, with its interval as a band and
             its numbers at the limits
    labels   texts of the kinds
    limits   days of the legal limits; the only numbers on the axis
    A row that is not shown is a gap. The axis goes from 0 to 100 % whatever is shown.
    """
    rows = shown(frame, "step_curve", "share", ("kind", "days"), ("lower", "upper"))
    rows["days"] = pd.to_numeric(rows["days"]).astype("float64")
    curves = _curves(rows, {whole: words("steps_any", language), **(labels or {})}, whole)
    return Chart(
        title=title,
        alt=alt or _alt(title, curves, rows, limits, whole, language),
        caption=words("steps_caption", language) if caption is None else caption,
        draw=partial(
            _draw, curves=curves, status=rows["status"], limits=tuple(limits), whole=whole, language=language
        ),
        simulated=simulated,
        table=rows[[name for name in ("kind", "days", "share", "lower", "upper") if name in rows]],
    )


def _curves(rows: pd.DataFrame, labels: Labels, whole: str) -> tuple[_Curve, ...]:
    """The whole first, the others in their order in the frame."""
    keys = list(dict.fromkeys(rows["kind"].astype(str)))
    keys = [key for key in keys if key == whole] + [key for key in keys if key != whole]
    looks = iter(_LOOKS * len(keys))
    curves = []
    for key in keys:
        own = rows[rows["kind"].astype(str) == key].sort_values("days", kind="stable")
        own = own.reindex(columns=["days", "share", "lower", "upper"])
        days, share, lower, upper = (own[name].to_numpy(float) for name in own)
        look = (ACCENT, None, 2.2) if key == whole else next(looks)
        curves.append(_Curve(key, clean(label_of(key, labels)), days, share, lower, upper, look))
    return tuple(curves)


def _draw(
    canvas: Canvas,
    *,
    curves: tuple[_Curve, ...],
    status: pd.Series,
    limits: tuple[float, ...],
    whole: str,
    language: str,
) -> float:
    if not any(np.isfinite(curve.share).any() for curve in curves):
        return draw_nothing(canvas, status, language)
    last = max([*limits, *(curve.days.max() for curve in curves), 1.0])
    left = text_width("100%", SMALL) + 6
    across, down = Scale(0, last, left, canvas.width - _NAMES), Scale(0, 1, _FLOOR, _TOP)
    _draw_frame(canvas, across, down, limits, language)
    items = [KeyItem("dash", words("steps_limit", language))] if limits else []
    wholes = [curve for curve in curves if curve.key == whole]
    for curve in wholes:
        items += _draw_band(canvas, curve, across, down, language)
    for curve in reversed(curves):
        _draw_steps(canvas, curve, across, down)
    for curve in wholes:
        _draw_numbers(canvas, curve, across, down, limits, language)
        _draw_gaps(canvas, curve, across)
    y = _draw_names(canvas, curves, down, across.end + 6)
    return draw_key(canvas, max(y, _FLOOR + 28) + 6, [*items, *missing_items(status, language)])


def _draw_frame(canvas: Canvas, across: Scale, down: Scale, limits: tuple[float, ...], language: str) -> None:
    for share in (0.0, 0.5, 1.0):
        canvas.line([across.start, across.end], [down(share)] * 2, ink=RULE, width=0.8)
        name = value_text(share, "share", language)
        canvas.text(across.start - 4, down(share) + 3, name, size=SMALL, ink=SOFT, anchor="end")
    for day in limits:
        canvas.line([across(day)] * 2, [_TOP - 4, _FLOOR + 3], ink=SOFT, width=1, dash=(3, 2.5))
    taken = -99.0
    for day in [0.0, *limits]:
        name = value_text(day, "count", language)
        half = text_width(name, SMALL) / 2
        if across(day) - half > taken + 3:
            canvas.text(across(day), _FLOOR + 13, name, size=SMALL, ink=SOFT, anchor="middle")
            taken = across(day) + half
    middle = (across.start + across.end) / 2
    axis = words("steps_axis", language)
    canvas.text(
        max(middle, text_width(axis, SMALL) / 2), _FLOOR + 25, axis, size=SMALL, ink=SOFT, anchor="middle"
    )


def _steps(days: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Corners of a step function that holds each value until the next day."""
    return np.repeat(days, 2)[1:], np.repeat(values, 2)[:-1]


def _draw_steps(canvas: Canvas, curve: _Curve, across: Scale, down: Scale) -> None:
    ink, dash, width = curve.look
    known = np.isfinite(curve.share)
    if len(curve.days) == 1 and known.any():
        canvas.dot(across(curve.days[0]), down(curve.share[0]), ink=ink, size=6)
    elif known.any():
        x, y = _steps(across.points(curve.days), down.points(curve.share))
        canvas.line(x, y, ink=ink, width=width, dash=dash)


def _draw_band(canvas: Canvas, curve: _Curve, across: Scale, down: Scale, language: str) -> list[KeyItem]:
    """The interval of each day held until the next; a stretch that is not shown has none."""
    known = np.isfinite(curve.lower) & np.isfinite(curve.upper) & np.isfinite(curve.share)
    runs = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(int)))
    for start, end in runs.reshape(-1, 2):
        if end - start > 1:
            days = across.points(curve.days[start:end])
            x, upper = _steps(days, down.points(curve.upper[start:end]))
            canvas.area(x, upper, _steps(days, down.points(curve.lower[start:end]))[1], fill=BAND)
    return [KeyItem("band", words("steps_band", language))] if known.sum() > 1 else []


def _draw_numbers(
    canvas: Canvas, curve: _Curve, across: Scale, down: Scale, limits: tuple[float, ...], language: str
) -> None:
    for day in limits:
        share = curve.at(day)[0]
        if np.isfinite(share):
            canvas.dot(across(day), down(share), ink=ACCENT, size=6.5)
            name = value_text(share, "share", language)
            canvas.text(across(day) - 4, down(share) - 5, name, size=SMALL, anchor="end", bold=True)


def _draw_gaps(canvas: Canvas, curve: _Curve, across: Scale) -> None:
    """An ellipsis in the middle of each stretch that is not shown."""
    gone = ~np.isfinite(curve.share)
    runs = np.flatnonzero(np.diff(np.concatenate([[False], gone, [False]]).astype(int)))
    for start, end in runs.reshape(-1, 2):
        stop = curve.days[min(end, len(curve.days) - 1)]
        x = across((curve.days[start] + stop) / 2)
        canvas.text(x, (_TOP + _FLOOR) / 2, "…", ink=SOFT, anchor="middle", bold=True)


def _draw_names(canvas: Canvas, curves: tuple[_Curve, ...], down: Scale, x: float) -> float:
    """Names at the right ends of the lines, pushed apart; returns the lowest baseline."""
    wide = canvas.width - x
    ends = []
    for curve in curves:
        known = curve.share[np.isfinite(curve.share)]
        if len(known):
            lines = wrap(curve.label, wide, SMALL, curve.look[0] == ACCENT)
            ends.append((down(known[-1]), (len(lines) - 1) * _LINE, curve))
    ends.sort(key=lambda end: end[0])
    tops = _apart([(y - tall / 2 + 3, tall) for y, tall, _ in ends])
    bottom = 0.0
    for top, (_, _, curve) in zip(tops, ends, strict=True):
        ink = curve.look[0]
        bottom = canvas.paragraph(x, top, curve.label, wide, size=SMALL, ink=ink, bold=ink == ACCENT)
    return bottom


def _apart(places: list[tuple[float, float]]) -> list[float]:
    """First baselines of names, wished for and with their heights, so that none touches the next: downwards
    where they collide, then upwards from the foot of the figure."""
    tops: list[float] = []
    free = 10.0
    for wished, tall in places:
        tops.append(max(wished, free))
        free = tops[-1] + tall + 13
    free = _FLOOR + 16
    for n in reversed(range(len(tops))):
        tops[n] = max(min(tops[n], free - places[n][1] - 13), 10.0)
        free = tops[n]
    return tops


def _alt(
    title: str,
    curves: tuple[_Curve, ...],
    rows: pd.DataFrame,
    limits: Sequence[float],
    whole: str,
    language: str,
) -> str:
    if rows.empty:
        return " ".join(filter(None, [f"{title}." if title else "", text("empty", language)]))
    sentences = [f"{title}." if title else "", words("steps_alt", language)]
    for curve in curves[:1] if curves[0].key == whole else ():
        sentences += [_limit_sentence(curve, day, language) for day in limits]
    end = limits[-1] if limits else max(float(curve.days.max()) for curve in curves)
    told = [(curve.label, curve.at(end)[0]) for curve in curves if curve.key != whole]
    listed = "; ".join(
        f"{name} {value_text(share, 'share', language)}" for name, share in told if share == share
    )
    if listed:
        sentences.append(words("steps_alt_kinds", language, days=f"{end:g}", listed=listed))
    closed = int((rows["status"] != SHOWN).sum())
    if closed:
        sentences.append(text("missing_alt", language, count=closed))
    return " ".join(filter(None, sentences))


def _limit_sentence(curve: _Curve, day: float, language: str) -> str:
    share, lower, upper = curve.at(day)
    if not np.isfinite(share):
        return words("steps_alt_unknown", language, days=f"{day:g}")
    numbers = {
        n: value_text(v, "share", language) for n, v in (("share", share), ("lower", lower), ("upper", upper))
    }
    key = "steps_alt_limit_interval" if np.isfinite(lower + upper) else "steps_alt_limit"
    return words(key, language, days=f"{day:g}", **numbers)
