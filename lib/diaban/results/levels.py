"""How much: counts, rates and changes by locality, on the level of analysis and of report."""

from __future__ import annotations

from functools import cached_property
from typing import Self

import pandas as pd

from diaban.analysis import trends
from diaban.analysis.detectability import chance_target_met, largest_detectable_count
from diaban.analysis.exposure import CELL, WHOLE, expose, pool, roll_up
from diaban.analysis.funnel_curves import funnel_curves
from diaban.analysis.pooling import pooling_ladder
from diaban.analysis.rate_ratio import panel_dispersion
from diaban.analysis.rates import rates_table
from diaban.intake.tables import Tables
from diaban.places.hierarchy import ancestors
from diaban.spec import StudySpec

DISPERSION_DIGITS = 1
"""It is one number from the counts of all localities, and stands in the limits of each: with all its digits a
reader could fit the counts that are hidden to it."""


class Levels:
    """Result frames on how much there is. Frames and columns are those of each analysis module."""

    def __init__(self, spec: StudySpec, tables: Tables) -> None:
        self.spec, self.tables = spec, tables

    @cached_property
    def report_of(self) -> pd.Series:
        """Locality -> the locality of report that it lies in."""
        return ancestors(self.tables.localities, self.spec.places.report_level).dropna()

    @cached_property
    def periods(self) -> list[str]:
        """Complete periods, oldest first."""
        frame = self.tables.periods
        return frame.loc[frame["complete"], "period"].tolist()

    @cached_property
    def comparable(self) -> dict[str, list[str]]:
        """Stream -> complete periods under its newest definition."""
        return {stream.key: stream.comparable(self.periods) for stream in self.spec.streams}

    @cached_property
    def exposed(self) -> pd.DataFrame:
        """Cases and persons at risk by locality of analysis and comparable period.

        A cell whose count is not known (refused, or not given by the source) is not at risk here: its
        persons are left out with its cases, so that it is never read as zero.
        """
        tables = self.tables
        exposed = expose(
            tables.counts,
            tables.population,
            tables.periods,
            self.spec.bands_at_risk(),
            observed=self.comparable,
        )
        cells = [pd.MultiIndex.from_frame(frame[CELL]) for frame in (exposed, tables.counts)]
        return exposed[cells[0].isin(cells[1])].reset_index(drop=True)

    @cached_property
    def exposed_report(self) -> pd.DataFrame:
        """The same by locality of report."""
        return roll_up(self.exposed, self.report_of.rename("parent").rename_axis("locality").reset_index())

    @cached_property
    def dispersion(self) -> pd.Series:
        """Stream -> how much counts of localities and periods vary beyond chance (`panel_dispersion`)."""
        return panel_dispersion(self.exposed_report).round(DISPERSION_DIGITS)

    @cached_property
    def dispersion_of_blocks(self) -> pd.Series:
        """The same of blocks of periods."""
        return panel_dispersion(self.blocks).round(DISPERSION_DIGITS)

    def with_dispersion(self, dispersion: pd.Series, of_blocks: pd.Series) -> Self:
        """The same study, its questions asked anew with these by stream instead."""
        other = type(self)(self.spec, self.tables)
        vars(other).update(dispersion=dispersion, dispersion_of_blocks=of_blocks)
        return other

    @cached_property
    def blocks(self) -> pd.DataFrame:
        """By locality of report and block; a block counts only where all of its periods are comparable."""
        return pool(self._whole_blocks(self.exposed_report), self.spec.block_of())

    @cached_property
    def rates(self) -> pd.DataFrame:
        """Every locality of report against the whole, by block and stream."""
        model = self.spec.model
        return rates_table(self.blocks, per=model.per, seed=model.seed)

    @cached_property
    def small_area_rates(self) -> pd.DataFrame:
        """The same on the level of analysis: for researchers, never in a release."""
        model = self.spec.model
        pooled = pool(self._whole_blocks(self.exposed), self.spec.block_of())
        return rates_table(pooled, per=model.per, seed=model.seed)

    @cached_property
    def funnel(self) -> pd.DataFrame:
        """Limits of the funnel of `rates`, by stream and block."""
        return funnel_curves(self.rates)

    @cached_property
    def pooling(self) -> pd.DataFrame:
        """How many periods must be added up before every locality's count can be read.

        Rungs: "period" (single ones), "block" (the study's blocks), "all" (all comparable periods).
        """
        rungs = {
            "period": {period: period for period in self.periods},
            "block": self.spec.block_of(),
            "all": dict.fromkeys(self.periods, WHOLE),
        }
        return pooling_ladder(self.exposed_report, rungs, minimum=self.spec.model.minimum_cases)

    @cached_property
    def trends(self) -> pd.DataFrame:
        """Blocks after the baseline against the baseline, by locality of report and stream."""
        order = [block.key for block in self.spec.periods.blocks]
        baseline = [self.spec.periods.baseline]
        table = trends.trends_table(
            self.blocks, order, baseline=baseline, dispersion=self.dispersion_of_blocks
        )
        keys = ["locality", "period", "stream"]
        counts = self.blocks.set_index(keys)["cases"]
        table = table.join(counts.rename("cases"), on=keys) if "cases" not in table else table
        base = self.blocks[self.blocks["period"] == self.spec.periods.baseline]
        base = base.set_index(["locality", "stream"])["cases"].rename("baseline_cases")
        return table.join(base, on=["locality", "stream"]).assign(baseline=self.spec.periods.baseline)

    @cached_property
    def run_chart(self) -> pd.DataFrame:
        """Counts of every complete period with what the baseline's rate leads to expect."""
        block = next(b for b in self.spec.periods.blocks if b.key == self.spec.periods.baseline)
        return trends.run_chart(
            self.exposed_report, self.periods, baseline=block.periods, dispersion=self.dispersion
        )

    @cached_property
    def whole_run_chart(self) -> pd.DataFrame:
        """The same for all localities together; the limits allow for as much variation as localities show."""
        places = self.exposed_report["locality"].unique()
        whole = roll_up(self.exposed_report, pd.DataFrame({"locality": places, "parent": WHOLE}))
        block = next(b for b in self.spec.periods.blocks if b.key == self.spec.periods.baseline)
        charts = [
            trends.run_chart(
                whole[whole["stream"] == stream], self.periods, baseline=block.periods, dispersion=dispersion
            )
            for stream, dispersion in self.dispersion.items()
        ]
        return pd.concat(charts, ignore_index=True)

    @cached_property
    def detectability(self) -> pd.DataFrame:
        """Chance and power of the declared targets at each locality's mean of the report block.

        Columns locality, stream, period, change (the target, relative), mean_per_year,
        chance_by_luck, chance_if_true, largest_detectable_count (next year's, after a year at the mean).
        """
        rows = self.blocks[self.blocks["period"] == self.spec.periods.report]
        mean = rows["cases"] / (rows["person_years"] / rows["persons"])
        rows = rows[["locality", "stream", "period"]].assign(mean_per_year=mean)
        seen = largest_detectable_count(mean.round().to_numpy())
        rows = rows.assign(largest_detectable_count=pd.array(seen, dtype="Float64"))
        tables = [
            rows[rows["stream"] == target.stream].assign(
                change=target.change,
                chance_by_luck=lambda t, c=target.change: chance_target_met(t["mean_per_year"], c),
                chance_if_true=lambda t, c=target.change: chance_target_met(
                    t["mean_per_year"], c, true_change=c
                ),
            )
            for target in self.spec.changes_aimed_at()
        ]
        empty = rows.head(0).assign(change=0.0, chance_by_luck=0.0, chance_if_true=0.0)
        return pd.concat(tables or [empty], ignore_index=True)

    @cached_property
    def ages(self) -> pd.DataFrame | None:
        """case_key, stream, age_band: of the persons whom the stream is about, one row a case and band.

        Those are the victims where the stream's victims are children, else the suspects; bands outside the
        population at risk do not count.
        """
        persons, members = self.tables.persons, self.tables.case_streams
        if persons is None or members is None or "age_band" not in persons:
            return None
        frames = []
        for stream in self.spec.streams:
            role = "victim" if stream.victims_are_children else "suspect"
            bands = self.spec.populations[stream.population].age_bands
            chosen = persons["role"].isin([role, "both"]) & persons["age_band"].isin(bands)
            of_role = persons.loc[chosen, ["case_key", "age_band"]].drop_duplicates()
            mine = members.loc[members["stream"] == stream.key, ["case_key", "stream"]]
            frames.append(mine.merge(of_role, on="case_key"))
        return pd.concat(frames, ignore_index=True)

    @cached_property
    def age_counts(self) -> pd.DataFrame | None:
        """stream, age_band, cases of the reported block in the whole; each case at its youngest band."""
        cases = self.tables.cases
        if self.ages is None or cases is None:
            return None
        chosen = cases.loc[cases["period"].map(self.spec.block_of()) == self.spec.periods.report, "case_key"]
        order = {
            (s.key, band): n
            for s in self.spec.streams
            for n, band in enumerate(self.spec.populations[s.population].age_bands)
        }
        ages = self.ages[self.ages["case_key"].isin(chosen)]
        rank = [order[pair] for pair in zip(ages["stream"], ages["age_band"], strict=True)]
        youngest = ages.assign(rank=rank).sort_values("rank").drop_duplicates(["case_key", "stream"])
        return (
            youngest.groupby(["stream", "age_band"], as_index=False).size().rename(columns={"size": "cases"})
        )

    @cached_property
    def concentration(self) -> pd.DataFrame:
        """locality, stream, period, dominated: whether one locality of analysis holds most cases of a block.

        Only where a locality of report has more than two parts; most is half or more of at least
        `minimum_cases`.
        """
        pooled = pool(self._whole_blocks(self.exposed), self.spec.block_of())
        parts = pooled.assign(locality=pooled["locality"].map(self.report_of))
        held = (
            parts.groupby(["locality", "stream", "period"])["cases"].agg(["max", "sum", "size"]).reset_index()
        )
        enough = (held["sum"] >= self.spec.model.minimum_cases) & (held["size"] > 2)
        dominated = enough & (held["max"] * 2 >= held["sum"])
        return held[["locality", "stream", "period"]].assign(dominated=dominated)

    @cached_property
    def boundary_changes(self) -> pd.DataFrame:
        """locality (of report), on: dated changes of its parts within the periods of the study."""
        first = self.tables.periods["start"].min()
        rows = [
            (self.report_of.get(after), pd.Timestamp(change.on))
            for change in self.spec.places.changes
            for after in change.after
            if pd.Timestamp(change.on) > first
        ]
        frame = pd.DataFrame(rows, columns=["locality", "on"]).dropna().drop_duplicates()
        return frame.astype({"locality": "str"}).reset_index(drop=True)

    def _whole_blocks(self, exposed: pd.DataFrame) -> pd.DataFrame:
        """Rows of blocks all of whose periods are comparable in the row's stream."""
        whole = {
            (stream, period)
            for stream, comparable in self.comparable.items()
            for block in self.spec.periods.blocks
            if set(block.periods) <= set(comparable)
            for period in block.periods
        }
        return exposed[pd.MultiIndex.from_frame(exposed[["stream", "period"]]).isin(whole)]
