"""Why here, by case files: which causes and conditions are coded, how surely, and how they meet."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import pandas as pd

from diaban.analysis.case_factors import (
    case_factors,
    case_groups,
    case_shares,
    co_occurrence,
    coder_agreement,
    coding_sensitivity,
    configurations,
    event_chain,
    event_lags,
    event_moments,
    event_season,
    files_within,
    misclassification,
)
from diaban.analysis.exposure import CELL
from diaban.analysis.recording import recording_shift
from diaban.places.hierarchy import ancestors
from diaban.results.levels import Levels

OF_CASES = ("cases", "persons", "cause_codes", "process_events")
"""Tables of which a case has rows."""


class CaseSide(Levels):
    """Result frames of case files; None where the study has none."""

    @cached_property
    def file_periods(self) -> list[str]:
        """Complete periods whose case files are read together."""
        return [p for p in self.periods if p in self.spec.periods.files or not self.spec.periods.files]

    @cached_property
    def files(self) -> pd.DataFrame | None:
        """Files of those periods: case_key, locality (of report), stream, period; one row a file and stream.

        Of the same places and periods as the counted cases: a file from a place whose population is not
        known is left out with its case.
        """
        tables = self.tables
        if tables.cases is None or tables.cause_codes is None or tables.case_streams is None:
            return None
        chosen = tables.cases["period"].isin(self.file_periods)
        files = tables.cases.loc[chosen, ["case_key", "locality", "period"]]
        files = files.merge(tables.case_streams, on="case_key", validate="one_to_many")
        unit_of = ancestors(tables.localities, self.spec.places.analysis_level)
        cells = pd.MultiIndex.from_frame(files.assign(locality=files["locality"].map(unit_of))[CELL])
        files = files[cells.isin(pd.MultiIndex.from_frame(self.exposed[CELL]))].reset_index(drop=True)
        return files.assign(locality=files["locality"].map(self.report_of))

    @cached_property
    def coded_files(self) -> pd.DataFrame | None:
        """The same without their periods: case_key, locality, stream."""
        return None if self.files is None else self.files.drop(columns="period")

    @cached_property
    def codes(self) -> pd.DataFrame | None:
        """Codes of those files, of both coders; None without a code book to read them by."""
        if self.coded_files is None or self.tables.code_book is None:
            return None
        codes = self.tables.cause_codes
        assert codes is not None
        return codes[codes["case_key"].isin(self.coded_files["case_key"])]

    @cached_property
    def case_factors(self) -> pd.DataFrame | None:
        """Causes and conditions coded on case files, against the rest of the whole."""
        if self.codes is None:
            return None
        return case_factors(self.codes, self.coded_files, self.book, localities=self._reported())

    @cached_property
    def case_groups(self) -> pd.DataFrame | None:
        """The same for files with at least one code of a kind or domain."""
        if self.codes is None:
            return None
        return case_groups(self.codes, self.coded_files, self.book, localities=self._reported())

    def case_shares(self, *by: str, unit: str = "code") -> pd.DataFrame | None:
        """Share of files with each code, kind or domain, by any of locality, stream, period, age_band."""
        if self.codes is None or self.files is None:
            return None
        files = self.files
        if "age_band" in by:
            if self.ages is None:
                return None
            files = files.merge(self.ages, on=["case_key", "stream"])
        return case_shares(self.codes, files, self.book, by=by, unit=unit)

    @cached_property
    def coding_sensitivity(self) -> pd.DataFrame | None:
        """How far files without an established code could move the ranking; causes and conditions apart."""
        if self.codes is None:
            return None
        return coding_sensitivity(
            self.codes, self.coded_files, self.book, localities=self._reported(), among="kind"
        )

    @cached_property
    def coder_agreement(self) -> pd.DataFrame | None:
        """How far two coders give the same codes, over all files coded twice."""
        if self.tables.cause_codes is None or self.tables.code_book is None:
            return None
        return coder_agreement(self.tables.cause_codes, self.book, seed=self.spec.model.seed)

    @cached_property
    def misclassification(self) -> pd.DataFrame | None:
        """Shares of codes in the whole, corrected for errors of the coders where two of them allow it."""
        if self.codes is None:
            return None
        return misclassification(self.codes, self.coded_files, self.book)

    @cached_property
    def code_pairs(self) -> pd.DataFrame | None:
        """Which codes meet on files more often than chance would have it, over all localities."""
        return None if self.codes is None else co_occurrence(self.codes, self.coded_files, self.book)

    @cached_property
    def configurations(self) -> pd.DataFrame | None:
        """Which combinations of codes go with each declared outcome, over all localities."""
        cases = self.tables.cases
        if self.codes is None or self.coded_files is None or cases is None or not self.spec.configurations:
            return None
        frames = []
        for declared in self.spec.configurations:
            files = self.coded_files[self.coded_files["stream"] == declared.stream]
            wanted = [cases[column].isin(values) for column, values in declared.outcome.items()]
            outcome = pd.Series(pd.concat(wanted, axis=1).all(axis=1).to_numpy(), index=cases["case_key"])
            frames.append(
                configurations(
                    self.codes[self.codes["case_key"].isin(files["case_key"])],
                    files,
                    self.book,
                    outcome,
                    declared.conditions,
                    configuration=declared.key,
                    seed=self.spec.model.seed,
                )
            )
        return pd.concat(frames, ignore_index=True)

    @cached_property
    def event_chain(self) -> pd.DataFrame | None:
        """Place, time, way of detection, access and care: files by category of each step of the event."""
        if self.coded_files is None or self.tables.cases is None:
            return None
        role = {s.key: "victim" if s.victims_are_children else "suspect" for s in self.spec.streams}
        return event_chain(
            self.coded_files,
            self.tables.cases,
            self.tables.persons,
            localities=self._reported(),
            looked_after=role,
        )

    @cached_property
    def case_rows(self) -> pd.DataFrame | None:
        """Rows of each table of cases that there is: columns table, rows."""
        there = self.tables.present()
        found = [(name, len(there[name])) for name in OF_CASES if name in there]
        return pd.DataFrame(found, columns=["table", "rows"]).astype({"table": "str"}) if found else None

    @cached_property
    def event_lags(self) -> pd.DataFrame | None:
        """Days from the event to its report, and from there until it was taken up."""
        if self.coded_files is None or self.tables.cases is None:
            return None
        return event_lags(self.coded_files, self.tables.cases, localities=self._reported())

    def files_within(self, days: Sequence[int]) -> pd.DataFrame:
        """Files of which each lag of `event_lags` took no more than so many days, where there are lags."""
        assert self.coded_files is not None
        assert self.tables.cases is not None
        return files_within(self.coded_files, self.tables.cases, days, localities=self._reported())

    @cached_property
    def event_season(self) -> pd.DataFrame | None:
        """Months and weekdays of events in the whole; a time that is an interval is spread over it."""
        if self.coded_files is None or self.tables.cases is None:
            return None
        periods = self.tables.periods
        known = periods[periods["period"].isin(self.file_periods)]
        return event_season(
            self.coded_files, self.tables.cases, first=known["start"].min(), last=known["end"].max()
        )

    @cached_property
    def event_moments(self) -> pd.DataFrame | None:
        """At which moment of the event conditions were recorded most often."""
        if self.codes is None or "moment" not in self.book:
            return None
        return event_moments(
            self.codes,
            self.coded_files,
            self.book,
            seed=self.spec.model.seed,
            localities=self._reported(),
        )

    @cached_property
    def recording(self) -> pd.DataFrame | None:
        """Whether cases of the reported block came to light in another way than those of the baseline."""
        cases = self.tables.cases
        if cases is None or self.tables.case_streams is None or "detected_by" not in cases:
            return None
        block = cases["period"].map(self.spec.block_of())
        periods = self.spec.periods
        named = block.map({periods.baseline: "before", periods.report: "after"})
        files = cases.assign(block=named, locality=cases["locality"].map(self.report_of))
        files = files.dropna(subset=["block", "locality"])[["case_key", "locality", "block", "detected_by"]]
        return recording_shift(
            files.merge(self.tables.case_streams, on="case_key"), seed=self.spec.model.seed
        )

    @property
    def book(self) -> pd.DataFrame:
        """The code book; only where there is one."""
        assert self.tables.code_book is not None
        return self.tables.code_book

    def _reported(self) -> list[str]:
        return sorted(self.report_of.unique())
