"""What is counted: cases, suspects, victims side by side; and themes that cut across streams."""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from diaban.analysis.counting_units import reconciliation, repeat_adjusted, repeat_shares
from diaban.analysis.themes import theme_counts, theme_members, theme_panels, theme_support
from diaban.results.over_time import OverTime


class Units(OverTime):
    """Result frames of counting units and themes; None where the study has no cases, persons or themes."""

    @cached_property
    def reconciliation(self) -> pd.DataFrame | None:
        """Cases, suspects, victims and how they add up, by locality ("*"), stream ("*") and block."""
        if self.dated_cases is None:
            return None
        return reconciliation(
            self._block_cases,
            self._members,
            self.tables.persons,
            child_bands=self._child_bands,
            localities=self._places,
            periods=[block.key for block in self.spec.periods.blocks],
        )

    @cached_property
    def repeat_shares(self) -> pd.DataFrame | None:
        """Share of the persons whom a stream is about who are on two files or more, all periods together."""
        if self.dated_cases is None or self.tables.persons is None:
            return None
        cases = self._block_cases.assign(period="*")
        return repeat_shares(cases, self._members, self.tables.persons, **self._about)

    @cached_property
    def repeat_rates(self) -> pd.DataFrame | None:
        """Rates whose intervals allow for events that are not independent, by locality and block."""
        if self.dated_cases is None or self.tables.persons is None:
            return None
        return repeat_adjusted(
            self._block_cases,
            self._members,
            self.tables.persons,
            self.blocks,
            per=self.spec.model.per,
            **self._about,
        )

    @cached_property
    def theme_members(self) -> pd.DataFrame | None:
        """case_key, theme: which cases belong to which theme."""
        if not self.spec.themes or self.dated_cases is None:
            return None
        return theme_members(*self._files, self.spec.themes)

    @cached_property
    def theme_support(self) -> pd.DataFrame | None:
        """Whether the study records what a theme needs."""
        if not self.spec.themes or self.dated_cases is None:
            return None
        return theme_support(*self._files, self.spec.themes)

    @cached_property
    def theme_counts(self) -> pd.DataFrame | None:
        """Cases of every theme by locality, stream and block, against the whole."""
        if self.theme_members is None:
            return None
        return theme_counts(
            self.theme_members,
            self._block_cases,
            self._members,
            self.blocks,
            self.spec.themes,
            support=self.theme_support,
            per=self.spec.model.per,
        )

    @cached_property
    def theme_panels(self) -> pd.DataFrame | None:
        """The same small set of panels for every theme, all complete periods together."""
        if self.theme_members is None:
            return None
        periods = self.tables.periods
        complete = periods[periods["complete"]]
        return theme_panels(
            self.theme_members,
            self._block_cases,
            self._members,
            self.spec.themes,
            first=complete["start"].iloc[0],
            last=complete["end"].iloc[-1],
            support=self.theme_support,
            localities=self._places,
        )

    @cached_property
    def _block_cases(self) -> pd.DataFrame:
        """Case records of the complete periods by locality of report, period being the block."""
        assert self.tables.cases is not None
        cases = self.tables.cases
        placed = cases.assign(
            locality=cases["locality"].map(self.report_of), period=cases["period"].map(self.spec.block_of())
        )
        inside = cases["period"].isin(self.periods)
        return placed[inside].dropna(subset=["locality", "period"]).reset_index(drop=True)

    @property
    def _members(self) -> pd.DataFrame:
        assert self.tables.case_streams is not None
        return self.tables.case_streams

    @property
    def _files(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame | None, pd.DataFrame | None]:
        """What a theme is told from: cases, streams, persons, codes."""
        return self._block_cases, self._members, self.tables.persons, self.tables.cause_codes

    @cached_property
    def _child_bands(self) -> list[str]:
        bands = [s.population for s in self.spec.streams if s.victims_are_children]
        return sorted({band for name in bands for band in self.spec.populations[name].age_bands})

    @cached_property
    def _about(self) -> dict:
        """Whom each stream is about, and of which ages."""
        roles = {s.key: "victim" if s.victims_are_children else "suspect" for s in self.spec.streams}
        return {"roles": roles, "at_risk": self.spec.bands_at_risk()}
