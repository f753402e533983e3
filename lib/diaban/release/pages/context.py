"""What every section of a locality's page needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import pandas as pd
from markupsafe import Markup

from diaban.findings.finding import Finding
from diaban.findings.limits import ALL_WITHHELD
from diaban.findings.words import Words, capital
from diaban.language import numbers
from diaban.release.cells import WHOLE
from diaban.release.cube import Cube
from diaban.release.pages.fragment import Fragment, render, texts
from diaban.release.review import findings_of, is_reviewed, kickers, review_of, withheld_findings
from diaban.release.words_of import words_of
from diaban.spec import StudySpec
from diaban.spec.streams import StreamSpec


@dataclass(frozen=True)
class PageContext:
    """One locality, one period, one language, and the cube that all of it is read from."""

    spec: StudySpec
    cube: Cube
    locality: str
    period: str
    language: str
    card_on: str | None = None
    """File name of the page that has the card of the data; empty: this one; None: no single page."""

    @cached_property
    def words(self) -> Words:
        return words_of(self.spec, self.cube, self.language)

    @cached_property
    def text(self) -> dict:
        words = texts(self.language)
        here, everywhere = is_reviewed(self.cube, self.locality), is_reviewed(self.cube)
        lines = kickers(words, internal=self.internal, reviewed=here, all_reviewed=everywhere)
        reason = self.spec.disclosure.reason
        if reason is not None and not self.internal:  # a weaker rule is said on every page
            weaker = words["data"]["weaker"].format(reason=reason[self.language])
            lines = {name: f"{line} · {weaker}" for name, line in lines.items()}
        return words | lines

    @property
    def of_whole(self) -> bool:
        """Whether the page is about all localities together."""
        return self.locality == WHOLE

    @cached_property
    def place(self) -> str:
        """The locality, or what all of them together are called, as it stands inside a sentence."""
        return self.words.top if self.of_whole else self.words.place(self.locality)

    @property
    def where(self) -> str:
        """The place as it stands after the name of what is counted."""
        return self.everywhere if self.of_whole else self.place

    @property
    def title(self) -> str:
        """The place as it stands at the head of a line."""
        return capital(self.place)

    @cached_property
    def findings(self) -> list[Finding]:
        return findings_of(self.spec, self.cube, self.locality, period=self.period)

    @cached_property
    def withheld(self) -> set[tuple[str, str | None, str]]:
        """(statement, stream, factor) of what reviewers withheld: no sentence may say it in other words."""
        found = withheld_findings(self.spec, self.cube, self.locality, period=self.period)
        return {(f.statement, f.stream, factor) for f in found for factor in (f.factors or ("",))}

    def may_say(self, stream: str | None, *statements: str, factor: str = "") -> bool:
        """Whether none of these findings was withheld."""
        return not any((statement, stream, factor) in self.withheld for statement in statements)

    def reviewed(self, finding: Finding) -> str:
        """Whether a person has reviewed the finding, and when."""
        review, said = review_of(self.cube, finding), self.text["review"]
        if finding.statement == ALL_WITHHELD:
            return str(said["done"])
        if review is None or review.on is None:
            return str(said["open"])
        return str(said["accepted"]).format(day=self.day(review.on))

    @property
    def has_files(self) -> bool:
        """Whether the study has case files with coded causes."""
        return "case_factors_whole" in self.cube.frames

    @property
    def simulated(self) -> bool:
        return self.spec.study.simulated

    @property
    def internal(self) -> bool:
        """Whether counts are exact, for the office alone."""
        return bool(self.cube.facts.get("internal", False))

    @cached_property
    def labels(self) -> dict[str, str]:
        """Labels of everything that a chart may name: localities, indicators, codes, domains, streams."""
        localities = self.cube["localities"]
        codes = self.cube["code_book"]
        spec, language = self.spec, self.language
        return (
            {code: self.words.place(code) for code in localities["locality"]}
            | {i.key: i.label[language] for i in spec.indicators}
            | {code: capital(self.words.code(code)) for code in codes["code"]}
            | {d.key: d.label[language] for d in spec.domains}
            | {s.key: s.label[language] for s in spec.streams}
        )

    def here(self, name: str, *, stream: str | None = None, period: str | None = None) -> pd.DataFrame:
        """The rows of a cube frame that belong to this locality (and stream, and period)."""
        frame = self.cube[name]
        chosen = frame["locality"] == self.locality
        if stream is not None:
            chosen &= frame["stream"] == stream
        if period is not None:
            chosen &= frame["period"] == period
        return frame[chosen]

    def all_of(self, name: str, stream: str) -> pd.DataFrame:
        """The rows of every locality for one stream in the page's period."""
        frame = self.cube[name]
        return frame[(frame["stream"] == stream) & (frame["period"] == self.period)]

    def population(self, stream: StreamSpec) -> str:
        return self.spec.populations[stream.population].label[self.language]

    @property
    def per(self) -> str:
        return self.number(self.spec.model.per)

    @property
    def everywhere(self) -> str:
        """All localities together, as it stands after the name of what is counted."""
        return self.text["everywhere"].format(top=self.words.top)

    def part(self, period: str, *, short: bool = False) -> str:
        """A month, quarter, half-year or year as printed; `short` as it stands below an axis."""
        year, _, part = period.partition("-")
        if not part:
            return year
        kind = {"H": "half", "Q": "quarter"}.get(part[:1], "month")
        number = int(part.lstrip("HQ"))
        name = f"half_{number}" if kind == "half" else kind
        return self.text["short_parts" if short else "parts"][name].format(number=number, year=year)

    @property
    def hidden_legend(self) -> list[str]:
        """What an ellipsis stands for, where anything may be hidden."""
        return [] if self.internal else [str(self.text["hidden_legend"])]

    def note(self, line: str) -> str:
        """A line of explanation below a table, as HTML."""
        return str(Markup('<p class="note">{}</p>').format(line))

    def number(self, value: object, decimals: int = 0) -> str:
        return numbers.number(value, self.language, decimals)

    def rate(self, value: object) -> str:
        return numbers.rate(value, self.language)

    def day(self, value: date | pd.Timestamp) -> str:
        return numbers.day(value, self.language)

    def percent(self, share: object) -> str:
        return numbers.percent(share, self.language)

    def listing(self, items: list[str]) -> str:
        return "; ".join(items)

    def chart_options(self, **more: object) -> dict:
        """Options that every chart of the page shares."""
        return {"simulated": self.simulated, "language": self.language, "labels": self.labels} | more

    def section(
        self,
        heading: str,
        *,
        level: int = 2,
        anchor: str = "",
        answers: list[str] | None = None,
        points: list[str] | None = None,
        charts: list[tuple[str, str]] | None = None,
        notes: list[str] | None = None,
        on_paper: bool = True,
    ) -> Fragment:
        """A section that opens with its answer. charts: pairs of figure and table behind it, both HTML.

        on_paper: the tables behind the figures are printed too.
        """
        return render(
            "section",
            heading=heading,
            level=level,
            anchor=anchor,
            answers=answers or [],
            points=points or [],
            charts=charts or [],
            notes=notes or [],
            on_paper=on_paper,
            text=self.text,
        )
