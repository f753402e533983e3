"""Neighbours from polygons."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely.geometry import Polygon, box

from diaban.errors import DiabanError
from diaban.places.boundaries import inner_points, neighbours_of, read_boundaries

SQUARES = {
    "a": box(9, 50, 10, 51),
    "b": box(10, 50, 11, 51),
    "c": box(10, 51, 11, 52),
    "far": box(20, 50, 21, 51),
}
FRAME = gpd.GeoDataFrame({"locality": list(SQUARES)}, geometry=list(SQUARES.values()), crs="EPSG:4326")


def test_pairs_stand_once_and_lengths_are_kilometres():
    pairs = neighbours_of(FRAME)
    assert pairs[["a", "b"]].to_numpy().tolist() == [["a", "b"], ["a", "c"], ["b", "c"]]
    lengths = pairs.set_index(["a", "b"])["border_km"]
    assert lengths["a", "b"] == pytest.approx(111.2, rel=0.02)
    assert lengths["a", "c"] == 0
    assert len(neighbours_of(FRAME, least_km=0.1)) == 2


@pytest.mark.parametrize("count", [0, 1])
def test_alone_or_none(count):
    assert neighbours_of(FRAME.iloc[:count]).empty


def test_a_point_lies_inside_even_of_a_crescent():
    crescent = box(0, 0, 10, 10).difference(box(1, 1, 11, 9))
    frame = gpd.GeoDataFrame({"locality": ["x"]}, geometry=[crescent], crs="EPSG:4326")
    point = inner_points(frame).iloc[0]
    assert frame.geometry.iloc[0].contains(gpd.points_from_xy([point["longitude"]], [point["latitude"]])[0])


def test_broken_rings_are_mended_and_other_systems_turned(tmp_path):
    bow = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    frame = gpd.GeoDataFrame({"name": ["Lübeck"]}, geometry=[bow], crs="EPSG:4326").to_crs("EPSG:3857")
    frame.to_file(tmp_path / "x.gpkg")
    read = read_boundaries(tmp_path / "x.gpkg")
    assert read.geometry.is_valid.all()
    assert read.crs.to_epsg() == 4326
    assert read.geometry.iloc[0].area == pytest.approx(0.5, rel=1e-3)
    assert read["name"].tolist() == ["Lübeck"]


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_no_coordinate_system_is_refused(tmp_path):
    gpd.GeoDataFrame({"name": ["x"]}, geometry=[box(0, 0, 1, 1)]).to_file(tmp_path / "x.gpkg")
    with pytest.raises(DiabanError, match="coordinate system"):
        read_boundaries(tmp_path / "x.gpkg")
