"""Of the whole: whether links with area indicators hold up, and how much goes with each indicator."""

from __future__ import annotations

import pandas as pd

from diaban import charts
from diaban.findings.words import small
from diaban.language.catalogue import catalogue
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Column, Fragment, table


def robustness(c: PageContext) -> Fragment:
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
        _at_least(c, row.same_sign_share),
        _at_least(c, row.significant_share),
        f"{c.number(row.loo_lower, 2)} – {c.number(row.loo_upper, 2)}",
        f"{c.number(row.e_value, 1)} ({c.number(row.e_value_limit, 1)})",
    ]


def _at_least(c: PageContext, share: float) -> str:
    """For sharing shares are told in steps, from below."""
    told = c.percent(share)
    return told if c.internal or share >= 1 else c.text["whole_page"]["at_least"].format(share=told)


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


def importance(c: PageContext) -> Fragment:
    """What the model accounts for between places, divided among the indicators."""
    frame = c.cube.frames.get("factor_importance")
    if frame is None or frame["withheld"].notna().all():
        return Fragment("")
    text = c.text["whole_page"]
    shown = frame[frame["withheld"].isna()]
    drawn = [_importance_chart(c, stream, rows) for stream, rows in shown.groupby("stream", sort=False)]
    return c.section(text["importance_heading"], anchor="importance", charts=drawn, on_paper=False)


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


def _stream(c: PageContext, key: str) -> str:
    return c.spec.stream(key).label[c.language]


def _reason(c: PageContext, key: str) -> str:
    return catalogue("withheld")[key][c.language]
