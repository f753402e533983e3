"""What the province should read first, and why each place is there; by name, never by rank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from diaban.findings.finding import Finding
from diaban.release.pages.context import PageContext

MOST_IN_WORDS = 5
DIFFERS = ("level_high", "level_low")


@dataclass(frozen=True)
class First:
    """A place with its first finding: page, name, claim and number, why it is here, what follows."""

    href: str
    place: str
    claim: str
    number: str
    why: str
    follows: str


@dataclass(frozen=True)
class Group:
    """Places that are here for the same reason: pairs of page and name."""

    why: str
    places: tuple[tuple[str, str], ...]


def chosen(opening: Mapping[str, list[Finding]], pages: Mapping[str, str]) -> dict[str, Finding]:
    """Localities with a page whose first finding is of high strength, or is a clear difference of level."""
    first = {code: findings[0] for code, findings in opening.items() if code in pages}
    return {code: finding for code, finding in first.items() if _reason(finding)}


def in_words(
    contexts: Mapping[str, PageContext], first: Mapping[str, Finding], pages: Mapping[str, str]
) -> list[First]:
    """Each with its sentence, if there are few; else none, and `in_groups` names all of them."""
    if len(first) > MOST_IN_WORDS:
        return []
    return [_first(contexts[code], finding, pages[code]) for code, finding in first.items()]


def in_groups(
    contexts: Mapping[str, PageContext], first: Mapping[str, Finding], pages: Mapping[str, str]
) -> list[Group]:
    """All places by reason, where there are too many to give each its sentence: none is left out."""
    if len(first) <= MOST_IN_WORDS:
        return []
    groups: dict[str, list[tuple[str, str]]] = {}
    for code, finding in first.items():
        groups.setdefault(_group(contexts[code], finding), []).append((pages[code], contexts[code].title))
    return [Group(why, tuple(places)) for why, places in sorted(groups.items())]


def _reason(finding: Finding) -> str:
    if finding.question == "what_numbers_can_tell":
        return ""
    if finding.statement in DIFFERS:
        return finding.statement
    return "strong" if finding.strength == "strong" else ""


def _first(c: PageContext, finding: Finding, href: str) -> First:
    text, said = c.text["index"], c.words.say(finding)
    lead = f" ({said.lead})" if said.lead else ""
    follows = f"{text['follows']} {said.action.rstrip('.')}{lead}." if said.action else ""
    return First(href, c.title, said.claim, said.number, text[f"why_{_reason(finding)}"], follows)


def _group(c: PageContext, finding: Finding) -> str:
    label = c.spec.stream(finding.stream).label[c.language] if finding.stream else ""
    return str(c.text["index"][f"group_{_reason(finding)}"]).format(stream=label)
