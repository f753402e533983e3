"""The section on what the numbers can and cannot tell."""

from __future__ import annotations

import pandas as pd

from diaban.language import numbers
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Column, Fragment
from diaban.release.pages.traced import row_id, table
from diaban.spec.streams import StreamSpec

MANY = 400
"""Cases a year from which a fall of a tenth is likely to be seen (power about 0.8 for -13 %)."""


def section(c: PageContext) -> Fragment:
    """One row a stream and target: cases a year, the smallest fall to be seen, how often luck meets it."""
    text = c.text["numbers"]
    rows = c.here("rates", period=c.period).set_index("stream")
    streams = [s for s in c.spec.streams if s.key in rows.index]
    years = _years(c)
    means = {s.key: float(rows.loc[s.key, "cases"]) / years for s in streams if not rows.loc[s.key, "hidden"]}
    head = c.section(
        text["heading"],
        anchor="numbers",
        answers=[_answer(c, list(means.values()))],
        points=[] if means else [text["hidden"].format(stream=s.label[c.language]) for s in streams],
        notes=[] if c.spec.targets else [text["no_targets"]],
    )
    if not means:
        return head
    printed = [row for s in streams for row in _rows(c, s, means.get(s.key))]
    keys = ["mean_column"]
    if c.spec.targets:
        keys += ["visible_column", "target_column", "luck_column", "real_column"]
    columns = [Column(text["stream_column"]), *(Column(text[key], True) for key in keys)]
    cells = [cells[: len(columns)] for _, cells in printed]
    ids = [name for name, _ in printed]
    return head + Fragment(table(c, columns, cells, ids=ids, how="detectable", brief=True))


def _answer(c: PageContext, means: list[float]) -> str:
    text = c.text["numbers"]
    if not means:
        return text["answer_hidden"]
    many = [mean >= MANY for mean in means]
    return text["answer_many" if all(many) else "answer_mixed" if any(many) else "answer_few"]


def _rows(c: PageContext, stream: StreamSpec, mean: float | None) -> list[tuple[str, list[str]]]:
    """(anchor, cells) of every target of the stream; the first has the anchor that findings name."""
    label = stream.label[c.language]
    if mean is None:
        return [("", [label, c.text["numbers"]["not_shown"], *[""] * 4])]
    written = numbers.mean(mean, c.language)
    found = c.here("detectability", stream=stream.key)
    found = found[~found["hidden"]]
    if found.empty:
        return [(row_id("detectability", stream.key), [label, written, c.number(None), "", "", ""])]
    return [
        (
            row_id("detectability", stream.key, *([n] if n else [])),
            [
                label,
                written,
                _visible(c, row.largest_detectable_count),
                c.percent(abs(row.change)) if pd.notna(row.change) else "",
                c.percent(row.chance_by_luck) if pd.notna(row.change) else "",
                c.percent(row.chance_if_true) if pd.notna(row.change) else "",
            ],
        )
        for n, row in enumerate(found.itertuples())
    ]


def _visible(c: PageContext, largest: object) -> str:
    """Next year's count from which on downwards one could say that it fell."""
    text = c.text["numbers"]
    if pd.isna(largest):
        return text["visible_none"]
    return c.number(largest) if largest == 0 else text["visible"].format(count=c.number(largest))


def _years(c: PageContext) -> int:
    return len(next(block.periods for block in c.spec.periods.blocks if block.key == c.period))
