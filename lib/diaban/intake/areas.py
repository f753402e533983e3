"""Population, counts and indicators: by locality and period, in the newest geography."""

from __future__ import annotations

import pandas as pd

from diaban.errors import DiabanError
from diaban.intake.crosscheck import (
    existing_localities,
    inhabited,
    known_localities,
    known_periods,
    whole_bands,
)
from diaban.intake.load import Loaded
from diaban.intake.quarantine import Quarantine
from diaban.intake.streams import COUNTED, streams_of_rows, summed_by_stream
from diaban.intake.validate import conforming, without_duplicates
from diaban.places.changes import harmonise
from diaban.spec.model import StudySpec

_INDICATOR_COLUMNS = ("locality", "period", "indicator", "value", "numerator", "denominator")


def checked(
    table: str,
    frame: pd.DataFrame,
    localities: pd.DataFrame,
    periods: pd.DataFrame,
    quarantine: Quarantine,
    *,
    retrospective: bool,
) -> pd.DataFrame:
    """Rows that fit the schema and name a period and a locality that existed in it.

    retrospective: a new locality may also have figures from before it began, as statistical
    offices publish them.
    """
    frame = conforming(table, frame, quarantine)
    frame = known_periods(table, frame, periods, quarantine)
    frame = known_localities(table, frame, localities, quarantine)
    dated = periods.set_index("period")
    starts, ends = frame["period"].map(dated["start"]), frame["period"].map(dated["end"])
    if retrospective:
        ends = pd.Series(periods["end"].max(), index=frame.index)
    return existing_localities(table, frame, localities, starts, ends, quarantine)


def population_of(
    loaded: Loaded, localities: pd.DataFrame, periods: pd.DataFrame, spec: StudySpec, quarantine: Quarantine
) -> pd.DataFrame:
    """Population by locality, period and age band, in the geography of its time."""
    if "population" not in loaded.tables:
        raise DiabanError("intake_no_table", table="population")
    frame = loaded.tables["population"]
    if "age_band" not in frame:
        frame = frame.assign(age_band="all")
    frame = checked("population", frame, localities, periods, quarantine, retrospective=True)
    frame = without_duplicates("population", frame, quarantine)
    frame = inhabited(frame, quarantine)
    held = set(frame["age_band"])
    needed = dict.fromkeys(band for bands in spec.bands_at_risk().values() for band in bands)
    frame = whole_bands(frame, [band for band in needed if band in held], quarantine)
    if frame.empty:
        raise quarantine.nothing_left("population")
    return frame[["locality", "period", "age_band", "persons"]].astype({"persons": "int64"})


def population_now(population: pd.DataFrame, spec: StudySpec) -> pd.DataFrame:
    """The same in the newest geography."""
    frame = harmonise(population, spec.places.changes, keys=["period", "age_band"], sums=["persons"])
    return frame.reset_index(drop=True)


def counts_of(
    loaded: Loaded, localities: pd.DataFrame, periods: pd.DataFrame, spec: StudySpec, quarantine: Quarantine
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(aggregated counts of the level of analysis by locality, period and stream, in the newest geography;
    the rows that they were made from, with provenance)."""
    frame = streams_of_rows(loaded.tables["counts"], spec, quarantine)
    frame = checked("counts", frame, localities, periods, quarantine, retrospective=False)
    level = frame["locality"].map(localities.set_index("locality")["level"])
    frame = quarantine.reject(
        "counts",
        frame,
        level != spec.places.analysis_level,
        column="locality",
        reason="intake_row_other_level",
        expected=spec.places.analysis_level,
    )
    if not any(len(stream.keys) > 1 for stream in spec.streams):
        frame = without_duplicates("counts", frame, quarantine)
    if frame.empty:
        raise quarantine.nothing_left("counts")
    summed = summed_by_stream(frame)
    sums = [c for c in COUNTED if c in summed]
    now = harmonise(summed, spec.places.changes, keys=["period", "stream"], sums=sums)
    now = now.astype({"cases": "int64"}).sort_values(["stream", "period", "locality"], ignore_index=True)
    return now, frame


def indicators_of(
    loaded: Loaded,
    localities: pd.DataFrame,
    periods: pd.DataFrame,
    population: pd.DataFrame,
    spec: StudySpec,
    quarantine: Quarantine,
) -> pd.DataFrame | None:
    """Indicators in long form, in the newest geography.

    population: of its time, all bands together the weights of the means.
    """
    if "indicators" not in loaded.tables:
        return None
    frame = checked(
        "indicators", loaded.tables["indicators"], localities, periods, quarantine, retrospective=True
    )
    aggregate = {i.key: i.aggregate for i in spec.indicators}
    frame = quarantine.reject(
        "indicators",
        frame,
        ~frame["indicator"].isin(aggregate),
        column="indicator",
        reason="intake_row_not_accepted",
        expected=", ".join(aggregate),
    )
    frame = without_duplicates("indicators", frame, quarantine)
    frame = frame[[c for c in (*_INDICATOR_COLUMNS, "_repeated") if c in frame]]
    if "_repeated" in frame:
        frame = frame.assign(_repeated=frame["_repeated"].eq(True))
    weights = population.groupby(["locality", "period"], as_index=False)["persons"].sum()
    how = frame["indicator"].map(aggregate)
    keys = ["period", "indicator", *(["_repeated"] if "_repeated" in frame else [])]
    pieces = [
        harmonise(group, spec.places.changes, keys=keys, sums=["value"], how=str(kind), weights=weights)
        for kind, group in frame.groupby(how, sort=False)
    ]
    return _repeated(pd.concat(pieces, ignore_index=True), periods) if pieces else frame


def _repeated(frame: pd.DataFrame, periods: pd.DataFrame) -> pd.DataFrame:
    """Indicators measured once, which were read under the first period, stand for every period."""
    if "_repeated" not in frame:
        return frame
    once = frame["_repeated"]
    every = frame[once].drop(columns="period").merge(periods[["period"]], how="cross")
    columns = [c for c in _INDICATOR_COLUMNS if c in frame]
    return pd.concat([frame.loc[~once, columns], every[columns]], ignore_index=True)
