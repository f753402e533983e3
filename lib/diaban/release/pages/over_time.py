"""What is known late, how a change may be read, which periods stand out, what campaigns did."""

from __future__ import annotations

import pandas as pd

from diaban import charts
from diaban.language import numbers
from diaban.release.cells import WHOLE
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Column, Fragment
from diaban.release.pages.traced import table


def late(c: PageContext) -> Fragment:
    """Late reports: counted so far and expected finally, months held back, the same part of last year."""
    text = c.text["late"]
    if "late_reports" not in c.cube.frames:
        return Fragment("")
    points = [*_held_back(c), *_same_age(c)]
    columns = [Column(text["year_column"])] + [
        Column(text[key], True) for key in ("counted_column", "share_column", "expected_column")
    ]
    tables = []
    for stream in c.spec.streams:
        rows = _newest(c.cube["late_reports"], stream.key)
        printed = [
            [
                c.part(row.period),
                c.number(row.counted),
                c.percent(row.share_counted),
                text[_range_key(row)].format(
                    expected=c.number(row.expected_finally),
                    lower=c.number(row.lower),
                    upper=c.number(row.upper),
                ),
            ]
            for row in rows.itertuples()
        ]
        if printed:
            tables.append(table(c, columns, printed, how="late", caption=stream.label[c.language]))
    head = c.section(
        text["heading"],
        anchor="late",
        answers=[text["answer"].format(top=c.everywhere)],
        points=points,
        notes=[text["note"]],
    )
    return head + Fragment("".join(tables))


def _range_key(row) -> str:
    """How what is expected finally is written: with its range, or without where it has none."""
    nearly_all = pd.isna(row.upper) and pd.notna(row.expected_finally)
    return "settled" if nearly_all or row.lower == row.upper else "range"


def _newest(frame: pd.DataFrame, stream: str, count: int = 3) -> pd.DataFrame:
    rows = frame[(frame["stream"] == stream) & ~frame["hidden"] & frame["withheld"].isna()]
    return rows.sort_values("period").tail(count)


def _held_back(c: PageContext) -> list[str]:
    text, months = c.text["late"], c.cube.frames.get("late_months")
    if months is None:
        return []
    if months.empty:
        return [text["no_month"]]
    return [
        text["held_back"].format(
            stream=c.spec.stream(row.stream).label[c.language],
            month=c.part(row.seen),
            comparisons=c.number(row.comparisons),
        )
        for row in months.itertuples()
    ]


def _same_age(c: PageContext) -> list[str]:
    frame = c.cube.frames.get("same_age")
    if frame is None:
        return []
    rows = frame[(frame["locality"] == WHOLE) & ~frame["hidden"] & frame["withheld"].isna()]
    lines = []
    for row in rows.itertuples():
        clear = row.lower > 1 or row.upper < 1
        told = "more" if row.rate_ratio > 1 else "fewer"
        name = f"same_age_{told if clear else 'unclear'}"
        lines.append(
            c.text["late"][name].format(
                stream=c.spec.stream(row.stream).label[c.language],
                top=c.everywhere,
                period=c.part(row.period),
                base=c.part(row.base),
                days=c.number(row.days),
                cases=c.number(row.cases),
                before=c.number(row.base_cases),
            )
        )
    return lines


def readings(c: PageContext) -> list[str]:
    """How the change from the baseline block to the page's may be read here, one line a stream."""
    frame = c.cube.frames.get("reading")
    if frame is None:
        return []
    text = c.text["reading"]
    lines = []
    for row in c.here("reading", period=c.period).itertuples():
        if row.hidden or pd.isna(row.label) or row.label == "plain":
            continue
        if row.label == "rise_ambiguous" and not row.clear:
            continue
        reasons = [text["reasons"][key] for key in str(row.reasons).split(";")]
        lines.append(
            text[row.label].format(
                stream=c.spec.stream(row.stream).label[c.language],
                base=c.words.period(row.base),
                reasons=c.listing(reasons),
            )
        )
    return lines


def control(c: PageContext) -> Fragment:
    """Control charts, change points and alerts of the place; of a locality those that may be shown."""
    text = c.text["control"]
    if "control_charts" not in c.cube.frames:
        return Fragment("")
    figures = [_chart(c, stream.key) for stream in c.spec.streams]
    return c.section(
        text["heading"],
        anchor="control",
        answers=[text["answer"]],
        points=[*_changes(c), *_alerts(c), *readings(c)],
        charts=[figure for figure in figures if figure],
        notes=[text["note"]] if any(figures) else [text["none_shown"].format(place=c.place, top=c.words.top)],
        on_paper=False,
    )


def _chart(c: PageContext, stream: str) -> tuple[str, str] | None:
    rows = c.here("control_charts", stream=stream)
    if rows.empty:
        return None
    label = c.spec.stream(stream).label[c.language]
    title = c.text["control"]["title"].format(stream=label, where=c.where)
    names = {period: c.part(period, short=True) for period in rows["period"].unique()}
    chart = charts.control_chart(rows.reset_index(drop=True), title=title, **c.chart_options(labels=names))
    columns = [Column(c.text["situation"]["column_period"]), Column(c.text["control"]["value_column"], True)]
    columns += [Column(c.text["control"]["usual_column"], True)]
    printed = [[c.part(r.period), c.number(r.value), _usual(c, r)] for r in rows.itertuples()]
    return chart._repr_html_(), table(c, columns, printed, how="control")


def _usual(c: PageContext, row) -> str:
    """The range of usual variation; without a lower limit it begins at 0."""
    if pd.isna(row.upper):
        return c.number(None)
    return f"{c.number(0 if pd.isna(row.lower) else row.lower)} – {c.number(row.upper)}"


def _changes(c: PageContext) -> list[str]:
    text, lines = c.text["control"], []
    for stream in c.spec.streams:
        for row in c.here("change_points", stream=stream.key).itertuples():
            fields = {"stream": stream.label[c.language], "where": c.where}
            if pd.notna(row.withheld):
                continue
            if row.change == 0:
                lines.append(text["no_change"].format(**fields))
                continue
            lines.append(
                text["change"].format(
                    after=c.part(row.after),
                    earliest=c.part(row.earliest),
                    latest=c.part(row.latest),
                    ratio=c.number(row.ratio, 1),
                    **fields,
                )
            )
    return lines


def _alerts(c: PageContext) -> list[str]:
    """Alerts of this locality; with one, and for the whole, how many of all could be false."""
    text, frame = c.text["control"], c.cube.frames.get("alerts")
    if frame is None or frame.empty:
        return []
    if not frame["shared"].all():
        return [text["alerts_not_shared"]]
    raised = frame[frame["stream"] != "*"]
    mine = raised[raised["locality"] == c.locality]
    if mine.empty and not c.of_whole:
        least = c.number(c.spec.disclosure.threshold)
        return [text["no_alert"].format(place=c.place, least=least)]
    lines = [
        text["alert"].format(stream=c.spec.stream(r.stream).label[c.language], period=c.part(r.period))
        for r in mine.itertuples()
    ]
    row = frame[frame["stream"] == "*"].iloc[-1]
    budget = text["budget"].format(
        count=c.number(len(raised)),
        comparisons=c.number(row["comparisons"]),
        false=c.number(row["expected_false_alarms"], 1),
    )
    return [*lines, numbers.counted(budget)]


def campaigns(c: PageContext) -> Fragment:
    """What campaigns did, in the localities that had them together; of a locality those that it had."""
    text, frame = c.text["campaigns"], c.cube.frames.get("campaign_effects")
    if frame is not None and not c.of_whole:
        frame = frame[[c.locality in str(codes).split(";") for codes in frame["localities"]]]
    if frame is None or frame.empty:
        return Fragment("")
    points = []
    for row in frame.itertuples():
        fields = {
            "campaign": row.campaign,
            "stream": c.spec.stream(row.stream).short[c.language],
            "places": c.listing([c.words.place(code) for code in str(row.localities).split(";")]),
            "controls": c.number(row.controls),
            "start": c.day(row.start),
            "end": c.day(row.end),
        }
        if row.hidden or pd.notna(row.withheld):
            points.append(text["hidden"].format(**fields))
            continue
        change = 1 - float(row.ratio)
        points.append(
            text[row.told].format(
                before=c.number(row.before),
                after=c.number(row.after),
                percent=c.percent(abs(change)),
                ratio=c.number(row.ratio, 2),
                lower=c.number(row.lower, 2),
                upper=c.number(row.upper, 2),
                **fields,
            )
        )
    return c.section(text["heading"], anchor="campaigns", points=points, notes=[text["note"]])
