"""Draws by shares, keys, and their edges."""

import numpy as np
import pandas as pd
import pytest

from diaban.simulate.random import generator, pick, pick_by, pseudonyms, whole_days


def test_streams_of_different_names_differ_and_repeat():
    first, again, other = (
        generator(1, "a").random(3),
        generator(1, "a").random(3),
        generator(1, "b").random(3),
    )
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()


@pytest.mark.parametrize("size", [0, 1])
def test_pick_of_none_and_one(size):
    assert pick(generator(1, "a"), {"x": 1.0}, size).tolist() == ["x"] * size


def test_empty_value_is_missing():
    assert pick(generator(1, "a"), {"": 1.0}, 2).isna().all()


def test_pick_by_group_keeps_the_index_and_falls_back():
    groups = pd.Series(["a", "b", "c"], index=[7, 8, 9], dtype="str")
    drawn = pick_by(generator(1, "a"), groups, {"a": {"x": 1.0}, "*": {"y": 1.0}}, "*")
    assert drawn.to_dict() == {7: "x", 8: "y", 9: "y"}


def test_shares_are_met():
    drawn = pick(generator(1, "a"), {"x": 0.3, "y": 0.7}, 20_000)
    assert (drawn == "x").mean() == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / 20_000))


def test_pseudonyms_never_collide_nor_look_like_numbers():
    keys = pseudonyms(1, "h", 50_000)
    assert keys.is_unique
    assert keys.str.fullmatch(r"h[0-9a-f]{10}").all()
    assert pseudonyms(1, "h", 0).empty


def test_days_are_whole_and_bounded():
    days = whole_days(generator(1, "a"), 10, 2.0, 30, 1000)
    assert days.dtype.kind == "i"
    assert days.min() >= 0
    assert days.max() == 30
