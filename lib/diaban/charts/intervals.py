"""Values with their intervals, one row each: shares, rates, ratios, and ranks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from diaban.charts.canvas import Canvas
from diaban.charts.chart import Chart
from diaban.charts.key import SIGN, KeyItem, draw_key, missing_items
from diaban.charts.measure import clean, text_width, wrap
from diaban.charts.scales import Scale, ticks_of, top_of
from diaban.charts.shown import SHOWN, shown
from diaban.charts.style import ACCENT, INK, LINE, OTHER, RULE, SMALL, SOFT, TEXT
from diaban.charts.texts import Labels, label_of, missing, text, tick_text, value_text

_EMPHASIS = {"worse": (ACCENT, True), "high": (ACCENT, True), "better": (OTHER, False), "low": (OTHER, False)}


@dataclass(frozen=True)
class _Row:
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
class _Axis:
    low: float
    high: float
    kind: str
    language: str
    reference: float | None
    reference_label: str


def dot_interval(
    frame: pd.DataFrame,
    *,
    simulated: bool,
    language: str = "vi",
    title: str = "",
    caption: str | None = None,
    alt: str | None = None,
    labels: Labels = None,
    highlight: str | None = None,
    label: str = "label",
    value: str = "value",
    lower: str = "lower",
    upper: str = "upper",
    note: str = "note",
    emphasis: str = "emphasis",
    kind: str = "share",
    reference: float | None = None,
    reference_label: str = "",
    number: bool = True,
) -> Chart:
    """One row a line of `frame`, in its order: a dot at the value, a bar over the interval.

    frame      columns `label` and `value`; `lower`, `upper`, `note` (text at the right, "14 / 31"),
               `emphasis` (true, "worse", "high": accent; "better", "low": the other ink, hollow dot),
               `hidden` and `withheld` where they exist. The keyword of each name says which column it is.
    kind       "share" (0..1), "rate", "ratio", "count" or "number": how values are written
    reference  the value of the comparison, drawn as a dashed line named `reference_label`
    highlight  the label key to emphasise
    number     write the value at the right
    """
    rows_frame = shown(frame, "dot_interval", value, (label,), (lower, upper))
    columns = {
        "label": label,
        "value": value,
        "lower": lower,
        "upper": upper,
        "note": note,
        "emphasis": emphasis,
    }
    rows = _rows(rows_frame, columns, labels, highlight, kind, language, number)
    axis = _value_axis(rows, kind, language, reference, reference_label)
    return Chart(
        title=title,
        alt=alt or _alt(title, rows, axis),
        caption=text("dot_interval_caption", language) if caption is None else caption,
        draw=partial(
            _draw, rows=rows, axis=axis, missing_key=tuple(missing_items(rows_frame["status"], language))
        ),
        simulated=simulated,
        table=rows_frame[[name for name in columns.values() if name in rows_frame]],
    )


def rank_intervals(
    rates: pd.DataFrame,
    *,
    simulated: bool,
    language: str = "vi",
    title: str = "",
    caption: str | None = None,
    alt: str | None = None,
    labels: Labels = None,
    highlight: str | None = None,
    order: str = "shrunk_rate",
) -> Chart:
    """The range of ranks that each locality may hold (1 is the highest rate), highest first.

    rates: columns locality, rank_lower, rank_upper and the column `order` that sorts the rows; its values
    are not printed, and rows that may not be shown come last. A place in a league table is not drawn,
    only the interval and its middle.
    """
    ranks = shown(
        rates, "rank_intervals", "rank_lower", ("locality", "rank_upper", order), ("rank_upper", order)
    )
    ranks = ranks.sort_values(order, ascending=False, na_position="last", kind="stable")
    ranks["value"] = (ranks["rank_lower"] + ranks["rank_upper"]) / 2
    from_to = zip(ranks["rank_lower"], ranks["rank_upper"], strict=True)
    ranks["note"] = [_rank_note(a, b) for a, b in from_to]
    columns = {
        "label": "locality",
        "value": "value",
        "lower": "rank_lower",
        "upper": "rank_upper",
        "note": "note",
    }
    rows = _rows(ranks, columns, labels, highlight, "count", language, number=False)
    lowest = max([2, len(rows), *ranks["rank_upper"].dropna()])  # beyond the rows if others were ranked too
    axis = _Axis(1, lowest, "count", language, None, "")
    return Chart(
        title=title,
        alt=alt or _rank_alt(title, rows, highlight, language),
        caption=text("rank_caption", language) if caption is None else caption,
        draw=partial(
            _draw, rows=rows, axis=axis, missing_key=tuple(missing_items(ranks["status"], language))
        ),
        simulated=simulated,
        table=ranks[["locality", "rank_lower", "rank_upper"]],
    )


def _rank_note(lower: float, upper: float) -> str:
    if missing(lower) or missing(upper):
        return ""
    return f"{lower:.0f}–{upper:.0f}" if lower != upper else f"{lower:.0f}"


def _rows(
    frame: pd.DataFrame,
    columns: dict[str, str],
    labels: Labels,
    highlight: str | None,
    kind: str,
    language: str,
    number: bool,
) -> tuple[_Row, ...]:
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
        row = _Row(
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


def _value_axis(
    rows: Sequence[_Row], kind: str, language: str, reference: float | None, reference_label: str
) -> _Axis:
    """From zero to the largest limit; a limit beyond three times every value is cut, and drawn as cut."""
    known = None if reference is None or missing(reference) else float(reference)
    values = np.array([row.value for row in rows] + [known if known is not None else np.nan], dtype=float)
    limits = np.array([row.upper for row in rows], dtype=float)
    high = max(top_of(values), min(top_of(limits, 0.0), 3 * top_of(values)))
    low = min(0.0, *(v for row in rows for v in (row.value, row.lower) if np.isfinite(v)), 0.0)
    high = min(high * 1.03, 1.0) if kind == "share" else high * 1.03
    return _Axis(low, high, kind, language, known, clean(reference_label))


def _draw(canvas: Canvas, *, rows: tuple[_Row, ...], axis: _Axis, missing_key: tuple[KeyItem, ...]) -> float:
    if not rows:
        return canvas.paragraph(0, 12, text("empty", axis.language), canvas.width, ink=SOFT) + 6
    notes = max(text_width(row.note, SMALL) for row in rows)
    notes = notes + 8 if notes else 0.0
    note = notes + max(text_width(row.number, TEXT, row.bold) for row in rows)
    label = max(text_width(row.label, TEXT, row.bold) for row in rows)
    inline = label + note < canvas.width * (0.52 if len(rows) < 12 else 0.62) and len(rows) > 1
    left, right = (label + 10, canvas.width - note - 8) if inline else (4.0, canvas.width - 6)
    scale = Scale(axis.low, axis.high, left, right)
    top = 16.0 if axis.reference is not None else 2.0
    y = top
    for row in rows:
        _draw_right(canvas, y + 11.5, row, notes)
        y = (
            _draw_inline(canvas, y, row, scale)
            if inline
            else _draw_stacked(canvas, y, row, scale, axis, note)
        )
    if inline and axis.reference is not None:
        x = scale(axis.reference)
        canvas.line([x, x], [top - 2, y], ink=SOFT, width=1.2, dash=(3, 3))
    if axis.reference is not None:
        _reference_name(canvas, scale(axis.reference), axis)
    return draw_key(canvas, _draw_ticks(canvas, y, scale, axis) + 4, missing_key)


def _draw_inline(canvas: Canvas, y: float, row: _Row, scale: Scale) -> float:
    canvas.text(0, y + 11.5, row.label, bold=row.bold)
    _draw_mark(canvas, y + 8, row, scale)
    canvas.line([0, canvas.width], [y + 17, y + 17], ink=RULE, width=0.6)
    return y + 17.5


def _draw_stacked(canvas: Canvas, y: float, row: _Row, scale: Scale, axis: _Axis, note: float) -> float:
    baseline = canvas.paragraph(0, y + 11.5, row.label, canvas.width - note - 10, bold=row.bold)
    lane = baseline + 11
    if axis.reference is not None:
        x = scale(axis.reference)
        canvas.line([x, x], [lane - 6, lane + 7], ink=SOFT, width=1.2, dash=(2.6, 2.6))
    _draw_mark(canvas, lane, row, scale)
    canvas.line([0, canvas.width], [lane + 9, lane + 9], ink=RULE, width=0.6)
    return lane + 10


def _draw_right(canvas: Canvas, baseline: float, row: _Row, notes: float) -> None:
    if row.note:
        canvas.text(canvas.width, baseline, row.note, size=SMALL, ink=SOFT, anchor="end")
    if row.number and row.status == SHOWN:
        canvas.text(canvas.width - notes, baseline, row.number, ink=INK, anchor="end", bold=row.bold)


def _draw_mark(canvas: Canvas, y: float, row: _Row, scale: Scale) -> None:
    if row.status != SHOWN:
        canvas.text(scale.start + 2, y + 3, SIGN[row.status], ink=SOFT, bold=True)
        return
    if np.isfinite(row.lower) or np.isfinite(row.upper):
        lower = row.lower if np.isfinite(row.lower) else scale.low
        upper = row.upper if np.isfinite(row.upper) else scale.high
        canvas.bar(scale.clipped(lower), scale.clipped(upper), y, ink=row.ink)
        if upper > scale.high:
            canvas.dot(scale.end, y, ink=row.ink, size=5.5, marker=">")
    canvas.dot(scale.clipped(row.value), y, ink=row.ink, filled=row.filled, size=8.5)


def _reference_name(canvas: Canvas, x: float, axis: _Axis) -> None:
    name = f"{axis.reference_label}: {value_text(axis.reference, axis.kind, axis.language)}".removeprefix(
        ": "
    )
    name = wrap(name, canvas.width, SMALL)[0]
    half = text_width(name, SMALL) / 2
    canvas.text(min(max(x, half), canvas.width - half), 10, name, size=SMALL, ink=SOFT, anchor="middle")


def _draw_ticks(canvas: Canvas, y: float, scale: Scale, axis: _Axis) -> float:
    whole = axis.kind == "count"
    ticks, step = ticks_of(axis.low, axis.high, 4 if scale.end - scale.start > 150 else 3, whole=whole)
    if whole and axis.low == 1:
        ticks = sorted({1.0, *(tick for tick in ticks if tick - 1 > step / 2)})
    for tick in ticks:
        name = tick_text(tick, step, axis.kind, axis.language)
        half = text_width(name, SMALL) / 2
        canvas.line([scale(tick)] * 2, [y - 1, y + 3], ink=SOFT, width=0.8)
        x = min(max(scale(tick), half), canvas.width - half)
        canvas.text(x, y + 3 + LINE * 0.8, name, size=SMALL, ink=SOFT, anchor="middle")
    return y + 16


def _alt(title: str, rows: Sequence[_Row], axis: _Axis) -> str:
    language = axis.language
    sentences = [f"{title}." if title else "", text("dot_interval_alt", language, count=len(rows))]
    visible = [row for row in rows if row.status == SHOWN]
    if visible:
        most = max(visible, key=lambda row: row.value)
        key = "highest_with_interval" if np.isfinite(most.lower + most.upper) else "highest"
        numbers = {n: value_text(getattr(most, n), axis.kind, language) for n in ("value", "lower", "upper")}
        sentences.append(text(key, language, label=most.label, **numbers))
    if axis.reference is not None:
        reference = value_text(axis.reference, axis.kind, language)
        name = axis.reference_label or text("reference", language)
        sentences.append(text("reference_alt", language, label=name[:1].upper() + name[1:], value=reference))
    if len(visible) < len(rows):
        sentences.append(text("missing_alt", language, count=len(rows) - len(visible)))
    return " ".join(filter(None, sentences))


def _rank_alt(title: str, rows: Sequence[_Row], highlight: str | None, language: str) -> str:
    sentences = [f"{title}." if title else "", text("rank_alt", language, count=len(rows))]
    sentences += [
        text("rank_highlight", language, label=row.label, lower=f"{row.lower:.0f}", upper=f"{row.upper:.0f}")
        for row in rows
        if row.key == highlight and row.status == SHOWN
    ]
    return " ".join(filter(None, sentences))
