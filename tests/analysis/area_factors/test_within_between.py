import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diaban.analysis.area_factors.within_between import within_between

VALUES = st.lists(st.floats(-50, 50, allow_nan=False), min_size=12, max_size=12)


def long(table, indicator="x"):
    frame = pd.DataFrame(table).rename_axis("period").reset_index().melt("period", var_name="locality")
    return frame.assign(indicator=indicator)


def test_worked_example():
    split = within_between(long({"a": [1.0, 3.0], "b": [4.0, 8.0]}))
    sd = split.sd.set_index("part")["sd"]
    assert sd["between"] == pytest.approx(np.std([2, 6], ddof=1))
    assert sd["within"] == pytest.approx(np.sqrt((1 + 1 + 4 + 4) / 4))
    assert split.between["x"].tolist() == pytest.approx([-np.sqrt(0.5), np.sqrt(0.5)])
    assert (split.within["x"] * sd["within"]).tolist() == pytest.approx([-1, 1, -2, 2])


@given(VALUES)
def test_parts_add_up_to_the_value(values):
    table = dict(zip("abc", np.reshape(np.round(values, 3), (3, 4)), strict=True))
    split = within_between(long(table))
    sd = split.sd.set_index("part")["sd"].fillna(0)
    rebuilt = pd.Series(0.0, index=[(k, t) for k in table for t in range(4)])
    if "x" in split.between:
        rebuilt += [split.between.loc[k, "x"] * sd["between"] for k, _ in rebuilt.index]
    if "x" in split.within:
        rebuilt += [split.within.loc[(k, t), "x"] * sd["within"] for k, t in rebuilt.index]
    wanted = np.array([table[k][t] for k, t in rebuilt.index])
    assert np.allclose(rebuilt + wanted.mean(), wanted, atol=1e-6)


def test_constant_in_time_has_no_within_part():
    split = within_between(long({"a": [1.0, 1.0], "b": [4.0, 4.0]}))
    assert list(split.within.columns) == []
    assert split.sd.set_index("part")["sd"].isna().to_dict() == {"between": False, "within": True}


def test_equal_everywhere_has_no_between_part():
    split = within_between(long({"a": [1.0, 3.0], "b": [3.0, 1.0]}))
    assert list(split.between.columns) == []
    assert list(split.within.columns) == ["x"]


def test_missing_years_use_the_mean_of_the_observed_ones():
    split = within_between(long({"a": [1.0, 3.0, np.nan], "b": [4.0, 8.0, np.nan]}))
    assert split.sd.set_index("part")["sd"]["between"] == pytest.approx(np.std([2, 6], ddof=1))
    assert ("a", 2) not in split.within.index


def test_one_locality_has_no_between_part():
    assert list(within_between(long({"a": [1.0, 3.0]})).between.columns) == []


def test_empty():
    split = within_between(long({"a": [1.0]}).iloc[:0])
    assert split.between.empty
    assert split.within.empty
    assert split.sd.empty
