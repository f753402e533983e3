"""The section on how reports and cases are handled."""

from __future__ import annotations

from typing import Any

import pandas as pd

from diaban import charts
from diaban.findings.words import capital
from diaban.language import numbers
from diaban.release.cells import WHOLE
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Column, Fragment, render
from diaban.release.pages.traced import table

ALL = "*"


def section(c: PageContext, *, detailed: bool = False) -> Fragment:
    """How far reports come and how fast: of the locality where that may be shown, else of the whole.

    detailed: what is the place's own alone, with its figures unfolded; of the whole also where cases stop,
    and whether groups of persons are handled alike.
    """
    if "handling" not in c.cube.frames:
        return Fragment("")
    text = c.text["handling"]
    streams = [(s.key, s.label[c.language]) for s in c.spec.streams]
    if detailed:
        streams = [(key, label) for key, label in streams if _place_of(c, key) == c.locality]
        if not streams:
            answers = [text["on_whole_page"].format(place=c.place, top=c.words.top)]
            return c.section(text["heading"], anchor="handling", answers=answers)
    answers = [_answer(c, key, label) for key, label in streams]
    if not c.of_whole and all(_place_of(c, key) == WHOLE for key, _ in streams):
        answers = [text["only_whole"].format(place=c.place, top=c.everywhere), *answers]
    drawn = [
        (key, label)
        for key, label in streams
        if not detailed or c.of_whole or _place_of(c, key) == c.locality  # the whole has a page of its own
    ]
    figures = [figure for key, label in drawn if (figure := _figure(c, key, label))]
    fields = {
        "period": _period(c),
        "resolved": f" {c.text['or']} ".join(_resolved(c)),
    }
    notes = [text["note"].format(**fields), *c.hidden_legend]
    if detailed:
        points = [*_stopped(c), *_groups(c)] if c.of_whole else []
        return c.section(
            text["heading"],
            anchor="handling",
            answers=answers,
            points=points,
            charts=figures,
            notes=notes,
            on_paper=False,
        )
    head = c.section(text["heading"], anchor="handling", answers=answers)
    inside = c.section("", charts=figures, notes=notes).html
    return head + render("more", title=text["more"], inside=inside, printed=False, text=c.text)


def _rows(c: PageContext, stream: str, place: str) -> pd.DataFrame:
    frame = c.cube["handling"]
    return frame[(frame["stream"] == stream) & (frame["locality"] == place) & frame["withheld"].isna()]


def _place_of(c: PageContext, stream: str) -> str:
    """The locality if what counts may be shown of it, else the whole."""
    own = _rows(c, stream, c.locality)
    shown = own.loc[~own["hidden"].astype(bool), "measure"]
    return c.locality if shown.isin(["in_time", "resolved", *_limits(c)]).any() else WHOLE


def _answer(c: PageContext, stream: str, label: str) -> str:
    text = c.text["handling"]
    place = _place_of(c, stream)
    rows = _rows(c, stream, place).set_index("measure")
    where = c.where if place == c.locality else c.everywhere
    said = []
    for measure in ("in_time", "resolved"):
        if measure in rows.index and not rows.loc[measure, "hidden"]:
            row = rows.loc[measure]
            said.append(
                text[measure].format(
                    n=c.number(row["n"]), total=c.number(row["n_reports"]), share=c.percent(row["share"])
                )
            )
    said = said or _by_limits(c, rows)
    if not said:
        return text["nothing"].format(stream=label)
    return text["answer"].format(stream=label, where=where, period=_period(c), told=" ".join(said))


def _period(c: PageContext) -> str:
    return c.text["period"].format(period=c.words.period(str(c.cube.facts["file_periods"])))


def _by_limits(c: PageContext, rows: pd.DataFrame) -> list[str]:
    """How many were decided within each legal limit, where that is shown. rows: by measure."""
    handling, text = c.spec.handling, c.text["handling"]
    shown = [
        (limit.days, rows.loc[f"by {limit.key}"])
        for limit in (handling.limits if handling else [])
        if f"by {limit.key}" in rows.index and not rows.loc[f"by {limit.key}", "hidden"]
    ]
    return [
        text["by"].format(
            n=c.number(row["n"]),
            total=c.number(row["n_reports"]),
            share=c.percent(row["share"]),
            days=c.number(days),
        )
        for days, row in shown
    ]


def _figure(c: PageContext, stream: str, label: str) -> tuple[str, str] | None:
    text = c.text["handling"]
    place = _place_of(c, stream)
    rows = _rows(c, stream, place)
    if rows.empty or rows["hidden"].all():
        return None
    order = ["classified", "assigned", *_limits(c), "in_time", "resolved"]
    place_of = rows["measure"].map({name: n for n, name in enumerate(order)})
    rows = rows.assign(stage=rows["measure"], order=place_of).sort_values("order")
    where = c.where if place == c.locality else c.everywhere
    names = text["measures"] | _limits(c)
    frame = rows[["stage", "share", "lower", "upper", "n", "n_reports", "hidden"]].reset_index(drop=True)
    title = text["title"].format(stream=label, where=where)
    shares = [f"{names[r.stage]} {c.percent(r.share)}" for r in frame[~frame["hidden"]].itertuples()]
    chart = charts.stage_bars(
        frame, title=title, alt=f"{title}. {c.listing(shares)}.", **c.chart_options(labels=names)
    )
    printed = [
        [
            names[r.measure],
            numbers.MISSING if r.hidden else text["of"].format(n=c.number(r.n), total=c.number(r.n_reports)),
            c.percent(r.share),
            numbers.between(c.percent(r.lower), c.percent(r.upper)),
        ]
        for r in rows.itertuples()
    ]
    columns = [Column(text["stage_column"]), Column(text["count_column"], True)]
    columns += [Column(text["share_column"], True), Column(c.text["situation"]["column_range"], True)]
    return chart._repr_html_(), table(c, columns, printed, how="handling")


def _resolved(c: PageContext) -> list[str]:
    """The decisions that resolve a report, by name."""
    handling = c.spec.handling
    if handling is None:
        return []
    return [step.label[c.language] for step in handling.steps if step.key in handling.resolved]


def _limits(c: PageContext) -> dict[str, str]:
    """The measure "by <limit>" in words."""
    handling = c.spec.handling
    limits = handling.limits if handling else []
    return {
        f"by {limit.key}": c.text["handling"]["by_limit"].format(
            days=c.number(limit.days), label=limit.label[c.language]
        )
        for limit in limits
    }


def _stopped(c: PageContext) -> list[str]:
    """Steps by which cases came to rest or went back, in the whole."""
    frame = c.cube.frames.get("stopped")
    if frame is None or c.spec.handling is None:
        return []
    text = c.text["handling"]
    steps = {step.key: step.label[c.language] for step in c.spec.handling.steps} | {ALL: text["any_step"]}
    reasons = {reason.key: reason.label[c.language] for reason in c.spec.handling.reasons}
    reasons |= {"not_recorded": text["no_reason"]}
    if "locality" in frame:
        frame = frame[(frame["locality"] == WHOLE) & (frame["period"] == ALL)]
    shown = frame[~frame["hidden"] & frame["withheld"].isna()]
    lines = []
    for row in shown[shown["reason_code"] == ALL].itertuples():
        why = shown[(shown["step"] == row.step) & (shown["reason_code"] != ALL) & (shown["n"] > 0)]
        told = [f"{reasons.get(r.reason_code, r.reason_code)} {c.number(r.n)}" for r in why.itertuples()]
        line = text["stopped"].format(
            top=c.everywhere,
            step=capital(steps[row.step]),
            n=c.number(row.n),
            total=c.number(row.n_cases),
            share=c.percent(row.share),
            lower=c.percent(row.lower),
            upper=c.percent(row.upper),
        )
        lines.append(f"{line} {text['reasons'].format(reasons=c.listing(told))}" if told else line)
    return lines


def _groups(c: PageContext) -> list[str]:
    """Whether groups of persons are handled alike, in the whole."""
    frame = c.cube.frames.get("relative_rates")
    if frame is None:
        return []
    text = c.text["handling"]
    compared = frame[~frame["hidden"]]
    if compared.empty:
        return [text["groups_none"].format(top=capital(c.everywhere))]
    different = compared[compared["differs"].fillna(False).astype(bool)]
    fields = {"top": capital(c.everywhere), "comparisons": c.number(len(compared))}
    if different.empty:
        return [text["groups_alike"].format(**fields)]
    return [_group(c, row, fields) for row in different.to_dict("records")]


def _group(c: PageContext, row: dict[str, Any], fields: dict[str, str]) -> str:
    """One comparison that came out: in words, in the internal edition with its ratio."""
    text, exact = c.text["handling"], "ratio" in row
    side = ("fewer" if row["ratio"] < 1 else "more") if exact else row["side"]
    fields = fields | {
        "group": text["values"].get(row["group"], row["group"]),
        "base": text["values"].get(row["base"], row["base"]),
        "point": _point(c, row["point"]),
        "stream": c.spec.stream(row["stream"]).short[c.language],
    }
    if exact:
        fields |= {name: c.number(row[name], 1) for name in ("ratio", "lower", "upper")}
    return text[f"groups_{side}" if exact else f"groups_{side}_words"].format(**fields)


def _point(c: PageContext, key: str) -> str:
    handling = c.spec.handling
    steps = {step.key: step.label[c.language] for step in handling.steps} if handling else {}
    return steps.get(key, c.text["handling"]["measures"].get(key, key))
