"""Of the whole: causes and conditions by locality, agreement of coders, files of which no cause is known."""

from __future__ import annotations

import pandas as pd

from diaban import charts
from diaban.release.pages.causes import disputed_codes
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Column, Fragment, render, table

MOST_CODES = 8
"""Rows of a matrix: with its title and caption it stays on one sheet of paper."""
STEPS = (0.2, 0.3, 0.4, 0.5)
"""Limits of its shades: round, and the same whatever the figures are."""


def matrix(c: PageContext) -> Fragment:
    """Causes and conditions by locality: the shares that can be shown, in order of name, not of rank."""
    if not c.has_files:
        return Fragment("")
    text, whole, rows = c.text["whole_page"], c.cube["case_factors_whole"], c.cube["case_factors"]
    names = c.cube["localities"].query("reported").set_index("locality")["name"]
    disputed = disputed_codes(c)
    figures = []
    for stream in c.spec.streams:
        first = whole[whole["stream"] == stream.key].sort_values(["share", "code"], ascending=[False, True])
        keys = pd.MultiIndex.from_product(
            [first["code"].head(MOST_CODES), names.index], names=["code", "locality"]
        )
        cells = rows[rows["stream"] == stream.key].set_index(["code", "locality"]).reindex(keys).reset_index()
        if cells["share"].isna().all():
            continue
        over = cells["over"].fillna(False).astype(bool) & ~cells["code"].isin(disputed)
        chart = charts.matrix(
            cells.assign(emphasis=over, hidden=cells["hidden"].fillna(True).astype(bool)),
            title=text["matrix_title"].format(stream=stream.label[c.language]),
            caption=text["matrix_caption"],
            row="code",
            column="locality",
            value="share",
            short=names.to_dict(),
            breaks=STEPS,
            **c.chart_options(),
        )
        figures.append((chart._repr_html_(), ""))
    return c.section(text["matrix_heading"], anchor="matrix", charts=figures) if figures else Fragment("")


def agreement(c: PageContext) -> Fragment:
    """Which codes two coders give alike."""
    if not c.has_files:
        return Fragment("")
    text, frame = c.text["whole_page"], c.cube.frames.get("coder_agreement")
    if frame is None or frame.empty:
        return c.section(text["agreement_heading"], anchor="agreement", answers=[text["agreement_none"]])
    codes, domains = frame[frame["unit"] == "code"], frame[frame["unit"] == "domain"]
    answer = text["agreement_answer"].format(
        files=c.number(frame["n_files"].max()),
        agreed=c.number(codes["agreed"].fillna(False).sum()),
        judged=c.number(codes["agreed"].notna().sum()),
    )
    by_domain = [
        [c.labels.get(r.code, r.code), "…" if pd.isna(r.alpha) else c.number(r.alpha, 2)]
        for r in domains.itertuples()
    ]
    by_code = [[c.words.code(r.code), _agreed(c, r.agreed)] for r in codes.itertuples()]
    columns = [Column(text["domain_column"]), Column(text["alpha_column"], True)]
    inside = table(columns, by_domain)
    inside += table([Column(c.text["causes"]["code_column"]), Column(text["agreement_column"])], by_code)
    apart = [c.words.code(r.code) for r in codes.itertuples() if pd.notna(r.agreed) and not r.agreed]
    points = [text["agreement_apart"].format(codes=c.listing(apart))] if apart else []
    head = c.section(text["agreement_heading"], anchor="agreement", answers=[answer], points=points)
    return head + render("more", title=text["agreement_table"], inside=inside, printed=False, text=c.text)


def _agreed(c: PageContext, agreed: object) -> str:
    text = c.text["whole_page"]
    if pd.isna(agreed):
        return text["agreed_unknown"]
    return text["agreed_yes"] if agreed else text["agreed_no"]


def sensitivity(c: PageContext) -> Fragment:
    """How far the order of codes could move if files without an established cause were not like the rest."""
    frame = c.cube.frames.get("coding_sensitivity")
    if frame is None or frame.empty:
        return Fragment("")
    text = c.text["whole_page"]
    points = [
        text["sensitivity" if row.rank_upper > 1 else "sensitivity_sure"].format(
            stream=c.spec.stream(row.stream).label[c.language],
            kind=c.text["causes"][f"kind_{row.kind}"],
            unknown=c.number(row.unknown_files),
            files=c.number(row.n_files),
            first=c.words.code(row.code),
            low=c.number(row.rank_lower),
            high=c.number(row.rank_upper),
            count=c.number(row.leaders),
        )
        for row in frame.itertuples()
    ]
    return c.section(text["sensitivity_heading"], anchor="sensitivity", points=points)
