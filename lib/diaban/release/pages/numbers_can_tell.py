"""The section on what the numbers can and cannot tell."""

from __future__ import annotations

import pandas as pd

from diaban.language import numbers
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Fragment

MANY = 400
"""Cases a year from which a fall of a tenth is likely to be seen (power about 0.8 for -13 %)."""


def section(c: PageContext) -> Fragment:
    text = c.text["numbers"]
    rows = c.here("rates", period=c.period).set_index("stream")
    years = _years(c)
    shown = [s for s in c.spec.streams if s.key in rows.index and not rows.loc[s.key, "hidden"]]
    means = {s.key: float(rows.loc[s.key, "cases"]) / years for s in shown}
    if not shown:
        answer = text["answer_hidden"]
    else:
        many = [mean >= MANY for mean in means.values()]
        answer = text["answer_many" if all(many) else "answer_mixed" if any(many) else "answer_few"]
    points = []
    for stream in c.spec.streams:
        label = stream.label[c.language]
        if stream.key in means:
            points.append(_point(c, stream.key, label, means[stream.key]))
        elif stream.key in rows.index:
            points.append(text["hidden"].format(stream=label))
    notes = [] if c.spec.targets else [text["no_targets"]]
    return c.section(text["heading"], anchor="numbers", answers=[answer], points=points, notes=notes)


def _point(c: PageContext, stream: str, label: str, mean: float) -> str:
    text = c.text["numbers"]
    sentences = [text["stream"].format(stream=label, mean=numbers.mean(mean, c.language))]
    rows = c.here("detectability", stream=stream)
    for row in rows[~rows["hidden"]].itertuples():
        if pd.isna(row.largest_detectable_count):
            sentences.append(text["detectable_none"])
        elif row.largest_detectable_count == 0:
            sentences.append(text["detectable_zero"])
        else:
            sentences.append(text["detectable"].format(count=c.number(row.largest_detectable_count)))
        sentences.append(
            text["luck"].format(
                target=c.percent(abs(row.change)),
                luck=c.percent(row.chance_by_luck),
                real=c.percent(row.chance_if_true),
            )
        )
    return " ".join(sentences)


def _years(c: PageContext) -> int:
    return len(next(block.periods for block in c.spec.periods.blocks if block.key == c.period))
