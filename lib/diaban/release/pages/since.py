"""The section on what has changed since the edition before."""

from __future__ import annotations

import pandas as pd

from diaban import charts
from diaban.findings.words import capital
from diaban.language import numbers
from diaban.release.cells import WHOLE
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Column, Fragment, table

ALL = "*"
_STEPS = (
    "boundary", "method", "removed", "moved_out", "moved_in", "recoded_out", "recoded_in", "late_reports",
    "new_cases",
)  # fmt: skip
ORDER = ("new", "stronger", "weaker", "withdrawn", "confirmed")


def section(c: PageContext, *, detailed: bool = False) -> Fragment:
    """What became of the findings of this locality; detailed: and of its counts, where they may be shown."""
    text = c.text["since"]
    if "findings_history" not in c.cube.frames:
        return Fragment("")
    fields = {"edition": _edition(c, 0), "cutoff": _cutoff(c, 0), "place": c.place}
    history = c.here("findings_history")
    return c.section(
        text["heading"].format(**fields),
        anchor="since",
        answers=[_answer(c, history).format(**fields)],
        points=[_line(c, row) for row in _ordered(history).itertuples() if row.status != "confirmed"],
        charts=_waterfalls(c) if detailed else [],
        notes=[*_closed(c, history), *_rules(c), *_withdrawn(c, history)],
    )


def _withdrawn(c: PageContext, history: pd.DataFrame) -> list[str]:
    """What it means that a finding was withdrawn, where one was."""
    return [c.text["since"]["note"]] if (history["status"] == "withdrawn").any() else []


def of_whole(c: PageContext) -> Fragment:
    """What became of the counts of all localities together."""
    text = c.text["since"]
    if "edition_changes" not in c.cube.frames:
        return Fragment("")
    answer = text["answer_whole"].format(edition=_edition(c, 0), cutoff=_cutoff(c, 0))
    notes = [*_closed(c, c.cube["findings_history"].head(0)), *_rules(c)]
    if not c.internal:
        notes.insert(0, text["few"])
    return c.section(text["heading"], anchor="since", answers=[answer], points=_counts(c), notes=notes)


def history(c: PageContext) -> Fragment:
    """Every finding of this locality with the edition that had it first, for the monitoring file."""
    text = c.text["since"]
    if "findings_log" not in c.cube.frames:
        return Fragment("")
    rows = _ordered(c.here("findings_history")) if "findings_history" in c.cube.frames else pd.DataFrame()
    labels = _labels(c)
    columns = [Column(text[key]) for key in ("finding_column", "status_column", "since_column")]
    columns.append(Column(c.text["strength"]))
    printed = [
        [
            _claim(c, row),
            text["status"][row.status],
            labels.get(row.since, str(row.since)),
            c.words.text("strength", row.strength) if pd.notna(row.strength) else text["withdrawn_strength"],
        ]
        for row in rows.itertuples()
    ]
    if not printed:
        return c.section(text["history_heading"], anchor="history", answers=[text["first_edition"]])
    head = c.section(text["history_heading"], anchor="history")
    return head + Fragment(table(columns, printed, stack=True))


def _closed(c: PageContext, history: pd.DataFrame) -> list[str]:
    """What holds of periods that the edition before had closed: that their figures stay as they were given
    out, or, in the office, that nothing new happened in them."""
    if c.cube.facts["closed_by"]:
        return [c.text["since"]["kept"].format(edition=_edition(c, 0), cutoff=_cutoff(c, 0))]
    last = pd.Timestamp(str(c.cube.facts["report_end"]))
    cutoff = pd.Timestamp(str(c.cube["editions"]["cutoff"].iloc[0]))
    if last > cutoff or set(history["status"]) <= {"confirmed"}:
        return []
    return [c.text["since"]["closed"].format(period=c.words.period(c.period))]


def _answer(c: PageContext, history: pd.DataFrame) -> str:
    text = c.text["since"]
    counts = history["status"].value_counts()
    changed = [
        text["counted"][name].format(count=c.number(counts[name])) for name in ORDER if counts.get(name, 0)
    ]
    if set(counts.index) <= {"confirmed"}:
        return text["nothing_changed"]
    return text["answer"] + " " + c.listing(changed) + "."


def _line(c: PageContext, row) -> str:
    text = c.text["since"]
    return f"{text['status'][row.status]}: {_claim(c, row)}"


def _claim(c: PageContext, row) -> str:
    """What it says; of one that was withdrawn only what it was about: its numbers may be hidden now."""
    if row.status != "withdrawn":
        return str(getattr(row, f"claim_{c.language}"))
    about = c.text["since"]["about"]
    stream = c.spec.stream(row.stream).label[c.language] if pd.notna(row.stream) else ""
    name = row.family if row.family in about else "other"
    subject = str(row.subject)
    if row.family == "cause":
        subject = c.words.code(subject)
    elif row.family == "area":
        subject = c.words.indicator(subject)
    return str(about[name]).format(stream=stream, subject=subject)


def _ordered(history: pd.DataFrame) -> pd.DataFrame:
    order = history["status"].map({name: n for n, name in enumerate(ORDER)})
    return history.assign(order=order).sort_values(["order", "statement", "stream"], kind="stable")


def _counts(c: PageContext) -> list[str]:
    """The counts since the edition before: in the whole, as far as a step may be shown."""
    text, frame = c.text["since"], c.cube["edition_changes"]
    rows = frame[(frame["locality"] == WHOLE) & (frame["period"] == ALL)]
    lines = []
    for row in rows.itertuples():
        told = [
            numbers.counted(
                text["steps"][_step(name, getattr(row, name))].format(count=c.number(abs(getattr(row, name))))
            )
            for name in ("new_cases", "late_reports", "corrections")
            if pd.notna(getattr(row, name)) and getattr(row, name) != 0
        ]
        stream = c.spec.stream(row.stream).short[c.language]
        if told:
            lines.append(text["whole"].format(top=capital(c.everywhere), stream=stream, told=c.listing(told)))
    return lines


def _step(name: str, cases: int) -> str:
    """Corrections go both ways; the others only add."""
    return name if name != "corrections" else f"{name}_up" if cases > 0 else f"{name}_down"


def _waterfalls(c: PageContext) -> list[tuple[str, str]]:
    """Where every step may be shown, of this locality and the reported block."""
    frame = c.here("edition_changes")
    frame = frame[(frame["period"] == c.period) & ~frame["hidden"]]
    figures = []
    for row in frame.itertuples():
        if pd.isna(row.before) or row.before == row.after:
            continue
        steps = [name for name in _STEPS if name in frame.columns]
        rows = pd.DataFrame(
            {
                "component": ["before", *steps, "after"],
                "cases": [row.before, *(getattr(row, name) for name in steps), row.after],
            }
        )
        stream = c.spec.stream(row.stream).label[c.language]
        title = c.text["since"]["waterfall"].format(stream=stream, period=c.words.period(c.period))
        chart = charts.waterfall(rows, title=title, **c.chart_options(labels=None))
        figures.append((chart._repr_html_(), ""))
    return figures


def _rules(c: PageContext) -> list[str]:
    """Whether cases are counted by other rules than in the edition before, or by another program."""
    frame = c.cube["edition_rules"].set_index("part")["changed"]
    return [
        c.text["since"]["rules"][part] for part in frame.index if frame[part] is not pd.NA and frame[part]
    ]


def _labels(c: PageContext) -> dict[str, str]:
    frame = c.cube["editions"]
    return dict(zip(frame["edition"], frame[f"label_{c.language}"], strict=True))


def _edition(c: PageContext, place: int) -> str:
    return str(c.cube["editions"][f"label_{c.language}"].iloc[place])


def _cutoff(c: PageContext, place: int) -> str:
    return c.day(pd.Timestamp(c.cube["editions"]["cutoff"].iloc[place]))
