"""The page on the whole: what is computed over all localities together, and is the same for each of them."""

from __future__ import annotations

import pandas as pd

from diaban import charts
from diaban.findings.words import small
from diaban.language.catalogue import catalogue
from diaban.release.cube import Cube
from diaban.release.pages import about, association, chain, meeting
from diaban.release.pages.causes import disputed_codes
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Column, Fragment, page, render, table
from diaban.release.pages.head import head_of_whole
from diaban.spec import StudySpec

MOST_CODES = 12


def whole_page(spec: StudySpec, cube: Cube, *, period: str, language: str) -> str:
    """The HTML of the page on the whole of a study."""
    c = PageContext(spec, cube, str(cube["localities"]["locality"].iloc[0]), period, language)
    text = c.text["whole_page"]
    title = text["title"].format(top=c.words.top)
    body = render("lead", text=text["intro"]) + association.in_full(c) + _robustness(c)
    body += (
        _importance(c)
        + _matrix(c)
        + meeting.section(c, level=2)
        + chain.of_whole(c)
        + _agreement(c)
        + _sensitivity(c)
    )
    body += render("say", heading=c.text["causes"]["limits_heading"], paragraphs=[c.text["causes"]["limits"]])
    body += about.data(c)
    body = head_of_whole(c, title, body) + body
    title = f"{title} · {spec.study.title[language]}"
    return page(body.html, title=title, language=language, simulated=c.simulated, internal=c.internal)


def _stream(c: PageContext, key: str) -> str:
    return c.spec.stream(key).label[c.language]


def _reason(c: PageContext, key: str) -> str:
    return catalogue("withheld")[key][c.language]


def _robustness(c: PageContext) -> Fragment:
    """Whether links stay when the model, the places or the labels change."""
    frame = c.cube.frames.get("area_robustness")
    if frame is None or frame.empty:
        return Fragment("")
    text = c.text["whole_page"]
    supported = (
        c.cube["area_factors"].query("part == 'between'").set_index(["stream", "indicator"])["supported"]
    )
    keys = pd.MultiIndex.from_frame(frame[["stream", "indicator"]])
    clear = supported.reindex(keys).fillna(False).astype(bool).to_numpy()
    tested = frame[clear & frame["same_sign_share"].notna()]
    steady = tested[tested["robust"].fillna(False).astype(bool)]
    links = [
        c.text["causes"]["association_steady"].format(
            stream=_stream(c, stream),
            indicators=c.listing([small(c.words.indicator(i)) for i in of_stream]),
        )
        for stream, of_stream in steady.groupby("stream", sort=False)["indicator"]
    ]
    answer = text["robust_answer_some" if links else "robust_answer_none"]
    columns = [Column(c.text["causes"]["indicator_column"]), Column(text["robust_column"])]
    columns += [
        Column(text[key], True)
        for key in ("specifications_column", "significant_column", "leave_one_column", "e_value_column")
    ]
    rows = [_robust_row(c, row) for row in tested.itertuples()]
    return c.section(
        text["robust_heading"],
        anchor="robust",
        answers=[answer],
        points=[*links, *_spatial(c)],
        charts=[("", table(columns, rows, stack=True))] if rows else [],
        notes=[text["robust_note"]],
    )


def _robust_row(c: PageContext, row) -> list[str]:
    text = c.text["whole_page"]
    verdict = text["robust_yes"] if row.robust else text["robust_no"].format(reason=_reason(c, row.reason))
    return [
        f"{c.words.indicator(row.indicator)} · {_stream(c, row.stream)}",
        verdict,
        c.percent(row.same_sign_share),
        c.percent(row.significant_share),
        f"{c.number(row.loo_lower, 2)} – {c.number(row.loo_upper, 2)}",
        f"{c.number(row.e_value, 1)} ({c.number(row.e_value_limit, 1)})",
    ]


def _spatial(c: PageContext) -> list[str]:
    """What the residuals of each stream's model say of places near each other."""
    frame = c.cube.frames.get("residual_autocorrelation")
    if frame is None:
        return []
    text = c.text["whole_page"]
    lines = []
    for row in frame.itertuples():
        if pd.notna(row.withheld):
            line = text["spatial_refused"].format(
                stream=_stream(c, row.stream), reason=_reason(c, row.withheld)
            )
        else:
            line = text["spatial_some" if row.spatial else "spatial_none"].format(
                stream=_stream(c, row.stream)
            )
        lines.append(line)
    return lines


def _importance(c: PageContext) -> Fragment:
    """What the model accounts for between places, divided among the indicators."""
    frame = c.cube.frames.get("factor_importance")
    if frame is None or frame["withheld"].notna().all():
        return Fragment("")
    text = c.text["whole_page"]
    shown = frame[frame["withheld"].isna()]
    drawn = [_importance_chart(c, stream, rows) for stream, rows in shown.groupby("stream", sort=False)]
    return c.section(text["importance_heading"], anchor="importance", charts=drawn)


def _importance_chart(c: PageContext, stream: str, rows: pd.DataFrame) -> tuple[str, str]:
    text = c.text["whole_page"]
    rows = rows.sort_values("importance", ascending=False)
    chart = charts.dot_interval(
        rows,
        title=text["importance_title"].format(stream=_stream(c, stream)),
        caption=text["importance_caption"].format(explained=c.percent(rows["explained"].iloc[0])),
        label="indicator",
        value="importance",
        **c.chart_options(),
    )
    columns = [Column(c.text["causes"]["indicator_column"])]
    columns += [Column(text["importance_column"], True), Column(c.text["situation"]["column_range"], True)]
    columns.append(Column(text["rank_column"], True))
    printed = [
        [
            c.words.indicator(r.indicator),
            c.percent(r.importance),
            f"{c.percent(r.lower)} – {c.percent(r.upper)}",
            f"{c.number(r.rank_lower)} – {c.number(r.rank_upper)}",
        ]
        for r in rows.itertuples()
    ]
    return chart._repr_html_(), table(columns, printed)


def _matrix(c: PageContext) -> Fragment:
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
            **c.chart_options(),
        )
        figures.append((chart._repr_html_(), ""))
    return c.section(text["matrix_heading"], anchor="matrix", charts=figures) if figures else Fragment("")


def _agreement(c: PageContext) -> Fragment:
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
    tables = [
        ("", table([Column(text["domain_column"]), Column(text["alpha_column"], True)], by_domain)),
        ("", table([Column(c.text["causes"]["code_column"]), Column(text["agreement_column"])], by_code)),
    ]
    return c.section(text["agreement_heading"], anchor="agreement", answers=[answer], charts=tables)


def _agreed(c: PageContext, agreed: object) -> str:
    text = c.text["whole_page"]
    if pd.isna(agreed):
        return text["agreed_unknown"]
    return text["agreed_yes"] if agreed else text["agreed_no"]


def _sensitivity(c: PageContext) -> Fragment:
    """How far the order of codes could move if files without an established cause were not like the rest."""
    frame = c.cube.frames.get("coding_sensitivity")
    if frame is None or frame.empty:
        return Fragment("")
    text = c.text["whole_page"]
    points = [
        text["sensitivity" if row.rank_upper > 1 else "sensitivity_sure"].format(
            stream=_stream(c, row.stream),
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
