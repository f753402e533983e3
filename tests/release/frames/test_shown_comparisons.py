"""q-values of a release: they follow from the shown comparisons, whatever the hidden ones are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from statsmodels.stats.multitest import multipletests

from diaban.release.frames.shown_comparisons import by_shown, factors_by_shown, q_of_shown, themes_by_shown

P = [0.0001, 0.003, 0.02, 0.4]


def factors(shown, hidden):
    """Rows with the q of all, hidden ones blanked, as a release would have them."""
    p = np.array([*shown, *hidden])
    hide = np.arange(len(p)) >= len(shown)
    q = multipletests(p, method="fdr_bh")[1]
    frame = pd.DataFrame({"p": p, "q": q, "over": pd.array(q < 0.05, dtype="boolean"), "hidden": hide})
    frame["comparisons"] = len(p)
    return frame.assign(p=frame["p"].mask(hide), q=frame["q"].mask(hide), over=frame["over"].mask(hide))


def test_benjamini_and_hochberg_by_hand():
    """p m / rank of the steps: .01 x 4 / 1, .02 x 4 / 2, .03 x 4 / 3, and the one that is hidden."""
    assert q_of_shown(np.array([0.03, np.nan, 0.01, 0.02]), 4) == pytest.approx([0.04, np.nan, 0.04, 0.04],
                                                                              nan_ok=True)  # fmt: skip


@pytest.mark.parametrize("p", [[], [np.nan, np.nan]])
def test_nothing_that_is_shown(p):
    assert np.isnan(q_of_shown(np.array(p, dtype=float), 5)).all()


def test_nothing_hidden_nothing_changed():
    frame = factors(P, [])
    assert factors_by_shown(frame) is frame
    assert list(by_shown({"rates": frame})) == ["rates"]


def test_a_q_of_all_tells_hidden_comparisons_apart():
    """Else the next test would be of nothing."""
    assert not factors(P, [0.001] * 6)["q"].equals(factors(P, [0.9] * 6)["q"])


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(0, 1), min_size=6, max_size=6))
def test_whatever_is_hidden_the_same_is_told(hidden):
    assert_frame_equal(factors_by_shown(factors(P, hidden)), factors_by_shown(factors(P, [0.5] * 6)))


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_it_is_never_less_than_the_q_of_all(hidden):
    """So the share of false discoveries stays within its bound."""
    of_all = factors(P, hidden)
    told = factors_by_shown(of_all)
    assert (told["q"] >= of_all["q"] - 1e-12)[:4].all()
    assert not (told["over"] & ~of_all["over"])[:4].any()
    assert told["comparisons"].unique() == [4 + len(hidden)]


def test_a_theme_differs_by_the_shown_comparisons():
    frame = factors([0.001, 0.002, 0.9], [0.5] * 3).drop(columns="over")
    frame["ratio"] = [2.0, 0.5, 3.0, np.nan, np.nan, np.nan]
    told = themes_by_shown(frame.assign(differs=None))
    assert told["differs"].fillna("").tolist() == ["above", "below", "", "", "", ""]
