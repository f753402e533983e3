"""Why here, by case files: which causes and conditions are coded, how surely, and how they meet."""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from diaban.analysis.case_factors import (
    case_factors,
    case_groups,
    case_shares,
    coder_agreement,
    coding_sensitivity,
    misclassification,
)
from diaban.analysis.exposure import CELL
from diaban.analysis.recording import recording_shift
from diaban.places.hierarchy import ancestors
from diaban.results.levels import Levels


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
    def age_of_files(self) -> pd.DataFrame | None:
        """case_key, stream, age_band: of the persons whom the stream is about, one row a file and band.

        Those are the victims where the stream's victims are children, else the suspects; bands outside the
        population at risk do not count.
        """
        persons = self.tables.persons
        if self.files is None or persons is None or "age_band" not in persons:
            return None
        frames = []
        for stream in self.spec.streams:
            role = "victim" if stream.victims_are_children else "suspect"
            bands = self.spec.populations[stream.population].age_bands
            of_role = persons[persons["role"].isin([role, "both"]) & persons["age_band"].isin(bands)]
            mine = self.files.loc[self.files["stream"] == stream.key, ["case_key", "stream"]]
            frames.append(mine.merge(of_role[["case_key", "age_band"]].drop_duplicates(), on="case_key"))
        return pd.concat(frames, ignore_index=True)

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
            if self.age_of_files is None:
                return None
            files = files.merge(self.age_of_files, on=["case_key", "stream"])
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
