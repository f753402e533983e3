"""Neighbours by points: those of a hand-drawn map, and the edges."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from diaban.places.nearness import near_pairs


def _at(points: list[tuple[float, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(points, columns=["latitude", "longitude"])
    return frame.assign(locality=[f"L{n}" for n in range(len(points))])


def _pairs(frame: pd.DataFrame) -> set[str]:
    return {row.a + row.b for row in frame.itertuples()}


def test_a_place_in_the_middle_parts_the_corners():
    """A cross: the centre borders on all four arms, opposite arms do not border on each other."""
    pairs = _pairs(
        near_pairs(_at([(11.5, 107.0), (11.6, 107.0), (11.4, 107.0), (11.5, 107.1), (11.5, 106.9)]))
    )
    assert {"L0L1", "L0L2", "L0L3", "L0L4"} <= pairs
    assert not {"L1L2", "L3L4"} & pairs


def test_no_third_place_lies_in_the_circle():
    """The definition, checked by brute force on random points near the equator (degrees are square there)."""
    rng = np.random.default_rng(1)
    frame = _at(list(rng.uniform([0.0, 106.0], [0.5, 106.5], (25, 2))))
    at = frame.set_index("locality")[["latitude", "longitude"]].to_numpy()
    found = _pairs(near_pairs(frame))
    for i in range(25):
        for j in range(i + 1, 25):
            middle, radius = (at[i] + at[j]) / 2, np.linalg.norm(at[i] - at[j]) / 2
            others = np.linalg.norm(np.delete(at, [i, j], axis=0) - middle, axis=1)
            margin = (others.min() - radius) / radius
            pair = "".join(sorted([f"L{i}", f"L{j}"]))
            if abs(margin) > 0.02:
                assert (pair in found) == (margin > 0)


@pytest.mark.parametrize("points", [[], [(11.5, 107.0)], [(11.5, 107.0), (11.6, 107.0)]])
def test_too_few_points(points):
    assert near_pairs(_at(points)).empty


def test_a_place_without_a_point_has_no_neighbour():
    frame = _at([(11.5, 107.0), (11.6, 107.0), (11.4, 107.0), (11.5, 107.1), (np.nan, np.nan)])
    assert not any("L4" in pair for pair in _pairs(near_pairs(frame)))
