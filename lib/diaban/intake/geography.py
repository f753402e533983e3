"""Localities, boundaries and neighbours of a study, checked against each other."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from diaban.errors import DiabanError
from diaban.intake.crosscheck import known_localities
from diaban.intake.load import Loaded
from diaban.intake.quarantine import PROVENANCE, Quarantine
from diaban.intake.validate import conforming, without_duplicates
from diaban.places.boundaries import DEGREES, inner_points, neighbours_of
from diaban.places.changes import with_valid_dates
from diaban.places.hierarchy import check_localities
from diaban.spec.model import StudySpec

_ORDER = ["locality", "name", "type", "level", "parent", "latitude", "longitude", "valid_from", "valid_to"]


def localities_of(loaded: Loaded, spec: StudySpec, quarantine: Quarantine) -> pd.DataFrame:
    """The localities with every column of the contract; a fault among them is structural."""
    if "localities" not in loaded.tables:
        raise DiabanError("intake_no_table", table="localities")
    frame = conforming("localities", loaded.tables["localities"], quarantine)
    check_localities(frame, [level.key for level in spec.levels], where=frame["_file"].iloc[0])
    frame = with_valid_dates(frame.drop(columns=PROVENANCE), spec.places.changes)
    absent = {"type": "str", "latitude": "float64", "longitude": "float64"}
    for name, dtype in absent.items():
        if name not in frame:
            frame[name] = pd.Series(index=frame.index, dtype=dtype)
    return frame[_ORDER].reset_index(drop=True)


def boundaries_of(
    loaded: Loaded, localities: pd.DataFrame, quarantine: Quarantine
) -> gpd.GeoDataFrame | None:
    """Polygons by locality (columns locality, geometry; degrees), or None. One polygon a locality."""
    if "boundaries" not in loaded.tables:
        return None
    frame = known_localities("boundaries", loaded.tables["boundaries"], localities, quarantine)
    twice = frame.loc[frame["locality"].duplicated(), "locality"]
    if len(twice):
        raise DiabanError(
            "places_duplicate", file=frame["_file"].iloc[0], codes=", ".join(twice[:10]), count=len(twice)
        )
    return gpd.GeoDataFrame(frame[["locality", "geometry"]], geometry="geometry", crs=DEGREES).reset_index(
        drop=True
    )


def with_points(localities: pd.DataFrame, boundaries: gpd.GeoDataFrame | None) -> pd.DataFrame:
    """Localities without a point get one inside their polygon."""
    if boundaries is None:
        return localities
    points = inner_points(boundaries).set_index("locality")
    return localities.assign(
        **{c: localities[c].fillna(localities["locality"].map(points[c])) for c in ("latitude", "longitude")}
    )


def neighbours_from(
    loaded: Loaded, localities: pd.DataFrame, boundaries: gpd.GeoDataFrame | None, quarantine: Quarantine
) -> pd.DataFrame:
    """Pairs once (a < b), from the study's table, else from the polygons, else none. Levels do not mix."""
    if "neighbours" in loaded.tables:
        frame = _declared(loaded.tables["neighbours"], localities, quarantine)
    elif boundaries is not None:
        level = localities.set_index("locality")["level"]
        groups = [neighbours_of(group) for _, group in boundaries.groupby(boundaries["locality"].map(level))]
        frame = pd.concat(groups, ignore_index=True)
    else:
        frame = pd.DataFrame({"a": pd.Series(dtype="str"), "b": pd.Series(dtype="str")})
    if "border_km" not in frame:
        frame["border_km"] = pd.Series(index=frame.index, dtype="float64")
    return frame[["a", "b", "border_km"]].reset_index(drop=True)


def _declared(frame: pd.DataFrame, localities: pd.DataFrame, quarantine: Quarantine) -> pd.DataFrame:
    frame = conforming("neighbours", frame, quarantine)
    level = localities.set_index("locality")["level"]
    for side in ("a", "b"):
        known = known_localities(
            "neighbours", frame.rename(columns={side: "locality"}), localities, quarantine
        )
        frame = frame.loc[known.index]
    bad = (frame["a"].map(level) != frame["b"].map(level)) | (frame["a"] == frame["b"])
    frame = quarantine.reject(
        "neighbours", frame, bad, column="b", reason="intake_row_not_a_neighbour", expected=""
    )
    swapped = frame["a"] > frame["b"]
    ordered = frame.assign(a=frame["a"].where(~swapped, frame["b"]), b=frame["b"].where(~swapped, frame["a"]))
    once = ordered.drop_duplicates(["a", "b"])
    return without_duplicates("neighbours", once, quarantine)
