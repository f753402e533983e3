"""The thematic monitoring file of one locality: what its page says in short, in full and over editions."""

from __future__ import annotations

from diaban.release.cube import Cube
from diaban.release.pages import handled, over_time, since, targets, units
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import page, render
from diaban.spec import StudySpec

FRAMES = ("targets", "handling", "control_charts", "theme_counts", "findings_log")


def has_monitoring(cube: Cube) -> bool:
    """Whether there is anything to follow: targets, steps, dates, themes or editions."""
    return any(name in cube.frames for name in FRAMES)


def monitoring_page(
    spec: StudySpec, cube: Cube, locality: str, *, period: str, language: str, back: str
) -> str:
    """The HTML of the monitoring file of `locality`. back: file name of its district page."""
    c = PageContext(spec, cube, locality, period, language, card_on=back)
    text = c.text["monitoring"]
    title = text["title"].format(place=c.place)
    parts = [
        since.section(c, detailed=True),
        since.history(c),
        targets.section(c),
        over_time.control(c),
        over_time.campaigns(c),
        handled.section(c, detailed=True),
        units.themes_here(c),
    ]
    inside = "".join(part.html for part in parts)
    head = render(
        "head_of_file",
        text=c.text,
        title=title,
        subject=spec.study.subject[language],
        period=c.text["period"].format(period=c.words.period(period)),
        intro=text["intro"].format(place=c.place),
        link=text["whole_link"].format(top=c.words.top),
        nav=[(key, label) for key, label in text["nav"].items() if f'id="{key}"' in inside],
    )
    body = head.html + inside
    return page(
        body, title=f"{title} · {c.words.period(period)}", language=language, simulated=c.simulated,
        internal=c.internal,
    )  # fmt: skip
