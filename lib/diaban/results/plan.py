"""The plan's targets: what the counts say, what they support, and how the running year may end."""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from diaban.analysis.reporting import delay_triangle, nowcast
from diaban.analysis.targets import mid_year, pooled_attainment, season_shares, target_table
from diaban.results.dated import Dated

RUNNING = "running"


class Plan(Dated):
    """Result frames of the targets on numbers of cases; None where the study declares none."""

    @cached_property
    def judged(self) -> tuple[str, str] | None:
        """The newest complete period and the one a year before it, where the study has both."""
        if not self.periods:
            return None
        periods = self.tables.periods.set_index("period")
        newest = self.periods[-1]
        before = periods.loc[newest, "previous_year"]
        return (newest, str(before)) if pd.notna(before) and before in self.periods else None

    @cached_property
    def aims(self) -> list[tuple[str, str, float]]:
        """(key, stream, change) of the targets on numbers of cases."""
        return [(t.key, str(t.stream), float(t.change or 0)) for t in self.spec.changes_aimed_at()]

    @cached_property
    def targets(self) -> pd.DataFrame | None:
        """The newest complete period against the year before it, by target and locality of report."""
        if not self.aims or self.judged is None:
            return None
        period, base = self.judged
        return target_table(
            self.exposed_report,
            targets=self.aims,
            period=period,
            base=base,
            order=self.periods[: self.periods.index(period) + 1],
            dispersion=self.dispersion,
        )

    @cached_property
    def targets_pooled(self) -> pd.DataFrame | None:
        """The reported block against the baseline block, for the change that the target asks a year."""
        periods = self.spec.periods
        if not self.aims or self.judged is None or periods.report == periods.baseline:
            return None
        return pooled_attainment(
            self.exposed_report,
            targets=self.aims,
            blocks={block.key: block.periods for block in periods.blocks},
            block=periods.report,
            base=periods.baseline,
            order=self.periods,
            dispersion=self.dispersion,
        )

    @cached_property
    def season(self) -> pd.DataFrame | None:
        """Which share of a year's cases falls in the months of the running year that are over."""
        counts = self.counts_by("month")
        if counts is None or self.running is None:
            return None
        return season_shares(counts, elapsed=self.elapsed, years=self.periods)

    @cached_property
    def to_date(self) -> pd.DataFrame | None:
        """locality, stream, cases, persons of the running year's months that are over."""
        counts = self.counts_by("month")
        if counts is None or self.running is None:
            return None
        mine = counts[counts["parent"] == self.running]
        sums = mine.groupby(["locality", "stream"], as_index=False)["cases"].sum()
        return sums.join(self._persons_at_risk(self.running), on=["locality", "stream"])

    @cached_property
    def register_delay(self) -> pd.DataFrame | None:
        """How many of the running year's reports the register holds so far: `nowcast` by month of report."""
        dated = self.dated_cases
        if dated is None or "accepted_on" not in dated or dated["accepted_on"].isna().all():
            return None
        months = self.parts("month").assign(known_until=lambda m: self.known_until(m["parent"]))
        triangle = delay_triangle(
            dated, months, cutoff=self.spec.periods.cutoff, origin="day", seen="accepted_on"
        )
        groups = months.set_index("period")["parent"]
        named = {month: RUNNING for month, parent in groups.items() if parent == self.running}
        return nowcast(triangle, groups=named)

    @cached_property
    def mid_year(self) -> pd.DataFrame | None:
        """Whether the running year will meet its targets, by target and locality of report."""
        if not self.aims or self.judged is None or self.to_date is None or self.season is None:
            return None
        base = self.judged[0]
        return mid_year(
            self.to_date,
            self.exposed_report,
            self.season,
            targets=self.aims,
            base=base,
            order=self.periods[: self.periods.index(base) + 1],
            completeness=self._completeness,
            dispersion=self.dispersion,
        )

    @property
    def _completeness(self) -> pd.DataFrame | None:
        delay = self.register_delay
        if delay is None:
            return None
        rows = delay[(delay["origin"] == RUNNING) & delay["withheld"].isna()]
        rows = rows.rename(columns={"factor": "ratio", "factor_error": "standard_error"})
        return rows[["stream", "ratio", "standard_error"]] if len(rows) else None

    def _persons_at_risk(self, period: str) -> pd.Series:
        """(locality of report, stream) -> persons at risk in a period."""
        population = self.tables.population
        rows = population[population["period"] == period]
        rows = rows.assign(locality=rows["locality"].map(self.report_of)).dropna(subset=["locality"])
        sums = {
            stream: rows[rows["age_band"].isin(bands)].groupby("locality")["persons"].sum()
            for stream, bands in self.spec.bands_at_risk().items()
        }
        return pd.concat(sums, names=["stream"]).reorder_levels(["locality", "stream"]).rename("persons")
