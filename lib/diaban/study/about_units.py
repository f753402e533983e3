"""Questions about what is counted: cases, suspects, victims side by side; and themes across streams."""

from __future__ import annotations

import pandas as pd

from diaban import charts
from diaban.analysis.targets.frames import WHOLE
from diaban.charts import Chart
from diaban.study.display import text
from diaban.study.frames import StudyFrame
from diaban.study.plan_base import PlanBase
from diaban.withheld import Withheld

COUNTED = ("cases", "persons")


class AboutUnits(PlanBase):
    """Units of counting kept apart, and themes."""

    def counting_units(
        self, stream: str | None = None, locality: str | None = None, *, period: str | None = None
    ) -> StudyFrame | Withheld:
        """Cases, suspects, victims and how they add up, by block: the whole, or one locality.

        entries (persons on cases) = suspects + victims + both_roles; persons: distinct ones;
        persons_in_several_cases, repeat_entries (entries beyond a person's first); stream "*": all of
        them together, in which cases_counted_again and persons_counted_again say how much the sum of streams
        counts twice. Columns of `analysis.counting_units.reconciliation`. Example: study.counting_units().
        """
        found = self.results.reconciliation
        if found is None:
            return self._no_dates("counting_units")
        frame = self._places(found, locality, everywhere=False)
        frame = frame[frame["period"].isin(self._block(period))]
        frame = frame[frame["stream"] == self._stream(stream).key] if stream else frame
        return self._frame(frame, "counting_units", tables=["cases", "persons"], units={})

    def repeat_shares(self, stream: str | None = None, locality: str | None = None) -> StudyFrame | Withheld:
        """Share of the persons whom a stream is about who are on two files or more, all years together.

        role: "victim" or "suspect"; repeat_persons of persons, share (0..1) with interval. Never a list of
        persons. The whole first, then every locality, or one. Example: study.repeat_shares("child_abuse").
        """
        found = self.results.repeat_shares
        if found is None:
            return self._no_persons("repeat_shares")
        frame = self._asked(self._places(found, locality), stream)
        units = {"periods": self._all_years()}
        return self._frame(frame.drop(columns="period"), "repeat_shares", tables=["persons"], units=units)

    def repeat_rates(
        self,
        stream: str | None = None,
        locality: str | None = None,
        *,
        period: str | None = None,
        unit: str = "cases",
    ) -> StudyFrame | Withheld:
        """Rates whose intervals allow for events that are not independent, beside those that do not.

        unit: "cases" or "persons". events in `groups` that share a person; inflation: of the variance;
        lower, upper: widened; independent_lower, independent_upper: as if every event stood by itself. Per
        `per` persons at risk and year. period: a block, the report block by default. The whole first, then
        every locality, or one. Example: study.repeat_rates("child_abuse", unit="persons").
        """
        found = self.results.repeat_rates
        unit = self._one_of("study_unknown_counted", unit, COUNTED)
        if found is None:
            return self._no_persons("repeat_rates")
        frame = found[(found["period"] == self._block(period or self.period)[0]) & (found["unit"] == unit)]
        frame = self._asked(self._places(frame, locality), stream)
        units = self._risk(self._stream(stream).key if stream else None)
        tables, per = ["cases", "persons", "population"], self.spec.model.per
        return self._frame(frame, "repeat_rates", tables=tables, units=units, per=per)

    def find_theme(self, theme: str = "") -> str:
        """Key of the theme that a key or name means; of the first that can be told for an empty text.

        Example: study.find_theme("mua ban nguoi"). Raises DiabanError with the nearest for one unknown; ""
        where the study declares none.
        """
        if not theme:
            support = self.results.theme_support
            told = [] if support is None else list(support.loc[support["withheld"].isna(), "theme"])
            return next(iter([*told, *self.labels.themes]), "")
        forms = {form: t.key for t in self.spec.themes for form in (t.key, t.label.vi, t.label.en)}
        return self._nearest("study_unknown_theme", theme, forms) if forms else ""

    def themes(
        self,
        theme: str | None = None,
        locality: str | None = None,
        *,
        stream: str | None = None,
        period: str | None = None,
        everywhere: bool = False,
    ) -> StudyFrame | Withheld:
        """Cases of themes that cut across streams: the whole, one locality, or `everywhere`.

        theme: key or name; all by default. cases, expected (if the whole's rates held here), ratio with
        interval, q (Benjamini-Hochberg over all `comparisons`), differs ("above", "below", q < 0.05). A case
        counts once (stream "*"); with a stream its cases, with their rate per `per` persons at risk and year.
        period: a block, the report block by default. Example: study.themes("online", everywhere=True).
        """
        found = self.results.theme_counts
        if found is None:
            return self._no_themes("themes")
        frame = self._places(found, locality, everywhere=everywhere)
        frame = frame[frame["period"] == self._block(period or self.period)[0]]
        frame = frame[frame["stream"] == (self._stream(stream).key if stream else WHOLE)]
        frame = frame[frame["theme"].isin([self.find_theme(theme)] if theme else list(self.labels.themes))]
        order = {key: n for n, key in enumerate(self.labels.themes)}
        frame = frame.sort_values("theme", key=lambda t: t.map(order), kind="stable")
        units = {"period": self._block(period or self.period)[0].replace("-", "–")}
        tables = ["cases", "persons", "cause_codes"]
        return self._frame(frame, "themes", tables=tables, units=units, per=self.spec.model.per)

    def theme_panels(self, theme: str | None = None, locality: str | None = None) -> StudyFrame | Withheld:
        """The same panels for every theme: place, hour, weekday, season, group size; the whole, or one place.

        theme: key or name, the first that can be told by default. n of n_files cases, share (0..1) with
        interval beside reference_share (of the other cases of the same streams; of the calendar for month and
        weekday), q over all `comparisons`, differs. "unknown" is a category of its own; defines: the theme is
        picked by this very column. Areas only. Example: study.theme_panels("group_fights").
        """
        found = self.results.theme_panels
        if found is None:
            return self._no_themes("theme_panels")
        rows = found[found["theme"] == self.find_theme(theme or "")]
        frame = self._places(rows, locality, everywhere=False)
        frame = self._labelled(frame, "panel", self.labels.panels)
        words = [self._category(*row) for row in zip(frame["panel"], frame["category"], strict=True)]
        frame = frame.assign(category_label=words).astype({"category_label": "str"})
        comparisons = self._count(found["comparisons"].max() if len(found) else 0)
        units = {"periods": self._all_years(), "comparisons": comparisons}
        return self._frame(frame, "theme_panels", tables=["cases", "persons"], units=units)

    def theme_chart(self, theme: str | None = None, locality: str | None = None) -> Chart | Withheld:
        """`theme_panels` as bars below one another; the upright line is the cases outside the theme.

        Example: study.theme_chart("online", "Bù Đăng").
        """
        frame = self.theme_panels(theme, locality)
        if isinstance(frame, Withheld):
            return frame
        rows = pd.DataFrame(frame)
        options = self._chart_options()
        names = zip(rows["panel"], rows["category"], rows["category_label"], strict=True)
        own = {f"{panel}.{category}": label for panel, category, label in names if pd.notna(label)}
        everywhere = text("everywhere", self.language)
        place = self.labels.places[self.find_locality(locality)] if locality else everywhere
        return charts.aligned_bars(
            rows,
            reference_label=text("theme_others", self.language),
            title=f"{self.labels.themes[self.find_theme(theme or '')]}: {place}",
            **options | {"labels": options["labels"] | self.labels.panels | own},
        )

    # parts of the answers above

    def _no_persons(self, question: str) -> Withheld:
        if self.results.dated_cases is None:
            return self._no_dates(question)
        return Withheld(question, "no_table", "bring_table", {"table": "persons"})

    def _no_themes(self, question: str) -> Withheld:
        if self.results.dated_cases is None:
            return self._no_dates(question)
        return Withheld(question, "no_themes", "declare_themes")

    def _category(self, panel: str, category: object) -> object:
        """A category in words; one that the texts do not have stands for itself."""
        if pd.isna(category):
            return pd.NA
        if panel == "month":
            return text("month_name", self.language, number=category)
        if panel == "weekday":
            return text(f"weekday_{category}", self.language)
        return self.labels.categories.get(f"{panel}_{category}", str(category))
