"""Questions to the area figures: what matters most, what a locality's cases go with, and small areas."""

from __future__ import annotations

import pandas as pd

from diaban import charts
from diaban.charts import Chart
from diaban.charts.texts import text as chart_text
from diaban.study.about_conditions import AboutConditions
from diaban.study.display import text
from diaban.study.frames import StudyFrame
from diaban.withheld import Withheld

COMPONENTS = ("expected", "age", "unexplained", "observed")
TARGETS = ("median", "best_quarter")
_SMOOTHED = ["rate", "lower", "upper", "probability_above", "spatial_share"]
_SHRUNK = [
    "locality", "stream", "period", "cases", "person_years", "rate", "shrunk_rate", "shrunk_lower",
    "shrunk_upper", "probability_above", "reference_rate", "rank_lower", "rank_upper", "withheld",
]  # fmt: skip


class AboutExcess(AboutConditions):
    """What the differences between places go with."""

    def importance(self, stream: str | None = None) -> StudyFrame | Withheld:
        """How much of what the model explains between places is each indicator's, the largest first.

        importance (0..1, adding up to 1 in a stream; Shapley value of the deviance) with interval and ranks
        (rank_lower to rank_upper, bootstrap over localities); explained: share of the variation between
        places that all explain together. It tells places apart; it does not say what acts.
        Example: study.importance("child_abuse")[["label", "importance", "rank_lower", "rank_upper"]].
        """
        found = self.results.factor_importance
        if found is None:
            return self._no_indicators("importance")
        frame = found[found["stream"].isin(self._streams(stream))]
        frame = frame.sort_values(["stream", "importance"], ascending=[True, False], kind="stable")
        return self._of_indicators(frame, "importance")

    def importance_chart(self, stream: str | None = None) -> Chart | Withheld:
        """`importance` with its intervals; at the right the ranks that each indicator may hold.

        Example: study.importance_chart("u18_offending").
        """
        key = self._stream(stream).key
        frame = self.importance(key)
        if isinstance(frame, Withheld):
            return frame
        rows = pd.DataFrame(frame).assign(note=self._rank_notes(frame))
        return charts.dot_interval(
            rows,
            label="indicator",
            value="importance",
            title=text("importance_chart", self.language, stream=self.labels.streams[key]),
            caption=text("importance_caption", self.language),
            **self._chart_options(),
        )

    def excess(self, locality: str, stream: str | None = None) -> StudyFrame | Withheld:
        """What a locality's cases go with: from the number its size leads to expect to the recorded one.

        cases of the report block with interval by component: "expected" (the whole's rate), "age" (its age
        structure), each indicator (its level against the whole, as associated between places), "unexplained",
        "observed"; they add up. Example: study.excess("Bù Đăng", "child_abuse").
        """
        parts = self.results.excess_decomposition
        if parts is None:
            return self._no_indicators("excess")
        here = parts["locality"] == self.find_locality(locality)
        frame = parts[here & parts["stream"].isin(self._streams(stream))]
        names = {c: chart_text(f"component_{c}", self.language) for c in COMPONENTS}
        labels = frame["component"].map(self.labels.indicators | names).astype("str")
        return self._of_indicators(frame.assign(label=labels), "excess", period=self._report())

    def excess_chart(self, locality: str, stream: str | None = None) -> Chart | Withheld:
        """`excess` as a waterfall: what is clear is inked, what is left is hatched.

        Example: study.excess_chart("dong xoai", "u18_offending").
        """
        key = self._stream(stream).key
        frame = self.excess(locality, key)
        if isinstance(frame, Withheld):
            return frame
        title = f"{self._place_title(key, locality)}, {self._report()}"
        return charts.decomposition(
            pd.DataFrame(frame).drop(columns="label"), title=title, **self._chart_options()
        )

    def what_if(
        self, stream: str | None = None, locality: str | None = None, *, target: str = "median"
    ) -> StudyFrame | Withheld:
        """Cases that go with bringing a factor to a better level, where the association is robust.

        target: "median" or "best_quarter" of places. value, to_value (in the indicator's `unit`): the
        locality's mean before and after; cases (modelled, of the report block) and their change with interval
        (negative: fewer). An association read forward, not what a programme would achieve; never beyond what
        is observed. Example: study.what_if("child_abuse", "Bù Đăng", target="best_quarter").
        """
        found = self.results.what_if
        target = self._one_of("study_unknown_target", target, TARGETS)
        if found is None:
            return self._no_indicators("what_if")
        frame = self._shown(found, everywhere=False)
        if locality:
            frame = found[found["locality"] == self.find_locality(locality)]
        frame = frame[frame["stream"].isin(self._streams(stream)) & (frame["target"] == target)]
        frame = frame.sort_values(["stream", "change", "withheld"], na_position="last", kind="stable")
        return self._of_indicators(self._with_units(frame), "what_if", period=self._report())

    def small_areas(
        self, stream: str | None = None, period: str | None = None, *, locality: str | None = None
    ) -> StudyFrame | Withheld:
        """Rates of the smallest areas, shrunk towards the whole and towards their neighbours.

        Cases per `per` persons at risk and year. rate: crude; shrunk_rate (gamma-Poisson), probability_above
        (that it exceeds reference_rate) and ranks (rank_lower to rank_upper, 1 the highest); spatial_rate (a
        map on which neighbours may be alike), with spatial_share: how far they are (0..1). period: a block,
        the report block by default. locality: only the areas inside it. By shrunk rate, which is no ranking:
        read the rank intervals. Example: study.small_areas("child_abuse", locality="bu dang").
        """
        key, (block,) = self._stream(stream).key, self._block(period or self.period)
        shrunk = self.results.small_area_rates
        rows = shrunk.loc[(shrunk["stream"] == key) & (shrunk["period"] == block), _SHRUNK]
        if rows.empty:
            return self._not_comparable("small_areas", key, block)
        rows = self._shown(rows, everywhere=False)
        if locality:
            within = rows["locality"].map(self.results.report_of) == self.find_locality(locality)
            rows = rows[within]
        smoothed = self.results.spatial_rates.set_index(["locality", "stream", "period"])[_SMOOTHED]
        smoothed.columns = [name if name.startswith("spatial") else f"spatial_{name}" for name in _SMOOTHED]
        rows = rows.join(smoothed, on=["locality", "stream", "period"])
        if self.spec.places.analysis_level != self.spec.places.report_level:
            rows.insert(1, "inside", rows["locality"].map(self.results.report_of).map(self.labels.places))
        rows = rows.sort_values("shrunk_rate", ascending=False, kind="stable")
        per = self.spec.model.per
        return self._frame(rows, "small_areas", tables=self._counted(), units=self._risk(key), per=per)

    def similar_places(self, locality: str | None = None) -> StudyFrame | Withheld:
        """The localities that are most alike in the indicators that the study declares, nearest first.

        distance: how many standard deviations apart on average over the declared indicators
        (`places.similar_by`); rank 1 is the nearest. A large distance says that there is no close one.
        Example: study.similar_places("bu dang").
        """
        if self.results.factor_profile is None:
            return self._no_indicators("similar_places")
        found = self.results.statistical_neighbours
        if found is None:
            return Withheld("similar_places", "no_similar_by", "declare_similar_by")
        frame = self._shown(found, everywhere=False)
        if locality:
            frame = found[found["locality"] == self.find_locality(locality)]
        by = "; ".join(self.labels.indicators[key] for key in self.spec.places.similar_by)
        return self._of_indicators(frame.sort_values(["locality", "rank"]), "similar_places", indicators=by)

    # parts of the answers above

    def _report(self) -> str:
        return self.period.replace("-", "–")

    def _rank_notes(self, frame: pd.DataFrame) -> list[str]:
        """Range of ranks: 1–4, or 1 where it is one; nothing where it is withheld."""
        pairs = zip(frame["rank_lower"], frame["rank_upper"], strict=True)
        return ["" if pd.isna(a) else f"{a:.0f}" if a == b else f"{a:.0f}–{b:.0f}" for a, b in pairs]
