"""What was looked at and is no finding, with the reason: nothing that was tried is left out."""

from __future__ import annotations

import pandas as pd

from diaban.findings.words import capital
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Column, Fragment, render
from diaban.release.pages.traced import table

WITHOUT_NUMBERS = ("not_shown", "never_coded", "too_few_files")
"""Results of which only the number of times is told: a row has nothing to add."""


def section(c: PageContext) -> Fragment:
    """A count of results, and the table of all of them behind it."""
    frame = c.cube.frames.get("tested_factors")
    rows = pd.DataFrame() if frame is None else frame[frame["locality"] == c.locality]
    if rows.empty:
        return Fragment("")
    text = c.text["tested"]
    others = rows[~rows["is_finding"].astype(bool)]
    counts = others["result"].value_counts(sort=True)
    points = [
        text["summary"].format(count=c.number(n), result=capital(c.words.text("result", str(result))))
        for result, n in sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
    ]
    answer = text["answer"].format(
        tested=c.number(len(rows)), findings=c.number(rows["is_finding"].astype(bool).sum())
    )
    keys = ("factor_column", "stream_column", "side_column", "estimate_column", "range_column")
    columns = [
        Column(text[key], key in ("estimate_column", "range_column")) for key in (*keys, "result_column")
    ]
    told = others[~others["result"].isin(WITHOUT_NUMBERS)].sort_values(["side", "stream", "result", "factor"])
    printed = [_row(c, row) for row in told.itertuples()]
    told_table = (
        table(c, columns, printed, how="area" if not c.has_files else "files", stack=True) if printed else ""
    )
    inside = c.section("", answers=[answer], points=points) + Fragment(told_table)
    title = text["title"].format(tested=c.number(len(rows)))
    return render("more", title=title, inside=inside.html, printed=False, text=c.text)


def _row(c: PageContext, row) -> list[str]:
    text = c.text["tested"]
    case_side = row.side == "case"
    write = c.percent if case_side else (lambda value: c.number(value, 2))
    shown = pd.notna(row.estimate)
    return [
        c.labels.get(row.factor, row.factor),
        c.spec.stream(row.stream).short[c.language],
        text[f"side_{row.side}"],
        write(row.estimate) if shown else "…",
        f"{write(row.lower)} – {write(row.upper)}" if shown and pd.notna(row.lower) else "…",
        c.words.text("result", row.result),
    ]
