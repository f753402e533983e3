"""Cases by the months and quarters of the study's calendar, the running year among them."""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from diaban.calendars import KNOWN_UNTIL, assign_periods, calendar, parts_frame, year_to_date
from diaban.results.levels import Levels


class Dated(Levels):
    """Frames that need the day of a case; None where the study has no case records, or counts by another unit
    than the year."""

    @cached_property
    def yearly(self) -> bool:
        """Whether the periods of the study are years of its calendar."""
        return calendar(self.spec.periods.calendar).months == 12

    @cached_property
    def dated_cases(self) -> pd.DataFrame | None:
        """case_key, locality (of report), stream, period, day (that decides the period), and the columns of
        the case: one row a case and stream, those of the running period among them."""
        cases, members = self.tables.cases, self.tables.case_streams
        if cases is None or members is None or not self.yearly:
            return None
        placed = cases.assign(
            locality=cases["locality"].map(self.report_of), day=cases[self.spec.periods.counted_by]
        )
        return placed.dropna(subset=["locality", "day"]).merge(members, on="case_key", validate="one_to_many")

    def counts_by(self, unit: str) -> pd.DataFrame | None:
        """locality (of report), stream, period, parent, year, number, cases of every complete part of a year.

        unit: "half", "quarter" or "month". A part without a case counts 0, from the first comparable period
        of the stream on.
        """
        dated = self.dated_cases
        if dated is None:
            return None
        if unit not in self._counts:
            self._counts[unit] = self._counted_by(unit, dated)
        return self._counts[unit]

    def _counted_by(self, unit: str, dated: pd.DataFrame) -> pd.DataFrame:
        parts = self.parts(unit)
        parts = parts[parts["complete"]]
        here = dated.assign(period=assign_periods(dated["day"], parts)).dropna(subset=["period"])
        streams = pd.DataFrame({"stream": [s.key for s in self.spec.streams]}, dtype="str")
        places = pd.DataFrame({"locality": sorted(self.exposed_report["locality"].unique())}, dtype="str")
        grid = places.merge(streams, how="cross").merge(
            parts[["period", "parent", "year", "number"]], how="cross"
        )
        counted = here.groupby(["locality", "stream", "period"]).size().rename("cases")
        grid = grid.join(counted, on=["locality", "stream", "period"]).fillna({"cases": 0})
        first = {stream: periods[0] for stream, periods in self.comparable.items() if periods}
        return grid[grid["parent"] >= grid["stream"].map(first)].astype({"cases": "int64"})

    def parts(self, unit: str) -> pd.DataFrame:
        """The months, quarters or half-years of the study; see `parts_frame`."""
        if unit not in self._parts:
            self._parts[unit] = parts_frame(self.spec.periods, unit)
        return self._parts[unit]

    @cached_property
    def _parts(self) -> dict[str, pd.DataFrame]:
        return {}

    @cached_property
    def _counts(self) -> dict[str, pd.DataFrame]:
        return {}

    def known_until(self, periods: pd.Series) -> pd.Series:
        """The day up to which each of `periods` is known: its own, where it was closed before the cut-off."""
        frame = self.tables.periods
        cutoff = pd.Timestamp(self.spec.periods.cutoff)
        if KNOWN_UNTIL not in frame:
            return pd.Series(cutoff, index=periods.index)
        return periods.map(frame.set_index("period")[KNOWN_UNTIL]).fillna(cutoff)

    @cached_property
    def running(self) -> str | None:
        """The period that is not over, where at least one of its months is; None otherwise."""
        if not self.yearly:
            return None
        newest = self.tables.periods.iloc[-1]
        return None if newest["complete"] or not self.elapsed else str(newest["period"])

    @cached_property
    def elapsed(self) -> list[int]:
        """Places within the year of the months of the newest year that are over."""
        months = year_to_date(self.parts("month"))
        newest = months[months["year"] == self.parts("month")["year"].max()]
        return newest["number"].tolist()
