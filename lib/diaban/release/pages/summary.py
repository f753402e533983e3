"""The sentence that sums a page up, from its findings alone."""

from __future__ import annotations

from collections.abc import Sequence

from diaban.findings.finding import Finding
from diaban.findings.locality import HIDDEN
from diaban.findings.words import capital, small
from diaban.release.pages.context import PageContext

NOT_SPECIAL = HIDDEN | {"target_by_luck", "no_figures", "nothing_special", "all_withheld"}
ABOUT_CODES = frozenset({"cause_over"})
ABOUT_INDICATORS = frozenset({"area_factor"})


def not_shown(c: PageContext, findings: Sequence[Finding]) -> str:
    """Which counts are not shown, where that is none of these findings; empty if there are none."""
    left = [f for f in c.findings if f.statement in HIDDEN and f not in findings]
    streams = [s for f in left for s in c.spec.streams if f.stream in (s.key, None)]
    nouns = [stream.cases_noun[c.language] for stream in streams]
    return str(c.text["summary"]["hidden"]).format(cases=", ".join(nouns)) if nouns else ""


def sentence(c: PageContext, findings: Sequence[Finding]) -> str:
    """What stands out, or that nothing does, or that nothing can be shown."""
    text = c.text["summary"]
    fields = {"place": capital(c.place), "period": c.text["period"].format(period=c.words.period(c.period))}
    special = [finding for finding in findings if finding.statement not in NOT_SPECIAL]
    if special:
        told = [_told(c, finding) for finding in special if finding.statement not in ABOUT_INDICATORS]
        indicators = [f.factors[0] for f in special if f.statement in ABOUT_INDICATORS]
        if indicators:
            subjects = list(dict.fromkeys(small(c.words.indicator(key)) for key in indicators))
            told.append(text["area_factor"].format(subjects=", ".join(subjects)))
        return text["special"].format(told=c.listing(told), **fields)
    stated = {finding.statement for finding in findings}
    if "all_withheld" in stated:
        return c.words.say(findings[0]).claim
    name = "nothing_special" if "nothing_special" in stated else "not_shown"
    return text[name].format(top=c.words.top, **fields)


def _told(c: PageContext, finding: Finding) -> str:
    text, fields = c.text["summary"], {"top": c.words.top}
    if finding.stream is not None:
        stream = c.spec.stream(finding.stream)
        fields |= {"stream": stream.short[c.language], "cases": stream.cases_noun[c.language]}
    if finding.statement in ABOUT_CODES:
        fields["subject"] = c.words.code(finding.factors[0])
    return str(text[finding.statement]).format(**fields)
