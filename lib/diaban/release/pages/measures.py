"""The section on what could be done."""

from __future__ import annotations

import pandas as pd

from diaban.findings.finding import Finding
from diaban.findings.measures import measures_for
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Column, Fragment, table

MOST_MEASURES = 6
STANDS_OUT = ("cause_over", "area_factor")


def section(c: PageContext) -> Fragment:
    text = c.text["measures"]
    if c.cube["measures"].empty:
        return c.section(text["heading"], anchor="measures", answers=[text["answer_none"]])
    rows = _special(c)
    answer = text["answer_some"]
    if not rows:
        rows, answer = _common(c), text["answer_common"]
    answer = answer.format(place=c.place, top=c.words.top)
    keys = ("factor", "measure", "lead", "indicator", "evidence", "priority")
    printed = [_row(c, factor, measure) for factor, measure in rows[:MOST_MEASURES]]
    section = c.section(text["heading"], anchor="measures", answers=[answer])
    notes = c.section(text["how_heading"], level=3, notes=[text["priority_note"], text["cost_note"]])
    return section + Fragment(table([Column(text[key]) for key in keys], printed, stack=True)) + notes


def _special(c: PageContext) -> list[tuple[str, str]]:
    """(factor in words, measure) of what stands out here, each measure once."""
    found: dict[str, str] = {}
    for finding in c.findings:
        if finding.statement in STANDS_OUT:
            for measure in finding.measures:
                found.setdefault(measure, _factor(c, finding))
    return [(factor, measure) for measure, factor in found.items()]


def _factor(c: PageContext, finding: Finding) -> str:
    key = finding.factors[0]
    return c.words.code(key) if finding.statement == "cause_over" else c.words.indicator(key)


def _common(c: PageContext) -> list[tuple[str, str]]:
    """Measures for the codes that most files of the whole carry."""
    whole = c.cube.frames.get("case_factors_whole", pd.DataFrame())
    if whole.empty:
        return []
    found: dict[str, str] = {}
    for code in whole.sort_values(["share", "code"], ascending=[False, True])["code"].drop_duplicates():
        for measure in measures_for([code], c.cube["measures"], c.spec)[:1]:
            found.setdefault(measure, c.words.code(code))
    return [(factor, measure) for measure, factor in found.items()]


def _row(c: PageContext, factor: str, measure: str) -> list[str]:
    text, say = c.text["measures"], c.words.measure
    cost = str(c.cube["measures"].set_index("measure").loc[measure, "cost"])
    evidence = f"{say(measure, 'evidence')}; {say(measure, 'tested')}; {text['cost'][cost]}"
    lead = f"{say(measure, 'lead')}; {text['support']} {say(measure, 'support')}"
    return [factor, say(measure), lead, say(measure, "indicator"), evidence, _priority(c, measure)]


def _priority(c: PageContext, measure: str) -> str:
    """The measure's best rank here among those of a stream, with how far it could move."""
    text, ranks = c.text["measures"], c.here("measure_priorities")
    mine = ranks[ranks["measure"] == measure].sort_values(["rank", "rank_upper"]).head(1)
    if mine.empty:
        return text["no_priority"]
    row = mine.iloc[0]
    of = int((ranks["stream"] == row["stream"]).sum())
    low, high = c.number(row["rank_lower"]), c.number(row["rank_upper"])
    said = text["rank"] if low != high else text["rank_sure"]
    return said.format(
        low=low,
        high=high,
        of=c.number(of),
        stream=c.spec.stream(row["stream"]).short[c.language],
    )
