"""Where the difference between a locality's cases and the overall level lies, and what would go with less."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban import charts
from diaban.findings.words import small
from diaban.release.pages import association
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Column, Fragment, render
from diaban.release.pages.traced import table
from diaban.spec.streams import StreamSpec

TOTALS = ("expected", "observed")
REST = ("age", "unexplained")
MOST_STREAMS = 2
NEGLIGIBLE = 0.05
"""Cases: an age component below this is not worth a bar."""
LEAST_FEWER = 0.5
"""Cases: a smaller difference is not worth a sentence."""


def section(c: PageContext) -> Fragment:
    """The streams whose shown number of cases is furthest from the overall level, one figure each."""
    frame = c.cube.frames.get("excess_decomposition")
    if frame is None:
        return Fragment("")
    rows = frame[(frame["locality"] == c.locality) & ~frame["hidden"] & frame["withheld"].isna()]
    streams = _furthest(c, rows)
    if not streams:
        return Fragment("")
    text = c.text["excess"]
    parts = {stream.key: _named(c, stream.key, rows[rows["stream"] == stream.key]) for stream in streams}
    notes = [text["note"].format(top=c.words.top)]
    if len(c.spec.streams) > MOST_STREAMS:
        notes.insert(0, text["furthest"])
    inside = c.section(
        "",
        answers=[_answer(c, stream, parts[stream.key]) for stream in streams],
        points=[line for s in streams for line in [*_parts(c, parts[s.key], s), *_what_if(c, s)]],
        charts=[_figure(c, stream, parts[stream.key]) for stream in streams],
        notes=notes,
    )
    return render("more", title=text["heading"], inside=inside.html, printed=False, text=c.text)


def _furthest(c: PageContext, rows: pd.DataFrame) -> list[StreamSpec]:
    """Streams in the study's order, those with the largest difference for their size."""
    totals = rows[rows["component"].isin(TOTALS)].pivot(index="stream", columns="component", values="cases")
    totals = totals.reindex(columns=list(TOTALS)).dropna().astype(float)
    distance = (totals["observed"] - totals["expected"]).abs() / np.sqrt(totals["expected"])
    chosen = distance.sort_values(ascending=False, kind="stable").index[:MOST_STREAMS]
    return [stream for stream in c.spec.streams if stream.key in chosen]


def _named(c: PageContext, stream: str, parts: pd.DataFrame) -> pd.DataFrame:
    """Totals, age, indicators whose link with the stream holds up, the others added up, and what is left."""
    links = association.steady(c)
    robust = links.loc[links["stream"] == stream, "indicator"]
    by = parts.set_index("component", drop=False)
    own = parts[~parts["component"].isin([*TOTALS, *REST])]
    steady, others = own[own["component"].isin(robust)], own[~own["component"].isin(robust)]
    other = others.head(1).assign(component="other", cases=others["cases"].sum(), lower=pd.NA, upper=pd.NA)
    age = by[(by["component"] == "age") & (by["cases"].abs() >= NEGLIGIBLE)]
    steady = steady.sort_values("cases", key=abs, ascending=False)
    order = [by.loc[["expected"]], age, steady, other, by.loc[["unexplained", "observed"]]]
    return pd.concat([frame.astype(parts.dtypes) for frame in order if len(frame)], ignore_index=True)


def _answer(c: PageContext, stream: StreamSpec, parts: pd.DataFrame) -> str:
    text = c.text["excess"]
    by = parts.set_index("component")
    return text["answer"].format(
        stream=stream.label[c.language],
        observed=c.number(by.loc["observed", "cases"]),
        period=_period(c),
        expected=_cases(c, by.loc["expected", "cases"]),
        top=c.words.top,
    )


def _parts(c: PageContext, parts: pd.DataFrame, stream: StreamSpec) -> list[str]:
    """What the difference goes with, as far as that is clear."""
    text, label = c.text["excess"], stream.label[c.language]
    by, clear = parts.set_index("component"), _clear(parts)
    if clear.empty:
        return [f"{label}: {small(text['without_factors'])}"]
    listed = [
        text["part"].format(indicator=c.words.indicator(r.component), **_numbers(c, r))
        for r in clear.itertuples()
    ]
    left, other = by.loc["unexplained"], parts.loc[parts["component"] == "other", "cases"]
    said = text["with_factors"].format(
        parts=c.listing(listed),
        other=_number(c, float(other.sum()), signed=True),
        unexplained=_number(c, left["cases"], signed=True),
        lower=_number(c, left["lower"]),
        upper=_number(c, left["upper"]),
    )
    return [f"{label}: {small(said)}"]


def _clear(parts: pd.DataFrame) -> pd.DataFrame:
    """Indicators whose share of the difference lies clearly on one side of nothing."""
    rows = parts[~parts["component"].isin([*TOTALS, *REST, "other"])]
    return rows[(rows["lower"] > 0) | (rows["upper"] < 0)]


def _figure(c: PageContext, stream: StreamSpec, parts: pd.DataFrame) -> tuple[str, str]:
    text = c.text["excess"]
    names = {key: text[f"part_{key}"] for key in (*TOTALS, *REST, "other")}
    options = c.chart_options(
        title=text["title"].format(stream=stream.label[c.language]), caption=text["caption"]
    )
    chart = charts.decomposition(parts, **options | {"labels": options["labels"] | names})
    columns = [Column(text["part_column"]), Column(text["cases_column"], True)]
    columns.append(Column(c.text["situation"]["column_range"], True))
    printed = [
        [
            names.get(r.component) or c.words.indicator(r.component),
            _number(c, r.cases, signed=r.component not in TOTALS),
            "" if pd.isna(r.lower) else f"{_number(c, r.lower)} – {_number(c, r.upper)}",
        ]
        for r in parts.itertuples()
    ]
    return chart._repr_html_(), table(c, columns, printed, how="excess")


def _what_if(c: PageContext, stream: StreamSpec) -> list[str]:
    """What would go with bringing the less favourable places to the middle: the factor with most to gain."""
    frame = c.cube["what_if"]
    rows = frame[(frame["locality"] == c.locality) & (frame["stream"] == stream.key)]
    rows = rows[~rows["hidden"] & rows["withheld"].isna() & (rows["target"] == "median")]
    profile = c.here("factor_profile")
    worse = profile.loc[profile["verdict"] == "worse", "indicator"]
    rows = (
        rows[(rows["change"] <= -LEAST_FEWER) & rows["indicator"].isin(worse)].sort_values("change").head(1)
    )
    return [
        c.text["excess"]["what_if"].format(
            indicator=c.words.indicator(r.indicator),
            to_value=c.words.indicator_value(r.indicator, r.target_value),
            fewer=_cases(c, -r.change),
            lower=_cases(c, -r.upper),
            upper=_cases(c, -r.lower),
            cases_noun=stream.cases_noun[c.language],
            period=_period(c),
            top=c.words.top,
            place=c.place,
        )
        for r in rows.itertuples()
    ]


def _numbers(c: PageContext, row) -> dict[str, str]:
    return {
        "cases": _number(c, row.cases, signed=True),
        "lower": _number(c, row.lower),
        "upper": _number(c, row.upper),
    }


def _number(c: PageContext, value: float, *, signed: bool = False) -> str:
    written = c.number(value, 0 if abs(value) >= 9.95 else 1)
    return f"+{written}" if signed and value > 0 else written


def _cases(c: PageContext, value: float) -> str:
    return _number(c, max(value, 0.0))


def _period(c: PageContext) -> str:
    return c.text["period"].format(period=c.words.period(c.period))
