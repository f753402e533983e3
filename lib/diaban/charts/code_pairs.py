"""Which codes meet on one file more often, or less often, than unrelated ones would."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd

from diaban.charts.canvas import Canvas
from diaban.charts.chart import Chart
from diaban.charts.key import missing_items
from diaban.charts.measure import clean
from diaban.charts.rows import Axis, Row, draw_rows
from diaban.charts.shown import SHOWN, shown
from diaban.charts.style import ACCENT, OTHER, SOFT
from diaban.charts.texts import Labels, label_of, missing, text
from diaban.language import numbers

_NUMERIC = ("lower", "upper", "n_both", "n_files")
_NEAREST = 1.5  # the axis reaches at least this far to one side of 1


def pairs(
    frame: pd.DataFrame,
    *,
    simulated: bool,
    language: str = "vi",
    title: str = "",
    caption: str | None = None,
    alt: str | None = None,
    labels: Labels = None,
    most: int = 8,
) -> Chart:
    """The supported pairs of codes of one stream, "A + B": how many times as often together as by chance.

    frame  columns a, b, lift, lower, upper, n_both, n_files, supported (bool); `comparisons`, `hidden` and
           `withheld` where they exist. Only supported pairs are drawn, the largest lift first, at the most
           `most`; where none is supported the figure says so, with the number of pairs looked at.
    The scale of the lift is logarithmic, with a dashed line at 1.
    """
    looked_at = shown(frame, "pairs", "lift", ("a", "b", "supported", *_NUMERIC), _NUMERIC)
    supported = looked_at["supported"].fillna(False).astype(bool)
    kept = (
        looked_at[supported]
        .sort_values("lift", ascending=False, na_position="last", kind="stable")
        .head(most)
    )
    rows = tuple(_row(record, labels, language) for record in kept.to_dict("records"))
    comparisons = _comparisons(looked_at)
    counted = numbers.number(comparisons, language)
    draw = partial(
        draw_rows,
        rows=rows,
        axis=_axis(rows, language),
        missing_key=tuple(missing_items(kept["status"], language)),
    )
    if comparisons and not rows:
        draw = partial(_draw_none, said=text("pairs_none", language, comparisons=counted))
    return Chart(
        title=title,
        alt=alt or _alt(title, kept, rows, counted if comparisons else "", language),
        caption=_caption(rows, counted, language) if caption is None else caption,
        draw=draw,
        simulated=simulated,
        table=kept[["a", "b", "n_both", "n_files", "lift", "lower", "upper"]],
    )


def _comparisons(frame: pd.DataFrame) -> int:
    """Pairs looked at: the printed number of comparisons where the frame carries it, else its rows."""
    told = frame["comparisons"].max() if "comparisons" in frame else np.nan
    return len(frame) if missing(told) else int(told)


def _row(record: dict, labels: Labels, language: str) -> Row:
    lift, visible = record["lift"], record["status"] == SHOWN
    above = not lift < 1
    return Row(
        key=f"{record['a']} + {record['b']}",
        label=clean(f"{label_of(record['a'], labels)} + {label_of(record['b'], labels)}"),
        value=lift,
        lower=record["lower"],
        upper=record["upper"],
        note=text("pairs_note", language, **_numbers(record, language)) if visible else "",
        ink=(ACCENT if above else OTHER) if visible else SOFT,
        filled=above,
        bold=False,
        status=record["status"],
        number="",
    )


def _numbers(record: dict, language: str) -> dict[str, str]:
    counts = {name: numbers.number(record[name], language) for name in ("n_both", "n_files")}
    return counts | {name: numbers.rate(record[name], language) for name in ("lift", "lower", "upper")}


def _axis(rows: Sequence[Row], language: str) -> Axis:
    """From below to above 1; a limit more than three times as far out as every lift is cut."""
    lifts = [row.value for row in rows if np.isfinite(row.value) and row.value > 0]
    limits = [x for row in rows for x in (row.lower, row.upper) if np.isfinite(x) and x > 0]
    low, high = min([1.0, *lifts]), max([_NEAREST, *lifts])
    low = max(min([low, *limits]), low / 3)
    high = min(max([high, *limits]), high * 3)
    return Axis(low / 1.08, high * 1.04, "ratio", language, 1.0, text("by_chance", language), log=True)


def _caption(rows: Sequence[Row], comparisons: str, language: str) -> str:
    return text("pairs_caption", language, comparisons=comparisons) if rows else ""


def _draw_none(canvas: Canvas, *, said: str) -> float:
    return canvas.paragraph(0, 12, said, canvas.width, ink=SOFT) + 6


def _alt(title: str, kept: pd.DataFrame, rows: Sequence[Row], comparisons: str, language: str) -> str:
    sentences = [f"{title}." if title else ""]
    if not rows:
        key = "pairs_none" if comparisons else "empty"
        return " ".join(filter(None, [*sentences, text(key, language, comparisons=comparisons)]))
    sentences.append(text("pairs_alt", language, count=len(rows), comparisons=comparisons))
    visible = kept[kept["status"] == SHOWN]
    if len(visible):
        words = _numbers(visible.iloc[0].to_dict(), language)
        label = next(row.label for row in rows if row.status == SHOWN)
        sentences.append(text("pairs_first", language, label=label, **words))
    if len(visible) < len(rows):
        sentences.append(text("missing_alt", language, count=len(rows) - len(visible)))
    return " ".join(filter(None, sentences))
