"""The core sections: causes and conditions on case files, in the area, and what cannot be said."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from diaban import charts
from diaban.analysis.case_factors import NOT_ESTABLISHED, UNCODED
from diaban.findings.evidence import agreed_codes
from diaban.findings.words import small
from diaban.language import numbers
from diaban.release.pages import association, code_tables, indicator_table
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Fragment, render
from diaban.release.pages.traced import fill, number, row_id
from diaban.spec.streams import StreamSpec

SHOWN_CODES = 3
LEAST_DRAWN = 3
KINDS = ("cause", "condition", "missing_protective")


def on_files(c: PageContext) -> Fragment:
    """Opens the whole chapter: its answers cover both sides."""
    text = c.text["causes"]
    chapter = c.section(text["heading"], anchor="causes", answers=[_answer_files(c), _answer_area(c)])
    rows = c.here("case_factors")
    if rows.empty or rows["hidden"].all():
        return chapter
    figures, notes = [], []
    for stream in c.spec.streams:
        of_stream = rows[rows["stream"] == stream.key]
        figures += [f for kind in KINDS if (f := _top_codes(c, stream, of_stream, kind))]
        notes += _uncoded(c, stream, of_stream)
    if not figures:
        return chapter
    files = c.section(
        text["files_heading"],
        level=3,
        charts=figures,
        notes=[" ".join([_files_note(c, rows), *notes])],
    )
    return chapter + files + code_tables.behind(c, rows)


def _files_note(c: PageContext, rows: pd.DataFrame) -> str:
    period = c.text["period"].format(period=c.words.period(str(c.cube.facts["file_periods"])))
    return c.text["causes"]["files_note"].format(
        comparisons=c.number(rows["comparisons"].max()), period=period
    )


def _answer_files(c: PageContext) -> str:
    text = c.text["causes"]
    rows = c.here("case_factors")
    if rows.empty:
        return text["answer_no_files"]
    if rows["hidden"].all():
        return text["answer_files_hidden"]
    found = rows[rows["over"].fillna(False).astype(bool) & ~rows["code"].isin(disputed_codes(c))]
    over = found[[_may_stand_out(c, r) for r in found.itertuples()]]
    if over.empty and len(found):
        return text["answer_withheld"]
    if over.empty:
        return " ".join([text["answer_none"].format(top=c.words.top), _hints(c)]).strip()
    codes = [
        f"{c.words.code(r.code)} ({c.spec.stream(r.stream).short[c.language]})" for r in over.itertuples()
    ]
    return text["answer_over"].format(top=c.words.top, codes=c.listing(codes))


def _may_stand_out(c: PageContext, row) -> bool:
    return c.may_say(row.stream, "cause_over", factor=row.code)


def disputed_codes(c: PageContext) -> set[str]:
    """Codes on which two coders do not agree well enough."""
    agreed = agreed_codes(c.cube.frames.get("coder_agreement"))
    return {code for code, agree in agreed.items() if not agree}


def _hints(c: PageContext) -> str:
    """Codes that stood out before allowing for all comparisons only."""
    hints = [f for f in c.findings if f.statement == "cause_hint"]
    said = [
        f"{c.words.code(f.factors[0])} ({c.percent(f.estimate)} – {c.percent(f.comparison)})" for f in hints
    ]
    return c.text["causes"]["answer_hint"].format(codes=c.listing(said)) if said else ""


def _answer_area(c: PageContext) -> str:
    """What is clearly less favourable here: with a link that holds up, and without; and what is better."""
    text, profile = c.text["causes"], c.here("factor_profile")
    if profile.empty:
        return text["answer_area_none"]
    steady = set(association.steady(c)["indicator"])
    worse, better = (profile[profile["verdict"] == verdict] for verdict in ("worse", "better"))
    linked, others = worse[worse["indicator"].isin(steady)], worse[~worse["indicator"].isin(steady)]
    told = ("area_factor", "area_fragile")
    linked = linked[
        [all(c.may_say(s.key, *told, factor=key) for s in c.spec.streams) for key in linked["indicator"]]
    ]
    said = [
        fill(text[key], listed=Markup("; ").join(listed), top=c.words.top)
        for key, listed in (
            ("answer_area_linked", _against(c, linked)),
            ("answer_area_unlinked", _with_direction(c, others)),
            ("answer_area_better", _with_direction(c, better)),
        )
        if listed
    ]
    return Markup(" ").join(said if len(worse) else [Markup.escape(text["answer_area_none"]), *said])


def _against(c: PageContext, rows: pd.DataFrame) -> list[Markup]:
    """Each with its value, the whole's, and the way that the link runs for every kind of case."""
    return [
        fill(
            c.text["causes"]["against"],
            indicator=small(c.words.indicator(r.indicator)),
            direction=c.words.text("direction", "higher" if r.value > r.reference else "lower"),
            value=number(
                c.words.indicator_value(r.indicator, r.value), row_id("factor_profile", r.indicator)
            ),
            reference=c.words.indicator_value(r.indicator, r.reference),
            links=association.ways(c, r.indicator, higher=r.value > r.reference),
        )
        for r in rows.itertuples()
    ]


def _with_direction(c: PageContext, rows: pd.DataFrame) -> list[str]:
    """Each by its name, and whether it is higher or lower here than in the whole."""
    return [
        f"{small(c.words.indicator(r.indicator))} "
        f"({c.words.text('direction', 'higher' if r.value > r.reference else 'lower')})"
        for r in rows.itertuples()
    ]


def _top_codes(c: PageContext, stream: StreamSpec, rows: pd.DataFrame, kind: str) -> tuple[str, str] | None:
    """The codes of one kind that most files carry, with the rest of the whole beside each."""
    text = c.text["causes"]
    book = c.cube["code_book"]
    codes = book.loc[book["kind"] == kind, "code"]
    shown = rows[rows["code"].isin(codes) & ~rows["hidden"] & rows["withheld"].isna() & (rows["n_coded"] > 0)]
    if shown.empty:
        return None
    shown = shown.sort_values(["share", "code"], ascending=[False, True]).head(SHOWN_CODES)
    disputed = disputed_codes(c)
    frame = shown.assign(
        note=[
            text["rest"].format(share=c.percent(r.rest_share))
            + " · "
            + text["of"].format(n=r.n_coded, total=r.n_files)
            + (f" · {text['disputed']}" if r.code in disputed else "")
            for r in shown.itertuples()
        ],
        over=[
            bool(pd.notna(r.over) and r.over) and r.code not in disputed and _may_stand_out(c, r)
            for r in shown.itertuples()
        ],
    )
    kind_word = text[f"kind_{kind}"]
    chart = charts.dot_interval(
        frame,
        title=numbers.counted(
            text["files_title"].format(
                stream=stream.short[c.language], kind=kind_word, n_files=c.number(shown["n_files"].max())
            )
        ),
        caption="",
        label="code",
        value="share",
        emphasis="over",
        **c.chart_options(),
    )
    return chart._repr_html_(), ""


def _uncoded(c: PageContext, stream: StreamSpec, rows: pd.DataFrame) -> list[str]:
    """The share of files on which nothing was established: a result in its own right."""
    unknown = rows[rows["code"].isin([NOT_ESTABLISHED, UNCODED]) & ~rows["hidden"] & rows["share"].notna()]
    if unknown.empty:
        return []
    share = c.text["causes"]["files_uncoded"].format(share=c.percent(float(unknown["share"].sum())))
    return [f"{stream.label[c.language]}: {share}"]


def of_area(c: PageContext) -> Fragment:
    text = c.text["causes"]
    profile = c.here("factor_profile")
    if profile.empty:
        return Fragment("")
    domain_of = {i.key: i.domain for i in c.spec.indicators}
    order = {i.key: n for n, i in enumerate(sorted(c.spec.indicators, key=_domain_order(c)))}
    profile = profile.sort_values("indicator", key=lambda keys: keys.map(order))
    drawn = _worth_drawing(c, profile)
    chart = charts.spine(
        drawn.rename(columns={"peer": "neighbours"}),
        title=text["spine_title"].format(place=c.place),
        caption=text["spine_caption" if len(drawn) == len(profile) else "spine_caption_part"],
        domains=domain_of,
        higher_is={i.key: i.higher_is for i in c.spec.indicators},
        **c.chart_options(highlight=c.locality),
    )
    spine = c.section(
        text["area_heading"].format(top=c.words.top), level=3, charts=[(chart._repr_html_(), "")]
    )
    return render("beside", parts=[spine.html, association.in_short(c).html]) + indicator_table.behind(
        c, profile
    )


def _worth_drawing(c: PageContext, profile: pd.DataFrame) -> pd.DataFrame:
    """Indicators that clearly differ here, and those that a finding rests on; all, where these are few."""
    told = {f.factors[0] for f in c.findings if f.statement in ("area_factor", "area_fragile")}
    chosen = profile[profile["verdict"].isin(["worse", "better"]) | profile["indicator"].isin(told)]
    return chosen if len(chosen) >= LEAST_DRAWN else profile


def _domain_order(c: PageContext):
    rank = {d.key: n for n, d in enumerate(c.spec.domains)}
    return lambda indicator: rank[indicator.domain]


def limits(c: PageContext) -> Fragment:
    text = c.text["causes"]
    first = text["limits" if c.has_files else "limits_without_files"]
    return render("say", heading=text["limits_heading"], paragraphs=[first, text["limits_recording"]])
