"""Which indicators go with cases over the whole study: the same on every page, so drawn once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from diaban import charts
from diaban.language.catalogue import catalogue
from diaban.release.cube import Cube
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Column, Fragment, table
from diaban.spec import StudySpec

MOST_STREAMS_IN_WORDS = 3
_FACT = "association"


def with_association(cube: Cube, spec: StudySpec) -> Cube:
    """The cube with this section in every language of the study."""
    locality = str(cube["localities"]["locality"].iloc[0])
    drawn = {
        language: _drawn(PageContext(spec, cube, locality, spec.periods.report, language)).html
        for language in spec.study.languages
    }
    return replace(cube, facts=cube.facts | {_FACT: drawn})


def association(c: PageContext) -> Fragment:
    """The section: as it was drawn with the cube."""
    return Fragment(c.cube.facts[_FACT][c.language])


def _drawn(c: PageContext) -> Fragment:
    text = c.text["causes"]
    factors = c.cube["area_factors"]
    between = factors[factors["part"] == "between"]
    shown = between[between["withheld"].isna()]
    if shown.empty:
        return c.section(text["association_heading"], level=3, notes=_refusals(c, between))
    any_link = bool(factors["supported"].fillna(False).any())
    answer = text["association_answer_some" if any_link else "association_answer_none"].format(
        top=c.words.top
    )
    return c.section(
        text["association_heading"],
        level=3,
        answers=[answer],
        points=_links(c, factors) if any_link and len(c.spec.streams) <= MOST_STREAMS_IN_WORDS else [],
        charts=[_ratios(c, stream, rows) for stream, rows in shown.groupby("stream", sort=False)],
        notes=[
            text["association_note"].format(
                comparisons=c.number(shown["comparisons"].max()),
                within=c.number(_comparisons(factors, "within")),
            ),
            *_refusals(c, between),
        ],
    )


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
    return chart._repr_html_(), table(columns, printed)


def _links(c: PageContext, factors: pd.DataFrame) -> list[str]:
    """One line a stream and part: what goes with cases, and in which direction."""
    text = c.text["causes"]
    lines = []
    for (stream, part), rows in factors[factors["withheld"].isna()].groupby(["stream", "part"], sort=False):
        linked = rows[rows["supported"].fillna(False).astype(bool)]
        said = [
            text["direction_up" if r.rate_ratio > 1 else "direction_down"].format(
                indicator=c.words.indicator(r.indicator)
            )
            for r in linked.itertuples()
        ]
        line = text[f"association_{part}"]
        label = c.spec.stream(stream).label[c.language]
        lines.append(line.format(stream=label, indicators=c.listing(said) or text["no_link"]))
    return lines


def _refusals(c: PageContext, between: pd.DataFrame) -> list[str]:
    """Streams of which no indicator could be analysed, with the reason."""
    return [
        c.text["causes"]["association_refused"].format(
            stream=c.spec.stream(stream).label[c.language],
            reason=catalogue("withheld")[rows["withheld"].iloc[0]][c.language],
        )
        for stream, rows in between.groupby("stream", sort=False)
        if rows["withheld"].notna().all()
    ]
