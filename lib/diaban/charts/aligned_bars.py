"""Shares as bars from one common line, in several groups below one another: place, hour, season, who."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby

import numpy as np
import pandas as pd

from diaban.charts.canvas import Canvas
from diaban.charts.chart import Chart
from diaban.charts.key import HATCH, MORE, REST_HATCH, KeyItem, draw_key, draw_nothing, missing_items
from diaban.charts.measure import clean, text_width
from diaban.charts.rows import draw_ticks
from diaban.charts.scales import Scale, top_of
from diaban.charts.shown import HIDDEN, SHOWN, WITHHELD, shown
from diaban.charts.style import ACCENT, INK, OTHER, PAPER, RAMP, RULE, SMALL, SOFT, TEXT
from diaban.charts.texts import Labels, label_of, missing, value_text
from diaban.charts.texts import text as chart_text
from diaban.language import numbers

UNKNOWN = "unknown"
_SIDES = {"above": "above", "high": "above", "worse": "above", "below": "below", "low": "below"}
_SIDES |= {"better": "below"}
_PLAIN = RAMP[1]
_text = partial(chart_text, of="aligned_bars")

# Looks that a grey print keeps apart: pale, edged, hollow, hatched.
_LOOKS: dict[str, dict[str, str | float | None]] = {
    "plain": {"fill": _PLAIN, "edge": "none", "line": 0},
    "above": {"fill": MORE, "edge": ACCENT, "line": 1.0},
    "below": {"fill": PAPER, "edge": OTHER, "line": 1.3},
    UNKNOWN: {"fill": PAPER, "edge": SOFT, "line": 0.7, "hatch": REST_HATCH},
    HIDDEN: {"fill": PAPER, "edge": SOFT, "line": 0.5, "hatch": HATCH[HIDDEN]},
    WITHHELD: {"fill": PAPER, "edge": SOFT, "line": 0.5, "hatch": HATCH[WITHHELD]},
}
_TALL = 9.0
_HEAD = 20.0


@dataclass(frozen=True)
class _Bar:
    """A row; what is not known or not shown is NaN or empty."""

    panel: str
    label: str
    value: float
    lower: float
    upper: float
    reference: float
    number: str
    note: str
    files: float
    look: str

    @property
    def bold(self) -> bool:
        return self.look in ("above", "below")

    @property
    def visible(self) -> bool:
        return self.look not in (HIDDEN, WITHHELD)


@dataclass(frozen=True)
class _Marks:
    """Where the marks of all rows lie, drawn together by look so that the figure stays light."""

    boxes: dict[str, list[tuple[float, float, float]]]
    limits: list[tuple[float, float]]
    ticks: list[tuple[float, float]]
    rules: list[tuple[float, float]]
    beyond: list[float]


def aligned_bars(
    frame: pd.DataFrame,
    *,
    simulated: bool,
    language: str = "vi",
    title: str = "",
    caption: str | None = None,
    alt: str | None = None,
    labels: Labels = None,
    panel: str = "panel",
    label: str = "category",
    value: str = "share",
    lower: str = "lower",
    upper: str = "upper",
    reference: str = "reference_share",
    reference_label: str = "",
    emphasis: str = "differs",
    kind: str = "share",
) -> Chart:
    """One row a bar of `frame`, in its order; rows of one `panel` stand under its name.

    frame            columns `panel`, `label`, `value`; `lower`, `upper`, `reference` (a heavy upright line,
                     named `reference_label`), `emphasis` ("above", "below"), n and n_files (files of the row
                     and of its panel), `hidden` and `withheld` where they exist. A row whose `label` is
                     missing stands for a panel without an answer.
    labels           of panels and rows; a row's is looked for as "panel.label" first
    kind             "share" (0..1), "rate", "ratio", "count" or "number": how values are written
    The row "unknown" is cross-hatched; a hidden or withheld one has a hatched lane in place of its bar.
    """
    bars_frame = shown(
        frame, "aligned_bars", value, (panel, label), (lower, upper, reference, "n", "n_files")
    )
    names = {"panel": panel, "label": label, "value": value, "lower": lower, "upper": upper}
    names |= {"reference": reference, "emphasis": emphasis}
    bars = tuple(_bar(r, names, labels, kind, language) for r in bars_frame.to_dict("records"))
    against = clean(reference_label) or _text("reference", language)
    status = bars_frame["status"]
    items = (*_key(bars, against, language), *missing_items(status, language, hatched=True))
    return Chart(
        title=title,
        alt=alt or _alt(title, bars, kind, language),
        caption=_caption(bars, against, language) if caption is None else caption,
        draw=partial(_draw, bars=bars, kind=kind, language=language, items=items, status=status),
        simulated=simulated,
        table=bars_frame[[c for c in (*names.values(), "n", "n_files") if c in bars_frame]],
    )


def _bar(record: dict, names: dict[str, str], labels: Labels, kind: str, language: str) -> _Bar:
    def number(name: str) -> float:
        found = record.get(names.get(name, name), np.nan)
        return np.nan if missing(found) else float(found)

    panel, key, visible = str(record[names["panel"]]), record[names["label"]], record["status"] == SHOWN
    side = record.get(names["emphasis"])
    look = "plain" if missing(side) else _SIDES.get(str(side), "plain")
    look = UNKNOWN if key == UNKNOWN and look == "plain" else look
    files = number("n")
    whole = np.isfinite(files) and files == round(files)
    return _Bar(
        panel=clean(label_of(panel, labels)),
        label=chart_text("withheld", language) if missing(key) else _label(panel, key, labels, language),
        value=number("value"),
        lower=number("lower"),
        upper=number("upper"),
        reference=number("reference"),
        number=value_text(record[names["value"]], kind, language) if visible else "",
        note=numbers.number(files, language) if visible and whole else "",
        files=number("n_files"),
        look=look if visible else record["status"],
    )


def _label(panel: str, key: object, labels: Labels, language: str) -> str:
    default = _text("unknown", language) if key == UNKNOWN else str(key)
    own = {str(key): default, **(labels or {})}
    return clean(own.get(f"{panel}.{key}", own[str(key)]))


def _draw(
    canvas: Canvas,
    *,
    bars: tuple[_Bar, ...],
    kind: str,
    language: str,
    items: tuple[KeyItem, ...],
    status: pd.Series,
) -> float:
    if not any(bar.visible for bar in bars):
        return draw_nothing(canvas, status, language)
    note = max(text_width(bar.note, SMALL) for bar in bars)
    note += 6 if note else 0
    number = max(text_width(bar.number, TEXT, bar.bold) for bar in bars)
    widest = max(text_width(bar.label, TEXT, bar.bold) for bar in bars)
    inline = widest < canvas.width * 0.4
    left, right = (widest + 8, canvas.width - note - number - 8) if inline else (1.0, canvas.width - 6)
    scale = Scale(0, _top(bars, kind), left, right)
    marks = _Marks({}, [], [], [], [])
    y = 0.0
    for name, group in groupby(bars, key=lambda bar: bar.panel):
        rows = tuple(group)
        y = _draw_head(canvas, y, name, rows, language)
        for bar in rows:
            y = _draw_words(canvas, y, bar, note, number, inline)
            _place(marks, y - 8.5, bar, scale)
            marks.rules.extend([(0, y), (canvas.width, y), (np.nan, np.nan)])
        y += 5
    _draw_marks(canvas, marks, scale)
    return draw_key(canvas, draw_ticks(canvas, y - 4, scale, kind, language) + 4, items)


def _draw_head(canvas: Canvas, y: float, name: str, rows: Sequence[_Bar], language: str) -> float:
    files = top_of(np.array([bar.files for bar in rows], dtype=float), np.nan)
    of = _text("of_files", language, count=numbers.number(files, language)) if np.isfinite(files) else ""
    wide = text_width(of, SMALL)
    if of:
        canvas.text(canvas.width, y + 14, of, size=SMALL, ink=SOFT, anchor="end")
    return canvas.paragraph(0, y + 14, name, canvas.width - wide - 8, bold=True) + _HEAD - 14


def _draw_words(canvas: Canvas, y: float, bar: _Bar, note: float, number: float, inline: bool) -> float:
    """The words of a row whose top is at y; returns its bottom, above which its bar lies."""
    if bar.note:
        canvas.text(canvas.width, y + 11.5, bar.note, size=SMALL, ink=SOFT, anchor="end")
    if bar.number:
        canvas.text(canvas.width - note, y + 11.5, bar.number, anchor="end", bold=bar.bold)
    room = canvas.width if inline else canvas.width - note - number - 8
    baseline = canvas.paragraph(0, y + 11.5, bar.label, room, bold=bar.bold)
    return baseline + (5.5 if inline else 20.5)


def _place(marks: _Marks, y: float, bar: _Bar, scale: Scale) -> None:
    end = scale.clipped(bar.value) if bar.visible else scale.end
    marks.boxes.setdefault(bar.look, []).append((scale.start, y - _TALL / 2, max(end - scale.start, 0.8)))
    if not bar.visible:
        return
    if np.isfinite(bar.lower + bar.upper):
        low, high = scale.clipped(bar.lower), scale.clipped(bar.upper)
        marks.limits.extend([(low, y), (high, y), (np.nan, np.nan), (low, y - 2.5), (low, y + 2.5)])
        marks.limits.append((np.nan, np.nan))
        if bar.upper > scale.high:
            marks.beyond.append(y)
        else:
            marks.limits.extend([(high, y - 2.5), (high, y + 2.5), (np.nan, np.nan)])
    if np.isfinite(bar.reference):
        x = scale.clipped(bar.reference)
        marks.ticks.extend([(x, y - 7), (x, y + 7), (np.nan, np.nan)])


def _draw_marks(canvas: Canvas, marks: _Marks, scale: Scale) -> None:
    canvas.line(*np.transpose(marks.rules), ink=RULE, width=0.6)
    for look, boxes in marks.boxes.items():
        corners = [(x, y) for x, y, _ in boxes]
        canvas.boxes(corners, [wide for _, _, wide in boxes], _TALL, **_LOOKS[look])
    if marks.limits:
        canvas.line(*np.transpose(marks.limits), ink=INK, width=1.0)
    for y in marks.beyond:
        canvas.dot(scale.end, y, ink=INK, size=5.5, marker=">")
    if marks.ticks:
        canvas.line(*np.transpose(marks.ticks), ink=INK, width=2.4)


def _top(bars: Sequence[_Bar], kind: str) -> float:
    """The largest value or limit; a limit beyond twice every value is cut, and drawn as cut."""
    drawn = np.array([[bar.value, bar.reference] for bar in bars], dtype=float)
    most = top_of(drawn)
    high = max(most, min(top_of(np.array([bar.upper for bar in bars]), 0.0), 2 * most)) * 1.02
    return min(high, 1.0) if kind == "share" else high


def _key(bars: Sequence[_Bar], against: str, language: str) -> list[KeyItem]:
    visible = [bar for bar in bars if bar.visible]
    looks = {bar.look for bar in visible}
    items = [KeyItem("▍", against, INK)] if any(np.isfinite(bar.reference) for bar in visible) else []
    if any(np.isfinite(bar.lower + bar.upper) for bar in visible):
        items.append(KeyItem("limits", chart_text("probable_range", language), INK))
    for look, mark in (("above", "more"), ("below", "fewer"), (UNKNOWN, "rest")):
        items += [KeyItem(mark, _text(look, language))] if look in looks else []
    return items


def _caption(bars: Sequence[_Bar], against: str, language: str) -> str:
    visible = [bar for bar in bars if bar.visible]
    sentences = [_text("caption", language)] if visible else []
    if any(np.isfinite(bar.reference) for bar in visible):
        sentences.append(_text("caption_reference", language, reference=against))
    return " ".join(sentences)


def _alt(title: str, bars: Sequence[_Bar], kind: str, language: str) -> str:
    panels = {name: list(rows) for name, rows in groupby(bars, key=lambda bar: bar.panel)}
    sentences = [f"{title}." if title else "", "" if bars else chart_text("empty", language)]
    if bars:
        sentences.append(_text("alt", language, panels=len(panels), rows=len(bars)))
    for name, rows in panels.items():
        known = [bar for bar in rows if bar.visible and bar.look != UNKNOWN]
        if known:
            most = max(bar.value for bar in known)
            sentences.append(_most(name, [bar for bar in known if bar.value == most], kind, language))
    for side in ("above", "below"):
        names = [f"{bar.panel}: {bar.label}" for bar in bars if bar.look == side]
        sentences += [_text(f"alt_{side}", language, names="; ".join(names))] if names else []
    unseen = sum(not bar.visible for bar in bars)
    sentences += [chart_text("missing_alt", language, count=unseen)] if unseen else []
    return " ".join(filter(None, sentences))


def _most(panel: str, bars: Sequence[_Bar], kind: str, language: str) -> str:
    bar, names = bars[0], ", ".join(bar.label for bar in bars)
    key = "most_with_interval" if np.isfinite(bar.lower + bar.upper) else "most"
    told = {name: value_text(getattr(bar, name), kind, language) for name in ("value", "lower", "upper")}
    return _text(key, language, panel=panel, label=names, **told)
