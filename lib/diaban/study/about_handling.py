"""Questions about the handling of reports: how far they come, how long it takes, where they stop."""

from __future__ import annotations

import pandas as pd

from diaban import charts
from diaban.analysis.targets.frames import WHOLE
from diaban.charts import Chart
from diaban.study.about_plan import AboutPlan
from diaban.study.display import text
from diaban.study.frames import StudyFrame
from diaban.withheld import Withheld


class AboutHandling(AboutPlan):
    """From receipt to decision, with reports not yet due kept apart."""

    def stages(
        self, stream: str | None = None, locality: str | None = None, *, period: str | None = None
    ) -> StudyFrame | Withheld:
        """Reports received, classified, assigned, decided: the whole, or one locality.

        n of n_reports reached the stage, share (0..1) with Wilson's interval. Of "decided" also: n_waiting
        (undecided and not yet due), n_in_time of n_due (decided within their own limit, of those whose limit
        has passed). period: a block; all complete periods together by default. Example: study.stages().
        """
        found = self.results.stages
        if found is None:
            return self._no_handling("stages")
        frame = self._labelled(self._handled(found, stream, locality, period), "stage", self._stage_labels())
        return self._of_handling(frame, "stages")

    def stages_chart(
        self, stream: str | None = None, locality: str | None = None, *, period: str | None = None
    ) -> Chart | Withheld:
        """`stages` as aligned bars; reports not yet due are hatched.

        Example: study.stages_chart("child_abuse", "Bù Đăng").
        """
        key = self._stream(stream).key
        frame = self.stages(key, locality, period=period)
        if isinstance(frame, Withheld):
            return frame
        options = self._options(self._stage_labels())
        return charts.stage_bars(pd.DataFrame(frame), title=self._place_title(key, locality), **options)

    def time_to_decision(
        self, stream: str | None = None, locality: str | None = None, *, period: str | None = None
    ) -> StudyFrame | Withheld:
        """Share of reports decided by each legal limit, by kind of decision: the whole, or one locality.

        share (0..1) with its interval: cumulative incidence, in which reports not yet due count for as long
        as they were seen; the kinds add up to "any". n_decided of n_reports by the limit (`days`), n_open:
        undecided and not yet seen for so long. period: a block; all together by default.
        Example: study.time_to_decision("child_abuse").query("kind == 'any'").
        """
        found = self.results.time_to_decision
        if found is None:
            return self._no_handling("time_to_decision")
        frame = self._handled(found, stream, locality, period)
        frame = self._labelled(frame, "kind", self._kind_labels())
        return self._of_handling(self._labelled(frame, "limit", self._limit_labels()), "time_to_decision")

    def decision_chart(self, stream: str | None = None, locality: str | None = None) -> Chart | Withheld:
        """Share of reports decided by every day up to the last limit, by kind of decision, as steps.

        Example: study.decision_chart("child_abuse", "dong xoai").
        """
        curves, declared = self.results.decision_curves, self.spec.handling
        if curves is None or declared is None:
            return self._no_handling("decision_chart")
        key = self._stream(stream).key
        return charts.step_curve(
            self._handled(curves, key, locality, None),
            title=self._place_title(key, locality),
            limits=sorted(limit.days for limit in declared.limits),
            **self._options(self._kind_labels()),
        )

    def days_to_decision(
        self, stream: str | None = None, locality: str | None = None, *, period: str | None = None
    ) -> StudyFrame | Withheld:
        """Days by which half of the reports were decided, with interval: the whole, or one locality.

        median of all n_reports, decided or not, so that open ones do not drop out; n_decided of them are
        decided. period: a block; all together by default. Example: study.days_to_decision("child_abuse").
        """
        found = self.results.decision_medians
        if found is None:
            return self._no_handling("days_to_decision")
        return self._of_handling(self._handled(found, stream, locality, period), "days_to_decision")

    def resolution(
        self,
        stream: str | None = None,
        locality: str | None = None,
        *,
        period: str | None = None,
        everywhere: bool = False,
    ) -> StudyFrame | Withheld:
        """Resolved reports of those whose time has passed: the count, and what so many reports can show.

        n_resolved of n_due (n_in_time of them within their limit), share (0..1) with Wilson's interval; met:
        the count is over `more_than`; evidence: "shown", "refuted" or "open"; needed_if_all: how many reports
        would show it if all were resolved. n_not_due stand apart. The whole, one locality, or `everywhere`.
        period: a block; all together by default. Example: study.resolution("child_abuse", everywhere=True).
        """
        found = self.results.resolution
        if found is None:
            return self._no_handling("resolution")
        frame = self._handled(found, stream, locality, period, everywhere=everywhere)
        frame = frame.assign(said=[self._share_said(row) for row in frame.to_dict("records")])
        return self._of_handling(frame.astype({"said": "str"}), "resolution")

    def stopped(
        self,
        locality: str | None = None,
        *,
        target: str | None = None,
        period: str | None = None,
        everywhere: bool = False,
    ) -> StudyFrame | Withheld:
        """Cases suspended, terminated or returned, with coded reasons: those that the plan wants few of.

        n of n_cases (those that had come to where they could be stopped), a case once in a row; step "*": by
        any of the steps, reason_code "*": whatever the reason; share (0..1) with exact interval. outlier:
        "high" or "low" where a locality's share lies outside the funnel's 99.8 % limits, the usual variation
        between localities allowed for. The whole, one locality, or `everywhere`. period: a block; all
        together by default. Example: study.stopped(everywhere=True).query("outlier.notna()").
        """
        found = self.results.stopped
        if found is None:
            return self._no_targets("stopped", "fewest")
        frame = self._places(self._aim(found, target, "fewest"), locality, everywhere=everywhere)
        frame = self._labelled(self._in_block(frame, period), "step", self._step_labels())
        frame = self._labelled(frame, "reason_code", self._reason_labels())
        frame = self._labelled(frame, "target", self.labels.targets)
        return self._of_handling(frame, "stopped")

    def stopped_chart(self, target: str | None = None) -> Chart | Withheld:
        """Share of cases stopped by any of the steps in every locality, with exact intervals.

        Bold: outside the funnel's 99.8 % limits; the dashed line is the whole. All complete periods together.
        Example: study.stopped_chart().
        """
        found = self.results.stopped
        if found is None:
            return self._no_targets("stopped_chart", "fewest")
        aim = target or next(t.key for t in self.spec.targets if t.kind == "fewest")
        rows = self._in_block(self._places(self._aim(found, aim, "fewest"), None), None)
        rows = rows[(rows["step"] == WHOLE) & (rows["reason_code"] == WHOLE)]
        whole, places = rows[rows["locality"] == WHOLE], rows[rows["locality"] != WHOLE]
        notes = [
            f"{self._count(n)} / {self._count(m)}"
            for n, m in zip(places["n"], places["n_cases"], strict=True)
        ]
        places = places.assign(note=notes, emphasis=places["outlier"]).sort_values("share", ascending=False)
        return charts.dot_interval(
            places,
            label="locality",
            value="share",
            reference=float(whole["share"].iloc[0]) if len(whole) else None,
            reference_label=text("whole", self.language),
            title=self._aim_title(str(rows["target"].iloc[0])),
            caption=text("stopped_caption", self.language),
            **self._chart_options(),
        )

    def relative_rates(self, stream: str | None = None, *, point: str | None = None) -> StudyFrame | Withheld:
        """Whether cases go on equally often for groups of children or suspects, at each decision.

        group against base (of `column`: sex or age_band, of `role`); n of n_cases went on, ratio of the
        shares with its interval, p, q (Benjamini-Hochberg over all `comparisons`), differs (q < 0.05);
        adjusted_ratio: within cases alike in form and severity. Of all localities together; groups too small
        are withheld. A difference says where to look, not that anyone is treated unequally.
        Example: study.relative_rates(point="prosecuted").
        """
        found = self.results.relative_rates
        if found is None:
            return self._no_relative("relative_rates")
        frame = self._asked(found, stream)
        if point:
            frame = frame[
                frame["point"] == self._one_of("study_unknown_point", point, found["point"].unique())
            ]
        frame = self._labelled(frame, "point", self._point_labels())
        comparisons = self._count(found["comparisons"].max() if len(found) else 0)
        return self._of_handling(frame, "relative_rates", comparisons=comparisons)

    def relative_rates_chart(self, stream: str | None = None) -> Chart | Withheld:
        """`relative_rates` with intervals; 1 is equally often, bold stays clear after all comparisons.

        Example: study.relative_rates_chart("child_abuse").
        """
        key = self._stream(stream).key
        frame = self.relative_rates(key)
        if isinstance(frame, Withheld):
            return frame
        rows = pd.DataFrame(frame).reset_index(drop=True)
        told = [
            text("relative_row", self.language, point=point, group=self._group(group), base=self._group(base))
            for point, group, base in zip(rows["point_label"], rows["group"], rows["base"], strict=True)
        ]
        rows = rows.assign(row=told, emphasis=rows["differs"].fillna(False).astype(bool))
        return charts.dot_interval(
            rows,
            label="row",
            value="ratio",
            kind="ratio",
            reference=1.0,
            reference_label=text("equally_often", self.language),
            title=text("relative_rates_chart", self.language, stream=self.labels.streams[key]),
            caption=text("relative_rates_caption", self.language),
            **self._chart_options(),
        )

    # parts of the answers above

    def _handled(
        self,
        found: pd.DataFrame,
        stream: str | None,
        locality: str | None,
        period: str | None,
        *,
        everywhere: bool = False,
    ) -> pd.DataFrame:
        frame = self._in_block(self._places(found, locality, everywhere=everywhere), period)
        return self._asked(frame, stream)

    def _options(self, labels: dict[str, str]) -> dict:
        options = self._chart_options()
        return options | {"labels": options["labels"] | labels}

    def _no_relative(self, question: str) -> Withheld:
        if self.results.procedure is not None:
            return Withheld(question, "no_table", "bring_table", {"table": "persons"})
        return self._no_handling(question)

    def _aim_title(self, target: str) -> str:
        label = self.labels.targets.get(target, target)
        return label[:1].upper() + label[1:]

    def _group(self, group: str) -> str:
        """A sex or an age band in words."""
        if group in ("male", "female"):
            return text(f"group_{group}", self.language)
        return text("age_group", self.language, band=group.replace("-", "–"))

    def _stage_labels(self) -> dict[str, str]:
        stages = ("received", "classified", "assigned", "decided")
        return {stage: text(f"stage_{stage}", self.language) for stage in stages}

    def _step_labels(self) -> dict[str, str]:
        return self.labels.steps | {WHOLE: text("any_step", self.language)}

    def _kind_labels(self) -> dict[str, str]:
        return self.labels.steps | {"any": text("any_decision", self.language)}

    def _point_labels(self) -> dict[str, str]:
        return self.labels.steps | {"resolved": text("point_resolved", self.language)}

    def _limit_labels(self) -> dict[str, str]:
        declared = self.spec.handling
        return {limit.key: limit.label[self.language] for limit in declared.limits} if declared else {}

    def _reason_labels(self) -> dict[str, str]:
        names = {"*": "any_reason", "not_recorded": "reason_not_recorded"}
        return self.labels.reasons | {key: text(name, self.language) for key, name in names.items()}
