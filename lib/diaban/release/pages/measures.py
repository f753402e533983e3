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
    columns = [Column(text[key]) for key in ("factor", "measure", "lead", "indicator", "evidence")]
    printed = [_row(c, factor, measure) for factor, measure in rows[:MOST_MEASURES]]
    return c.section(text["heading"], anchor="measures", answers=[answer]) + Fragment(
        table(columns, printed, stack=True)
    )


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
    tested = c.cube["measures"].set_index("measure").loc[measure, "tested_in_country"] == "yes"
    evidence = say(measure, "evidence") + ("" if tested else f"; {text['not_tested']}")
    lead = f"{say(measure, 'lead')}; {text['support']} {say(measure, 'support')}"
    return [factor, say(measure), lead, say(measure, "indicator"), evidence]
