"""Questions about the localities: how much, where, compared with whom, is it changing, and who."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from diaban import charts
from diaban.analysis.composition import composition
from diaban.charts import Chart
from diaban.language import numbers
from diaban.study.base import StudyBase
from diaban.study.display import text
from diaban.study.frames import StudyFrame
from diaban.withheld import Withheld


class AboutPlaces(StudyBase):
    """What happens, where, and whether it changes."""

    def streams(self) -> StudyFrame:
        """The kinds of offending: key, label, population at risk, and the periods that can be compared.

        Example: study.streams()["stream"].tolist().
        """
        rows = [
            {
                "stream": s.key,
                "label": s.label[self.language],
                "population": self.spec.populations[s.population].label[self.language],
                "cases": int(self._exposed_cases(s.key)),
                "comparable": ", ".join(self.results.comparable[s.key]),
            }
            for s in self.spec.streams
        ]
        return self._frame(pd.DataFrame(rows), "streams", tables=self._counted(), units={})

    def rates(
        self,
        stream: str | None = None,
        period: str | None = None,
        *,
        small_areas: bool = False,
        everywhere: bool = False,
    ) -> StudyFrame | Withheld:
        """Rate of every locality against the whole, by block and stream, highest first.

        Columns of `analysis.rates.rates_table`: cases, person_years, rate with its interval (exact or Byar),
        reference_rate, expected, ratio (observed over expected), shrunk_rate (gamma-Poisson),
        probability_above, ranks with their interval (1 the highest), funnel z and outlier. Rates are cases
        per `per` persons at risk and year. small_areas: on the level of analysis, not of report. everywhere:
        also the localities that findings are not written for (the reference always counts all of them).

        Example: study.rates("child_abuse", study.period).sort_values("shrunk_rate", ascending=False).
        """
        source = self.results.small_area_rates if small_areas else self.results.rates
        blocks = self._block(period)
        frame = source[source["stream"].isin(self._streams(stream)) & source["period"].isin(blocks)]
        if frame.empty:
            return self._not_comparable("rates", self._stream(stream).key, ", ".join(blocks))
        frame = self._shown(frame, everywhere=everywhere)
        frame = frame.sort_values(["stream", "period", "rate"], ascending=[True, True, False], kind="stable")
        units = self._risk(self._stream(stream).key if stream else None)
        tables = self._counted()
        return self._frame(frame, "rates", tables=tables, units=units, per=self.spec.model.per)

    def rates_chart(
        self, stream: str | None = None, period: str | None = None, *, everywhere: bool = False
    ) -> Chart | Withheld:
        """Rate of each locality with its interval, highest first; the dashed line is the whole's rate.

        stream: the first one by default; period: a block, the report block by default. everywhere: all
        localities, not only those that findings are written for. Example: study.rates_chart("child_abuse").
        """
        rates = self._one(stream, period, everywhere)
        if isinstance(rates, Withheld):
            return rates
        rows = rates.assign(
            note=lambda t: t["cases"].map(lambda n: numbers.number(n, self.language)),
            emphasis=lambda t: t["outlier"],
        )
        return charts.dot_interval(
            rows,
            label="locality",
            value="rate",
            kind="rate",
            reference=float(rates["reference_rate"].iloc[0]),
            reference_label=text("whole", self.language),
            title=self._title("rates_chart", stream, period),
            caption=text("rates_chart_caption", self.language, **self._risk(self._stream(stream).key)),
            **self._chart_options(),
        )

    def map(
        self, stream: str | None = None, period: str | None = None, *, everywhere: bool = False
    ) -> Chart | Withheld:
        """Shrunk rates on a map where the study has boundaries, else on a schematic that says it is one.

        Shrinking (gamma-Poisson) draws places with few persons towards the whole, so that the colours show
        risk and not chance. Example: study.map("burglary", everywhere=True).
        """
        rates = self._one(stream, period, everywhere)
        if isinstance(rates, Withheld):
            return rates
        options = self._chart_options() | {"title": self._title("map", stream, period)}
        tables = self._intake.tables
        if tables.boundaries is not None:
            shapes = tables.boundaries[tables.boundaries["locality"].isin(rates["locality"])]
            return charts.choropleth(shapes, rates, **options)
        places = tables.localities[tables.localities["locality"].isin(rates["locality"])]
        return charts.schematic_map(places, tables.neighbours, rates, **options)

    def funnel(
        self, stream: str | None = None, period: str | None = None, *, everywhere: bool = False
    ) -> Chart | Withheld:
        """Funnel plot: observed over expected cases by size, with 95 % and 99.8 % limits.

        The limits allow for the variation that localities ordinarily show (Spiegelhalter 2005). Localities
        outside the outer ones are named. Example: study.funnel("child_abuse", "2018-2020").
        """
        rates = self._one(stream, period, everywhere)
        if isinstance(rates, Withheld):
            return rates
        limits = self.results.funnel
        same = (limits["stream"] == self._stream(stream).key) & (limits["period"] == rates["period"].iloc[0])
        title = self._title("funnel", stream, period)
        return charts.funnel(rates, limits[same], title=title, **self._chart_options())

    def ranks(
        self, stream: str | None = None, period: str | None = None, *, everywhere: bool = False
    ) -> Chart | Withheld:
        """The range of ranks that each locality may hold (95 %), from draws of its shrunk rate.

        Ranges that overlap say that the order is not known. Example: study.ranks("child_abuse").
        """
        rates = self._one(stream, period, everywhere)
        if isinstance(rates, Withheld):
            return rates
        return charts.rank_intervals(
            rates, title=self._title("ranks", stream, period), **self._chart_options()
        )

    def trends(self, stream: str | None = None) -> StudyFrame:
        """Rate ratio of each block after the baseline against the baseline, by locality.

        rate_ratio with its interval and p (widened by the stream's dispersion), cases, baseline_cases,
        marker ("increasing", "decreasing", "no_change", where there are five points). Largest change first.
        Example: study.trends().query("lower > 1 or upper < 1").
        """
        frame = self.results.trends
        frame = self._shown(frame[frame["stream"].isin(self._streams(stream))], everywhere=False)
        frame = frame.sort_values(["stream", "rate_ratio"], ascending=[True, False], kind="stable")
        units = {"baseline": self.baseline}
        return self._frame(frame, "trends", tables=self._counted(), units=units)

    def over_time(self, stream: str | None = None, locality: str | None = None) -> StudyFrame:
        """Cases of every complete period, what the baseline's rate leads to expect, and limits (95 %).

        locality: a name or code; the whole by default. signal: "above" or "below" the limits, which allow
        for the variation that localities ordinarily show. Example: study.over_time("child_abuse", "Bù Đăng").
        """
        if locality:
            frame = self.results.run_chart
            frame = frame[frame["locality"] == self.find_locality(locality)]
        else:
            frame = self.results.whole_run_chart.drop(columns="locality")
        frame = frame[frame["stream"].isin(self._streams(stream))]
        units = {"baseline": self.baseline}
        return self._frame(frame, "over_time", tables=self._counted(), units=units)

    def run_chart(self, stream: str | None = None, locality: str | None = None) -> Chart:
        """Run chart of `over_time`: cases by period against the band that the baseline leads to expect.

        Example: study.run_chart("u18_offending", "dong xoai").
        """
        key = self._stream(stream).key
        rows = pd.DataFrame(self.over_time(key, locality)).rename(columns={"cases": "observed"})
        # A band that could not be worked out is left away; the counts stand by themselves.
        return charts.run_chart(
            rows.drop(columns="withheld"),
            title=self._place_title(key, locality),
            **self._chart_options(),
        )

    def who(
        self,
        stream: str | None = None,
        *,
        of: Sequence[str] = ("age_band", "sex"),
        period: str | None = None,
    ) -> StudyFrame | Withheld:
        """Who is involved, in groups only: persons on case files by role and group, all localities together.

        of: columns of `persons` to group by. n (persons in a case; someone in two cases counts twice), total,
        share (0..1) with Wilson's interval, unknown. period: a block; all complete periods by default. A
        study without persons answers with suspects by sex, where it has them.
        Example: study.who("child_abuse", of=("relation_to_other",)).
        """
        tables = self._intake.tables
        streams = self._streams(stream)
        if tables.persons is None or tables.cases is None or tables.case_streams is None:
            return self._suspects_by_sex(streams, period)
        periods = self._periods_of(period)
        cases = tables.cases.loc[tables.cases["period"].isin(periods), ["case_key"]]
        chosen = tables.case_streams[tables.case_streams["stream"].isin(streams)]
        rows = chosen.merge(cases, on="case_key").merge(tables.persons, on="case_key")
        frame = composition(rows, of, ["stream", "role"])
        frame = frame[frame["n"] > 0]
        return self._frame(frame, "who", tables=["persons"], units={"periods": f"{periods[0]}–{periods[-1]}"})

    def _suspects_by_sex(self, streams: list[str], period: str | None) -> StudyFrame | Withheld:
        counts = self._intake.tables.counts
        columns = {"suspects_male": "male", "suspects_female": "female"}
        if not set(columns) <= set(counts) or counts[list(columns)].isna().all(axis=None):
            return Withheld("who", "no_persons", "bring_table", {"table": "persons"})
        periods = self._periods_of(period)
        rows = counts[counts["stream"].isin(streams) & counts["period"].isin(periods)]
        long = rows.melt(["stream"], list(columns), "sex", "n").assign(sex=lambda t: t["sex"].map(columns))
        frame = long.groupby(["stream", "sex"], as_index=False)["n"].sum()
        frame = frame.assign(role="suspect", total=frame.groupby("stream")["n"].transform("sum"))
        frame = frame.assign(share=frame["n"] / frame["total"].where(frame["total"] > 0))
        frame = frame[["stream", "role", "sex", "n", "total", "share"]]
        return self._frame(frame, "who", tables=["counts"], units={"periods": f"{periods[0]}–{periods[-1]}"})

    def _one(self, stream: str | None, period: str | None, everywhere: bool) -> pd.DataFrame | Withheld:
        """Rates of one stream and block; the plain frame that a chart takes."""
        rates = self.rates(self._stream(stream).key, period or self.period, everywhere=everywhere)
        return rates if isinstance(rates, Withheld) else pd.DataFrame(rates)

    def _title(self, question: str, stream: str | None, period: str | None) -> str:
        label = self.labels.streams[self._stream(stream).key]
        period = (period or self.period).replace("-", "–")
        return text(question, self.language, stream=label, period=period)

    def _periods_of(self, period: str | None) -> list[str]:
        wanted = set(self._block(period)) if period else set()
        block_of = self.spec.block_of()
        return [p for p in self.results.periods if not period or block_of.get(p) in wanted]

    def _exposed_cases(self, stream: str) -> int:
        exposed = self.results.exposed
        return exposed.loc[exposed["stream"] == stream, "cases"].sum()
