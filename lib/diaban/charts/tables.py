"""Figures that are read like a table: a heat map with numbers in its cells, and small trend lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from diaban.charts.canvas import Canvas
from diaban.charts.chart import Chart
from diaban.charts.classes import Classes, classes_of
from diaban.charts.key import HATCH, SIGN, KeyItem, draw_key, missing_items
from diaban.charts.measure import clean, text_width, wrap
from diaban.charts.scales import Scale, top_of
from diaban.charts.shown import SHOWN, shown
from diaban.charts.style import ACCENT, INK, PAPER, RULE, SMALL, SOFT
from diaban.charts.texts import Labels, label_of, missing, text, value_text

_CELL = 17.0
_MOST_COLUMNS = 12
_WIDEST = 60.0


@dataclass(frozen=True)
class _Cell:
    text: str
    value: float
    status: str
    emphasis: bool


def matrix(
    frame: pd.DataFrame,
    *,
    simulated: bool,
    language: str = "vi",
    title: str = "",
    caption: str | None = None,
    alt: str | None = None,
    labels: Labels = None,
    highlight: str | None = None,
    row: str = "row",
    column: str = "column",
    value: str = "value",
    kind: str = "share",
    breaks: Sequence[float] | None = None,
    short: Labels = None,
) -> Chart:
    """A heat map, one row of `frame` a cell, with the number in it; rows and columns in their first order.

    frame      columns `row`, `column`, `value`; `text` (instead of the number), `emphasis` (outlined),
               `hidden`, `withheld` where they exist. A pair that is not in the frame is an empty cell.
    labels     texts of rows and columns; `short` those of the column heads where they must be shorter
    highlight  the column (or row) in bold
    More columns than the sheet has room for, twelve at the most, go on in blocks below one another.
    """
    cells = shown(frame, "matrix", value, (row, column))
    rows, columns = (list(dict.fromkeys(cells[name].astype(str))) for name in (row, column))
    classes = classes_of(cells[value].to_numpy(), kind=kind, language=language, breaks=breaks)
    grid = {
        (str(record[row]), str(record[column])): _cell(record, value, kind, language)
        for record in cells.to_dict("records")
    }
    heads = {key: clean(label_of(key, {**(labels or {}), **(short or {})})) for key in columns}
    names = {key: clean(label_of(key, labels)) for key in rows}
    draw = partial(_draw_matrix, grid=grid, rows=names, columns=heads, classes=classes, highlight=highlight)
    return Chart(
        title=title,
        alt=alt or _matrix_alt(title, grid, names, heads, language),
        caption=text("matrix_caption", language) if caption is None else caption,
        draw=partial(draw, status=cells["status"]),
        simulated=simulated,
        table=cells[[row, column, value]],
    )


def _cell(record: dict, value: str, kind: str, language: str) -> _Cell:
    status = record["status"]
    if status != SHOWN:
        return _Cell(SIGN[status], np.nan, status, False)
    emphasis = record.get("emphasis", False)
    own = record.get("text") or value_text(record[value], kind, language)
    return _Cell(clean(own), record[value], status, bool(not missing(emphasis) and emphasis))


def _draw_matrix(
    canvas: Canvas,
    *,
    grid: dict[tuple[str, str], _Cell],
    rows: dict[str, str],
    columns: dict[str, str],
    classes: Classes,
    highlight: str | None,
    status: pd.Series,
) -> float:
    if not grid:
        return canvas.paragraph(0, 12, text("empty", classes.language), canvas.width, ink=SOFT) + 6
    keys = list(columns)
    widest = max(text_width(name, SMALL, bold=True) for name in rows.values())
    whole = widest + 8 + min(len(keys), _MOST_COLUMNS) * max(30.0, _needed(grid, columns.values()))
    inline = whole <= canvas.width
    left = widest + 8 if inline else 0.5
    size = _columns_abreast(canvas.width - left, grid, columns)
    wide = min((canvas.width - left - 0.5) / size, _WIDEST)
    y, placed = 0.0, []
    for start in range(0, len(keys), size):
        block = keys[start : start + size]
        y = _draw_heads(canvas, y, {key: columns[key] for key in block}, left, wide, highlight)
        for key, name in rows.items():
            bold = key == highlight
            if inline:
                canvas.text(0, y + 12, name, size=SMALL, bold=bold)
            else:
                y = canvas.paragraph(0, y + 11, name, canvas.width, size=SMALL, bold=bold) + 3
            placed += [(left + n * wide, y, grid.get((key, column))) for n, column in enumerate(block)]
            y += _CELL if inline else _CELL + 2
        y += 8
    _draw_cells(canvas, placed, wide, classes)
    items = classes.items(status)
    if any(cell.emphasis for cell in grid.values()):
        items.append(KeyItem("outline", text("stands_out", classes.language), ACCENT))
    return draw_key(canvas, y, items)


def _columns_abreast(width: float, grid: dict[tuple[str, str], _Cell], columns: dict[str, str]) -> int:
    """As many columns as leave every number and every word of a head uncut, in blocks of one size."""
    words = [word for head in columns.values() for word in head.split()]
    least = min(_needed(grid, words), _WIDEST)
    most = max(1, min(_MOST_COLUMNS, int((width - 1) // least)))
    return -(-len(columns) // -(-len(columns) // most))


def _needed(grid: dict[tuple[str, str], _Cell], heads: Iterable[str]) -> float:
    bold = max(text_width(cell.text, SMALL, cell.emphasis) for cell in grid.values())
    return max(bold, *(text_width(head, SMALL) for head in heads), 0.0) + 2


def _draw_heads(
    canvas: Canvas, y: float, heads: dict[str, str], left: float, wide: float, highlight: str | None
) -> float:
    """Column heads, wrapped to their column and standing on the cells."""
    lines = {key: wrap(name, wide - 2, SMALL, key == highlight) for key, name in heads.items()}
    tall = max(len(found) for found in lines.values())
    for n, (key, found) in enumerate(lines.items()):
        bold, x = key == highlight, left + (n + 0.5) * wide
        for i, line in enumerate(found):
            baseline = y + 10 + 11 * (tall - len(found) + i)
            canvas.text(
                x, baseline, line, size=SMALL, ink=ACCENT if bold else SOFT, anchor="middle", bold=bold
            )
    return y + 11 * tall + 3


def _draw_cells(
    canvas: Canvas, placed: Sequence[tuple[float, float, _Cell | None]], wide: float, classes: Classes
) -> None:
    """Cells of one fill as one shape, then what is written in them."""
    groups: dict[str, list[tuple[float, float]]] = {}
    for x, y, cell in placed:
        groups.setdefault(_fill(cell, classes), []).append((x, y))
    for fill, corners in groups.items():
        if fill.startswith("#"):
            canvas.boxes(corners, wide, _CELL, fill=fill, edge=PAPER, line=1)
        else:
            canvas.boxes(corners, wide, _CELL, fill=PAPER, edge=RULE, line=1, hatch=HATCH.get(fill))
    for x, y, cell in placed:
        if cell is not None:
            _draw_cell(canvas, x, y, wide, cell, classes)


def _fill(cell: _Cell | None, classes: Classes) -> str:
    if cell is None:
        return "absent"
    return classes.fill(cell.value) if cell.status == SHOWN else cell.status


def _draw_cell(canvas: Canvas, x: float, y: float, wide: float, cell: _Cell, classes: Classes) -> None:
    if cell.status != SHOWN:
        canvas.rectangle(x + wide / 2 - 7, y + 4, 14, _CELL - 8, fill=PAPER)
    if cell.emphasis:
        canvas.rectangle(x + 1.2, y + 1.2, wide - 2.4, _CELL - 2.4, edge=ACCENT, line=2)
    if text_width(cell.text, SMALL, cell.emphasis) <= wide:
        white = cell.status == SHOWN and classes.dark(cell.value)
        ink = PAPER if white else INK
        canvas.text(x + wide / 2, y + 12, cell.text, size=SMALL, ink=ink, anchor="middle", bold=cell.emphasis)


def _matrix_alt(
    title: str,
    grid: dict[tuple[str, str], _Cell],
    rows: dict[str, str],
    heads: dict[str, str],
    language: str,
) -> str:
    sentences = [
        f"{title}." if title else "",
        text("matrix_alt", language, rows=len(rows), columns=len(heads)),
    ]
    visible = {key: cell for key, cell in grid.items() if cell.status == SHOWN}
    if visible:
        (row, column), cell = max(visible.items(), key=lambda pair: pair[1].value)
        sentences.append(text("highest", language, label=f"{rows[row]}, {heads[column]}", value=cell.text))
    if len(visible) < len(grid):
        sentences.append(text("missing_alt", language, count=len(grid) - len(visible)))
    return " ".join(filter(None, sentences))


def strip(
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
) -> Chart:
    """Small trend lines, one a label: columns label, period, value, in the order of time.

    Each line has its own scale from 0; hidden periods are gaps. The latest value stands at the right.
    """
    points = shown(frame, "strip", "value", ("label", "period"))
    draw = partial(
        _draw_strip, points=points, labels=labels, highlight=highlight, kind=kind, language=language
    )
    ends = {"first": "–", "last": "–"}
    if len(points):
        ends = {"first": clean(points["period"].iloc[0]), "last": clean(points["period"].iloc[-1])}
    described = text("strip_alt", language, count=points["label"].nunique(), **ends)
    return Chart(
        title=title,
        alt=alt or f"{title + '. ' if title else ''}{described}",
        caption=text("strip_caption", language) if caption is None else caption,
        draw=draw,
        simulated=simulated,
        table=points[["label", "period", "value"]],
    )


def _draw_strip(
    canvas: Canvas, *, points: pd.DataFrame, labels: Labels, highlight: str | None, kind: str, language: str
) -> float:
    if points.empty:
        return canvas.paragraph(0, 12, text("empty", language), canvas.width, ink=SOFT) + 6
    y = 0.0
    left, right = canvas.width - 116, canvas.width - 34
    for key, series in points.groupby("label", sort=False):
        bold = str(key) == highlight
        name = clean(label_of(key, labels))
        bottom = max(canvas.paragraph(0, y + 13, name, left - 12, bold=bold) + 6, y + 20)
        values = series["value"].to_numpy(float)
        across = Scale(0, max(len(values) - 1, 1), left, right)
        down = Scale(0, top_of(values) * 1.1, bottom - 3, y + 3)
        xs, ys = across.points(np.arange(len(values))), down.points(values)
        canvas.line([left, right], [down(0)] * 2, ink=RULE, width=0.7)
        canvas.line(xs, ys, ink=ACCENT if bold else SOFT, width=1.3)
        for n in np.flatnonzero(np.isfinite(ys)):
            alone = n == len(ys) - 1 or not np.isfinite(ys[max(n - 1, 0) : n + 2]).all()
            canvas.dot(xs[n], ys[n], ink=ACCENT if bold else SOFT, size=5 if alone else 3)
        closed = series["status"].iloc[-1]
        number = value_text(values[-1], kind, language) if closed == SHOWN else SIGN[closed]
        canvas.text(canvas.width, y + 13, number, anchor="end", bold=bold)
        canvas.line([0, canvas.width], [bottom, bottom], ink=RULE, width=0.6)
        y = bottom + 1
    return draw_key(canvas, y + 4, missing_items(points["status"], language))
