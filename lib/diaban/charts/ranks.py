"""Ranks with their uncertainty: no place is drawn, only the range of places that a row may hold."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd

from diaban.charts.chart import Chart
from diaban.charts.key import missing_items
from diaban.charts.rows import Axis, Row, draw_rows, rows_of
from diaban.charts.shown import SHOWN, shown
from diaban.charts.texts import Labels, missing, text


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
    ranks = _sorted(rates, "rank_intervals", "locality", order)
    ranks["note"] = [_from_to(r.rank_lower, r.rank_upper) for r in ranks.itertuples()]
    rows = _rows(ranks, "locality", labels, highlight, language)
    return Chart(
        title=title,
        alt=alt or _places_alt(title, rows, highlight, language),
        caption=text("rank_caption", language) if caption is None else caption,
        draw=_drawing(ranks, rows, language),
        simulated=simulated,
        table=ranks[["locality", "rank_lower", "rank_upper"]],
    )


def rank_list(
    frame: pd.DataFrame,
    *,
    simulated: bool,
    language: str = "vi",
    title: str = "",
    caption: str | None = None,
    alt: str | None = None,
    labels: Labels = None,
    highlight: str | None = None,
    label: str = "factor",
    order: str = "score",
) -> Chart:
    """The range of ranks that each factor, measure or indicator may hold (1 is the first), in words beside.

    frame: columns `label`, rank_lower, rank_upper and the column `order` that sorts the rows, the largest
    first; its values are not printed. `tied` (bool), where it exists, is said beside the rank; `hidden` and
    `withheld` rows come last. The description names those that cannot be told from the first.
    """
    ranks = _sorted(frame, "rank_list", label, order)
    ranks["note"] = [_rank_words(record, language) for record in ranks.to_dict("records")]
    rows = _rows(ranks, label, labels, highlight, language)
    return Chart(
        title=title,
        alt=alt or _list_alt(title, rows, language),
        caption=text("rank_list_caption", language) if caption is None else caption,
        draw=_drawing(ranks, rows, language),
        simulated=simulated,
        table=ranks[[label, "rank_lower", "rank_upper"]],
    )


def _sorted(frame: pd.DataFrame, chart: str, label: str, order: str) -> pd.DataFrame:
    ranks = shown(frame, chart, "rank_lower", (label, "rank_upper", order), ("rank_upper", order))
    ranks = ranks.sort_values(order, ascending=False, na_position="last", kind="stable")
    return ranks.assign(value=(ranks["rank_lower"] + ranks["rank_upper"]) / 2)


def _rows(
    ranks: pd.DataFrame, label: str, labels: Labels, highlight: str | None, language: str
) -> tuple[Row, ...]:
    columns = {
        "label": label,
        "value": "value",
        "lower": "rank_lower",
        "upper": "rank_upper",
        "note": "note",
    }
    return rows_of(ranks, columns, labels, highlight, "count", language, number=False)


def _drawing(ranks: pd.DataFrame, rows: tuple[Row, ...], language: str) -> partial:
    lowest = max([2, len(rows), *ranks["rank_upper"].dropna()])  # beyond the rows if others were ranked too
    missing_key = tuple(missing_items(ranks["status"], language))
    return partial(draw_rows, rows=rows, axis=Axis(1, lowest, "count", language), missing_key=missing_key)


def _from_to(lower: float, upper: float) -> str:
    if missing(lower) or missing(upper):
        return ""
    return f"{lower:.0f}–{upper:.0f}" if lower != upper else f"{lower:.0f}"


def _rank_words(record: dict, language: str) -> str:
    lower, upper = record["rank_lower"], record["rank_upper"]
    if missing(lower) or missing(upper):
        return ""
    key = "rank_is" if lower == upper else "rank_from_to"
    words = text(key, language, lower=f"{lower:.0f}", upper=f"{upper:.0f}")
    tied = record.get("tied", False)
    return text("rank_tied", language, rank=words) if not missing(tied) and tied else words


def _places_alt(title: str, rows: Sequence[Row], highlight: str | None, language: str) -> str:
    sentences = [f"{title}." if title else "", text("rank_alt", language, count=len(rows))]
    sentences += [
        text("rank_highlight", language, label=row.label, lower=f"{row.lower:.0f}", upper=f"{row.upper:.0f}")
        for row in rows
        if row.key == highlight and row.status == SHOWN
    ]
    return " ".join(filter(None, sentences))


def _list_alt(title: str, rows: Sequence[Row], language: str) -> str:
    """The first of the list, and every row whose interval of ranks meets that of the first."""
    sentences = [f"{title}." if title else "", text("rank_list_alt", language, count=len(rows))]
    visible = [row for row in rows if row.status == SHOWN]
    if visible:
        first, *others = visible
        equals = "; ".join(row.label for row in others if row.lower <= first.upper)
        key = "rank_first_equal" if equals else "rank_first_alone"
        sentences.append(text(key, language, label=first.label, rank=first.note, others=equals))
    if len(visible) < len(rows):
        sentences.append(text("missing_alt", language, count=len(rows) - len(visible)))
    return " ".join(filter(None, sentences))
