"""The page on the whole: what is computed over all localities together, and is the same for each of them."""

from __future__ import annotations

from diaban.release.cells import WHOLE
from diaban.release.cube import Cube
from diaban.release.pages import (
    association,
    chain,
    handled,
    meeting,
    over_time,
    since,
    targets,
    units,
    whole_area,
    whole_files,
)
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Fragment, page, render
from diaban.release.pages.head import head_of_whole
from diaban.release.pages.whole_in_short import whole_in_short
from diaban.spec import StudySpec

CARD = "guide.html"
"""The page that has the card of the data."""


def whole_page(spec: StudySpec, cube: Cube, *, period: str, language: str) -> str:
    """The HTML of the page on the whole of a study."""
    c = PageContext(spec, cube, WHOLE, period, language, card_on=CARD)
    text = c.text["whole_page"]
    title = text["title"].format(top=c.words.top)
    inside = _situation(c) + _causes(c)
    body = head_of_whole(c, title, inside, lead=text["intro"]) + inside
    title = f"{title} · {spec.study.title[language]}"
    return page(body.html, title=title, language=language, simulated=c.simulated, internal=c.internal)


def _situation(c: PageContext) -> Fragment:
    """Targets, the course of the year, handling, and what is counted."""
    short = whole_in_short(c)
    heading = c.text["whole_page"]["short_heading"]
    head = c.section(heading, anchor="short", points=short) if short else Fragment("")
    parts = (
        since.of_whole(c),
        targets.section(c),
        over_time.control(c),
        over_time.late(c),
        over_time.campaigns(c),
        handled.section(c, detailed=True),
        units.counted(c),
        units.themes(c),
    )
    return sum(parts, head)


def _causes(c: PageContext) -> Fragment:
    """What goes with cases between places, and what files say."""
    limits = c.text["causes"]
    parts = (
        whole_area.robustness(c),
        whole_area.importance(c),
        whole_files.matrix(c),
        meeting.section(c, level=2),
        chain.of_whole(c),
        whole_files.agreement(c),
        whole_files.sensitivity(c),
        render("say", heading=limits["limits_heading"], paragraphs=[limits["limits"]]),
    )
    return sum(parts, association.in_full(c))
