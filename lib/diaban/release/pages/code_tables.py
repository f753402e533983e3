"""The table behind the figures of causes and conditions: every code that may be shown, a table a stream."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from diaban.analysis.case_factors import NOT_ESTABLISHED, UNCODED
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Column, Fragment, render
from diaban.release.pages.traced import row_id, table, told_first
from diaban.spec.streams import StreamSpec

MOST_ROWS = 12
ABOUT_CODING = (NOT_ESTABLISHED, UNCODED)


def behind(c: PageContext, rows: pd.DataFrame) -> Fragment:
    """rows: of the locality, from `case_factors`. Those that a finding rests on are always among them."""
    shown = rows[~rows["hidden"] & rows["withheld"].isna() & (rows["n_coded"] > 0)]
    told = told_first(c)
    tables = [_table(c, stream, shown[shown["stream"] == stream.key], told) for stream in c.spec.streams]
    inside = "".join(tables)
    if not inside:
        return Fragment("")
    ids = {row_id("case_factors", r.stream, r.code) for r in shown.itertuples()}
    printed = not ids.isdisjoint(told)
    return render("more", title=c.text["causes"]["files_table"], inside=inside, printed=printed, text=c.text)


def _table(c: PageContext, stream: StreamSpec, rows: pd.DataFrame, on_paper: set[str]) -> str:
    text = c.text["causes"]
    told = {code for finding in c.findings if finding.stream == stream.key for code in finding.factors}
    rows = rows.sort_values(["share", "code"], ascending=[False, True])
    codes = rows[~rows["code"].isin(ABOUT_CODING)]
    chosen = {*codes["code"].head(MOST_ROWS), *told}
    rows = rows[rows["code"].isin(chosen)]
    if rows.empty:
        return ""
    printed = [
        [
            _name(c, str(r.code)),
            text["of"].format(n=r.n_coded, total=r.n_files),
            c.percent(r.share),
            f"{c.percent(r.lower)} – {c.percent(r.upper)}",
            c.percent(r.rest_share),
        ]
        for r in rows.itertuples()
    ]
    labels = (
        text["files_column"],
        text["share_column"],
        c.text["situation"]["column_range"],
        text["rest_column"],
    )
    columns = [Column(text["code_column"]), *(Column(label, True) for label in labels)]
    ids = [row_id("case_factors", stream.key, code) for code in rows["code"]]
    made = table(
        c,
        columns,
        printed,
        ids=ids,
        how="files",
        caption=stream.label[c.language],
        brief=True,
        on_paper=on_paper,
    )
    return (
        made
        if not on_paper.isdisjoint(ids)
        else str(Markup('<div class="screen">{}</div>').format(Markup(made)))
    )


def _name(c: PageContext, code: str) -> str:
    if code in ABOUT_CODING:
        return c.words.text("gap", "not_established" if code == NOT_ESTABLISHED else "uncoded")
    return c.words.code(code)
