"""Values with their intervals, one row each: shares, rates, ratios."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd

from diaban.charts.chart import Chart
from diaban.charts.key import missing_items
from diaban.charts.measure import clean
from diaban.charts.rows import Axis, Row, draw_rows, rows_of
from diaban.charts.scales import top_of
from diaban.charts.shown import SHOWN, shown
from diaban.charts.texts import Labels, missing, text, value_text


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
    rows = rows_of(rows_frame, columns, labels, highlight, kind, language, number)
    axis = _value_axis(rows, kind, language, reference, reference_label)
    return Chart(
        title=title,
        alt=alt or _alt(title, rows, axis),
        caption=text("dot_interval_caption", language) if caption is None else caption,
        draw=partial(
            draw_rows, rows=rows, axis=axis, missing_key=tuple(missing_items(rows_frame["status"], language))
        ),
        simulated=simulated,
        table=rows_frame[[name for name in columns.values() if name in rows_frame]],
    )


def _value_axis(
    rows: Sequence[Row], kind: str, language: str, reference: float | None, reference_label: str
) -> Axis:
    """From zero to the largest limit; a limit beyond three times every value is cut, and drawn as cut."""
    known = None if reference is None or missing(reference) else float(reference)
    values = np.array([row.value for row in rows] + [known if known is not None else np.nan], dtype=float)
    limits = np.array([row.upper for row in rows], dtype=float)
    high = max(top_of(values), min(top_of(limits, 0.0), 3 * top_of(values)))
    low = min(0.0, *(v for row in rows for v in (row.value, row.lower) if np.isfinite(v)), 0.0)
    high = min(high * 1.03, 1.0) if kind == "share" else high * 1.03
    return Axis(low, high, kind, language, known, clean(reference_label))


def _alt(title: str, rows: Sequence[Row], axis: Axis) -> str:
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
