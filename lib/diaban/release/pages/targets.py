"""The section on the plan's targets: was it met, does that mean anything, and what would."""

from __future__ import annotations

from itertools import groupby

import pandas as pd
from markupsafe import Markup

from diaban.calendars import calendar
from diaban.findings.words import capital
from diaban.release.cells import WHOLE
from diaban.release.pages import targets_answer
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Column, Fragment, render
from diaban.release.pages.traced import fill, row_id, table
from diaban.spec.targets import TargetSpec

ALL = "*"
HIGH_BASE = 0.6
"""A year at the usual level would meet the target so often: the year before was a high one."""


def section(c: PageContext, locality: str | None = None, *, folded: bool = False) -> Fragment:
    """Of the page's locality, or of the one given (WHOLE for all together).

    folded: the table stands behind the answer, one click away; paper has it.
    """
    text = c.text["targets"]
    place = c.locality if locality is None else locality
    anchor = "targets" if locality is None else "targets-whole"
    rows, ids = _together(c, [_row(c, target, place) for target in c.spec.targets], anchor)
    if not rows:
        return Fragment("")
    keys = ("target_column", "count_column", "meaning_column")
    columns = [Column(text[key]) for key in keys]
    sources = sorted({t.source[c.language] for t in c.spec.targets if t.source})
    hidden = not c.internal and "untold" in targets_answer.kinds(c, place)
    office = [text["office"]] if hidden else []
    notes = [
        text["note"],
        *office,
        *([text["source"].format(source=c.listing(sources))] if sources else []),
    ]
    head = c.section(
        text["heading"] if locality is None else text["heading_whole"].format(place=c.everywhere),
        anchor=anchor,
        answers=[targets_answer.answer(c, place)],
    )
    outlook = [line for target in c.spec.changes_aimed_at() if (line := outlook_of(c, target, place))]
    outlook = list(dict.fromkeys(outlook))
    if all(_outlook_hidden(c, target, place) for target in c.spec.changes_aimed_at()):
        notes, outlook = [*outlook, *notes], []
    after = c.section(text["outlook_heading"], level=3, points=outlook) if outlook else Fragment("")
    told = table(c, columns, rows, ids=ids, how="target_count", brief=True, told=True)
    below = c.note(" ".join(notes)) if locality is None else ""
    if folded:
        behind = render("more", title=text["more"], inside=told + below, printed=True, text=c.text)
        return head + behind + after
    return head + Fragment(told + below) + after


def _row(c: PageContext, target: TargetSpec, place: str) -> list[str]:
    """What the count says, and what that is worth with what would tell."""
    told = {"change": _change, "share": _share, "fewest": _fewest}[target.kind](c, target, place)
    count, *worth = told
    return [count, " ".join(filter(None, worth))]


def _together(
    c: PageContext, told: list[list[str]], anchor: str
) -> tuple[list[list[str | Markup]], list[str]]:
    """Rows and their anchors: targets of which the same is to be said share a row."""
    rows: list[list[str | Markup]] = []
    ids: list[str] = []
    for said, same in groupby(zip(c.spec.targets, told, strict=True), key=lambda pair: pair[1]):
        targets = [target for target, _ in same]
        lines = [fill("{label}", label=capital(target.label[c.language])) for target in targets]
        rows.append([Markup("<br>").join(lines), *said])
        ids.append(row_id(anchor, targets[0].key))
    return rows, ids


def _change(c: PageContext, target: TargetSpec, place: str) -> list[str]:
    text, row = c.text["targets"], _of(c, "targets", target.key, place)
    if row is None or pd.notna(row["withheld"]):
        return [text["not_judged"], text["nothing_said"], pooled(c, target, place)]
    fields = {
        "period": c.part(row["period"]),
        "base": c.part(row["base"]),
        "change": c.percent(abs(float(row["change"]))),
    }
    if row["counts_shown"]:
        verdict = text["met" if row["met"] else "missed"]
        count = text["count"].format(
            cases=c.number(row["cases"]),
            before=c.number(row["base_cases"]),
            limit=c.number(row["limit"]),
            verdict=verdict,
            **fields,
        )
    else:
        name = "not_shown" if not row["met_shown"] else "met_only" if row["met"] else "missed_only"
        count = text[name].format(**fields)
    would = f"{_needed(c, target, row, fields)} {pooled(c, target, place)}".strip()
    return [count, _meaning(c, target, row, fields), would]


def _needed(c: PageContext, target: TargetSpec, row: pd.Series, fields: dict[str, str]) -> str:
    """How many cases a year would tell such a fall: a number, where the whole has so many."""
    text, whole = c.text["targets"], _of(c, "targets", target.key, WHOLE)
    of_whole = None if whole is None or not whole["counts_shown"] else whole["cases"]
    if of_whole is None or row["cases_needed"] <= of_whole:
        return text["needed"].format(needed=c.number(_rounded(row["cases_needed"])), **fields)
    name = "needed_beyond_whole" if row["locality"] == WHOLE else "needed_beyond"
    return text[name].format(top=c.words.top, **fields)


def _meaning(c: PageContext, target: TargetSpec, row: pd.Series, fields: dict[str, str]) -> str:
    """What the count is worth: by its own verdict, else by how often luck alone meets or misses it."""
    text = c.text["targets"]
    luck = {"luck": c.percent(row["chance_by_luck"]), "fail": c.percent(_rest(row["chance_if_true"]))}
    if pd.notna(row["verdict"]):
        said = text["verdicts"][row["verdict"]].format(**fields, **luck)
        high = row["met"] and row["chance_from_base"] >= HIGH_BASE
        return f"{said} {text['high_base'].format(**fields)}" if high else said
    if pd.isna(row["chance_by_luck"]):
        low, high = targets_answer.luck_anywhere(c, target)
        return text["meaning_anywhere"].format(low=low, high=high)
    name = "meaning_unknown" if not row["met_shown"] else "meaning_met" if row["met"] else "meaning_missed"
    return text[name].format(**fields, **luck)


def pooled(c: PageContext, target: TargetSpec, place: str) -> str:
    """The reported block against the baseline block, where both counts are shown."""
    text, row = c.text["targets"], _of(c, "targets_pooled", target.key, place)
    if row is None or row["hidden"] or pd.notna(row["withheld"]):
        return text["pooled_none"]
    name = {"fell": "pooled_fell", "not": "pooled_not"}.get(str(row["evidence"]), "pooled_open")
    return text[name].format(
        period=c.words.period(row["block"]),
        base=c.words.period(row["base"]),
        cases=c.number(row["cases"]),
        before=c.number(row["base_cases"]),
        change=c.percent(abs(float(row["change"]))),
    )


def _outlook_hidden(c: PageContext, target: TargetSpec, place: str) -> bool:
    row = _of(c, "mid_year", target.key, place)
    return row is None or bool(row["hidden"])


def outlook_of(c: PageContext, target: TargetSpec, place: str) -> str:
    """How the running year may end."""
    text, row = c.text["targets"], _of(c, "mid_year", target.key, place)
    if row is None or pd.notna(row["withheld"]):
        return ""
    if row["hidden"]:
        return text["outlook_hidden"].format(period=c.part(row["period"]), place=c.place)
    running = calendar(c.spec.periods.calendar)
    end = running.start(running.number(str(row["period"])) + 1) - pd.Timedelta(days=1)
    name = "outlook_met" if row["remaining"] > 0 else "outlook_over"
    return text[name].format(
        target=target.label[c.language],
        period=c.part(row["period"]),
        until=c.day(c.spec.periods.cutoff),
        next=c.day(pd.Timestamp(c.spec.periods.cutoff) + pd.Timedelta(days=1)),
        end=c.day(end),
        cases=c.number(row["cases"]),
        lower=c.number(row["lower"]),
        upper=c.number(row["upper"]),
        limit=c.number(row["limit"]),
        remaining=c.number(row["remaining"]),
        chance=c.percent(round(float(row["probability"]) * 20) / 20),
    )


def _share(c: PageContext, target: TargetSpec, place: str) -> list[str]:
    text, row = c.text["targets"], _of(c, "share_targets", target.key, place)
    if row is None or pd.notna(row["withheld"]):
        return [text["share_none"], text["nothing_said"], ""]
    limit = c.percent(row["limit"])
    limit = text["above"].format(limit=limit) if row["strict"] else limit
    fields = {"period": c.part(row["period"]), "limit": limit}
    verdict = text["met" if row["met"] else "missed"]
    shown = pd.notna(row["n"])
    met = "share_met_whole" if place == WHOLE else "share_met"
    count = text["share_count" if shown else met if row["met"] else "share_missed"].format(
        n=c.number(row["successes"]), total=c.number(row["n"]), verdict=verdict, **fields
    )
    if pd.isna(row["needed_if_all"]):
        return [count, text["share_all"], text["share_all_would"]]
    evidence = str(row["evidence"]) if shown else "unknown_whole" if place == WHOLE else "unknown"
    needed = c.number(row["needed_if_all"])
    meaning = text["shares"][evidence].format(needed=needed, n=c.number(row["n"]), **fields)
    would = f"{text['share_would'].format(needed=needed, **fields)} {_all_years(c, target)}"
    return [count, meaning, would.strip()]


def _all_years(c: PageContext, target: TargetSpec) -> str:
    """The same share of all complete periods together, in the whole."""
    frame = c.cube.frames.get("handling")
    if frame is None or target.stream is None:
        return ""
    rows = frame[(frame["locality"] == WHOLE) & (frame["stream"] == target.stream)]
    rows = rows[(rows["measure"] == target.measure) & ~rows["hidden"]]
    if rows.empty:
        return ""
    row = rows.iloc[0]
    return c.text["targets"]["share_pooled"].format(
        where=c.everywhere,
        n=c.number(row["n"]),
        total=c.number(row["n_reports"]),
        share=c.percent(row["share"]),
        lower=c.percent(row["lower"]),
        upper=c.percent(row["upper"]),
    )


def _fewest(c: PageContext, target: TargetSpec, place: str) -> list[str]:
    """Of the whole alone: a locality has a handful."""
    text, row = c.text["targets"], _of(c, "fewest_targets", target.key, place)
    pooled = _stopped(c, target)
    if row is None and place != WHOLE:
        return [text["not_shown_few"], text["meaning_hidden"], pooled]
    if row is None or row["hidden"]:
        return [text["not_shown_few"], text["fewest_few"], pooled]
    if pd.notna(row["withheld"]):
        return [text["not_judged"], text["nothing_said"], pooled]
    count = text["fewest_count"].format(
        period=c.part(row["period"]),
        base=c.part(row["base"]),
        n=c.number(row["count"]),
        before=c.number(row["base_count"]),
    )
    return [count, text["fewest"][str(row["evidence"])], pooled]


def _stopped(c: PageContext, target: TargetSpec) -> str:
    """All periods together, in the whole."""
    frame = c.cube.frames.get("stopped")
    if frame is None:
        return ""
    rows = frame[(frame["target"] == target.key) & (frame["step"] == ALL) & (frame["reason_code"] == ALL)]
    rows = rows[rows["locality"] == WHOLE] if "locality" in rows else rows
    if rows.empty or rows.iloc[0]["hidden"]:
        return ""
    row = rows.iloc[0]
    return c.text["targets"]["stopped"].format(
        top=capital(c.everywhere),
        n=c.number(row["n"]),
        total=c.number(row["n_cases"]),
        share=c.percent(row["share"]),
        lower=c.percent(row["lower"]),
        upper=c.percent(row["upper"]),
    )


def _of(c: PageContext, name: str, target: str, place: str) -> pd.Series | None:
    frame = c.cube.frames.get(name)
    if frame is None:
        return None
    rows = frame[(frame["target"] == target) & (frame["locality"] == place)]
    return None if rows.empty else rows.iloc[0]


def _rest(chance: object) -> object:
    return None if pd.isna(chance) else 1 - float(str(chance))


def _rounded(count: float) -> float:
    """Two figures are enough of what is an order of size."""
    size = 10 ** max(len(str(int(count))) - 2, 0)
    return round(count / size) * size
