"""Nearest localities by declared covariates, and the mean of peers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from diaban.analysis.statistical_neighbours import COLUMNS, peer_values, statistical_neighbours

FEW = settings(max_examples=10, deadline=None)
BY = ["poor", "urban"]


def long(table):
    frame = pd.DataFrame(table).rename_axis("locality").reset_index()
    return frame.melt("locality", var_name="indicator")


def plain():
    """poor 0, 1, 3, 10 and urban equal but for its scale: one line of places."""
    return long(pd.DataFrame({"poor": [0.0, 1, 3, 10], "urban": [0.0, 100, 300, 1000]}, index=list("ABCD")))


def random_values(seed, n=9):
    rng = np.random.default_rng(seed)
    return long(pd.DataFrame(rng.normal(size=(n, 2)), [f"L{i}" for i in range(n)], BY))


def test_nearest_on_a_line_by_hand():
    """sd of 0, 1, 3, 10 is sqrt(61 / 3); both indicators say the same, so the mean square is that of one."""
    told = statistical_neighbours(plain(), by=BY, count=2)
    assert list(told.columns) == COLUMNS
    near = told.groupby("locality")["neighbour"].agg("".join).to_dict()
    assert near == {"A": "BC", "B": "AC", "C": "BA", "D": "CB"}
    sd = np.sqrt(61 / 3)
    assert told["distance"].to_numpy() == pytest.approx(np.array([1, 3, 1, 2, 2, 3, 7, 9]) / sd)
    assert told["rank"].tolist() == [1, 2] * 4
    assert told["withheld"].isna().all()


def test_distances_are_scipys_standardised_ones():
    values = random_values(1)
    wide = values.pivot(index="locality", columns="indicator", values="value")
    scipy = cdist(wide, wide, "seuclidean", V=wide.var(ddof=1)) / np.sqrt(2)
    told = statistical_neighbours(values, by=BY, count=8)
    assert told["distance"].to_numpy() == pytest.approx(np.sort(scipy, axis=1)[:, 1:].ravel())


@FEW
@given(st.integers(0, 100), st.floats(0.001, 1000), st.floats(-100, 100))
def test_units_and_order_change_nothing(seed, factor, shift):
    values = random_values(seed)
    told = statistical_neighbours(values, by=BY)
    moved = values.assign(
        value=values["value"].where(values["indicator"] != "poor", values["value"] * factor)
    )
    moved = moved.assign(value=moved["value"] + shift).sample(frac=1, random_state=seed)
    again = statistical_neighbours(moved, by=BY[::-1])
    assert again["neighbour"].tolist() == told["neighbour"].tolist()
    assert again["distance"].to_numpy() == pytest.approx(told["distance"].to_numpy(), rel=1e-6)


def test_nobody_is_their_own_neighbour_and_ties_go_by_code():
    same = long(pd.DataFrame({"poor": [1.0, 1, 1, 5]}, index=list("DBCA")))
    told = statistical_neighbours(same, by=["poor"], count=2)
    assert (told["locality"] != told["neighbour"]).all()
    assert told.groupby("locality")["neighbour"].agg("".join).to_dict() == {
        "A": "BC",
        "B": "CD",
        "C": "BD",
        "D": "BC",
    }


def test_other_indicators_and_constant_ones_play_no_part():
    values = pd.concat([plain(), long(pd.DataFrame({"x": [9.0, 1, 5, 2], "flat": 7.0}, index=list("ABCD")))])
    told = statistical_neighbours(values, by=[*BY, "flat"])
    pd.testing.assert_frame_equal(told, statistical_neighbours(plain(), by=BY))


def test_missing_values():
    values = plain()
    values.loc[(values["locality"] == "B") & (values["indicator"] == "poor"), "value"] = np.nan
    told = statistical_neighbours(values, by=BY)
    assert told.loc[told["locality"] == "B", "withheld"].tolist() == ["covariate_missing"]
    assert "B" not in set(told["neighbour"].dropna())
    assert (told.loc[told["locality"] != "B", "rank"].max()) == 2


def test_refusals():
    few = plain()[plain()["locality"] < "C"]
    assert statistical_neighbours(few, by=BY)["withheld"].tolist() == ["too_few_localities"] * 2
    one = plain()[plain()["locality"] == "A"]
    assert statistical_neighbours(one, by=BY)["withheld"].tolist() == ["too_few_localities"]
    flat = plain().assign(value=0.0)
    assert statistical_neighbours(flat, by=BY)["withheld"].tolist() == ["no_usable_indicator"] * 4
    assert statistical_neighbours(plain(), by=[])["withheld"].tolist() == ["no_usable_indicator"] * 4
    unknown = statistical_neighbours(plain(), by=["nothing"])
    assert set(unknown["withheld"]) == {"covariate_missing"}


def test_empty_frame():
    told = statistical_neighbours(plain().iloc[:0], by=BY)
    assert list(told.columns) == COLUMNS
    assert told.empty
    assert peer_values(plain(), told).empty


def test_peers_are_the_mean_of_the_neighbours_where_known():
    values = plain()
    neighbours = statistical_neighbours(values, by=BY, count=2)
    peers = peer_values(values, neighbours).set_index(["locality", "indicator"])["peer"]
    assert peers["A", "poor"] == 2
    assert peers["D", "urban"] == 200
    assert len(peers) == 8
    gone = values.assign(value=values["value"].mask(values["locality"].isin(["B", "C"])))
    peers = peer_values(gone, neighbours).set_index(["locality", "indicator"])["peer"]
    assert peers["B", "poor"] == 0
    assert np.isnan(peers["A", "poor"])
