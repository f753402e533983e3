"""How reports and cases are handled: how far they come, how long it takes, where they stop."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import pandas as pd

from diaban.analysis.handling import (
    DecisionPoint,
    Grouping,
    Procedure,
    decision_curves,
    decision_medians,
    relative_rates,
    resolution,
    stages,
    stopped,
    time_to_decision,
)
from diaban.analysis.handling.resolution import MORE_THAN
from diaban.analysis.targets import fewest, share_target
from diaban.results.plan import Plan
from diaban.spec.targets import TargetSpec

LINKED = ("abuse_form", "severity_class")
"""Columns of a case within which groups of persons are compared."""


class Handled(Plan):
    """Result frames of handling; None where the study declares no steps or has no events."""

    @cached_property
    def cutoff(self) -> pd.Timestamp:
        return pd.Timestamp(self.spec.periods.cutoff)

    @cached_property
    def procedure(self) -> Procedure | None:
        """The study's calendar of steps, as the analyses take it; only where there are cases and events."""
        declared = self.spec.handling
        if declared is None or self.tables.process_events is None or self.dated_cases is None:
            return None
        named = {
            "received": [declared.start],
            "classified": declared.classified,
            "assigned": declared.assigned,
        }
        return Procedure(
            start=declared.start,
            stages={stage: steps for stage, steps in named.items() if steps},
            decisions=declared.decisions,
            resolved=declared.resolved,
            limits={limit.key: limit.days for limit in sorted(declared.limits, key=lambda one: one.days)},
            extended=declared.extended,
        )

    def _asked(self) -> dict:
        """What every question of handling is asked with."""
        return {"procedure": self.procedure, "cutoff": self.cutoff, "localities": self._places}

    @cached_property
    def _places(self) -> list[str]:
        return sorted(self.exposed_report["locality"].unique())

    @cached_property
    def reports(self) -> pd.DataFrame:
        """One row a case and stream of the complete periods, by the block it lies in; empty without cases."""
        if self.dated_cases is None:
            return pd.DataFrame()
        rows = self.dated_cases[self.dated_cases["period"].isin(self.periods)]
        return rows.assign(year=rows["period"], period=rows["period"].map(self.spec.block_of())).dropna(
            subset=["period"]
        )

    @cached_property
    def stages(self) -> pd.DataFrame | None:
        """Reports received, classified, assigned, decided, by locality, stream and block, and "*" of each."""
        if self.procedure is None:
            return None
        return stages(self.reports, self._events, **self._asked())

    @cached_property
    def time_to_decision(self) -> pd.DataFrame | None:
        """Share of reports decided by each legal limit and kind of decision."""
        if self.procedure is None:
            return None
        return time_to_decision(self.reports, self._events, **self._asked())

    @cached_property
    def decision_curves(self) -> pd.DataFrame | None:
        """The same on every day up to the last limit."""
        if self.procedure is None:
            return None
        return decision_curves(self.reports, self._events, **self._asked())

    @cached_property
    def decision_medians(self) -> pd.DataFrame | None:
        """Days by which half of the reports were decided."""
        if self.procedure is None:
            return None
        return decision_medians(self.reports, self._events, **self._asked())

    @cached_property
    def resolution(self) -> pd.DataFrame | None:
        """Resolved reports out of those whose time has passed, by locality, stream and block."""
        if self.procedure is None:
            return None
        asked = [
            t.more_than for t in self.spec.targets if t.measure == "resolved" and t.more_than is not None
        ]
        more_than = asked[0] if asked else MORE_THAN
        return resolution(self.reports, self._events, more_than=more_than, **self._asked())

    @cached_property
    def stopped(self) -> pd.DataFrame | None:
        """Cases suspended, terminated or returned, with reasons: those that the targets on them name."""
        aims = [t for t in self.spec.targets if t.kind == "fewest"]
        if self.procedure is None or not aims:
            return None
        frames = [
            stopped(
                self._named(aim, self.reports).drop_duplicates("case_key"),
                self._events,
                steps={step: self._before(step) for step in aim.steps},
                cutoff=self.cutoff,
                localities=self._places,
            ).assign(target=aim.key)
            for aim in aims
        ]
        return pd.concat(frames, ignore_index=True)

    @cached_property
    def share_targets(self) -> pd.DataFrame | None:
        """Targets on shares of the newest complete period's reports: the count, and what it supports.

        Columns target, locality ("*" too), period and those of `share_target`. Of `resolved` and `decided`
        only reports whose time has passed are counted; of the others all that were received.
        """
        aims = [t for t in self.spec.targets if t.kind == "share"]
        if self.procedure is None or not aims or self.judged is None:
            return None
        return pd.concat([self._share_target(aim) for aim in aims], ignore_index=True)

    @cached_property
    def fewest_targets(self) -> pd.DataFrame | None:
        """Targets that ask for as few as can be: cases of the newest complete period against the year before.

        Columns target, locality ("*" too), period, base and those of `fewest`. The steps of the earlier cases
        count up to a year before the day to which the newer ones are known: both years had the same time.
        """
        aims = [t for t in self.spec.targets if t.kind == "fewest"]
        if self.procedure is None or not aims or self.judged is None:
            return None
        return pd.concat([self._fewest_target(aim) for aim in aims], ignore_index=True)

    @cached_property
    def relative_rates(self) -> pd.DataFrame | None:
        """Whether cases go on equally often for groups of the persons concerned, in the whole."""
        declared, persons = self.spec.handling, self.tables.persons
        if self.procedure is None or declared is None or persons is None or not declared.limits:
            return None
        return self.relative_rates_by_age({})

    def relative_rates_by_age(
        self, joined: Mapping[str, Mapping[str, str]], *, only: str | None = None
    ) -> pd.DataFrame:
        """`relative_rates`, where there are any, with age bands put together: stream -> band -> its name.
        only: the stream of which the bands, and nothing else, are compared."""
        declared, persons = self.spec.handling, self.tables.persons
        assert declared is not None
        assert persons is not None
        last = max(limit.days for limit in declared.limits)
        points = [DecisionPoint("resolved", [declared.start], declared.resolved, last)]
        points += [
            DecisionPoint(step.key, step.after, [step.key], last)
            for step in declared.steps
            if step.after and step.key in {*declared.decisions[:1], "concluded", "indicted", "diverted"}
        ]
        groupings = [
            Grouping(s.key, "victim" if s.victims_are_children else "suspect", column, joined.get(s.key, {}))
            for s in self.spec.streams
            for column in ("sex", "age_band")
            if column in persons and only in (None, s.key) and (only is None or column == "age_band")
        ]
        alike = [column for column in LINKED if column in self.reports]
        return relative_rates(
            self.reports,
            persons,
            self._events,
            points=points,
            groupings=groupings,
            cutoff=self.cutoff,
            alike=alike,
        )

    @property
    def _events(self) -> pd.DataFrame:
        assert self.tables.process_events is not None
        return self.tables.process_events

    def _share_target(self, aim: TargetSpec) -> pd.DataFrame:
        assert self.judged is not None
        period = self.judged[0]
        rows = self._named(aim, self.reports)
        rows = rows[rows["year"] == period].assign(period=period, stream="all").drop_duplicates("case_key")
        if aim.measure == "resolved":
            told = resolution(rows, self._events, **self._asked())
            n, of = told["n_resolved"], told["n_due"]
        else:
            told = stages(rows, self._events, **self._asked())
            told = told[told["stage"] == aim.measure].reset_index(drop=True)
            due = aim.measure == "decided"
            n, of = told["n_in_time" if due else "n"], told["n_due" if due else "n_reports"]
        chosen = (told["stream"] == "*") & (told["period"] == "*")
        table = share_target(
            n[chosen].astype("float64"),
            of[chosen].astype("float64"),
            at_least=aim.at_least,
            more_than=aim.more_than,
        )
        return table.assign(target=aim.key, locality=told.loc[chosen, "locality"], period=period)

    def _fewest_target(self, aim: TargetSpec) -> pd.DataFrame:
        assert self.judged is not None
        period, base = self.judged
        rows = self._named(aim, self.reports).drop_duplicates("case_key")
        until = self.known_until(pd.Series([period])).iloc[0]
        newer, older = (
            self._stopped_of(rows[rows["year"] == year], aim, day)
            for year, day in ((period, until), (base, until - pd.DateOffset(years=1)))
        )
        both = newer.join(older.add_prefix("base_"))
        table = fewest(both["count"], both["n"], both["base_count"], both["base_n"])
        return table.rename_axis("locality").reset_index().assign(target=aim.key, period=period, base=base)

    def _stopped_of(self, rows: pd.DataFrame, aim: TargetSpec, until: pd.Timestamp) -> pd.DataFrame:
        """locality ("*" too) -> count of n cases with one of the aim's steps by then."""
        events = self._events
        made = events[events["step"].isin(aim.steps) & (events["date"] <= until)]
        rows = rows.assign(n=1, count=rows["case_key"].isin(made["case_key"]).astype("int64"))
        sums = rows.groupby("locality")[["count", "n"]].sum().reindex(self._places, fill_value=0)
        return pd.concat([sums, sums.sum().to_frame("*").T])

    def _before(self, step: str) -> list[str]:
        assert self.spec.handling is not None
        return next(list(s.after) for s in self.spec.handling.steps if s.key == step)

    @staticmethod
    def _named(aim: TargetSpec, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows of `rows` that a target speaks of."""
        if aim.stream:
            rows = rows[rows["stream"] == aim.stream]
        for column, values in aim.select.items():
            rows = rows[rows[column].isin(values)]
        return rows
