"""Which indicators go with cases over the whole study: in short for a locality, in full for the whole."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban import charts
from diaban.findings.words import small
from diaban.language.catalogue import catalogue
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Column, Fragment, render
from diaban.release.pages.traced import row_id, table, told_first

MOST_STREAMS_IN_WORDS = 3


def in_short(c: PageContext) -> Fragment:
    """The links that hold up, in one sentence a stream; the figures stand on the page of the whole."""
    text, factors = c.text["causes"], c.cube["area_factors"]
    if factors.empty or factors["withheld"].notna().all():
        return c.section(text["association_heading"], level=3, notes=_refusals(c))
    robust = steady(c)
    answer = text["association_answer_steady" if len(robust) else "association_answer_none_steady"]
    head = c.section(
        text["association_heading"], level=3, answers=[answer.format(top=c.words.top)], notes=_refusals(c)
    )
    told = _told(c)
    if told.empty:
        return head
    points = [
        text["association_ways"].format(indicator=c.words.indicator(key), ways=ways(c, key, higher=True))
        for key in robust["indicator"].drop_duplicates()
    ]
    opposed = [key for key in robust["indicator"].drop_duplicates() if _opposed(robust, key)]
    notes = [text["association_opposed"].format(indicator=c.words.indicator(key)) for key in opposed]
    shown = {row_id("area_factors", r.stream, r.indicator, "between") for r in told.itertuples()}
    behind = render(
        "more",
        title=text["association_table"],
        inside=_told_table(c, told),
        printed=not shown.isdisjoint(told_first(c)),
        text=c.text,
    )
    return head + c.section("", points=points, notes=notes) + behind


def ways(c: PageContext, indicator: str, *, higher: bool) -> str:
    """What goes with a higher (or lower) value between places: more of one kind of case, fewer of another."""
    rows = steady(c)
    return ", ".join(
        c.text["causes"]["way_more" if (r.rate_ratio > 1) == higher else "way_fewer"].format(
            cases=c.spec.stream(r.stream).cases_noun[c.language]
        )
        for r in rows[rows["indicator"] == indicator].itertuples()
    )


def _opposed(links: pd.DataFrame, indicator: str) -> bool:
    """Whether the indicator goes with more of one kind of case and fewer of another."""
    up = links.loc[links["indicator"] == indicator, "rate_ratio"] > 1
    return bool(up.any() and not up.all())


def _told(c: PageContext) -> pd.DataFrame:
    """Links that hold up, and those that a finding of this locality rests on."""
    between = c.cube["area_factors"].query("part == 'between'")
    keys = {(r.stream, r.indicator) for r in steady(c).itertuples()}
    keys |= {(f.stream, f.factors[0]) for f in c.findings if f.statement in ("area_factor", "area_fragile")}
    pairs = zip(between["stream"], between["indicator"], strict=True)
    return between[[pair in keys for pair in pairs]]


def _told_table(c: PageContext, links: pd.DataFrame) -> str:
    """How many cases more, read in the direction that goes with more, as findings say it."""
    text = c.text["causes"]
    columns = [Column(text["indicator_column"]), Column(c.text["situation"]["column_stream"])]
    columns += [Column(text[key], True) for key in ("apart_column", "more_column")]
    columns.append(Column(c.text["situation"]["column_range"], True))
    printed = []
    links = links.sort_values("indicator", kind="stable")
    for r in links.itertuples():
        up = r.rate_ratio > 1
        more, *limits = (
            (r.rate_ratio, r.lower, r.upper) if up else (1 / r.rate_ratio, 1 / r.upper, 1 / r.lower)
        )
        name = _direction(c, r)
        apart = c.words.difference(r.indicator, r.sd)
        said = " – ".join(c.percent(limit - 1) for limit in limits)
        printed.append([name, c.spec.stream(r.stream).short[c.language], apart, c.percent(more - 1), said])
    ids = [row_id("area_factors", r.stream, r.indicator, "between") for r in links.itertuples()]
    return table(c, columns, printed, ids=ids, how="area", brief=True)


def steady(c: PageContext) -> pd.DataFrame:
    """Links between places that stay under other models."""
    tested = c.cube.frames.get("area_robustness")
    between = c.cube["area_factors"].query("part == 'between'")
    if tested is None:
        return between.head(0)
    robust = tested.loc[tested["robust"].fillna(False).astype(bool), ["stream", "indicator"]]
    return between.merge(robust, on=["stream", "indicator"])


def _direction(c: PageContext, row) -> str:
    key = "direction_up" if row.rate_ratio > 1 else "direction_down"
    return c.text["causes"][key].format(indicator=small(c.words.indicator(row.indicator)))


def in_full(c: PageContext) -> Fragment:
    """The same with the ratios of every indicator, and how many were looked at."""
    text, factors = c.text["causes"], c.cube["area_factors"]
    between = factors[factors["part"] == "between"]
    shown = between[between["withheld"].isna()]
    if shown.empty:
        return c.section(text["association_heading"], anchor="links", notes=_refusals(c))
    note = text["association_note"].format(
        comparisons=c.number(shown["comparisons"].max()), within=c.number(_comparisons(factors, "within"))
    )
    return c.section(
        text["association_heading"],
        anchor="links",
        answers=[_answer(c)],
        points=_points(c),
        charts=[_ratios(c, stream, rows) for stream, rows in shown.groupby("stream", sort=False)],
        notes=[note, *_refusals(c)],
        on_paper=False,
    )


def _answer(c: PageContext) -> str:
    any_link = bool(c.cube["area_factors"]["supported"].fillna(False).any())
    key = "association_answer_some" if any_link else "association_answer_none"
    return c.text["causes"][key].format(top=c.words.top)


def _points(c: PageContext) -> list[str]:
    factors = c.cube["area_factors"]
    any_link = bool(factors["supported"].fillna(False).any())
    return _links(c, factors) if any_link and len(c.spec.streams) <= MOST_STREAMS_IN_WORDS else []


def _comparisons(factors: pd.DataFrame, part: str) -> int:
    most = factors.loc[factors["part"] == part, "comparisons"].max()
    return 0 if pd.isna(most) else int(most)


def _ratios(c: PageContext, stream: str, rows: pd.DataFrame) -> tuple[str, str]:
    """Rate ratios of one stream with their intervals, furthest from 1 first."""
    text = c.text["causes"]
    rows = rows.sort_values("rate_ratio", key=lambda r: -abs(np.log(r)))
    chart = charts.dot_interval(
        rows.assign(supported=rows["supported"].astype(bool)),
        title=text["association_title"].format(stream=c.spec.stream(stream).label[c.language]),
        caption="",
        label="indicator",
        value="rate_ratio",
        emphasis="supported",
        kind="ratio",
        reference=1.0,
        **c.chart_options(),
    )
    printed = [
        [
            c.words.indicator(r.indicator),
            c.number(r.rate_ratio, 2),
            f"{c.number(r.lower, 2)} – {c.number(r.upper, 2)}",
        ]
        for r in rows.itertuples()
    ]
    columns = [
        Column(text["indicator_column"]),
        Column(text["ratio_column"], True),
        Column(c.text["situation"]["column_range"], True),
    ]
    return chart._repr_html_(), table(c, columns, printed, how="area")


def _links(c: PageContext, factors: pd.DataFrame) -> list[str]:
    """One line a stream and part: what goes with cases, and in which direction."""
    text = c.text["causes"]
    lines = []
    for (stream, part), rows in factors[factors["withheld"].isna()].groupby(["stream", "part"], sort=False):
        linked = rows[rows["supported"].fillna(False).astype(bool)]
        said = [_direction(c, row) for row in linked.itertuples()]
        line = text[f"association_{part}"]
        label = c.spec.stream(stream).label[c.language]
        lines.append(line.format(stream=label, indicators=c.listing(said) or text["no_link"]))
    return lines


def _refusals(c: PageContext) -> list[str]:
    """Streams of which no indicator could be analysed, with the reason."""
    factors = c.cube["area_factors"]
    between = factors[factors["part"] == "between"]
    return [
        c.text["causes"]["association_refused"].format(
            stream=c.spec.stream(stream).label[c.language],
            reason=catalogue("withheld")[rows["withheld"].iloc[0]][c.language],
        )
        for stream, rows in between.groupby("stream", sort=False)
        if rows["withheld"].notna().all()
    ]
