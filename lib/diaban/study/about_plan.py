"""Questions about the plan's targets: what the counts say, what they support, how the year may end."""

from __future__ import annotations

import pandas as pd

from diaban.study.display import text
from diaban.study.frames import StudyFrame
from diaban.study.plan_base import PlanBase
from diaban.withheld import Withheld


class AboutPlan(PlanBase):
    """Targets, with the truth about them."""

    def targets(self, stream: str | None = None, locality: str | None = None) -> StudyFrame | Withheld:
        """Targets on numbers of cases: the count's verdict, the evidence, and what would be evidence.

        One row a target: the whole first, then every locality, or one. met: the newest complete period has
        `limit` cases or fewer. attainment: probability (0..1) that the risk itself changed at least so far,
        population taken into account; evidence: "fell" (0.9 or more), "not" (0.1 or less), "open" between.
        chance_by_luck: of meeting the target with nothing changed; power: of seeing such a change, visible
        from 0.8; smallest_visible_fall (share of base_cases; missing: not even no case would be seen).
        verdict: which of eight combinations, in words as `said`; would: what next year would have to bring.
        Example: study.targets(locality="Bù Đăng")[["target_label", "said", "would"]].
        """
        found = self.results.targets
        if found is None:
            return self._no_targets("targets", "change")
        frame = self._asked(self._places(found, locality), stream)
        frame = frame.assign(
            said=[self._verdict(*row) for row in zip(frame["verdict"], frame["change"], strict=True)],
            would=[
                self._would(*row)
                for row in zip(
                    frame["withheld"], frame["change"], frame["next_detectable_count"], strict=True
                )
            ],
        ).astype({"said": "str", "would": "str"})
        period, base = self.results.judged or ("–", "–")
        units = {"period": period, "base": base}
        frame = self._labelled(frame, "target", self.labels.targets)
        return self._frame(frame, "targets", tables=self._counted(), units=units)

    def targets_pooled(self, stream: str | None = None, locality: str | None = None) -> StudyFrame | Withheld:
        """What several years together tell of the same targets: the report block against the baseline.

        change_per_year of the risk with its interval, beside the change that the target asks each year;
        pooled_change: what that comes to between the middles of the blocks (years_apart). attainment and
        evidence as in `targets`, for pooled_change. Example: study.targets_pooled("child_abuse", "Bù Đăng").
        """
        found = self.results.targets_pooled
        if found is None:
            if self.results.targets is not None:
                return self._one_block("targets_pooled")
            return self._no_targets("targets_pooled", "change")
        frame = self._asked(self._places(found, locality), stream)
        units = {"period": self.period.replace("-", "–"), "baseline": self.baseline.replace("-", "–")}
        frame = self._labelled(frame, "target", self.labels.targets)
        return self._frame(frame, "targets_pooled", tables=self._counted(), units=units)

    def mid_year(self, stream: str | None = None, locality: str | None = None) -> StudyFrame | Withheld:
        """Whether the running year will meet its targets, from what is counted so far.

        probability (0..1) that the whole year's count stays within `limit`; expected count of the year with
        its interval; remaining: how many more cases may come. What is left of the year is told by the season
        of earlier years (season_share: of a year's cases, those of the months that are over), the register's
        delay (share_counted) and how risks moved so far; probability_this_year_alone: from the count so far
        only. outlook: "likely" (0.9 or more), "unlikely" (0.1 or less), "open"; `said` in words.
        Example: study.mid_year("child_abuse").query("outlook != 'open'").
        """
        found = self.results.mid_year
        if found is None:
            return self._no_outlook()
        frame = self._asked(self._places(found, locality), stream)
        beyond = (frame["change"] <= 0) & (frame["cases"] > frame["limit"]).fillna(False).astype(bool)
        frame = frame.assign(said=self._words("outlook_" + frame["outlook"].mask(beyond, "beyond")))
        frame = self._labelled(frame, "target", self.labels.targets)
        units = {"period": self.results.running, "months": len(self.results.elapsed)}
        return self._frame(frame, "mid_year", tables=["cases", "population"], units=units)

    def share_targets(self, target: str | None = None, locality: str | None = None) -> StudyFrame | Withheld:
        """Targets on shares of reports: the count as a fact, and what so many reports can show.

        target: key or label of one; all by default. successes of n reports of the newest complete period
        (of "resolved" and "decided" only those whose time has passed); met: what the count says. lower, upper
        (Wilson): the share that the way of working reaches; evidence: "shown", "refuted" or "open";
        needed_if_all: how many reports would show it if all succeed. `said` in words.
        Example: study.share_targets("resolved").
        """
        found = self.results.share_targets
        if found is None:
            return self._no_targets("share_targets", "share")
        frame = self._places(self._aim(found, target, "share"), locality)
        frame = frame.assign(said=[self._share_said(row) for row in frame.to_dict("records")])
        frame = self._front(frame.astype({"said": "str"}))
        return self._of_handling(frame, "share_targets", period=self._judged_period())

    def fewest_targets(self, target: str | None = None, locality: str | None = None) -> StudyFrame | Withheld:
        """Targets that ask for as few as can be: cases with the steps that the target names, of all cases.

        count of n in the newest complete period, base_count of base_n in the year before (which had the same
        time), shares with intervals; fewer: what the counts say; p (exact, one-sided): chance of so low a
        share with nothing changed; evidence: "fell", "not" or "open". Example: study.fewest_targets().
        """
        found = self.results.fewest_targets
        if found is None:
            return self._no_targets("fewest_targets", "fewest")
        frame = self._front(self._places(self._aim(found, target, "fewest"), locality))
        frame = frame.assign(said=self._words("fewest_" + frame["evidence"]))
        return self._of_handling(frame, "fewest_targets", period=self._judged_period())

    # parts of the answers above

    def _verdict(self, verdict: object, change: float) -> object:
        if pd.isna(verdict):
            return pd.NA
        way = text("way_fell" if change <= 0 else "way_rose", self.language)
        return text(f"verdict_{verdict}", self.language, way=way)

    def _would(self, withheld: object, change: float, count: float) -> object:
        """What next year would have to bring to be seen as a fall."""
        if pd.notna(withheld) or change > 0:
            return pd.NA
        if pd.isna(count):
            return text("would_none", self.language)
        key = "would_at_most" if count > 0 else "would_zero"
        return text(key, self.language, count=self._count(float(count)))

    def _share_said(self, row: dict) -> object:
        """What the count says, and what it supports; missing for a row without reports."""
        if pd.isna(row["evidence"]):
            return pd.NA
        met = "met" if row["met"] else "missed"
        supported = str(row["evidence"])
        needed, n = row["needed_if_all"], row["n"] if "n" in row else row["n_due"]
        if supported == "open" and met == "met":
            supported = "open_all" if pd.isna(needed) else "open_needed" if n < needed else "open_met"
        elif supported == "open":
            supported = "open_missed"
        fields = {} if pd.isna(needed) else {"needed": self._count(float(needed))}
        return " ".join(text(f"share_{key}", self.language, **fields) for key in (met, supported))

    def _aim(self, frame: pd.DataFrame, target: str | None, kind: str) -> pd.DataFrame:
        """Rows of one target of a kind, by key or label; all rows without one."""
        if not target:
            return frame
        forms = {
            form: t.key
            for t in self.spec.targets
            if t.kind == kind
            for form in (t.key, t.label.vi, t.label.en)
        }
        return frame[frame["target"] == self._nearest("study_unknown_aim", target, forms)]

    def _front(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Keys before numbers, and the targets' names."""
        frame = self._labelled(frame, "target", self.labels.targets)
        keys = [name for name in ("locality", "target", "target_label", "period", "base") if name in frame]
        return frame[[*keys, *(name for name in frame.columns if name not in keys)]]

    def _judged_period(self) -> str:
        return self.results.judged[0] if self.results.judged else "–"

    def _no_outlook(self) -> Withheld:
        if self.results.targets is None:
            return self._no_targets("mid_year", "change")
        if self.results.dated_cases is None:
            return self._no_dates("mid_year")
        return Withheld("mid_year", "no_running_year", "move_cutoff")
