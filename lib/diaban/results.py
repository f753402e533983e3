"""The questions that a study asks of its tables: one property a question, each a result frame.

The only place that knows which analysis answers which question on which level; computed when first asked.
"""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from diaban.analysis import trends
from diaban.analysis.area_factors import area_factors
from diaban.analysis.case_factors import case_factors
from diaban.analysis.case_factors.coder_agreement import coder_agreement
from diaban.analysis.detectability import chance_target_met, largest_detectable_count
from diaban.analysis.exposure import CELL, WHOLE, expose, pool, roll_up
from diaban.analysis.factor_profile import factor_profile
from diaban.analysis.funnel_curves import funnel_curves
from diaban.analysis.pooling import pooling_ladder
from diaban.analysis.rate_ratio import panel_dispersion
from diaban.analysis.rates import rates_table
from diaban.intake.tables import Tables
from diaban.places.hierarchy import ancestors
from diaban.spec import StudySpec


class Results:
    """Result frames of one study. Frames and columns are those of each analysis module."""

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
        table = trends.trends_table(self.blocks, order, baseline=[self.spec.periods.baseline])
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
        return trends.run_chart(self.exposed_report, self.periods, baseline=block.periods)

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
            for stream, dispersion in panel_dispersion(self.exposed_report).items()
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
            for target in self.spec.targets
        ]
        empty = rows.head(0).assign(change=0.0, chance_by_luck=0.0, chance_if_true=0.0)
        return pd.concat(tables or [empty], ignore_index=True)

    @cached_property
    def area_factors(self) -> pd.DataFrame | None:
        """Indicators associated with each stream between and within localities of analysis."""
        indicators = self.tables.indicators
        modelled = [i.key for i in self.spec.indicators if i.model]
        if indicators is None or not modelled:
            return None
        return area_factors(
            self.exposed, indicators[indicators["indicator"].isin(modelled)], self._groups_of_analysis()
        )

    @cached_property
    def factor_profile(self) -> pd.DataFrame | None:
        """Every locality of report on every indicator, against the whole."""
        indicators = self.tables.indicators
        if indicators is None:
            return None
        persons = self.tables.population.groupby(["locality", "period"], as_index=False)["persons"].sum()
        return factor_profile(
            indicators[indicators["period"].isin(self.periods)],
            self.report_of,
            {i.key: i.higher_is for i in self.spec.indicators},
            population=persons,
            aggregate={i.key: i.aggregate for i in self.spec.indicators},
        )

    @cached_property
    def file_periods(self) -> list[str]:
        """Complete periods whose case files are read together."""
        return [p for p in self.periods if p in self.spec.periods.files or not self.spec.periods.files]

    @cached_property
    def coded_files(self) -> pd.DataFrame | None:
        """Files of those periods: case_key, locality (of report), stream.

        Of the same places and periods as the counted cases: a file from a place whose population is not
        known is left out with its case.
        """
        tables = self.tables
        if tables.cases is None or tables.cause_codes is None or tables.case_streams is None:
            return None
        chosen = tables.cases["period"].isin(self.file_periods)
        files = tables.cases.loc[chosen, ["case_key", "locality", "period"]]
        files = files.merge(tables.case_streams, on="case_key", validate="one_to_many")
        unit_of = ancestors(tables.localities, self.spec.places.analysis_level)
        cells = pd.MultiIndex.from_frame(files.assign(locality=files["locality"].map(unit_of))[CELL])
        files = files[cells.isin(pd.MultiIndex.from_frame(self.exposed[CELL]))].reset_index(drop=True)
        return files.assign(locality=files["locality"].map(self.report_of)).drop(columns="period")

    @cached_property
    def case_factors(self) -> pd.DataFrame | None:
        """Causes and conditions coded on case files, against the rest of the whole."""
        if self.coded_files is None or self.tables.code_book is None:
            return None
        codes = self.tables.cause_codes
        assert codes is not None
        codes = codes[codes["case_key"].isin(self.coded_files["case_key"])]
        localities = sorted(self.report_of.unique())
        return case_factors(codes, self.coded_files, self.tables.code_book, localities=localities)

    @cached_property
    def coder_agreement(self) -> pd.DataFrame | None:
        """How far two coders give the same codes, over all files coded twice."""
        if self.tables.cause_codes is None or self.tables.code_book is None:
            return None
        return coder_agreement(self.tables.cause_codes, self.tables.code_book["code"].tolist())

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

    def _groups_of_analysis(self) -> pd.Series:
        """Locality of analysis -> the larger place that it shares conditions with."""
        parent = self.tables.localities.set_index("locality")["parent"]
        return parent[parent.index.isin(self.exposed["locality"].unique())]
