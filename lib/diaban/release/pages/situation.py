"""The section on how much happens here, against the whole and over time."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from diaban import charts
from diaban.findings.strength import notable
from diaban.release.pages import situation_tables
from diaban.release.pages.against_whole import against_whole
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Column, Fragment
from diaban.release.pages.traced import fill, number, row_id, table
from diaban.spec.streams import StreamSpec

MOST_DRAWN = 3
"""Figures over time that stand open; where kinds are more, the sentences say it and all are folded."""


def section(c: PageContext) -> Fragment:
    """A sentence a stream, the figures that say more, and one table of all rates and changes behind them."""
    streams = [s for s in c.spec.streams if not _rows(c, s.key).empty]
    figures = [_over_time(c, s) for s in streams if not _rows(c, s.key)["hidden"].all()]
    folded = len(figures) > MOST_DRAWN
    over_time = figures if not folded else []
    told = c.section(
        c.text["situation"]["heading"].format(period=_period(c)),
        anchor="situation",
        points=[_sentence(c, stream) for stream in streams],
        charts=over_time + _funnels(c, streams),
        notes=[*([] if folded else _chart_note(c, streams)), *_notes(c, streams), *_broken(c)],
    )
    if not streams:
        return told
    if not folded:
        return told + situation_tables.behind(c, streams)
    drawn = c.section("", charts=figures, notes=_chart_note(c, streams))
    return told + situation_tables.behind(c, streams, figures=drawn.html)


def _chart_note(c: PageContext, streams: list[StreamSpec]) -> list[str]:
    """How to read the figures of blocks, once for all of them."""
    if all(_annual_may_be_shown(c, stream) for stream in streams):
        return []
    return [c.text["situation"]["chart_note"].format(top=c.words.top, period=c.words.period(c.period))]


def _annual_may_be_shown(c: PageContext, stream: StreamSpec) -> bool:
    annual = c.here("run_chart", stream=stream.key)
    return len(annual) > 0 and not annual["hidden"].any()


def _rows(c: PageContext, stream: str) -> pd.DataFrame:
    return c.here("rates", stream=stream)


def _sentence(c: PageContext, stream: StreamSpec) -> str:
    text = c.text["situation"]
    rows = c.here("rates", stream=stream.key, period=c.period)
    fields = {"stream": stream.label[c.language], "period": _period(c), "top": c.words.top}
    if rows.empty:
        return text["not_comparable"].format(**fields)
    row = rows.iloc[0]
    if row["hidden"]:
        return _together(c, stream, fields) or text["hidden"].format(**fields)
    here = row_id("rates", stream.key, c.period)
    told = c.may_say(stream.key, "level_high", "level_low")
    level = fill(
        text[against_whole(row) if told else "level"],
        cases=number(c.number(row["cases"]), here),
        rate=number(c.rate(row["rate"]), here),
        lower=number(c.rate(row["lower"]), here),
        upper=number(c.rate(row["upper"]), here),
        reference=number(c.rate(row["reference_rate"]), here),
        per=c.per,
        population=c.population(stream),
        **fields,
    )
    return Markup(" ").join(part for part in (level, _change(c, stream)) if part)


def _together(c: PageContext, stream: StreamSpec, fields: dict) -> str:
    """What is told of the localities that are not shown one by one, if this one is among them."""
    near, every = (_group(c, stream.key, name) for name in ("rates_neighbours", "rates_together"))
    row = every if near is None else near
    if row is None:
        return ""
    touching = near is not None and bool(near["touching"])
    others = [code for code in row["localities"].split(";") if code != c.locality]
    return c.text["situation"]["neighbours" if touching else "together"].format(
        place=c.place,
        others=", ".join(c.words.place(code) for code in others),
        cases=c.number(row["cases"]),
        rate=c.rate(row["rate"]),
        lower=c.rate(row["lower"]),
        upper=c.rate(row["upper"]),
        reference=c.rate(row["reference_rate"]),
        per=c.per,
        population=c.population(stream),
        **fields,
    )


def _group(c: PageContext, stream: str, frame: str) -> pd.Series | None:
    """The row of localities put together in which this one is."""
    rows = c.cube[frame]
    rows = rows[(rows["stream"] == stream) & (rows["period"] == c.period)]
    rows = rows[[c.locality in codes.split(";") for codes in rows["localities"]]]
    return None if rows.empty else rows.iloc[0]


def _change(c: PageContext, stream: StreamSpec) -> str:
    """The block against the baseline; nothing where either may not be shown or compared."""
    rows = c.here("trends", stream=stream.key, period=c.period)
    rows = rows[~rows["hidden"] & rows["withheld"].isna()]
    if rows.empty:
        return ""
    row = rows.iloc[0]
    clear = (row["lower"] > 1 or row["upper"] < 1) and notable(row["rate_ratio"])
    key = (
        "change"
        if not c.may_say(stream.key, "trend_up", "trend_down")
        else "change_unclear"
        if not clear
        else "change_up"
        if row["rate_ratio"] > 1
        else "change_down"
    )
    here = row_id("trends", stream.key, c.period)
    return fill(
        c.text["situation"][key],
        baseline=c.words.period(row["baseline"]),
        before=number(c.number(row["baseline_cases"]), here),
        cases=number(c.number(row["cases"]), here),
    )


def _period(c: PageContext) -> str:
    return c.text["period"].format(period=c.words.period(c.period))


def _over_time(c: PageContext, stream: StreamSpec) -> tuple[str, str]:
    """Single periods where they may be shown, else blocks."""
    return _run_chart(c, stream) if _annual_may_be_shown(c, stream) else _block_rates(c, stream)


def _run_chart(c: PageContext, stream: StreamSpec) -> tuple[str, str]:
    text = c.text["situation"]
    frame = c.here("run_chart", stream=stream.key).rename(columns={"cases": "observed"})
    frame = frame.drop(columns="withheld")  # without a baseline the counts still stand
    caption = text["run_caption"].format(baseline=c.words.period(c.spec.periods.baseline))
    without_baseline = frame["expected"].isna().all()
    chart = charts.run_chart(
        frame,
        title=text["run_title"].format(stream=stream.label[c.language]),
        caption="" if without_baseline else caption,
        observed_label=text["observed"],
        expected_label=text["expected"],
        **c.chart_options(labels=None),
    )
    rows = [[row.period, c.number(row.observed), c.number(row.expected, 1)] for row in frame.itertuples()]
    columns = [
        Column(text["column_period"]),
        Column(text["column_cases"], True),
        Column(text["expected"], True),
    ]
    return chart._repr_html_(), table(c, columns, rows, how="rate")


def _block_rates(c: PageContext, stream: StreamSpec) -> tuple[str, str]:
    text = c.text["situation"]
    frame = _rows(c, stream.key).assign(
        label=lambda f: f["period"].map(c.words.period), emphasis=lambda f: f["period"] == c.period
    )
    reference = frame.loc[frame["period"] == c.period, "reference_rate"].dropna()
    chart = charts.dot_interval(
        frame,
        title=text["chart_stream"].format(stream=stream.label[c.language]),
        caption=f"{text['chart_rate'].format(per=c.per, population=c.population(stream))}.",
        value="rate",
        kind="rate",
        reference=float(reference.iloc[0]) if len(reference) else None,
        reference_label=c.words.top,
        **c.chart_options(labels=None),
    )
    return chart._repr_html_(), ""


def _funnels(c: PageContext, streams: list[StreamSpec]) -> list[tuple[str, str]]:
    """A funnel only where this locality lies outside it: elsewhere the sentence says it all."""
    text = c.text["situation"]
    found = []
    for stream in streams:
        rates = c.all_of("rates", stream.key)
        here = rates[rates["locality"] == c.locality]
        if here["outlier"].isna().all():
            continue
        chart = charts.funnel(
            rates,
            c.all_of("funnel", stream.key),
            title=text["funnel_title"].format(stream=stream.label[c.language], place=c.place),
            caption=text["funnel_caption"],
            **c.chart_options(highlight=c.locality),
        )
        found.append((chart._repr_html_(), ""))
    return found


def _notes(c: PageContext, streams: list[StreamSpec]) -> list[str]:
    """What the study says of its streams."""
    return [f"{s.label[c.language]}: {s.note[c.language]}" for s in streams if s.note is not None]


def _broken(c: PageContext) -> list[str]:
    """Streams that are not compared in every period, with the reason."""
    return [
        c.text["situation"]["broken"].format(
            stream=stream.label[c.language], periods=", ".join(broken), label=stream.definitions[-1].label
        )
        for stream in c.spec.streams
        if stream.note is None  # its note says so already
        and (broken := _not_compared(c, stream))
    ]


def _not_compared(c: PageContext, stream: StreamSpec) -> list[str]:
    periods = c.cube.facts["periods"]
    return [period for period in periods if period not in stream.comparable(periods)]
