"""The page of one locality: one method a section, in the order in which a planner reads."""

from __future__ import annotations

from diaban import charts
from diaban.findings.locality import first_screen
from diaban.release.cube import Cube
from diaban.release.pages import (
    about,
    causes,
    chain,
    excess,
    handled,
    measures,
    meeting,
    numbers_can_tell,
    since,
    situation,
    summary,
    targets,
    tested,
)
from diaban.release.pages.context import PageContext
from diaban.release.pages.fragment import Fragment, render
from diaban.release.pages.monitoring_page import has_monitoring
from diaban.release.pages.names import monitoring_name, page_name
from diaban.release.pages.traced import said_with_links
from diaban.spec import StudySpec


class LocalityPage:
    """Sections of the page of `locality` for the block `period`; each shows itself in a notebook.

    Everything is read from the protected cube: no section can show a number that the cube hides.
    """

    def __init__(self, spec: StudySpec, cube: Cube, locality: str, *, period: str, language: str) -> None:
        self.context = PageContext(spec, cube, locality, period, language, card_on="")

    def header(self) -> Fragment:
        """Place, subject, period, and where it lies."""
        c = self.context
        return render(
            "header",
            text=c.text,
            place=c.title,
            subject=c.spec.study.subject[c.language],
            period=c.text["period"].format(period=c.words.period(c.period)),
            people=self._people(),
            locator=self._locator(),
            nav=[(key, label) for key, label in c.text["nav"].items() if self._has(key)],
        )

    def _has(self, section: str) -> bool:
        """Whether the page has a section of this name: some need what not every study has."""
        frames = self.context.cube.frames
        needs = {"handling": "handling", "since": "findings_history"}
        if section == "targets":
            return bool(self.context.spec.targets)
        return section not in needs or needs[section] in frames

    def findings(self) -> Fragment:
        """The first screen: the page in a sentence, and at most five findings."""
        c = self.context
        chosen = first_screen(c.findings)
        told = [said_with_links(c, finding) for finding in chosen]
        return render(
            "findings",
            text=c.text,
            heading=c.text["things_to_know"].split("|")[len(chosen)],
            summary=summary.sentence(c, chosen),
            not_shown=summary.not_shown(c, chosen),
            findings=[(finding.key, *said) for finding, said in zip(chosen, told, strict=True)],
            reviews={finding.key: c.reviewed(finding) for finding in chosen},
        )

    def numbers_can_tell(self) -> Fragment:
        """What the counts can and cannot show."""
        return numbers_can_tell.section(self.context)

    def targets(self) -> Fragment:
        """The plan's targets: met or not, whether that means anything, and what would."""
        return targets.section(self.context, folded=True)

    def handling(self) -> Fragment:
        """How far reports come, and how fast."""
        return handled.section(self.context)

    def since_last_edition(self) -> Fragment:
        """What became of the findings of the edition before, and the way to the monitoring file."""
        c = self.context
        if not has_monitoring(c.cube):
            return Fragment("")
        name = c.cube["localities"].set_index("locality").loc[c.locality, "name"]
        link = monitoring_name(page_name(str(name), c.locality))
        return since.section(c) + render("link", href=link, text=c.text["monitoring"]["link"])

    def situation(self) -> Fragment:
        """How much, against the whole and over time."""
        return situation.section(self.context)

    def causes_on_files(self) -> Fragment:
        """Causes and conditions coded on case files."""
        return causes.on_files(self.context)

    def conditions_of_area(self) -> Fragment:
        """The locality's indicators, and which of them go with cases."""
        return causes.of_area(self.context)

    def how_they_meet(self) -> Fragment:
        """Which causes and conditions come together on files."""
        return meeting.in_short(self.context)

    def chain_of_event(self) -> Fragment:
        """At which moments conditions were recorded, and how soon cases were reported."""
        return chain.section(self.context)

    def excess(self) -> Fragment:
        """Where the difference between the cases here and the overall level lies."""
        return excess.section(self.context)

    def what_was_tried(self) -> Fragment:
        """What was looked at and is no finding."""
        return tested.section(self.context)

    def what_we_cannot_say(self) -> Fragment:
        """The limits of causes and conditions."""
        return causes.limits(self.context)

    def measures(self) -> Fragment:
        """What could be done, by whom, and how one would see it."""
        return measures.section(self.context)

    def data_card(self) -> Fragment:
        """What the page rests on."""
        return about.data(self.context)

    def methods(self) -> Fragment:
        """How findings are made, and what the words mean."""
        return about.methods(self.context)

    def _people(self) -> str:
        """How many people the rates are of, on average in a year, to hundreds (below 1,000: tens)."""
        c, text = self.context, self.context.text["people"]
        years = len(next(block.periods for block in c.spec.periods.blocks if block.key == c.period))
        people = c.here("rates", period=c.period).set_index("stream")["person_years"].dropna() / years
        groups = [
            text["group"].format(
                count=c.number(round(people[stream.key], -2 if people[stream.key] >= 1000 else -1)),
                population=c.population(stream),
            )
            for stream in c.spec.streams
            if stream.key in people.index
        ]
        return text["line"].format(groups="; ".join(dict.fromkeys(groups))) if groups else ""

    def _locator(self) -> str:
        c = self.context
        near = c.cube["localities"].query("reported")
        if near[["latitude", "longitude"]].isna().all(axis=None):
            return ""
        options = c.chart_options(highlight=c.locality)
        return charts.locator(near, c.cube["neighbours"], **options)._repr_html_()
