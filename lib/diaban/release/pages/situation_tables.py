"""The tables behind the situation: rates of every block, and the change from the baseline."""

from __future__ import annotations

from diaban.language import numbers
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Column, Fragment, render
from diaban.release.pages.traced import row_id, table
from diaban.spec.streams import StreamSpec


def behind(c: PageContext, streams: list[StreamSpec], *, figures: str = "") -> Fragment:
    """Folded on a screen, printed on paper: a number of a sentence leads to its row here.

    figures: those over time, as HTML, where they are too many to stand open.
    """
    title = c.text["situation"]["figures" if figures else "tables"]
    inside = _rates(c, streams) + _changes(c, streams) + figures
    return render("more", title=title, inside=inside, printed=True, text=c.text)


def _rates(c: PageContext, streams: list[StreamSpec]) -> str:
    """Counts and rates of every stream and block, beside the level of the whole."""
    text = c.text["situation"]
    keys = ("column_cases", "column_rate", "column_range", "column_reference")
    columns = [Column(text["column_stream"]), Column(text["column_period"])]
    columns += [Column(text[key], True) for key in keys]
    frames = [c.here("rates", stream=stream.key).assign(label=stream.label[c.language]) for stream in streams]
    rows = [row for frame in frames for row in frame.itertuples()]
    printed = [
        [
            row.label,
            c.words.period(row.period),
            c.number(row.cases),
            c.rate(row.rate),
            _range(c, row.lower, row.upper),
            c.rate(row.reference_rate),
        ]
        for row in rows
    ]
    ids = [row_id("rates", row.stream, row.period) for row in rows]
    return table(c, columns, printed, ids=ids, how="rate", caption=text["rates_caption"], brief=True)


def _changes(c: PageContext, streams: list[StreamSpec]) -> str:
    """The block against the baseline, for the same number of persons, where both may be shown."""
    text = c.text["situation"]
    rows = c.here("trends", period=c.period)
    rows = rows[~rows["hidden"] & rows["withheld"].isna()]
    if rows.empty:
        return ""
    keys = ("column_before", "column_cases", "column_times", "column_range")
    columns = [Column(text["column_stream"]), *(Column(text[key], True) for key in keys)]
    labels = {stream.key: stream.label[c.language] for stream in streams}
    printed = [
        [
            labels[row.stream],
            c.number(row.baseline_cases),
            c.number(row.cases),
            c.number(row.rate_ratio, 1),
            numbers.between(c.number(row.lower, 1), c.number(row.upper, 1)),
        ]
        for row in rows.itertuples()
    ]
    ids = [row_id("trends", row.stream, row.period) for row in rows.itertuples()]
    caption = text["changes_caption"].format(
        period=c.words.period(c.period), baseline=c.words.period(c.spec.periods.baseline)
    )
    return table(c, columns, printed, ids=ids, how="change", caption=caption, brief=True)


def _range(c: PageContext, lower: object, upper: object) -> str:
    return numbers.between(c.rate(lower), c.rate(upper))
