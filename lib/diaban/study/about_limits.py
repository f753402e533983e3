"""What cannot be said, and why: every refusal of a study in one table."""

from __future__ import annotations

import pandas as pd

from diaban.study.about_conditions import AboutConditions
from diaban.study.about_data import AboutData
from diaban.study.about_events import AboutEvents
from diaban.study.about_factors import AboutFactors
from diaban.study.about_handling import AboutHandling
from diaban.study.about_places import AboutPlaces
from diaban.study.about_time import AboutTime
from diaban.study.about_units import AboutUnits
from diaban.study.display import reason_text, text
from diaban.study.frames import StudyFrame
from diaban.withheld import Withheld

COLUMNS = ["question", "stream", "rows", "of", "why", "unlock"]
_ANSWERS = {
    "rates": "rates",
    "trends": "trends",
    "case_factors": "causes",
    "misclassification": "corrected_shares",
    "code_pairs": "code_pairs",
    "configurations": "configurations",
    "event_moments": "event_moments",
    "area_factors": "conditions",
    "targets": "targets",
    "mid_year": "mid_year",
    "same_age": "same_age",
    "reading": "reading",
    "change_points": "change_points",
    "time_to_decision": "time_to_decision",
    "relative_rates": "relative_rates",
    "repeat_shares": "repeat_shares",
}
_RESULTS = ("nothing_consistent", "nothing_above_base", "not_above_base")
_UNLOCKS = dict.fromkeys(["too_few_cases", "too_few_files", "baseline_without_cases"], "pool_more_years")
_UNLOCKS |= {
    "too_few_with_outcome": "choose_commoner_outcome",
    "too_many_conditions": "declare_fewer_conditions",
}


class AboutLimits(
    AboutData,
    AboutPlaces,
    AboutEvents,
    AboutConditions,
    AboutFactors,
    AboutHandling,
    AboutTime,
    AboutUnits,
):
    """What these data cannot carry."""

    def limits(self) -> StudyFrame:
        """What cannot be said, and why: questions refused whole, and rows of answers that carry a reason.

        question, stream, rows (refused), of (rows asked), why, unlock, in the study's language.
        Example: study.limits()["why"].unique().
        """
        refused = [*self._refused_questions(), *self._broken_streams()]
        whole = pd.DataFrame([self._in_words(answer) for answer in refused], columns=COLUMNS)
        frame = pd.concat([whole.astype(object), self._refused_rows().astype(object)], ignore_index=True)
        kinds = dict.fromkeys(["question", "stream", "why", "unlock"], "str")
        frame = frame.astype(kinds | dict.fromkeys(["rows", "of"], "Int64"))
        return self._frame(frame, "limits", units={})

    def _in_words(self, answer: Withheld) -> dict[str, object]:
        def words(key: str) -> str:
            return reason_text(key, self.language).format(**answer.fields)

        return {
            "question": text(answer.question, self.language),
            "stream": answer.fields.get("stream"),
            "why": words(answer.reason),
            "unlock": words(answer.unlock),
        }

    def _refused_questions(self) -> list[Withheld]:
        asked = (self.agreement, self.causes, self.configurations, self.event_moments, self.conditions,
                 self.factors, self.detection, self.clearance, self.detectability, self.who,
                 self.targets, self.mid_year, self.share_targets, self.fewest_targets, self.late_reports,
                 self.reading, self.control_charts, self.campaign_effects, self.stages, self.relative_rates,
                 self.counting_units, self.repeat_shares, self.themes)  # fmt: skip
        return [answer for question in asked if isinstance(answer := question(), Withheld)]

    def _broken_streams(self) -> list[Withheld]:
        comparable = self.results.comparable
        gone = {key: [p for p in self.results.periods if p not in known] for key, known in comparable.items()}
        return [
            Withheld(
                "rates",
                "definition_differs",
                "recount",
                {"stream": self.labels.streams[key], "periods": f"{periods[0]}–{periods[-1]}"},
            )
            for key, periods in gone.items()
            if periods
        ]

    def _refused_rows(self) -> pd.DataFrame:
        """Rows of the answers that carry a reason, by question and reason, over the streams that have it."""
        held = {name: getattr(self.results, name) for name in _ANSWERS}
        pieces = [self._reasons(frame, _ANSWERS[name]) for name, frame in held.items() if frame is not None]
        return pd.concat(pieces, ignore_index=True)

    def _reasons(self, frame: pd.DataFrame, question: str) -> pd.DataFrame:
        frame = self._shown(frame, everywhere=False) if "locality" in frame else frame
        frame = frame[frame["stream"].isin(self._streams(None))]
        asked = frame.groupby("stream").size()
        frame = frame[~frame["withheld"].isin(_RESULTS)]
        counted = frame.groupby(["withheld", "stream"]).size().rename("rows").reset_index()
        counted = counted.assign(
            of=counted["stream"].map(asked), stream=counted["stream"].map(self.labels.streams)
        )
        by_reason = counted.groupby("withheld", sort=False)
        table = by_reason.agg(stream=("stream", "; ".join), rows=("rows", "sum"), of=("of", "sum"))
        keys = table.index.to_series()
        table = table.assign(
            question=text(question, self.language),
            why=keys.map(lambda key: reason_text(key, self.language)),
            unlock=keys.map(
                lambda key: reason_text(_UNLOCKS[key], self.language) if key in _UNLOCKS else None
            ),
        )
        return table.reindex(columns=COLUMNS)
