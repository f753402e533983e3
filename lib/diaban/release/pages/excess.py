"""Where the difference between a locality's cases and the overall level lies, and what would go with less."""

from __future__ import annotations

import pandas as pd

from diaban import charts
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Column, Fragment, table
from diaban.spec.streams import StreamSpec

TOTALS = ("expected", "observed")
REST = ("age", "unexplained")
SHOWN_INDICATORS = 5


def section(c: PageContext) -> Fragment:
    """One figure a stream whose number of cases is shown."""
    frame = c.cube.frames.get("excess_decomposition")
    if frame is None:
        return Fragment("")
    rows = frame[(frame["locality"] == c.locality) & ~frame["hidden"] & frame["withheld"].isna()]
    if rows.empty:
        return Fragment("")
    text = c.text["excess"]
    answers, figures, points = [], [], []
    for stream in c.spec.streams:
        parts = rows[rows["stream"] == stream.key]
        if parts.empty:
            continue
        answers.append(_answer(c, stream, parts))
        figures.append(_figure(c, stream, parts))
        points += _what_if(c, stream)
    return c.section(
        text["heading"],
        level=3,
        anchor="excess",
        answers=answers,
        charts=figures,
        points=points,
        notes=[text["note"].format(top=c.words.top)],
    )


def _answer(c: PageContext, stream: StreamSpec, parts: pd.DataFrame) -> str:
    text = c.text["excess"]
    by = parts.set_index("component")
    said = [
        text["answer"].format(
            stream=stream.label[c.language],
            observed=c.number(by.loc["observed", "cases"]),
            period=_period(c),
            expected=_cases(c, by.loc["expected", "cases"]),
            top=c.words.top,
        )
    ]
    clear = _clear(parts)
    if clear.empty:
        said.append(text["without_factors"])
    else:
        listed = [
            text["part"].format(indicator=c.words.indicator(r.component), **_numbers(c, r, signed=True))
            for r in clear.itertuples()
        ]
        said.append(text["with_factors"].format(parts=c.listing(listed)))
    return " ".join(said)


def _clear(parts: pd.DataFrame) -> pd.DataFrame:
    """Indicators whose share of the difference lies clearly on one side of nothing, largest first."""
    rows = parts[~parts["component"].isin([*TOTALS, *REST])]
    rows = rows[(rows["lower"] > 0) | (rows["upper"] < 0)]
    return rows.sort_values("cases", key=abs, ascending=False)


def _figure(c: PageContext, stream: StreamSpec, parts: pd.DataFrame) -> tuple[str, str]:
    text = c.text["excess"]
    shown = _drawn(parts)
    names = {key: text[f"part_{key}"] for key in (*TOTALS, *REST, "other")}
    options = c.chart_options(
        title=text["title"].format(stream=stream.label[c.language]), caption=text["caption"]
    )
    chart = charts.decomposition(shown, **options | {"labels": options["labels"] | names})
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
    return chart._repr_html_(), table(columns, printed)


def _drawn(parts: pd.DataFrame) -> pd.DataFrame:
    """Totals, age, the largest indicators, all others added up, and what is left."""
    own = parts[~parts["component"].isin([*TOTALS, *REST])].sort_values("cases", key=abs, ascending=False)
    large, small = own.head(SHOWN_INDICATORS), own.iloc[SHOWN_INDICATORS:]
    by = parts.set_index("component", drop=False)
    other = small.head(1).assign(component="other", cases=small["cases"].sum(), lower=pd.NA, upper=pd.NA)
    frames = [
        by.loc[["expected"]],
        by[by["component"] == "age"],
        large,
        other,
        by.loc[["unexplained", "observed"]],
    ]
    return pd.concat(frames, ignore_index=True)


def _what_if(c: PageContext, stream: StreamSpec) -> list[str]:
    """What would go with bringing the less favourable places to the middle, for links that hold up."""
    frame = c.cube.frames.get("what_if")
    if frame is None:
        return []
    rows = frame[(frame["locality"] == c.locality) & (frame["stream"] == stream.key)]
    rows = rows[~rows["hidden"] & rows["withheld"].isna() & (rows["target"] == "median")]
    return [
        c.text["excess"]["what_if"].format(
            indicator=c.words.indicator(r.indicator),
            to_value=c.words.indicator_value(r.indicator, r.to_value),
            fewer=_cases(c, -r.change),
            lower=_cases(c, -r.upper),
            upper=_cases(c, -r.lower),
            stream=stream.short[c.language],
            period=_period(c),
            top=c.words.top,
        )
        for r in rows.sort_values("change").itertuples()
    ]


def _numbers(c: PageContext, row, *, signed: bool) -> dict[str, str]:
    return {
        "cases": _number(c, row.cases, signed=signed),
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
