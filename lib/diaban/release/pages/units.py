"""What is counted, side by side, and the themes that cut across streams."""

from __future__ import annotations

import pandas as pd

from diaban import charts
from diaban.findings.words import capital
from diaban.release.cells import WHOLE
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Column, Fragment, render
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
    head = c.section(text["heading"], anchor="units", answers=[text["answer"].format(**fields)])
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


def themes_here(c: PageContext) -> Fragment:
    """Cases of each theme in a locality beside the whole, as a table; the panels are the whole's."""
    if "theme_counts" not in c.cube.frames:
        return Fragment("")
    text = c.text["themes"]
    columns = [Column(text["theme_column"]), Column(capital(c.place), True)]
    columns += [Column(text["whole_column"].format(top=c.words.top), True), Column(text["differs_column"])]
    rows = [[theme.label[c.language], *_counts(c, theme.key)] for theme in c.spec.themes]
    answer = text["answer_here"].format(
        place=c.place, top=c.words.top, period=c.text["period"].format(period=c.words.period(c.period))
    )
    head = c.section(text["heading"], anchor="themes", answers=[answer])
    below = c.section("", notes=[text["note"], *c.hidden_legend])
    return head + Fragment(table(c, columns, rows, how="themes", brief=True)) + below


def _counts(c: PageContext, theme: str) -> list[str]:
    """Cases here and in the whole, and whether they differ clearly."""
    text, (whole, own) = c.text["themes"], _whole_and_own(c, theme)
    count = c.number(whole["cases"] if whole is not None else None)
    if own is None or own["hidden"]:
        return [c.number(None), count, ""]
    return [c.number(own["cases"]), count, text[f"differs_{_differs(own)}"]]


def _whole_and_own(c: PageContext, theme: str) -> list[pd.Series | None]:
    frame = c.cube["theme_counts"]
    rows = frame[(frame["theme"] == theme) & (frame["period"] == c.period) & (frame["stream"] == "*")]
    found = [rows[rows["locality"] == place] for place in (WHOLE, c.locality)]
    return [None if one.empty else one.iloc[0] for one in found]


def _differs(row: pd.Series) -> str:
    if pd.isna(row["differs"]) or not row["differs"]:
        return "not"
    return "more" if row["cases"] > row["expected"] else "fewer"


def themes(c: PageContext) -> Fragment:
    """Every theme that the study declares, then the panels of all: of all localities together."""
    if "theme_counts" not in c.cube.frames:
        return Fragment("")
    text = c.text["themes"]
    head = c.section(text["heading"], anchor="themes", answers=[text["answer"].format(top=c.everywhere)])
    drawn = []
    for theme in c.spec.themes:
        label, note = theme.label[c.language], theme.note[c.language] if theme.note else ""
        head += _theme(c, theme.key, label, note)
        if not _withheld(c, theme.key) and (panels := _panels(c, theme.key, label)):
            drawn.append(panels)
    if drawn:
        inside = c.section("", charts=drawn, on_paper=False).html
        head += render("more", title=text["panels_title"], inside=inside, printed=True, text=c.text)
    return head + c.section(text["reading_heading"], level=3, notes=[text["note"], *c.hidden_legend])


def _withheld(c: PageContext, theme: str) -> str:
    """Why nothing is told of a theme; empty where something is."""
    reason = c.cube["theme_support"].set_index("theme").loc[theme, "withheld"]
    return "" if pd.isna(reason) else str(reason)


def _theme(c: PageContext, key: str, label: str, note: str) -> Fragment:
    text, reason = c.text["themes"], _withheld(c, key)
    if reason:
        told = text["too_few"] if reason == "too_few_cases" else text["not_recorded"]
    else:
        told = f"{_in_whole(c, key)} {_hot(c, key)}"
    return c.section(label, level=3, answers=[told], notes=[note] if note else [])


def _in_whole(c: PageContext, theme: str) -> str:
    """Cases of the theme in the block."""
    whole = _whole_and_own(c, theme)[0]
    return c.text["themes"]["in_whole"].format(
        period=c.words.period(c.period),
        top=c.words.top,
        whole=c.number(whole["cases"] if whole is not None else None),
    )


def _hot(c: PageContext, theme: str) -> str:
    """Categories in which the theme stands out against all other cases."""
    text, frame = c.text["themes"], c.cube["theme_panels"]
    rows = frame[(frame["theme"] == theme) & (frame["locality"] == WHOLE) & ~frame["hidden"]]
    clear = rows[rows["differs"].isin([True, "above", "below"]) & ~rows["defines"].astype(bool)]
    if clear.empty:
        return text["nothing_stands_out"]
    told: dict[str, list[str]] = {"more": [], "fewer": []}
    for row in clear.itertuples():
        said = text["stands_out"].format(
            category=_category(c, row.panel, row.category),
            share=_share(c, row.share, getattr(row, "step", None)),
            reference=_share(c, row.reference_share, getattr(row, "step", None)),
        )
        told["more" if row.share > row.reference_share else "fewer"].append(said)
    parts = [text[way].format(told=", ".join(said)) for way, said in told.items() if said]
    return text["clear"].format(told=c.listing(parts))


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
            _share(c, r.share, getattr(r, "step", None)),
            _share(c, r.reference_share, getattr(r, "step", None)),
        ]
        for r in rows.itertuples()
    ]
    return chart._repr_html_(), table(c, columns, printed, how="themes")


def _share(c: PageContext, share: float, step: float | None) -> str:
    """A share in steps; one that is rounded to none is no none."""
    if step is not None and pd.notna(step) and pd.notna(share) and share < step / 2:
        return c.text["themes"]["under"].format(step=c.percent(step))
    return c.percent(share)


def _category(c: PageContext, panel: str, category: str) -> str:
    return c.text["themes"]["values"].get(f"{panel}_{category}", category)
