"""Both sides together: factors, the written rule, what was tested, and in which order to look at it."""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from diaban import charts
from diaban.analysis.area_factors import associations
from diaban.analysis.case_factors import prevalence
from diaban.charts import Chart
from diaban.findings.evidence import Evidence, gather_evidence
from diaban.findings.priority import measure_priorities, priorities
from diaban.findings.strength import RULES
from diaban.findings.tested import factors_tested
from diaban.findings.words import DOTS, sentences
from diaban.release.build import read_measures
from diaban.study.base import StudyBase
from diaban.study.both_sides import factors_table
from diaban.study.display import text
from diaban.study.frames import StudyFrame
from diaban.withheld import Withheld

MOST_ROWS = 15
SIDES = ("case", "area")
_PROFILE = ["locality", "indicator", "value", "reference", "verdict"]


class AboutFactors(StudyBase):
    """What both sides support, how surely, and what follows."""

    def factors(self, stream: str | None = None) -> StudyFrame | Withheld:
        """Every factor of the catalogue with what each side says, those that both support first.

        Case side: n_coded of n_files, share, over_in (localities where it is over-represented). Area side:
        between_ratio, between_q, within_ratio, within_q for its indicator, direction ("as_expected":
        more cases at the end that the study calls worse; "opposite"). support: "both", "case_side",
        "area_side", "neither", of what was measured (`measured_by`). Example: study.factors("child_abuse").
        """
        if not self.spec.factors:
            return Withheld("factors", "no_factors", "declare_factors")
        names = {code: name.split(" (")[0] for code, name in self.labels.places.items()}
        frame = factors_table(
            self.spec.factors, self._streams(stream), self.results.case_factors, self.results.area_factors,
            higher_is={i.key: i.higher_is for i in self.spec.indicators}, places=names,
        )  # fmt: skip
        labels = {f.key: f.label[self.language] for f in self.spec.factors}
        frame.insert(1, "label", frame["factor"].map(labels).astype("str"))
        return self._together(frame, "factors")

    def strength_rule(self) -> StudyFrame:
        """The rule that turns evidence into strength: from the top, the first row that holds decides.

        rule (key), when (in words), strength ("strong", "moderate", "weak"; what fits no row is
        "insufficient"), said (its name on the pages). Example: study.strength_rule()["when"].tolist().
        """
        said = sentences(self.language)
        rows = [
            (rule, said["rule"][rule], strength, f"{DOTS[strength]} {said['strength'][strength]}")
            for rule, strength in RULES
        ]
        frame = pd.DataFrame(rows, columns=["rule", "when", "strength", "said"])
        return self._frame(frame, "strength_rule", units={})

    def tested_factors(
        self, stream: str | None = None, locality: str | None = None, *, side: str | None = None
    ) -> StudyFrame | Withheld:
        """Everything that was tested, and why it is not a finding: nothing is left out.

        side "case": a code at a locality; estimate: share of its files (0..1). side "area": an indicator,
        in the whole (locality missing) or at a locality; estimate: rate ratio for one standard deviation.
        lower, upper, q, result (key; said: in words), reason, is_finding. locality: that one, and the whole.
        Example: study.tested_factors("child_abuse", "Bù Đăng").query("not is_finding").
        """
        if self.results.case_factors is None and self.results.area_factors is None:
            return self._no_indicators("tested_factors")
        frame = self._tested[self._tested["stream"].isin(self._streams(stream))]
        if side:
            frame = frame[frame["side"] == self._one_of("study_unknown_side", side, SIDES)]
        if locality:
            here = frame["locality"] == self.find_locality(locality)
            frame = frame[here | frame["locality"].isna()]
        labels = self.labels.codes | self.labels.indicators
        said = frame["result"].map(sentences(self.language)["result"]).astype("str")
        places = self.labels.places
        name = frame["locality"].map(places).astype("str").fillna(text("everywhere", self.language))
        frame = frame.assign(name=name, label=frame["factor"].map(labels).astype("str"), said=said)
        return self._together(frame, "tested_factors")

    def priorities(self, stream: str | None = None, locality: str | None = None) -> StudyFrame | Withheld:
        """In which order to look at the causes and conditions of a locality, and how sure the order is.

        score = prevalence^w1 x excess^w2 x strength^w3 x changeable^w4 (weights: `priority` of study.toml);
        rank with interval over redrawn data and weights; tied: it cannot be told from the one above. An order
        of what to look at first, no forecast of effects. Of exact counts; pages have it of protected ones.
        Example: study.priorities("child_abuse", "Bù Đăng").query("rank_lower == 1").
        """
        if self.results.case_factors is None:
            return self._no_files("priorities")
        return self._ranked(self._priorities, "priorities", stream, locality)

    def priorities_chart(self, stream: str | None = None, locality: str = "") -> Chart | Withheld:
        """The ranks that the 15 causes and conditions with the highest scores may hold in a locality.

        locality: for an empty text as in `find_locality`.
        Example: study.priorities_chart("child_abuse", "bu dang").
        """
        key = self._stream(stream).key
        chosen = self.find_locality(locality, key)
        frame = self.priorities(key, chosen)
        if isinstance(frame, Withheld):
            return frame
        return charts.rank_list(
            pd.DataFrame(frame).head(MOST_ROWS),
            label="code",
            title=self._place_title(key, chosen),
            **self._chart_options(),
        )

    def measure_priorities(
        self, stream: str | None = None, locality: str | None = None
    ) -> StudyFrame | Withheld:
        """Measures of the catalogue by the best score of the codes that they act on, with rank intervals.

        code, factor: the best one that the measure acts on here; then what the catalogue says of it: who
        leads, cost, evidence (1 good .. 4 untested). Measures that act on the same code share its rank.
        Example: study.measure_priorities("child_abuse", "Bù Đăng")[["measure_label", "lead", "rank"]].
        """
        if self.results.case_factors is None:
            return self._no_files("measure_priorities")
        if self._measures.empty:
            return Withheld("measure_priorities", "no_measures", "declare_measures")
        told = {f"label_{self.language}": "measure_label", f"lead_{self.language}": "lead"}
        told |= {"cost": "cost", "evidence": "evidence"}
        known = self._measures.set_index("measure").rename(columns=told)
        known = known[[name for name in told.values() if name in known]]
        ranked = self._measure_priorities.join(known, on="measure")
        return self._ranked(ranked, "measure_priorities", stream, locality)

    # parts of the answers above

    def _together(self, frame: pd.DataFrame, question: str) -> StudyFrame:
        has_files = self.results.files is not None
        files = text("files_of", self.language, periods=self._file_span()) + " " if has_files else ""
        units = {"files": files}
        return self._frame(frame, question, tables=["cause_codes", "indicators"], units=units)

    def _ranked(
        self, frame: pd.DataFrame, question: str, stream: str | None, locality: str | None
    ) -> StudyFrame | Withheld:
        """Rows by rank; refused where the files asked about are too few for any."""
        shown = self._shown(frame, everywhere=False)
        if locality:
            shown = frame[frame["locality"] == self.find_locality(locality)]
        shown = shown[shown["stream"].isin(self._streams(stream))]
        if shown.empty:
            return Withheld(question, "too_few_files", "pool_more_years")
        return self._together(shown.sort_values(["stream", "locality", "rank"], kind="stable"), question)

    @property
    def _sides(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """Case side, area side and profile; empty where the study lacks one."""
        found = self.results
        pairs = [
            (found.case_factors, prevalence.COLUMNS),
            (found.area_factors, associations.COLUMNS),
            (found.factor_profile, _PROFILE),
        ]
        case, area, profile = (
            pd.DataFrame(columns=columns) if frame is None else frame for frame, columns in pairs
        )
        return case, area, profile

    @property
    def _checked(self) -> dict[str, pd.DataFrame | None]:
        found = self.results
        return {"coder_agreement": found.coder_agreement, "area_robustness": found.area_robustness}

    @cached_property
    def _tested(self) -> pd.DataFrame:
        return factors_tested(*self._sides, **self._checked)

    @cached_property
    def _evidence(self) -> Evidence:
        return gather_evidence(*self._sides, self.spec.factors, **self._checked)

    @cached_property
    def _measures(self) -> pd.DataFrame:
        return read_measures(self.spec, self.folder)

    @cached_property
    def _priorities(self) -> pd.DataFrame:
        spec, (case, *_) = self.spec, self._sides
        weights = spec.priority.model_dump()
        return priorities(case, self._evidence, spec.factors, weights, seed=spec.model.seed)

    @cached_property
    def _measure_priorities(self) -> pd.DataFrame:
        spec, (case, *_) = self.spec, self._sides
        weights = spec.priority.model_dump()
        return measure_priorities(
            case, self._evidence, spec.factors, self._measures, weights, seed=spec.model.seed
        )
