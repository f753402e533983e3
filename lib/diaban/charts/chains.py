"""The chain of an event: its moments in the order of time, and on how many files a condition lay at each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
import pandas as pd

from diaban.charts.canvas import Canvas
from diaban.charts.chart import Chart
from diaban.charts.key import KeyItem, draw_key, missing_items
from diaban.charts.measure import clean, text_width
from diaban.charts.rows import Row, draw_estimate, draw_ticks
from diaban.charts.scales import Scale, top_of
from diaban.charts.shown import SHOWN, shown
from diaban.charts.style import ACCENT, INK, OTHER, PAPER, RULE, SMALL, SOFT, TEXT
from diaban.charts.texts import Labels, label_of, missing, text, value_text
from diaban.language import numbers

MOMENTS = ("before", "guardian", "place", "access", "sign", "report")
_RAIL = 9.0  # where the line through all moments runs
_LEFT = 26.0
_NODE = 8.0


@dataclass(frozen=True)
class _Moment:
    row: Row
    files: str
    named: bool


def chain(
    frame: pd.DataFrame,
    *,
    simulated: bool,
    language: str = "vi",
    title: str = "",
    caption: str | None = None,
    alt: str | None = None,
    labels: Labels = None,
    order: Sequence[str] = MOMENTS,
    named_label: str | None = None,
) -> Chart:
    """The moments of an event in the order of time, each with the share of files with a condition there.

    frame        one row a moment, columns moment, share, lower, upper; `named` (bool: the preventable
                 moment, drawn full), `n` and `n_files` ("14 / 31"), `note` (words under the label, such as
                 the conditions meant), `hidden` and `withheld` where they exist
    order        keys of the moments in the order of time; others follow as they come
    named_label  what stands under a named moment, default "preventable moment"
    """
    numeric = ("lower", "upper", "n", "n_files")
    moments_frame = shown(frame, "chain", "share", ("moment", "lower", "upper"), numeric)
    rank = {key: place for place, key in enumerate(order)}
    places = moments_frame["moment"].astype(str).map(rank).fillna(len(rank))
    moments_frame = moments_frame.iloc[np.argsort(places.to_numpy(float), kind="stable")]
    moments = tuple(_moment(record, labels, language) for record in moments_frame.to_dict("records"))
    return Chart(
        title=title,
        alt=alt or _alt(title, moments, language),
        caption=(text("chain_caption", language) if moments else "") if caption is None else caption,
        draw=partial(
            _draw,
            moments=moments,
            language=language,
            named_label=clean(named_label or text("chain_named", language)),
            missing_key=tuple(missing_items(moments_frame["status"], language)),
        ),
        simulated=simulated,
        table=moments_frame[["moment", "share", "lower", "upper"]],
    )


def _moment(record: dict, labels: Labels, language: str) -> _Moment:
    visible = record["status"] == SHOWN
    named = record.get("named", False)
    named = visible and not missing(named) and bool(named)
    counts = [record.get(name, np.nan) for name in ("n", "n_files")]
    known = visible and not any(missing(count) for count in counts)
    row = Row(
        key=str(record["moment"]),
        label=clean(label_of(record["moment"], labels)),
        value=record["share"],
        lower=np.nan if missing(record["lower"]) else record["lower"],
        upper=np.nan if missing(record["upper"]) else record["upper"],
        note=clean(record.get("note", "")),
        ink=ACCENT if named else SOFT,
        filled=True,
        bold=named,
        status=record["status"],
        number=value_text(record["share"], "share", language) if visible else "",
    )
    files = " / ".join(numbers.number(count, language) for count in counts) if known else ""
    return _Moment(row, files, named)


def _draw(
    canvas: Canvas,
    *,
    moments: tuple[_Moment, ...],
    language: str,
    named_label: str,
    missing_key: tuple[KeyItem, ...],
) -> float:
    if not moments:
        return canvas.paragraph(0, 12, text("empty", language), canvas.width, ink=SOFT) + 6
    values = np.array([[m.row.value, m.row.upper] for m in moments], dtype=float)
    scale = Scale(0, min(1.0, top_of(values) * 1.03), _LEFT, canvas.width - 6)
    files = max(text_width(m.files, SMALL) for m in moments)
    y = 2.0
    nodes: list[float] = []
    rules: list[float] = []
    for moment in moments:
        nodes.append(y + 8)
        y = _draw_moment(canvas, y, moment, scale, files, named_label)
        rules += [y - 2, y - 2, np.nan]
    canvas.line([_LEFT, canvas.width, np.nan] * len(moments), rules, ink=RULE, width=0.6)
    _draw_rail(canvas, nodes, moments)
    return draw_key(canvas, draw_ticks(canvas, y, scale, "share", language) + 4, missing_key)


def _draw_moment(
    canvas: Canvas, y: float, moment: _Moment, scale: Scale, files: float, named_label: str
) -> float:
    row, right = moment.row, canvas.width
    if moment.files:
        canvas.text(right, y + 11.5, moment.files, size=SMALL, ink=SOFT, anchor="end")
    right -= files + 8 if files else 0
    if row.number:
        canvas.text(right, y + 11.5, row.number, anchor="end", bold=row.bold)
    right -= text_width(row.number, TEXT, row.bold) + 8
    y = canvas.paragraph(_LEFT, y + 11.5, row.label, right - _LEFT, bold=row.bold)
    wide = canvas.width - _LEFT
    if moment.named:
        y = canvas.paragraph(_LEFT, y + 12, named_label, wide, size=SMALL, ink=ACCENT, bold=True)
    if row.note:
        y = canvas.paragraph(_LEFT, y + 12, row.note, wide, size=SMALL, ink=SOFT)
    draw_estimate(canvas, y + 11, row, scale)
    return y + 22


def _draw_rail(canvas: Canvas, nodes: Sequence[float], moments: Sequence[_Moment]) -> None:
    """The numbered moments on a line that points from each to the next."""
    gaps = [(above + _NODE, below - _NODE - 3, np.nan) for above, below in pairwise(nodes)]
    canvas.line([_RAIL] * 3 * len(gaps), np.ravel(gaps), ink=OTHER, width=1.2)
    for below in nodes[1:]:
        canvas.dot(_RAIL, below - _NODE - 4, ink=OTHER, size=6, marker="v")
    for place, (y, moment) in enumerate(zip(nodes, moments, strict=True), start=1):
        edge, ink = (ACCENT, PAPER) if moment.named else (OTHER, INK)
        canvas.dot(_RAIL, y, ink=edge, filled=moment.named, size=2 * _NODE)
        canvas.text(_RAIL, y + 3.3, place, size=SMALL, ink=ink, anchor="middle", bold=moment.named)


def _alt(title: str, moments: Sequence[_Moment], language: str) -> str:
    key = "chain_alt" if moments else "empty"
    sentences = [f"{title}." if title else "", text(key, language, count=len(moments))]
    visible = [m for m in moments if m.row.status == SHOWN]
    if visible:
        listed = "; ".join(f"{m.row.label} {m.row.number}" for m in visible)
        sentences.append(text("chain_shares", language, listed=listed))
        named = "; ".join(m.row.label for m in visible if m.named)
        sentences.append(text("chain_found" if named else "chain_none", language, named=named))
    if len(visible) < len(moments):
        sentences.append(text("missing_alt", language, count=len(moments) - len(visible)))
    return " ".join(filter(None, sentences))
