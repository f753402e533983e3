"""Over time: what is known late, how a change may be read, which months stand out, what campaigns did."""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from diaban.analysis.campaigns import campaign_effect
from diaban.analysis.control_charts import (
    alerts,
    change_points,
    control_charts,
    first_years,
    season_weights,
)
from diaban.analysis.reporting import (
    chain_ladder,
    delay_triangle,
    late_months,
    nowcast,
    reading,
    same_age,
)
from diaban.analysis.reporting.signals import (
    OUTREACH,
    REPORTS,
    campaign_signal,
    counted_signal,
    proactive_signal,
    recording_signal,
)
from diaban.calendars import assign_periods
from diaban.results.case_side import CaseSide
from diaban.results.handled import Handled

ALERTS_A_YEAR = 1.0
"""False alarms that all localities and streams together may raise in a year, on average."""

UNITS = ("month", "quarter", "half")
BASELINE_YEARS = {"month": 3, "quarter": 3, "half": 4}
"""Complete years that limits are made from: enough for eight points."""

LEAST_MEAN = 3.0
"""Cases of a point of the whole's chart on average, at least; else a longer unit is taken."""

CAMPAIGN_LASTS = 365
"""Days for which a campaign may still bear on what is reported after its end."""

LADDER_HOLDS_FROM = 10.0
"""Cases a month, on average, from which the chain ladder's limits hold the truth as often as they say: in
the truth bench in 9 to 10 months of 10, against 5 at 2.5 a month. The nowcast's hold at any size."""

FOUND_BY_LOOKING = {"detected_by": ["police_proactive"]}
WHOLE = "*"


class OverTime(Handled, CaseSide):
    """Result frames of time; None where the study has no dated cases, or not what a question needs."""

    @cached_property
    def late_reports(self) -> pd.DataFrame | None:
        """By stream and year of the events: cases known so far and expected finally (`nowcast`)."""
        triangle = self._event_triangle
        if triangle is None:
            return None
        return nowcast(triangle, groups=self._year_of_months)

    @cached_property
    def chain_ladder(self) -> pd.DataFrame | None:
        """The same by the chain ladder, with its standard error, beside what the nowcast says.

        Columns of `chain_ladder`, and nowcast_expected, nowcast_lower, nowcast_upper; a_month: cases of a
        month on average; holds: "both", or "nowcast" where there are fewer than LADDER_HOLDS_FROM.
        """
        triangle, late = self._event_triangle, self.late_reports
        if triangle is None or late is None:
            return None
        keys = ["stream", "origin"]
        beside = late[[*keys, "expected_finally", "lower", "upper"]].rename(
            columns={"expected_finally": "expected"}
        )
        beside = beside.set_index(keys).add_prefix("nowcast_")
        table = chain_ladder(triangle, groups=self._year_of_months)
        table = table.join(beside, on=keys, validate="one_to_one")
        a_month = table["stream"].map(triangle.groupby("stream")["new"].sum() / _months_of(triangle))
        both = a_month >= LADDER_HOLDS_FROM
        return table.assign(a_month=a_month, holds=both.map({True: "both", False: "nowcast"}).astype("str"))

    @cached_property
    def late_months(self) -> pd.DataFrame | None:
        """Months whose reports came in late: few then, many soon after."""
        return None if self._event_triangle is None else late_months(self._event_triangle)

    @cached_property
    def same_age(self) -> pd.DataFrame | None:
        """The running year against the same days of the year before, both as known at the same age."""
        if self.dated_cases is None or self.running is None or self.judged is None or self.to_date is None:
            return None
        keys = ["locality", "stream"]
        now = self.to_date.assign(period=self.running)[[*keys, "period", "persons"]]
        exposed = pd.concat([self.exposed_report[now.columns], now], ignore_index=True)
        exposed, dated = _with_whole(exposed), _with_whole_cases(self.dated_cases)
        return same_age(
            dated,
            exposed,
            self.tables.periods,
            period=self.running,
            base=self.judged[0],
            cutoff=self.spec.periods.cutoff,
            counted_by=self.spec.periods.counted_by,
        )

    @cached_property
    def reading(self) -> pd.DataFrame | None:
        """Whether the change from the baseline block to the reported one can be read plainly."""
        periods = self.spec.periods
        if self.dated_cases is None or periods.report == periods.baseline:
            return None
        return reading(self.blocks, self._signals, period=periods.report, base=periods.baseline)

    @cached_property
    def campaign_effects(self) -> pd.DataFrame | None:
        """Each campaign against the localities that had none, where recording did not change."""
        campaigns = self.tables.campaigns
        if campaigns is None or self.dated_cases is None or "occurred_to" not in self.dated_cases:
            return None
        return campaign_effect(
            self.dated_cases,
            self._placed(campaigns),
            self._places,
            first=self.tables.periods["start"].iloc[0],
            cutoff=self.cutoff,
            leave_out=self._recording_changed,
        )

    @cached_property
    def unit_of_charts(self) -> dict[str, str]:
        """Stream -> the shortest of UNITS in which the whole has LEAST_MEAN cases a point on average."""
        chosen: dict[str, str] = {}
        for unit in reversed(UNITS):
            counts = self.counts_by(unit)
            if counts is not None:
                whole = counts.groupby(["stream", "period"])["cases"].sum().groupby("stream").mean()
                chosen |= {s: unit for s, mean in whole.items() if mean >= LEAST_MEAN or unit == UNITS[-1]}
        return chosen

    @cached_property
    def control_charts(self) -> pd.DataFrame | None:
        """Control charts of every locality of report and the whole ("*"), by the stream's own unit."""
        if self.dated_cases is None:
            return None
        tables = [self.charts_of(stream, unit) for stream, unit in self.unit_of_charts.items()]
        return pd.concat(tables, ignore_index=True)

    @cached_property
    def change_points(self) -> pd.DataFrame | None:
        """When the level of a stream changed, in the whole and by locality of report."""
        if self.dated_cases is None:
            return None
        tables = [self.changes_of(stream, unit) for stream, unit in self.unit_of_charts.items()]
        return pd.concat(tables, ignore_index=True)

    def charts_of(self, stream: str, unit: str) -> pd.DataFrame:
        """The control charts of one stream by months, quarters or half-years (`every`)."""
        parts = self.parts(unit)
        complete = parts[parts["complete"]]
        counts = _with_whole(self._weighted(unit, stream))
        charts = control_charts(
            counts, complete["period"].tolist(), baseline=first_years(complete, years=BASELINE_YEARS[unit])
        )
        return charts.assign(every=unit)

    def changes_of(self, stream: str, unit: str) -> pd.DataFrame:
        """The change points of one stream by months, quarters or half-years (`every`)."""
        parts = self.parts(unit)
        order = parts.loc[parts["complete"], "period"].tolist()
        counts = _with_whole(self._weighted(unit, stream))
        return change_points(counts, order, seed=self.spec.model.seed).assign(every=unit)

    @cached_property
    def alerts(self) -> pd.DataFrame | None:
        """Quarters of the newest four that stand above what was usual, within a budget of false alarms."""
        if self.dated_cases is None:
            return None
        counts = pd.concat([self._weighted("quarter", s.key) for s in self.spec.streams], ignore_index=True)
        quarters = self.parts("quarter")
        done = quarters[quarters["complete"]]
        newest = done["period"].tail(4).tolist()
        return alerts(
            counts,
            baseline=[p for p in done["period"] if p not in newest],
            periods=newest,
            rounds=4,
            budget=ALERTS_A_YEAR,
            dispersion=self.dispersion,
        )

    @cached_property
    def _event_triangle(self) -> pd.DataFrame | None:
        dated = self.dated_cases
        if dated is None or "occurred_to" not in dated:
            return None
        return delay_triangle(dated, self.parts("month"), cutoff=self.spec.periods.cutoff)

    @property
    def _year_of_months(self) -> dict[str, str]:
        months = self.parts("month").set_index("period")["parent"]
        return {str(month): f"year {parent}" for month, parent in months.items()}

    def _weighted(self, unit: str, stream: str) -> pd.DataFrame:
        """Counts of one stream by a part of the year, with the weight of its season."""
        counts = self.counts_by(unit)
        assert counts is not None
        mine = counts[counts["stream"] == stream]
        return mine.merge(season_weights(mine), on=["stream", "number"], how="left", validate="many_to_one")

    @cached_property
    def _recording_changed(self) -> dict[str, list[str]]:
        """Stream -> localities where cases come to light in another way than before."""
        recording = self.recording
        if recording is None:
            return {}
        changed = recording[recording["changed"].fillna(False).astype(bool)]
        return changed.groupby("stream")["locality"].agg(list).to_dict()

    @cached_property
    def _signals(self) -> pd.DataFrame:
        """What may have changed how much is reported or recorded, from the baseline to the reported block."""
        found = [self._outreach_signal(), self._campaign_signal(), self._violence_signal()]
        if self.recording is not None:
            found += [
                recording_signal(self.recording),
                proactive_signal(self._found(), select=FOUND_BY_LOOKING),
            ]
        return pd.concat([frame for frame in found if frame is not None], ignore_index=True)

    def _outreach_signal(self) -> pd.DataFrame | None:
        outreach = self.tables.outreach
        if outreach is None:
            return None
        counts = self._placed(outreach).assign(count=1)
        return self._counted(counts, "date", OUTREACH)

    def _violence_signal(self) -> pd.DataFrame | None:
        """Reports of domestic violence, where the study counts them as an indicator."""
        indicators = self.tables.indicators
        reports = [i.key for i in self.spec.indicators if i.reports]
        if indicators is None or not reports or "numerator" not in indicators:
            return None
        rows = indicators[indicators["indicator"].isin(reports)].assign(
            locality=lambda t: t["locality"].map(self.report_of), period=lambda t: self._block(t["period"])
        )
        sums = rows.dropna(subset=["locality", "period"]).groupby(["locality", "period"], as_index=False)
        counts = sums[["numerator", "denominator"]].sum()
        counts = counts.rename(columns={"numerator": "count", "denominator": "exposure"})
        return self._signal(counts, REPORTS)

    def _campaign_signal(self) -> pd.DataFrame | None:
        campaigns = self.tables.campaigns
        if campaigns is None:
            return None
        periods = self.tables.periods
        mine = periods[periods["block"] == self.spec.periods.report]
        return campaign_signal(
            self._placed(campaigns),
            self._places,
            start=mine["start"].min(),
            end=mine["end"].max(),
            lasting_days=CAMPAIGN_LASTS,
        )

    def _counted(self, rows: pd.DataFrame, day: str, signal: str) -> pd.DataFrame:
        """A signal that is counted by day, per year of the block."""
        periods = self.tables.periods
        rows = rows.assign(period=self._block(assign_periods(rows[day], periods)))
        counts = rows.groupby(["locality", "period"], as_index=False)["count"].sum()
        years = periods.groupby("block")["years"].sum()
        return self._signal(counts.assign(exposure=counts["period"].map(years)), signal)

    def _signal(self, counts: pd.DataFrame, signal: str) -> pd.DataFrame:
        periods = self.spec.periods
        return counted_signal(counts, signal=signal, period=periods.report, base=periods.baseline)

    def _block(self, period: pd.Series) -> pd.Series:
        return period.map(self.spec.block_of()).astype("str")

    def _found(self) -> pd.DataFrame:
        """Files of the two blocks with how they came to light."""
        periods = self.spec.periods
        named = self.reports["period"].map({periods.baseline: "before", periods.report: "after"})
        return self.reports.assign(block=named).dropna(subset=["block"])

    def _placed(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows by locality of report; a row of a larger or unknown place is left out."""
        return rows.assign(locality=rows["locality"].map(self.report_of)).dropna(subset=["locality"])


def _months_of(triangle: pd.DataFrame) -> pd.Series:
    return triangle.groupby("stream")["origin"].nunique()


def _with_whole(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with its sums over all localities, as locality "*"; what is not counted is kept as it is."""
    counted = [name for name in ("cases", "persons", "person_years") if name in frame]
    keys = [name for name in frame.columns if name not in ("locality", *counted)]
    whole = frame.groupby(keys, as_index=False)[counted].sum().assign(locality=WHOLE)
    return pd.concat([frame, whole[frame.columns]], ignore_index=True)


def _with_whole_cases(cases: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([cases, cases.assign(locality=WHOLE)], ignore_index=True)
