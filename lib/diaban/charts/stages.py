"""How far reports have come: one bar a step, all on the reports received."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
import pandas as pd

from diaban.charts.canvas import Canvas
from diaban.charts.chart import Chart
from diaban.charts.key import HATCH, REST_HATCH, KeyItem, draw_key, missing_items
from diaban.charts.measure import clean, text_width
from diaban.charts.scales import Scale
from diaban.charts.shown import SHOWN, shown
from diaban.charts.style import ACCENT, INK, OTHER, PAPER, SMALL, SOFT
from diaban.charts.texts import Labels, label_of, missing, text, value_text
from diaban.language import numbers

_BAR = 11.0
_FILL = OTHER + "66"  # pale, so that the line of the interval is seen on it
words = partial(text, of="charts_handling")


@dataclass(frozen=True)
class _Stage:
    """Shares of all reports, NaN where not shown; counts as text, "" where they are not known."""

    key: str
    label: str
    share: float
    lower: float
    upper: float
    waiting: float
    n_waiting: float
    n: float
    counts: str
    note: str
    status: str
    bold: bool


def stage_bars(
    frame: pd.DataFrame,
    *,
    simulated: bool,
    language: str = "vi",
    title: str = "",
    caption: str | None = None,
    alt: str | None = None,
    labels: Labels = None,
    highlight: str | None = None,
) -> Chart:
    """One aligned bar a step, in the order of the frame, as a share of all reports.

    frame      stage, share (0..1); n and n_reports ("789 / 810"), lower, upper, n_waiting (undecided and not
               yet due: a hatched piece after the bar), note (under the label), hidden and withheld where they
               exist
    labels     texts of the stages; `highlight` the one in bold
    """
    numeric = ("n", "n_reports", "lower", "upper", "n_waiting")
    rows = shown(frame, "stage_bars", "share", ("stage",), numeric)
    stages = tuple(_stage(record, labels, highlight, language) for record in rows.to_dict("records"))
    return Chart(
        title=title,
        alt=alt or _alt(title, stages, language),
        caption=(words("stages_caption", language) if stages else "") if caption is None else caption,
        draw=partial(
            _draw,
            stages=stages,
            language=language,
            missing_key=tuple(missing_items(rows["status"], language, hatched=True)),
        ),
        simulated=simulated,
        table=rows[[name for name in ("stage", "share", *numeric) if name in rows]],
    )


def _stage(record: dict, labels: Labels, highlight: str | None, language: str) -> _Stage:
    def number(name: str) -> float:
        value = record.get(name, np.nan)
        return np.nan if missing(value) else float(value)

    n, reports, waiting = (number(name) for name in ("n", "n_reports", "n_waiting"))
    known = np.isfinite(n + reports)
    key = str(record["stage"])
    return _Stage(
        key=key,
        label=clean(label_of(key, labels)),
        share=float(record["share"]),
        lower=number("lower"),
        upper=number("upper"),
        waiting=waiting / reports if np.isfinite(waiting) and reports > 0 else 0.0,
        n_waiting=waiting if np.isfinite(waiting) else 0.0,
        n=n,
        counts=f"{numbers.number(n, language)} / {numbers.number(reports, language)}" if known else "",
        note=clean(record.get("note", "")),
        status=record["status"],
        bold=key == highlight,
    )


def _draw(
    canvas: Canvas, *, stages: tuple[_Stage, ...], language: str, missing_key: tuple[KeyItem, ...]
) -> float:
    if not stages:
        return canvas.paragraph(0, 12, text("empty", language), canvas.width, ink=SOFT) + 6
    scale = Scale(0, 1, 0.5, canvas.width - 0.5)
    counts = max(text_width(stage.counts, SMALL) for stage in stages)
    y = 0.0
    for stage in stages:
        y = _draw_stage(canvas, y, stage, scale, counts, language)
    items = [KeyItem("rest", words("stages_waiting", language))] if any(s.waiting for s in stages) else []
    return draw_key(canvas, y + 2, [*items, *missing_key])


def _draw_stage(canvas: Canvas, y: float, stage: _Stage, scale: Scale, counts: float, language: str) -> float:
    right = canvas.width
    if stage.counts:
        canvas.text(right, y + 11.5, stage.counts, size=SMALL, ink=SOFT, anchor="end")
    right -= counts + 8 if counts else 0
    share = value_text(stage.share, "share", language) if stage.status == SHOWN else ""
    if share:
        canvas.text(right, y + 11.5, share, ink=INK, anchor="end", bold=stage.bold)
    right -= text_width("100%", 10, bold=True) + 8
    y = canvas.paragraph(0, y + 11.5, stage.label, right, bold=stage.bold)
    if stage.note:
        y = canvas.paragraph(0, y + 11.5, stage.note, canvas.width, size=SMALL, ink=SOFT)
    _draw_bar(canvas, y + 5, stage, scale)
    return y + 5 + _BAR + 6


def _draw_bar(canvas: Canvas, y: float, stage: _Stage, scale: Scale) -> None:
    whole = scale.end - scale.start
    if stage.status != SHOWN:
        hatch = HATCH[stage.status]
        canvas.rectangle(scale.start, y, whole, _BAR, fill=PAPER, edge=SOFT, line=0.6, hatch=hatch)
        return
    ink = ACCENT if stage.bold else OTHER
    canvas.rectangle(scale.start, y, whole, _BAR, fill=PAPER, edge=SOFT, line=0.6)
    if stage.waiting > 0:
        wide = stage.waiting * whole
        canvas.rectangle(scale(stage.share), y, wide, _BAR, fill=PAPER, edge=SOFT, line=0.6, hatch=REST_HATCH)
    if stage.share > 0:
        fill = ACCENT + "66" if stage.bold else _FILL
        canvas.rectangle(scale.start, y, stage.share * whole, _BAR, fill=fill, edge=ink, line=1)
    if np.isfinite(stage.lower + stage.upper) and stage.upper > stage.lower:
        middle = y + _BAR / 2
        ends = [scale.clipped(stage.lower), scale.clipped(stage.upper)]
        canvas.line(ends, [middle] * 2, ink=INK, width=1.6)


def _alt(title: str, stages: tuple[_Stage, ...], language: str) -> str:
    if not stages:
        return " ".join(filter(None, [f"{title}." if title else "", text("empty", language)]))
    visible = [stage for stage in stages if stage.status == SHOWN]
    sentences = [f"{title}." if title else "", words("stages_alt", language, count=len(stages))]
    if visible:
        sentences.append("; ".join(_row(stage, language) for stage in visible) + ".")
    for stage in visible:
        if stage.waiting:
            n = numbers.number(stage.n_waiting, language)
            sentences.append(words("stages_alt_waiting", language, label=stage.label, n=n))
    drops = [
        (above.n - below.n - below.n_waiting, below.label)
        for above, below in pairwise(stages)
        if above.status == below.status == SHOWN and above.n > below.n + below.n_waiting
    ]
    if drops:
        most = max(drops, key=lambda drop: drop[0])
        fewer = numbers.number(most[0], language)
        sentences.append(words("stages_alt_drop", language, label=most[1], n=fewer))
    if len(visible) < len(stages):
        sentences.append(text("missing_alt", language, count=len(stages) - len(visible)))
    return " ".join(filter(None, sentences))


def _row(stage: _Stage, language: str) -> str:
    share = value_text(stage.share, "share", language)
    if not stage.counts:
        return words("stages_alt_share", language, label=stage.label, share=share)
    n, reports = stage.counts.split(" / ")
    return words("stages_alt_row", language, label=stage.label, n=n, all=reports, share=share)
