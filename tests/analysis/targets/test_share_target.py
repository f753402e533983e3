"""Targets on shares, and targets that ask for as few as can be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diaban.analysis.targets import fewest, share_target
from diaban.analysis.targets.fewest import COLUMNS as FEWEST
from diaban.analysis.targets.fewest import fell_chance
from diaban.analysis.targets.share_target import COLUMNS, needed_if_all


def test_more_than_96_percent():
    """methods.md: 25/25 -> lower .8668; 93/93 the first above .96 (.960332); 96/100 (.9016, .9843)."""
    table = share_target([25, 92, 93, 96, 97, 80], [25, 92, 93, 100, 100, 100], more_than=0.96)
    assert list(table.columns) == COLUMNS
    assert table["lower"].round(6).tolist()[:1] == [pytest.approx(0.866808, abs=5e-5)]
    assert table["lower"].iloc[2] == pytest.approx(0.960332, abs=5e-7)
    assert table.loc[3, ["lower", "upper"]].tolist() == pytest.approx([0.9016, 0.9843], abs=5e-5)
    assert table["met"].tolist() == [True, True, True, False, True, False]
    assert table["evidence"].tolist() == ["open", "open", "shown", "open", "open", "refuted"]
    assert (table["needed_if_all"] == 93).all()
    assert table["most_failures"].tolist() == [0, 3, 3, 3, 3, 3]


def test_all_reports_can_be_counted_and_never_shown():
    """A target of 100 %: met by the count, and no number of reports shows it; one failure refutes it."""
    table = share_target([50, 49, 99_999], [50, 50, 100_000], at_least=1.0)
    assert table["met"].tolist() == [True, False, False]
    assert table["evidence"].tolist() == ["open", "refuted", "refuted"]
    assert table["needed_if_all"].isna().all()
    assert table["most_failures"].tolist() == [0, 0, 0]


def test_at_least_is_met_on_the_spot_and_more_than_is_not():
    assert share_target([96], [100], at_least=0.96)["met"].tolist() == [True]
    assert share_target([96], [100], more_than=0.96)["met"].tolist() == [False]


def test_share_edges():
    table = share_target([0, np.nan, 0, 1], [0, 5, 1, 1], more_than=0.96)
    assert table["withheld"].tolist()[:2] == ["no_reports", "count_not_known"]
    assert table["withheld"].iloc[2:].isna().all()
    assert table.loc[:1, ["share", "met", "lower", "evidence"]].isna().all(axis=None)
    assert table["met"].tolist()[2:] == [False, True]
    named = share_target(pd.Series([1], index=["x"]), pd.Series([2], index=["x"]), at_least=0.5)
    assert named.index.tolist() == ["x"]
    assert list(share_target([], [], at_least=0.5).columns) == COLUMNS
    for limits in ({}, {"at_least": 0.5, "more_than": 0.5}):
        with pytest.raises(ValueError, match="one of"):
            share_target([1], [2], **limits)
    with pytest.raises(ValueError, match="more successes"):
        share_target([3], [2], at_least=0.5)


@given(st.floats(0.05, 0.995), st.integers(0, 300), st.integers(0, 300))
def test_share_laws(limit, successes, failures):
    row = share_target([successes], [successes + failures], more_than=limit).iloc[0]
    if successes + failures == 0:
        assert row["withheld"] == "no_reports"
        return
    if row["evidence"] == "shown":
        assert row["met"]
    if row["evidence"] == "refuted":
        assert not row["met"]
    if pd.notna(row["most_failures"]):
        assert row["met"] == (failures <= row["most_failures"])
    n = int(needed_if_all(limit))
    shown = share_target([n - 1, n], [n - 1, n], more_than=limit)["evidence"].eq("shown")
    assert shown.tolist()[1]
    assert not shown.tolist()[0] or n == 1


def test_fisher_is_the_published_one():
    """Fisher's tea tasting (R: fisher.test(matrix(c(3,1,1,3),2), alternative = "greater")): p = .2429."""
    table = fewest([1], [4], [3], [4])
    assert list(table.columns) == FEWEST
    assert table["p"].tolist() == [pytest.approx(0.2429, abs=5e-5)]
    assert table["fewer"].tolist() == [True]
    assert table["evidence"].tolist() == ["open"]


def test_fell_chance_is_the_one_that_drawing_gives():
    rng = np.random.default_rng(2)
    drawn = (rng.beta(2.5, 28.5, 1_000_000) < rng.beta(7.5, 25.5, 1_000_000)).mean()
    told = fewest([2], [30], [7], [32])["attainment"]
    assert told.tolist() == [pytest.approx(drawn, abs=0.002)]


def test_equal_counts_are_a_coin_toss():
    table = fewest([0, 3, 0], [20, 30, 40], [0, 3, 0], [20, 30, 10])
    assert table["attainment"].tolist()[:2] == pytest.approx([0.5, 0.5], abs=1e-4)
    assert table["evidence"].tolist() == ["open", "open", "open"]
    assert not table["fewer"].any()


def test_fewest_edges():
    table = fewest([0, np.nan, 1, 1], [0, 3, 5, 5], [1, 1, np.nan, 0], [4, 4, 4, 0])
    assert table["withheld"].tolist() == ["no_cases", "count_not_known", "no_baseline", "no_baseline"]
    assert table[["attainment", "evidence", "p"]].isna().all(axis=None)
    assert list(fewest([], [], [], []).columns) == FEWEST
    with pytest.raises(ValueError, match="above its n"):
        fewest([5], [4], [0], [4])


@given(st.integers(0, 40), st.integers(0, 40), st.integers(1, 40), st.integers(1, 40))
def test_a_fall_of_one_is_a_rise_of_the_other(x, b, m, m0):
    counts = [np.array([float(min(one, n))]) for one, n in ((x, m), (b, m0))]
    sizes = np.array([float(m)]), np.array([float(m0)])
    there = fell_chance(counts[0], sizes[0], counts[1], sizes[1])
    back = fell_chance(counts[1], sizes[1], counts[0], sizes[0])
    assert there + back == pytest.approx(1, abs=1e-3)
