"""Polygons: cleaned on reading, and who borders on whom."""

from __future__ import annotations

import warnings
from pathlib import Path

import geopandas as gpd
import pandas as pd

from diaban.errors import DiabanError

DEGREES = "EPSG:4326"


def read_boundaries(path: Path, encoding: str = "utf-8") -> gpd.GeoDataFrame:
    """All features of a polygon file in degrees (EPSG:4326), with invalid rings mended.

    A file without a coordinate system is refused: a guess would put the map somewhere else.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*winding order.*")
        frame = gpd.read_file(path, encoding=encoding)
    if frame.crs is None:
        raise DiabanError("places_no_crs", file=path)
    frame = frame.to_crs(DEGREES)
    frame["geometry"] = frame.geometry.make_valid(method="structure", keep_collapsed=False)
    return frame


def neighbours_of(boundaries: gpd.GeoDataFrame, *, least_km: float = 0.0) -> pd.DataFrame:
    """Pairs of localities whose boundaries touch: columns a, b (a < b), border_km.

    boundaries: columns locality, geometry. A single common point counts, with a border of 0 km,
    unless `least_km` asks for more. Lengths are measured in the fitting UTM zone.
    """
    frame = boundaries[["locality", "geometry"]].reset_index(drop=True)
    if len(frame) < 2:
        return pd.DataFrame({"a": pd.Series(dtype="str"), "b": pd.Series(dtype="str"), "border_km": []})
    left, right = frame.sindex.query(frame.geometry, predicate="intersects")
    once = frame["locality"].to_numpy()[left] < frame["locality"].to_numpy()[right]
    a, b = frame.iloc[left[once]], frame.iloc[right[once]]
    flat = frame.geometry.to_crs(frame.estimate_utm_crs())
    edges = flat.iloc[left[once]].boundary.reset_index(drop=True)
    common = edges.intersection(flat.iloc[right[once]].boundary.reset_index(drop=True))
    pairs = pd.DataFrame(
        {
            "a": a["locality"].to_numpy(),
            "b": b["locality"].to_numpy(),
            "border_km": (common.length / 1000).round(1).to_numpy(),
        }
    )
    pairs = pairs[pairs["border_km"] >= least_km]
    return pairs.sort_values(["a", "b"], ignore_index=True)


def inner_points(boundaries: gpd.GeoDataFrame) -> pd.DataFrame:
    """A point inside every polygon: columns locality, latitude, longitude, in degrees."""
    points = boundaries.geometry.representative_point()
    return pd.DataFrame({"locality": boundaries["locality"], "latitude": points.y, "longitude": points.x})
