"""What the questions about the plan, handling, time and counting units share: the whole, labels, refusals."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from diaban.analysis.targets.frames import WHOLE
from diaban.study.base import StudyBase
from diaban.study.display import text
from diaban.study.frames import StudyFrame
from diaban.withheld import Withheld


class PlanBase(StudyBase):
    """An opened study whose frames hold the whole as locality "*"."""

    # which rows

    def _places(self, frame: pd.DataFrame, locality: str | None, *, everywhere: bool = True) -> pd.DataFrame:
        """Rows of one locality; else of the whole, with `everywhere` and of every locality of report."""
        if locality:
            return frame[frame["locality"] == self.find_locality(locality)]
        kept = [WHOLE, *self._reported] if everywhere else [WHOLE]
        place = frame["locality"].map({code: n for n, code in enumerate(kept)})
        return frame[place.notna()].loc[place.dropna().sort_values(kind="stable").index]

    def _asked(self, frame: pd.DataFrame, stream: str | None) -> pd.DataFrame:
        """Rows of that stream, or of all, in the order in which the study declares them."""
        streams = {key: n for n, key in enumerate(self._streams(stream))}
        place = frame["stream"].map(streams)
        return frame[place.notna()].loc[place.dropna().sort_values(kind="stable").index]

    def _in_block(self, frame: pd.DataFrame, period: str | None) -> pd.DataFrame:
        """Rows of that block, or of all complete periods together."""
        return frame[frame["period"] == (self._block(period)[0] if period else WHOLE)]

    # names and words

    def _labelled(self, frame: pd.DataFrame, column: str, labels: Mapping[str, str]) -> pd.DataFrame:
        """`frame` with the words of a column of keys behind it, as `<column>_label`."""
        frame = frame.copy()
        words = frame[column].map(labels).astype("str")
        frame.insert(int(frame.columns.get_loc(column)) + 1, f"{column}_label", words)
        return frame

    def _words(self, keys: pd.Series) -> pd.Series:
        """Entries of the catalogue for keys; missing where the key is."""
        known = keys.dropna().unique()
        return keys.map({key: text(key, self.language) for key in known}).astype("str")

    def _of_handling(self, frame: pd.DataFrame, question: str, **units: object) -> StudyFrame:
        """The answer, made of case files and the steps of their handling."""
        tables = ["cases", "process_events"]
        return self._frame(frame, question, tables=tables, units={"periods": self._all_years(), **units})

    def _all_years(self) -> str:
        periods = self.results.periods
        return f"{periods[0]}–{periods[-1]}" if periods else "–"

    # refusals

    def _no_dates(self, question: str) -> Withheld:
        """Why there is no case with its day."""
        if self._intake.tables.cases is not None and not self.results.yearly:
            return Withheld(question, "not_by_year", "count_by_year")
        return Withheld(question, "no_dated_cases", "bring_dated_cases")

    def _no_targets(self, question: str, kind: str) -> Withheld:
        """Why targets of a kind cannot be told: none declared, or nothing to hold them against."""
        if not self.spec.targets:
            return Withheld(question, "no_targets", "declare_target")
        if not any(target.kind == kind for target in self.spec.targets):
            return Withheld(question, "no_targets_of_kind", "declare_target", {"kind": kind})
        if kind != "change" and self.results.procedure is None:
            return self._no_handling(question)
        return Withheld(question, "no_year_before", "bring_year_before")

    def _no_handling(self, question: str) -> Withheld:
        """Why nothing can be said of the handling of reports."""
        if self.results.dated_cases is None:
            return self._no_dates(question)
        if self.spec.handling is None:
            return Withheld(question, "no_handling", "declare_handling")
        return Withheld(question, "no_table", "bring_table", {"table": "process_events"})

    def _one_block(self, question: str) -> Withheld:
        return Withheld(question, "one_block", "declare_baseline")
