"""Who is near whom where only points are known."""

from __future__ import annotations

import warnings

import geopandas as gpd
import pandas as pd

from diaban.places.boundaries import DEGREES

FEWEST = 4


def near_pairs(localities: pd.DataFrame) -> pd.DataFrame:
    """Pairs of localities with no third one between them: columns a, b (a < b), the Gabriel graph.

    localities: locality, latitude, longitude in degrees; those without a point have no pair, and neither has
    a set of fewer than four. Two are neighbours when the circle over the line between them holds no other
    (Gabriel & Sokal 1969, Systematic Zoology 18: 259-278). Distances are those of the fitting UTM zone.
    """
    at = localities.dropna(subset=["latitude", "longitude"]).drop_duplicates(["latitude", "longitude"])
    if len(at) < FEWEST:
        return pd.DataFrame({"a": pd.Series(dtype="str"), "b": pd.Series(dtype="str")})
    points = gpd.GeoSeries.from_xy(at["longitude"], at["latitude"], index=at["locality"], crs=DEGREES)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*numba.*")
        from libpysal.graph import Graph

        graph = Graph.build_triangulation(points.to_crs(points.estimate_utm_crs()), method="gabriel")
    pairs = graph.adjacency.reset_index()[["focal", "neighbor"]].astype("str").set_axis(["a", "b"], axis=1)
    return pairs[pairs["a"] < pairs["b"]].sort_values(["a", "b"], ignore_index=True)
