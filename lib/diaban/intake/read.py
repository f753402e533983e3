"""From the declaration of a study to its checked tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from diaban.calendars.periods import periods_frame
from diaban.errors import DiabanError
from diaban.intake.areas import counts_of, indicators_of, population_now, population_of
from diaban.intake.card import make_card
from diaban.intake.casefiles import cases_of, counts_of_cases, dependents_of
from diaban.intake.crosscheck import known_localities, known_periods, with_population
from diaban.intake.geography import boundaries_of, localities_of, neighbours_from, with_points
from diaban.intake.load import Loaded, load
from diaban.intake.quarantine import PROVENANCE, Quarantine
from diaban.intake.streams import streams_of_cases
from diaban.intake.tables import Intake, Tables
from diaban.intake.validate import conforming, without_duplicates
from diaban.places.hierarchy import ancestors
from diaban.spec.model import StudySpec

_RESPONSE = ("programmes", "campaigns", "outreach", "support_coverage")


def read_tables(spec: StudySpec, folder: str | Path) -> Intake:
    """Read, map, validate and cross-check every source of a study.

    Rows with a fault go to quarantine, each with its reason. Raises DiabanError for a fault of
    structure: a file or column missing, an empty or unreadable file, a locality twice.
    """
    quarantine = Quarantine()
    periods = periods_frame(spec.periods)
    loaded = load(spec, Path(folder), list(periods["period"]), quarantine)
    localities = localities_of(loaded, spec, quarantine)
    boundaries = boundaries_of(loaded, localities, quarantine)
    localities = with_points(localities, boundaries)
    population = population_of(loaded, localities, periods, spec, quarantine)
    held = _counted(loaded, localities, periods, population, spec, quarantine)
    held["indicators"] = indicators_of(loaded, localities, periods, population, spec, quarantine)
    held |= _others(loaded, localities, periods, quarantine)
    tables = Tables(
        localities=localities,
        neighbours=neighbours_from(loaded, localities, boundaries, quarantine),
        periods=periods,
        population=population_now(population, spec),
        boundaries=boundaries,
        **{name: _bare(frame) for name, frame in held.items()},
    )
    refused = quarantine.frame()
    report_of = ancestors(localities, spec.places.report_level)
    return Intake(tables, refused, make_card(loaded.sources, refused, _described(tables), report_of))


def read_localities(spec: StudySpec, folder: str | Path) -> pd.DataFrame:
    """The localities alone: enough to know a locality by its name before anything else is read."""
    quarantine = Quarantine()
    periods = list(periods_frame(spec.periods)["period"])
    return localities_of(load(spec, Path(folder), periods, quarantine, {"localities"}), spec, quarantine)


def _counted(
    loaded: Loaded,
    localities: pd.DataFrame,
    periods: pd.DataFrame,
    population: pd.DataFrame,
    spec: StudySpec,
    quarantine: Quarantine,
) -> dict[str, pd.DataFrame | None]:
    """Case records with what hangs on them, and counts: from the records, else as they came."""
    held: dict[str, pd.DataFrame | None] = {}
    if "cases" in loaded.tables:
        cases, flags = cases_of(loaded, localities, periods, spec, quarantine)
        origin = None
        held |= {"cases": cases, "case_streams": streams_of_cases(cases, flags)}
        held |= dependents_of(loaded, cases, spec, quarantine)
        counts = counts_of_cases(cases, flags, held.get("persons"), localities, periods, spec)
    elif "counts" in loaded.tables:
        counts, origin = counts_of(loaded, localities, periods, spec, quarantine)
    else:
        raise DiabanError("intake_no_table", table="cases / counts")
    at_risk = population_at_risk(population_now(population, spec), spec)
    counts = with_population(_placed(counts, origin, loaded), at_risk, quarantine)
    if counts.empty:
        raise quarantine.nothing_left("counts")
    return held | {"counts": counts}


def _placed(counts: pd.DataFrame, origin: pd.DataFrame | None, loaded: Loaded) -> pd.DataFrame:
    """`counts` with where each stands: its row in an aggregated source, else the files it was made from."""
    key = ["locality", "period", "stream"]
    if origin is None:
        placed = counts.assign(_sheet="", _row=pd.array([pd.NA] * len(counts), dtype="Int64"))
    else:
        once = origin[[*key, *PROVENANCE]].drop_duplicates(key, keep=False).astype({"_row": "Int64"})
        placed = counts.drop(columns=PROVENANCE, errors="ignore").merge(once, on=key, how="left")
    tables = [loaded.tables[name] for name in ("cases" if origin is None else "counts", "population")]
    files = " + ".join(str(table["_file"].iloc[0]) for table in tables)
    return placed.assign(_file=placed["_file"].fillna(files) if origin is not None else files)


def population_at_risk(population: pd.DataFrame, spec: StudySpec) -> pd.DataFrame:
    """Columns locality, period, stream, persons; a cell without all of its stream's age bands is left out."""
    pieces = []
    known = sorted(population["age_band"].unique())
    for stream, bands in spec.bands_at_risk().items():
        absent = sorted(set(bands) - set(known))
        if absent:
            raise DiabanError(
                "intake_no_band", stream=stream, bands=", ".join(absent), known=", ".join(known)
            )
        grouped = population[population["age_band"].isin(bands)].groupby(["locality", "period"])["persons"]
        persons = grouped.sum()[grouped.size() == len(bands)]
        pieces.append(persons.reset_index().assign(stream=stream))
    return pd.concat(pieces, ignore_index=True)


def _others(
    loaded: Loaded, localities: pd.DataFrame, periods: pd.DataFrame, quarantine: Quarantine
) -> dict[str, pd.DataFrame | None]:
    """What was done, and the code book."""
    held: dict[str, pd.DataFrame | None] = {}
    for table in (*_RESPONSE, "code_book"):
        if table in loaded.tables:
            frame = conforming(table, loaded.tables[table], quarantine)
            if "locality" in frame:
                frame = known_localities(table, frame, localities, quarantine)
            if "period" in frame:
                frame = known_periods(table, frame, periods, quarantine)
            held[table] = without_duplicates(table, frame, quarantine)
    return held


def _bare(frame: pd.DataFrame | None) -> pd.DataFrame | None:
    """Without provenance, on a plain index."""
    return None if frame is None else frame.drop(columns=PROVENANCE, errors="ignore").reset_index(drop=True)


def _described(tables: Tables) -> dict[str, pd.DataFrame]:
    """The tables whose gaps the data card tells of; indicators in wide form, where an absent value shows."""
    unread = {"localities", "neighbours", "boundaries", "periods", "case_streams", "code_book"}
    held = {name: frame for name, frame in tables.present().items() if name not in unread}
    if tables.indicators is not None:
        cells = tables.counts[["locality", "period"]].drop_duplicates()
        wide = tables.indicators.pivot(index=["locality", "period"], columns="indicator", values="value")
        held["indicators"] = cells.merge(wide.reset_index(), on=["locality", "period"], how="left").drop(
            columns="period"
        )
    return held
