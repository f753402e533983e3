"""Questions about time: what is known late, how a change may be read, what stands out, what campaigns did."""

from __future__ import annotations

import pandas as pd

from diaban import charts
from diaban.analysis.control_charts import chart_verdicts, year_assurance
from diaban.analysis.rate_ratio import panel_dispersion
from diaban.analysis.targets.frames import WHOLE, with_whole
from diaban.charts import Chart
from diaban.charts.control_texts import control_text
from diaban.results.over_time import UNITS
from diaban.study.display import text
from diaban.study.frames import StudyFrame
from diaban.study.plan_base import PlanBase
from diaban.withheld import Withheld

YEAR = "year "
BY = ("year", "month")
MONTHS_SHOWN = 24


class AboutTime(PlanBase):
    """What moves, and what only seems to."""

    def late_reports(self, stream: str | None = None, *, by: str = "year") -> StudyFrame | Withheld:
        """Cases known so far and expected finally, by the period in which they happened; all localities.

        by: "year" or "month". counted so far; share_counted (0..1) of them by the delays seen so far, with
        its standard error share_error; expected_finally with its interval. Only what will be reported at all.
        Example: study.late_reports("child_abuse", by="month").tail(6).
        """
        late = self.results.late_reports
        by = self._one_of("study_unknown_by", by, BY)
        if late is None:
            return self._no_events("late_reports")
        frame = self._by_event(late, stream, by)
        return self._frame(frame, "late_reports", tables=["cases"], units={"cutoff": self._cutoff()})

    def chain_ladder(self, stream: str | None = None, *, by: str = "year") -> StudyFrame | Withheld:
        """The same question as `late_reports`, by the chain ladder; which of the two to believe, as `said`.

        expected_finally: what is counted, times how much older periods grew from the same age on (Mack 1993),
        with standard_error and interval; beside it nowcast_expected with nowcast_lower and nowcast_upper, as
        in `late_reports`. holds: "both" from ten cases a month on (a_month: on average), else "nowcast": the
        chain ladder's interval is too short then. by: "year" or "month".
        Example: study.chain_ladder("child_abuse")[["period", "expected_finally", "said"]].
        """
        found = self.results.chain_ladder
        by = self._one_of("study_unknown_by", by, BY)
        if found is None:
            return self._no_events("chain_ladder")
        frame = self._by_event(found, stream, by)
        frame = frame.assign(said=self._words("ladder_" + frame["holds"]))
        return self._frame(frame, "chain_ladder", tables=["cases"], units={"cutoff": self._cutoff()})

    def late_chart(self, stream: str | None = None) -> Chart | Withheld:
        """The last 24 months: cases known so far against those expected finally, with the interval.

        Example: study.late_chart("child_abuse").
        """
        key = self._stream(stream).key
        frame = self.late_reports(key, by="month")
        if isinstance(frame, Withheld):
            return frame
        rows = pd.DataFrame(frame).tail(MONTHS_SHOWN)
        rows = rows.rename(columns={"counted": "observed", "expected_finally": "expected"})
        options = self._chart_options()
        title = text("late_chart", self.language, stream=self.labels.streams[key])
        sums = {name: self._count(rows[name].sum()) for name in ("observed", "expected")}
        told = {"counted": sums["observed"], "expected": sums["expected"]}
        return charts.run_chart(
            rows,
            title=title,
            alt=text("late_alt", self.language, title=title, **told),
            caption=text("late_caption", self.language, cutoff=self._cutoff()),
            observed_label=text("late_counted", self.language),
            expected_label=text("late_expected", self.language),
            **options | {"labels": options["labels"] | self._part_names("month")},
        )

    def late_months(self, stream: str | None = None, *, held_back: bool = True) -> StudyFrame | Withheld:
        """Months whose reports came in late: few then, and many soon after; all localities together.

        seen: the month of reporting, with reports and what the events and the usual delay lead to expect;
        later, later_expected: of the two months after; p, q (Benjamini-Hochberg over all `comparisons`).
        held_back: only those with q < 0.05; False shows every month. Example: study.late_months().
        """
        found = self.results.late_months
        if found is None:
            return self._no_events("late_months")
        frame = self._asked(found, stream)
        if held_back:
            frame = frame[frame["held_back"].fillna(False).astype(bool)]
        comparisons = self._count(found["comparisons"].max() if len(found) else 0)
        return self._frame(frame, "late_months", tables=["cases"], units={"comparisons": comparisons})

    def same_age(self, stream: str | None = None, locality: str | None = None) -> StudyFrame | Withheld:
        """The running year against the same days of the year before, both as known at the same age.

        cases, base_cases: known so many `days` after the start of each year; rate_ratio per person with
        exact interval, p. base_cases_now, naive_ratio: last year's days as they are known today, which makes
        this year look smaller than it is. The whole first, then every locality, or one.
        Example: study.same_age("child_abuse").
        """
        found = self.results.same_age
        if found is None:
            if self.results.dated_cases is None:
                return self._no_dates("same_age")
            if self.results.running is None:
                return Withheld("same_age", "no_running_year", "move_cutoff")
            return Withheld("same_age", "no_year_before", "bring_year_before")
        frame = self._asked(self._places(found, locality), stream)
        days = self._count(float(found["days"].max()))
        return self._frame(frame, "same_age", tables=["cases", "population"], units={"days": days})

    def reading(self, stream: str | None = None, locality: str | None = None) -> StudyFrame | Withheld:
        """Whether a locality's change from the baseline to the report block may be read plainly.

        direction of the rate ("rose", "fell", "same"), rate_ratio with interval. label: "plain",
        "rise_ambiguous" (more may have been told or found, without more being done), "fall_inconclusive"
        (less may have been told or found), in words as `said`, with the reasons; known_signals: what could be
        looked at. Example: study.reading().query("label != 'plain'").
        """
        found = self.results.reading
        if found is None:
            if self.results.dated_cases is None:
                return self._no_dates("reading")
            return self._one_block("reading")
        frame = self._asked(self._places(found, locality), stream)
        said = [self._read(*row) for row in zip(frame["label"], frame["reasons"], strict=True)]
        frame = frame.assign(said=said).astype({"said": "str"})
        units = {"period": self.period.replace("-", "–"), "baseline": self.baseline.replace("-", "–")}
        return self._frame(frame, "reading", tables=["cases", "outreach", "campaigns"], units=units)

    def campaign_effects(self, stream: str | None = None) -> StudyFrame | Withheld:
        """Each campaign: cases in its localities before and after, against those that had none.

        before, after, control_before, control_after (cases, the same months of the year); ratio of the two
        changes with interval and p, placebo_p (how often as many other localities give as large a ratio);
        difference: cases more (fewer, if negative) than the controls lead to expect. told: "fell", "rose" or
        "open", in words as `said`. A campaign that asks people to report raises what is counted.
        Example: study.campaign_effects().
        """
        found = self.results.campaign_effects
        if found is None:
            if self._intake.tables.campaigns is None:
                return Withheld("campaign_effects", "no_table", "bring_table", {"table": "campaigns"})
            return self._no_events("campaign_effects")
        frame = self._asked(found, stream)
        frame = frame.assign(said=self._words("campaign_" + frame["told"]))
        return self._frame(frame, "campaign_effects", tables=["cases", "campaigns"], units={})

    def control_charts(self, stream: str | None = None, locality: str | None = None) -> StudyFrame | Withheld:
        """One row a control chart: usual variation or not, and whether usual variation meets the target.

        every: the part of a year of a point; kind: "c" (counts; "c'" where they vary more than chance), "g"
        (periods from case to case, where cases are rare); newest point, value, centre, lower, upper (usual
        variation); variation of the newest point and signals after the baseline; year_target: of a year like
        those before, "always", "never" or "now_and_then" within the plan's limit. `said` in words. The whole
        first, then every locality, or one. Example: study.control_charts("child_abuse").
        """
        if self.results.control_charts is None:
            return self._no_dates("control_charts")
        points = self._places(self.results.control_charts, locality)
        frame = chart_verdicts(points).drop(columns=["target", "assurance"])
        frame = self._asked(self._places(frame, locality), stream)
        frame.insert(2, "every", frame["stream"].map(self.results.unit_of_charts).astype("str"))
        assured = frame[["locality", "stream"]].merge(self._assurance(), how="left", validate="one_to_one")
        frame = frame.assign(year_target=assured["assurance"].to_numpy()).astype({"year_target": "str"})
        said = [self._charted(*row) for row in zip(frame["variation"], frame["year_target"], strict=True)]
        frame = frame.assign(said=said).astype({"said": "str"})
        return self._frame(frame, "control_charts", tables=["cases"], units=self._chart_units())

    def control_chart(
        self, stream: str | None = None, locality: str | None = None, *, every: str | None = None
    ) -> Chart | Withheld:
        """The points of one control chart, their centre and the band of usual variation: the whole, or one.

        every: "month", "quarter" or "half"; by default the shortest in which the whole has three cases a
        point. Limits come from the first years and are then kept.
        Example: study.control_chart("u18_offending", "Bù Đăng", every="half").
        """
        if self.results.dated_cases is None:
            return self._no_dates("control_chart")
        key = self._stream(stream).key
        unit = self._one_of("study_unknown_part_of_year", every or self.results.unit_of_charts[key], UNITS)
        place = self.find_locality(locality) if locality else WHOLE
        points = self.results.charts_of(key, unit)
        assured = self._assurance().set_index(["locality", "stream"])["assurance"].get((place, key))
        options = self._chart_options()
        return charts.control_chart(
            points[points["locality"] == place],
            title=self._place_title(key, locality),
            assurance=assured if isinstance(assured, str) else None,
            **options | {"labels": self._part_names(unit)},
        )

    def change_points(self, stream: str | None = None, locality: str | None = None) -> StudyFrame | Withheld:
        """When the level of a series changed, if it did: the whole first, then every locality, or one.

        change: 1, 2, … or 0 where none passes the test (p < 0.01); after: the last period before it, between
        earliest and latest (95 %); mean_before, mean_after (cases a point) and their ratio. comparisons:
        series of the stream that were tested, expected_false of them would pass with nothing changed. Refused
        under 8 points. Example: study.change_points().query("change > 0").
        """
        found = self.results.change_points
        if found is None:
            return self._no_dates("change_points")
        frame = self._asked(self._places(found, locality), stream)
        units = {"every": self._chart_units()["every"]}
        return self._frame(frame, "change_points", tables=["cases"], units=units)

    def alerts(
        self, stream: str | None = None, locality: str | None = None, *, raised: bool = True
    ) -> StudyFrame | Withheld:
        """Quarters of the newest four in which a locality stands above what was usual, surest first.

        All localities and streams are watched at once; `budget` false alarms a year are allowed, and the
        table's head says how many are expected. cases, expected, threshold (cases from which there is an
        alert), p, power (chance of an alert if the risk doubled). raised: only alerts; False shows all that
        was watched. Example: study.alerts(raised=False).sort_values("p").head().
        """
        found = self.results.alerts
        if found is None:
            return self._no_dates("alerts")
        frame = self._asked(self._places(found, locality), stream)
        frame = frame[frame["alert"].fillna(False).astype(bool)] if raised else frame
        newest = found.drop_duplicates("period").iloc[-1]
        units = {
            "watched": self._count(float(newest["comparisons"])),
            "quarters": found["period"].nunique(),
            "budget": self._count(float(newest["budget"])),
            "alerts": self._count(float(found["alert"].fillna(False).sum())),
        }
        return self._frame(frame.sort_values("p", kind="stable"), "alerts", tables=["cases"], units=units)

    # parts of the answers above

    def _by_event(self, late: pd.DataFrame, stream: str | None, by: str) -> pd.DataFrame:
        """Rows by year or month of the events (`origin`), which becomes `period`."""
        years = late["origin"].str.startswith(YEAR)
        months = late["origin"].isin(self._part_names("month"))
        frame = self._asked(late[years if by == "year" else months], stream)
        periods = frame["origin"].str.removeprefix(YEAR)
        return frame.assign(origin=periods).rename(columns={"origin": "period"})

    def _no_events(self, question: str) -> Withheld:
        """Why nothing is known of the days on which things happened."""
        if self.results.dated_cases is None:
            return self._no_dates(question)
        return Withheld(question, "no_column", "bring_column", {"column": "cases.occurred_to"})

    def _cutoff(self) -> str:
        return (
            f"{self.results.cutoff:%d/%m/%Y}" if self.language == "vi" else f"{self.results.cutoff:%Y-%m-%d}"
        )

    def _part_names(self, unit: str) -> dict[str, str]:
        """Key of a month, quarter or half-year -> its name."""
        named = {}
        for row in self.results.parts(unit).itertuples():
            key = f"part_{unit}_{row.number}" if unit == "half" else f"part_{unit}"
            named[str(row.period)] = text(key, self.language, number=row.number, year=row.year)
        return named

    def _chart_units(self) -> dict[str, object]:
        named = {
            self.labels.streams[stream]: text(f"every_{unit}", self.language)
            for stream, unit in self.results.unit_of_charts.items()
        }
        return {"every": "; ".join(f"{stream}: {every}" for stream, every in named.items())}

    def _assurance(self) -> pd.DataFrame:
        """locality, stream, assurance: whether a year like those before would meet the plan's limit."""
        targets, judged = self.results.targets, self.results.judged
        if targets is None or judged is None:
            return pd.DataFrame(
                {name: pd.Series(dtype="str") for name in ("locality", "stream", "assurance")}
            )
        exposed = with_whole(self.results.exposed_report, WHOLE)
        now = exposed[exposed["period"] == judged[0]].set_index(["locality", "stream"])["person_years"]
        limits = targets[["locality", "stream", "limit"]].drop_duplicates(["locality", "stream"])
        limits = limits.join(now, on=["locality", "stream"]).astype({"limit": "float64"})
        dispersion = panel_dispersion(self.results.exposed_report)
        periods = self.results.periods
        before = periods[: periods.index(judged[0])]
        told = [
            year_assurance(exposed, rows, baseline=before, dispersion=float(dispersion[stream]))
            for stream, rows in limits.groupby("stream")
        ]
        return pd.concat(told, ignore_index=True)[["locality", "stream", "assurance"]]

    def _read(self, label: object, reasons: object) -> object:
        if pd.isna(label):
            return pd.NA
        keys = [] if pd.isna(reasons) else str(reasons).split(";")
        why = "; ".join(text(f"signal_{key}", self.language) for key in keys)
        return text(f"reading_{label}", self.language, reasons=why)

    def _charted(self, variation: object, assured: object) -> object:
        told = [] if pd.isna(variation) else [control_text(f"newest_{variation}", self.language) + "."]
        told += [] if pd.isna(assured) else [control_text(str(assured), self.language)]
        return " ".join(told) or pd.NA
