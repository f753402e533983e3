"""Rows of a figure, each with an estimate and its interval on one scale that all of them share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from diaban.charts.canvas import Canvas
from diaban.charts.key import SIGN, KeyItem, draw_key
from diaban.charts.measure import clean, text_width, wrap
from diaban.charts.scales import Scale, ratio_ticks, ticks_of
from diaban.charts.shown import SHOWN
from diaban.charts.style import ACCENT, INK, LINE, OTHER, RULE, SMALL, SOFT, TEXT
from diaban.charts.texts import Labels, label_of, missing, text, tick_text, value_text

_MOST_NOTE = 0.36  # of the width of the sheet
_EMPHASIS = {"worse": (ACCENT, True), "high": (ACCENT, True), "better": (OTHER, False), "low": (OTHER, False)}


@dataclass(frozen=True)
class Row:
    """One line of a figure; a limit that is not known is NaN, and a row that is not shown has NaN alone."""

    key: str
    label: str
    value: float
    lower: float
    upper: float
    note: str
    ink: str
    filled: bool
    bold: bool
    status: str
    number: str  # the value as text


@dataclass(frozen=True)
class Axis:
    """What all rows are drawn on, how its values are written, and the value they are compared with."""

    low: float
    high: float
    kind: str
    language: str
    reference: float | None = None
    reference_label: str = ""
    log: bool = False


def rows_of(
    frame: pd.DataFrame,
    columns: dict[str, str],
    labels: Labels,
    highlight: str | None,
    kind: str,
    language: str,
    number: bool,
) -> tuple[Row, ...]:
    """Rows of a frame that comes from `shown`; `columns` names its columns of label, value, limits, ..."""

    def cell(record: dict, name: str, default: object) -> object:
        found = record.get(columns.get(name, ""), default)
        return default if missing(found) else found

    rows = []
    for record in frame.to_dict("records"):
        key = record[columns["label"]]
        mark = cell(record, "emphasis", "")
        mark = "worse" if mark is True or mark is np.True_ else str(mark)
        if mark not in _EMPHASIS and str(key) == highlight:
            mark = "worse"
        ink, filled = _EMPHASIS.get(mark, (SOFT, True))
        value = record[columns["value"]]
        row = Row(
            key=str(key),
            label=clean(label_of(key, labels)),
            value=value,
            lower=float(cell(record, "lower", np.nan)),  # type: ignore[arg-type]
            upper=float(cell(record, "upper", np.nan)),  # type: ignore[arg-type]
            note=clean(cell(record, "note", "")),
            ink=ink,
            filled=filled,
            bold=mark in _EMPHASIS,
            status=record["status"],
            number=value_text(value, kind, language) if number else "",
        )
        rows.append(row)
    return tuple(rows)


def draw_rows(
    canvas: Canvas, *, rows: tuple[Row, ...], axis: Axis, missing_key: tuple[KeyItem, ...]
) -> float:
    """All rows, the reference, the scale and the key; returns the height used.

    Few short labels stand beside their marks, all others above them; a note too long to leave the label
    room stands on a line of its own.
    """
    if not rows:
        return canvas.paragraph(0, 12, text("empty", axis.language), canvas.width, ink=SOFT) + 6
    notes = max(text_width(row.note, SMALL) for row in rows)
    below = notes > canvas.width * _MOST_NOTE
    notes = 0.0 if below or not notes else notes + 8
    note = notes + max(text_width(row.number, TEXT, row.bold) for row in rows)
    label = max(text_width(row.label, TEXT, row.bold) for row in rows)
    most = canvas.width * (0.52 if len(rows) < 12 else 0.62)
    inline = label + note < most and len(rows) > 1 and not below
    left, right = (label + 10, canvas.width - note - 8) if inline else (4.0, canvas.width - 6)
    scale = Scale(axis.low, axis.high, left, right, axis.log)
    top = 16.0 if axis.reference is not None else 2.0
    y = top
    for row in rows:
        if inline:
            y = _draw_inline(canvas, y, row, scale, notes)
        else:
            y = _draw_stacked(canvas, y, row, scale, axis, note, notes)
    if inline and axis.reference is not None:
        x = scale(axis.reference)
        canvas.line([x, x], [top - 2, y], ink=SOFT, width=1.2, dash=(3, 3))
    if axis.reference is not None:
        _reference_name(canvas, scale(axis.reference), axis)
    return draw_key(canvas, draw_ticks(canvas, y, scale, axis.kind, axis.language) + 4, missing_key)


def _draw_inline(canvas: Canvas, y: float, row: Row, scale: Scale, notes: float) -> float:
    _draw_right(canvas, y + 11.5, row, notes)
    canvas.text(0, y + 11.5, row.label, bold=row.bold)
    draw_estimate(canvas, y + 8, row, scale)
    canvas.line([0, canvas.width], [y + 17, y + 17], ink=RULE, width=0.6)
    return y + 17.5


def _draw_stacked(
    canvas: Canvas, y: float, row: Row, scale: Scale, axis: Axis, note: float, notes: float
) -> float:
    _draw_right(canvas, y + 11.5, row, notes)
    baseline = canvas.paragraph(0, y + 11.5, row.label, canvas.width - note - 10, bold=row.bold)
    if row.note and not notes:
        baseline = canvas.paragraph(0, baseline + 11.5, row.note, canvas.width, size=SMALL, ink=SOFT)
    lane = baseline + 11
    if axis.reference is not None:
        x = scale(axis.reference)
        canvas.line([x, x], [lane - 6, lane + 7], ink=SOFT, width=1.2, dash=(2.6, 2.6))
    draw_estimate(canvas, lane, row, scale)
    canvas.line([0, canvas.width], [lane + 9, lane + 9], ink=RULE, width=0.6)
    return lane + 10


def _draw_right(canvas: Canvas, baseline: float, row: Row, notes: float) -> None:
    if row.note and notes:
        canvas.text(canvas.width, baseline, row.note, size=SMALL, ink=SOFT, anchor="end")
    if row.number and row.status == SHOWN:
        canvas.text(canvas.width - notes, baseline, row.number, ink=INK, anchor="end", bold=row.bold)


def draw_estimate(canvas: Canvas, y: float, row: Row, scale: Scale) -> None:
    """A bar over the interval and a dot at the value; a limit beyond the scale ends in an arrow."""
    if row.status != SHOWN:
        canvas.text(scale.start + 2, y + 3, SIGN[row.status], ink=SOFT, bold=True)
        return
    if np.isfinite(row.lower) or np.isfinite(row.upper):
        lower = row.lower if np.isfinite(row.lower) else scale.low
        upper = row.upper if np.isfinite(row.upper) else scale.high
        canvas.bar(scale.clipped(lower), scale.clipped(upper), y, ink=row.ink)
        if upper > scale.high:
            canvas.dot(scale.end, y, ink=row.ink, size=5.5, marker=">")
        if lower < scale.low:
            canvas.dot(scale.start, y, ink=row.ink, size=5.5, marker="<")
    canvas.dot(scale.clipped(row.value), y, ink=row.ink, filled=row.filled, size=8.5)


def _reference_name(canvas: Canvas, x: float, axis: Axis) -> None:
    """The name with its value; on a scale of ratios the name alone, since that value is 1."""
    value = "" if axis.log else value_text(axis.reference, axis.kind, axis.language)
    name = ": ".join(filter(None, [axis.reference_label, value]))
    name = wrap(name, canvas.width, SMALL)[0]
    half = text_width(name, SMALL) / 2
    canvas.text(min(max(x, half), canvas.width - half), 10, name, size=SMALL, ink=SOFT, anchor="middle")


def draw_ticks(canvas: Canvas, y: float, scale: Scale, kind: str, language: str) -> float:
    """Round numbers of the scale under the rows; returns the height reached."""
    whole = kind == "count"
    count = 4 if scale.end - scale.start > 150 else 3
    ticks, step = ratio_ticks(scale) if scale.log else ticks_of(scale.low, scale.high, count, whole=whole)
    if whole and scale.low == 1:
        ticks = sorted({1.0, *(tick for tick in ticks if tick - 1 > step / 2)})
    for tick in ticks:
        name = tick_text(tick, step, kind, language)
        half = text_width(name, SMALL) / 2
        canvas.line([scale(tick)] * 2, [y - 1, y + 3], ink=SOFT, width=0.8)
        x = min(max(scale(tick), half), canvas.width - half)
        canvas.text(x, y + 3 + LINE * 0.8, name, size=SMALL, ink=SOFT, anchor="middle")
    return y + 16
