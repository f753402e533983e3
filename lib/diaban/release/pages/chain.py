"""The chain of the event: at which moment conditions were recorded, and how soon cases were reported."""

from __future__ import annotations

import pandas as pd

from diaban import charts
from diaban.language import numbers
from diaban.release.cells import WHOLE
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Column, Fragment, render
from diaban.release.pages.traced import table

REPORTED = "occurred_to_reported"


def section(c: PageContext) -> Fragment:
    """Of the locality where its files can be shown, else of the whole, in words only."""
    if "event_moments" not in c.cube.frames:
        return Fragment("")
    text = c.text["chain"]
    here, whole = (_shown(c, "event_moments", place) for place in (c.locality, WHOLE))
    figures, answers, points = [], [], []
    for stream in c.spec.streams:
        label = stream.label[c.language]
        own, all_files = here[here["stream"] == stream.key], whole[whole["stream"] == stream.key]
        if len(own) > 1:
            answers.append(_answer(c, label, own))
            figures.append(_figure(c, label, own, where=c.place))
        elif len(all_files) > 1:
            answers.append(f"{_answer(c, label, all_files)} {text['of_whole'].format(top=c.words.top)}")
        points += _lag(c, stream.key)
    head = c.section(text["heading"], level=3, anchor="chain", answers=answers, points=points)
    if not figures:
        return head
    inside = c.section("", charts=figures, notes=[text["note"]]).html
    return head + render("more", title=text["more"], inside=inside, printed=False, text=c.text)


def of_whole(c: PageContext) -> Fragment:
    """The chain over all localities together."""
    if "event_moments" not in c.cube.frames:
        return Fragment("")
    text, rows = c.text["chain"], _shown(c, "event_moments", WHOLE)
    where = text["all_of"].format(top=c.words.top)
    named = [(s.label[c.language], rows[rows["stream"] == s.key]) for s in c.spec.streams]
    named = [(label, own) for label, own in named if len(own) > 1]
    return c.section(
        text["heading"],
        anchor="chain",
        answers=[_answer(c, label, own) for label, own in named],
        charts=[_figure(c, label, own, where=where) for label, own in named],
        notes=[text["note"]],
    )


def _shown(c: PageContext, name: str, locality: str) -> pd.DataFrame:
    """Rows that may be shown, with an estimate."""
    frame = c.cube.frames.get(name, pd.DataFrame())
    if frame.empty:
        return frame
    return frame[(frame["locality"] == locality) & ~frame["hidden"] & frame["withheld"].isna()]


def _answer(c: PageContext, stream: str, rows: pd.DataFrame) -> str:
    text = c.text["chain"]
    named = rows[rows["named"].fillna(False).astype(bool)]
    if named.empty and rows["named"].isna().any():
        return text["partly"].format(stream=stream)
    if named.empty:
        first, second = rows.sort_values(["share", "moment"], ascending=[False, True]).head(2).itertuples()
        return text["not_named"].format(
            stream=stream,
            first=c.text["moments"][first.moment],
            first_share=c.percent(first.share),
            second=c.text["moments"][second.moment],
            second_share=c.percent(second.share),
        )
    row = named.iloc[0]
    return text["named"].format(
        stream=stream,
        moment=c.text["moments"][row["moment"]],
        share=c.percent(row["share"]),
        lower=c.percent(row["lower"]),
        upper=c.percent(row["upper"]),
    )


def _figure(c: PageContext, stream: str, rows: pd.DataFrame, *, where: str) -> tuple[str, str]:
    text = c.text["chain"]
    caption = text["caption"].format(
        n_files=c.number(rows["n_files"].max()),
        period=c.text["period"].format(period=c.words.period(str(c.cube.facts["file_periods"]))),
        where=where,
    )
    options = c.chart_options(title=text["title"].format(stream=stream), caption=caption)
    labels = {"labels": options["labels"] | c.text["moments"], "named_label": text["named_label"]}
    chart = charts.chain(rows, **options | labels)
    columns = [Column(text["moment_column"])]
    columns += [Column(c.text["causes"][key], True) for key in ("files_column", "share_column")] + [
        Column(c.text["situation"]["column_range"], True)
    ]
    printed = [
        [
            c.text["moments"][r.moment],
            c.text["causes"]["of"].format(n=c.number(r.n), total=c.number(r.n_files)),
            c.percent(r.share),
            f"{c.percent(r.lower)} – {c.percent(r.upper)}",
        ]
        for r in rows.itertuples()
    ]
    return chart._repr_html_(), table(c, columns, printed, how="files")


def _lag(c: PageContext, stream: str) -> list[str]:
    """How many days passed before half of the cases were reported."""
    here = _shown(c, "event_lags", c.locality)
    rows = here[(here["stream"] == stream) & (here["lag"] == REPORTED)] if len(here) else here
    if rows.empty:
        return []
    row, named = rows.iloc[0], c.spec.stream(stream).label[c.language]
    exact = {"median": "median", "lower": "lower", "upper": "upper", "quarter": "upper_quartile"}
    steps = {"half": "half_by", "lower": "half_from", "upper": "half_to", "most": "three_quarters_by"}
    in_steps = "half_by" in row  # the internal edition has the days themselves
    days = {name: c.number(row[column]) for name, column in (steps if in_steps else exact).items()}
    same = in_steps and bool(row["half_from"] == row["half_to"])
    key = "lag" + "_in_steps" * in_steps + "_same" * same
    return [numbers.counted(c.text["chain"][key].format(stream=named, **days))]
