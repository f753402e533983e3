"""What is counted, side by side, and the themes that cut across streams."""

from __future__ import annotations

import pandas as pd

from diaban import charts
from diaban.findings.words import capital
from diaban.release.cells import WHOLE
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Column, Fragment
from diaban.release.pages.traced import table

UNITS = ("cases", "suspects", "distinct_suspects", "child_victims", "distinct_child_victims")
PANELS = ("place", "hour", "day", "group_size")


def counted(c: PageContext) -> Fragment:
    """Cases, suspects and child victims of the page's block, in the whole."""
    if "reconciliation" not in c.cube.frames:
        return Fragment("")
    text, frame = c.text["units"], c.cube["reconciliation"]
    rows = frame[(frame["locality"] == WHOLE) & (frame["period"] == c.period) & (frame["stream"] != "*")]
    named = [name for name in UNITS if name in rows]
    printed = [
        [c.spec.stream(row["stream"]).label[c.language], *(c.number(row[name]) for name in named)]
        for _, row in rows.iterrows()
    ]
    labels = text["units"] if c.internal else text["units"] | text["rounded"]
    columns = [Column(text["stream_column"]), *(Column(labels[name], True) for name in named)]
    fields = {
        "top": capital(c.everywhere),
        "period": c.text["period"].format(period=c.words.period(c.period)),
    }
    head = c.section(
        text["heading"], anchor="units", answers=[text["answer"].format(**fields)], points=repeats(c)
    )
    note = c.section(text["legend_heading"], level=3, notes=[text["note"], *c.hidden_legend])
    return head + Fragment(table(c, columns, printed, how="units", stack=True)) + note


def repeats(c: PageContext) -> list[str]:
    frame = c.cube.frames.get("repeat_shares")
    if frame is None:
        return []
    rows = frame[(frame["locality"] == WHOLE) & ~frame["hidden"] & frame["withheld"].isna()]
    text = c.text["units"]
    said = text["repeat"] if c.internal else text["repeat_share"]
    return [
        said[row.role].format(
            stream=c.spec.stream(row.stream).label[c.language],
            n=c.number(getattr(row, "repeat_persons", None)),
            total=c.number(getattr(row, "persons", None)),
            share=c.percent(row.share),
            lower=c.percent(row.lower),
            upper=c.percent(row.upper),
            top=c.everywhere,
        )
        for row in rows.itertuples()
    ]


def themes(c: PageContext) -> Fragment:
    """Every theme that the study declares: how many cases here, and its panels in the whole."""
    if "theme_counts" not in c.cube.frames:
        return Fragment("")
    text = c.text["themes"]
    head = c.section(text["heading"], anchor="themes", answers=[text["answer"].format(top=c.everywhere)])
    for theme in c.spec.themes:
        head += _theme(c, theme.key, theme.label[c.language], theme.note[c.language] if theme.note else "")
    return head + c.section(text["reading_heading"], level=3, notes=[text["note"], *c.hidden_legend])


def _theme(c: PageContext, key: str, label: str, note: str) -> Fragment:
    text = c.text["themes"]
    support = c.cube["theme_support"].set_index("theme").loc[key]
    if pd.notna(support["withheld"]):
        answers = [text["too_few"] if support["withheld"] == "too_few_cases" else text["not_recorded"]]
        return c.section(label, level=3, answers=answers, notes=[note] if note else [])
    return c.section(
        label,
        level=3,
        answers=[_here(c, key), _hot(c, key)],
        charts=[figure for figure in [_panels(c, key, label)] if figure],
        notes=[note] if note else [],
    )


def _here(c: PageContext, theme: str) -> str:
    """Cases of the theme in the block: here and in the whole."""
    text, frame = c.text["themes"], c.cube["theme_counts"]
    rows = frame[(frame["theme"] == theme) & (frame["period"] == c.period) & (frame["stream"] == "*")]
    whole, own = (rows[rows["locality"] == place] for place in (WHOLE, c.locality))
    fields = {"place": c.place, "top": c.words.top, "period": c.words.period(c.period)}
    count = c.number(whole.iloc[0]["cases"]) if len(whole) else c.number(None)
    if own.empty or own.iloc[0]["hidden"]:
        return text["here_hidden"].format(whole=count, **fields)
    row = own.iloc[0]
    differs = False if pd.isna(row["differs"]) else bool(row["differs"])
    more = differs and row["cases"] > row["expected"]
    name = "here_more" if more else "here_fewer" if differs else "here"
    return text[name].format(cases=c.number(row["cases"]), whole=count, **fields)


def _hot(c: PageContext, theme: str) -> str:
    """Categories in which the theme stands out against all other cases."""
    text, frame = c.text["themes"], c.cube["theme_panels"]
    rows = frame[(frame["theme"] == theme) & (frame["locality"] == WHOLE) & ~frame["hidden"]]
    clear = rows[rows["differs"].isin([True, "above", "below"]) & ~rows["defines"].astype(bool)]
    if clear.empty:
        return text["nothing_stands_out"]
    told = [
        text["stands_out"].format(
            category=_category(c, row.panel, row.category),
            share=c.percent(row.share),
            reference=c.percent(row.reference_share),
        )
        for row in clear.itertuples()
    ]
    return text["clear"].format(told=c.listing(told))


def _panels(c: PageContext, theme: str, label: str) -> tuple[str, str] | None:
    text, frame = c.text["themes"], c.cube["theme_panels"]
    rows = frame[(frame["theme"] == theme) & (frame["locality"] == WHOLE) & frame["panel"].isin(PANELS)]
    rows = rows[rows["withheld"].isna() & rows["category"].notna()]
    if rows.empty or rows["hidden"].all():
        return None
    rows = rows.reset_index(drop=True)
    names = dict(text["panels"]) | {
        f"{r.panel}.{r.category}": _category(c, r.panel, r.category) for r in rows.itertuples()
    }
    chart = charts.aligned_bars(
        rows,
        title=text["title"].format(theme=label, top=c.everywhere),
        reference_label=text["reference"],
        **c.chart_options(labels=names),
    )
    columns = [Column(text["category_column"]), Column(c.text["causes"]["share_column"], True)]
    columns.append(Column(text["reference"], True))
    printed = [
        [
            f"{names[r.panel]}: {names[f'{r.panel}.{r.category}']}",
            c.percent(r.share),
            c.percent(r.reference_share),
        ]
        for r in rows.itertuples()
    ]
    return chart._repr_html_(), table(c, columns, printed, how="themes")


def _category(c: PageContext, panel: str, category: str) -> str:
    return c.text["themes"]["values"].get(f"{panel}_{category}", category)
