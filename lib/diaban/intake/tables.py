"""What intake hands on."""

from __future__ import annotations

from dataclasses import dataclass, fields

import geopandas as gpd
import pandas as pd

from diaban.intake.card import DataCard


@dataclass(frozen=True)
class Tables:
    """The tables of a study, checked, in the newest geography; columns as the schemas name them.

    `localities` holds the former ones too (`valid_to`). `counts` is by locality of analysis, period
    and stream: from case records it is complete (0 where nothing happened), from an aggregated
    source a missing row is not known, never 0. `case_streams` (case_key, stream) has a row for each
    stream that a case belongs to. Tables that a study does not have are None.
    """

    localities: pd.DataFrame
    neighbours: pd.DataFrame
    periods: pd.DataFrame
    population: pd.DataFrame
    counts: pd.DataFrame
    cases: pd.DataFrame | None = None
    case_streams: pd.DataFrame | None = None
    persons: pd.DataFrame | None = None
    cause_codes: pd.DataFrame | None = None
    process_events: pd.DataFrame | None = None
    indicators: pd.DataFrame | None = None
    programmes: pd.DataFrame | None = None
    campaigns: pd.DataFrame | None = None
    outreach: pd.DataFrame | None = None
    support_coverage: pd.DataFrame | None = None
    code_book: pd.DataFrame | None = None
    boundaries: gpd.GeoDataFrame | None = None

    def present(self) -> dict[str, pd.DataFrame]:
        """Name -> frame of the tables that the study has."""
        held = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: frame for name, frame in held.items() if frame is not None}


@dataclass(frozen=True)
class Intake:
    """Tables, the rows that were refused (see `quarantine.COLUMNS`), and the data card."""

    tables: Tables
    quarantine: pd.DataFrame
    card: DataCard
