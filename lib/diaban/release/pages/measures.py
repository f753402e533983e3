"""The section on what could be done."""

from __future__ import annotations

from functools import reduce
from typing import NamedTuple

import pandas as pd

from diaban.findings.finding import Finding
from diaban.findings.measures import measures_for
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Column, Fragment, render
from diaban.release.pages.fragment import table as plain
from diaban.release.pages.traced import table
from diaban.spec.streams import StreamSpec

MOST_MEASURES = 6
FIRST_MEASURES = 3
IN_SHORT = 4
KEYS = ("factor", "measure", "lead", "indicator", "evidence", "priority")
STANDS_OUT = ("cause_over", "area_factor")


class Proposal(NamedTuple):
    """A measure with the cause or condition that it is named for, in words, and where one ranks it."""

    factor: str
    measure: str
    stream: str | None = None


def section(c: PageContext) -> Fragment:
    text = c.text["measures"]
    if c.cube["measures"].empty:
        return c.section(text["heading"], anchor="measures", answers=[text["answer_none"]])
    rows, answer = next(
        (found, key)
        for found, key in (
            (_special(c), "answer_some"),
            (_ranked(c), "answer_ranked"),
            (_common(c), "answer_common"),
        )
        if found or key == "answer_common"
    )
    answer = text[answer].format(place=c.place, top=c.words.top)
    head = c.section(text["heading"], anchor="measures", answers=[answer])
    whole = [_of_whole(c, stream) for stream in _not_told_apart(c, rows)] if rows else []
    columns = [Column(text[key]) for key in KEYS]
    printed = [_row(c, proposal) for proposal in rows[:MOST_MEASURES]]
    first = [row[:IN_SHORT] for row in printed[:FIRST_MEASURES]]
    short = Fragment(plain(columns[:IN_SHORT], first, stack=True))
    inside = table(c, columns, printed, how="measures", stack=True)
    inside += "".join(c.note(text[key]) for key in ("priority_note", "cost_note"))
    title = text["more"].format(count=c.number(len(printed)))
    behind = render("more", title=title, inside=inside, printed=False, text=c.text)
    onward = render("link", text=text["tasks"], href="guide.html#tasks")
    return reduce(Fragment.__add__, whole, head + short) + behind + onward


def _not_told_apart(c: PageContext, rows: list[Proposal]) -> list[StreamSpec]:
    """Kinds of cases whose count here is hidden, and for which no measure is named above."""
    named = {proposal.stream for proposal in rows}
    hidden = c.here("rates", period=c.period).query("hidden")["stream"]
    return [s for s in c.spec.streams if s.key in set(hidden) - named and None not in named]


def _of_whole(c: PageContext, stream: StreamSpec) -> Fragment:
    """For a kind of cases that cannot be told apart here: what holds in the whole."""
    text = c.text["measures"]
    found = _common(c, stream.key)[:FIRST_MEASURES]
    if not found:
        return Fragment("")
    fields = {"stream": stream.label[c.language], "place": c.place, "top": c.words.top}
    columns = [Column(text[key]) for key in KEYS[:IN_SHORT]]
    rows = [_row(c, proposal)[:IN_SHORT] for proposal in found]
    caption = text["of_whole_caption"].format(**fields)
    made = plain(columns, rows, caption=caption, stack=True)
    return c.section("", answers=[text["of_whole"].format(**fields)]) + Fragment(made)


def _special(c: PageContext) -> list[Proposal]:
    """For what stands out here; each measure once."""
    found: dict[str, Proposal] = {}
    for finding in c.findings:
        if finding.statement in STANDS_OUT:
            for measure in finding.measures:
                found.setdefault(measure, Proposal(_factor(c, finding), measure, finding.stream))
    return list(found.values())


def _ranked(c: PageContext) -> list[Proposal]:
    """For the codes that rank first on the locality's own files; each measure once, at its best rank."""
    ranks = c.here("measure_priorities").sort_values(["rank", "rank_upper", "measure"])
    ranks = ranks.drop_duplicates("measure")
    return [Proposal(c.words.code(r.code), r.measure, r.stream) for r in ranks.itertuples()]


def _factor(c: PageContext, finding: Finding) -> str:
    key = finding.factors[0]
    return c.words.code(key) if finding.statement == "cause_over" else c.words.indicator(key)


def _common(c: PageContext, stream: str | None = None) -> list[Proposal]:
    """For the codes that most files of the whole (of one kind of cases) carry."""
    whole = c.cube.frames.get("case_factors_whole", pd.DataFrame())
    if stream is not None and len(whole):
        whole = whole[whole["stream"] == stream]
    if whole.empty:
        return []
    found: dict[str, Proposal] = {}
    for code in whole.sort_values(["share", "code"], ascending=[False, True])["code"].drop_duplicates():
        for measure in measures_for([code], c.cube["measures"], c.spec)[:1]:
            found.setdefault(measure, Proposal(c.words.code(code), measure))
    return list(found.values())


def _row(c: PageContext, proposal: Proposal) -> list[str]:
    text, say, measure = c.text["measures"], c.words.measure, proposal.measure
    cost = str(c.cube["measures"].set_index("measure").loc[measure, "cost"])
    evidence = f"{say(measure, 'evidence')}; {say(measure, 'tested')}; {text['cost'][cost]}"
    lead = f"{say(measure, 'lead')}; {text['support']} {say(measure, 'support')}"
    return [
        proposal.factor,
        say(measure),
        lead,
        say(measure, "indicator"),
        evidence,
        _priority(c, proposal),
    ]


def _priority(c: PageContext, proposal: Proposal) -> str:
    """The measure's rank here among those of its stream, with how far it could move."""
    text, ranks = c.text["measures"], c.here("measure_priorities")
    ranks = ranks[ranks["stream"] == proposal.stream]
    mine = ranks[ranks["measure"] == proposal.measure]
    if mine.empty:
        return text["no_priority"]
    row = mine.iloc[0]
    low, high = c.number(row["rank_lower"]), c.number(row["rank_upper"])
    said = text["rank" if low != high else "rank_sure"]
    label = c.spec.stream(str(proposal.stream)).short[c.language]
    return said.format(low=low, high=high, of=c.number(len(ranks)), stream=label)
