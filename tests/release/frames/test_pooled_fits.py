"""What is fitted for a release does not depend on how hidden counts lie: only on what they are together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from diaban.analysis.case_factors.share_comparison import POSTERIOR
from diaban.analysis.funnel_curves import funnel_curves
from diaban.analysis.rates import rates_table
from diaban.release.frames.pooled_fits import (
    FITTED,
    REST,
    pooled_fit,
    pooled_rates,
    pooled_shares,
    rates_together,
)

PLACES = list("abcdefgh")
HIDDEN = ["a", "b", "c"]
SHOWN = [12, 30, 9, 22, 41]
THRESHOLD = 5


def rates_of(hidden: list[int]) -> tuple[pd.DataFrame, pd.Series]:
    exposed = pd.DataFrame({"locality": PLACES, "period": "p", "stream": "s", "cases": [*hidden, *SHOWN]})
    exposed["person_years"] = [9_000, 8_000, 7_000, 20_000, 30_000, 25_000, 40_000, 35_000]
    rates = rates_table(exposed, per=100_000, seed=1)
    return rates, rates["locality"].isin(HIDDEN)


def told(hidden: list[int]) -> pd.DataFrame:
    rates, hide = rates_of(hidden)
    fit = pooled_fit(rates, hide, per=100_000, seed=1)
    return pooled_rates(rates, hide, fit).loc[~hide, ["locality", *FITTED]]


WAYS = st.lists(st.integers(0, 9), min_size=2, max_size=2).map(lambda two: [*two, 18 - sum(two)])


@settings(deadline=None, max_examples=15)
@given(WAYS)
def test_every_way_in_which_hidden_counts_could_lie_gives_the_same_figures(way):
    assert_frame_equal(told(way), told([4, 4, 10]))


def test_a_fit_to_all_would_tell_them_apart():
    """Else the test before would be of nothing."""
    first, second = (rates_of(way)[0].set_index("locality").loc["d", "shrunk_rate"] for way in ([4, 4, 10],
                     [0, 9, 9]))  # fmt: skip
    assert abs(first - second) > 1e-6


def test_the_funnel_does_not_tell_them_apart_either():
    curves = []
    for way in ([4, 4, 10], [0, 9, 9]):
        rates, hide = rates_of(way)
        curves.append(funnel_curves(pooled_fit(rates, hide, per=100_000, seed=1)))
    assert_frame_equal(*curves)


def test_nothing_hidden_nothing_changed():
    rates, _ = rates_of([4, 4, 10])
    none = pd.Series(False, index=rates.index)
    assert pooled_fit(rates, none, per=100_000, seed=1) is rates
    assert_frame_equal(pooled_rates(rates, none, rates), rates)


def test_a_rank_among_localities_put_together_is_not_told():
    assert told([4, 4, 10])[["rank_lower", "rank_upper"]].isna().all(axis=None)


def test_those_not_shown_one_by_one_are_told_together():
    rates, hide = rates_of([4, 4, 10])
    fit = pooled_fit(rates, hide, per=100_000, seed=1)
    row = rates_together(rates, hide, fit, THRESHOLD).iloc[0]
    assert (row["localities"], row["cases"], row["person_years"]) == ("a;b;c", 18, 24_000)
    assert row["rate"] == pytest.approx(18 / 24_000 * 100_000)
    assert row["reference_rate"] == pytest.approx(rates["reference_rate"].iloc[0])
    assert row["ratio"] == pytest.approx(row["rate"] / row["reference_rate"])


@pytest.mark.parametrize("hidden", [[1, 1, 2], [0, 0, 0]])
def test_a_group_that_is_small_itself_is_not_told(hidden):
    rates, hide = rates_of(hidden)
    fit = pooled_fit(rates, hide, per=100_000, seed=1)
    assert rates_together(rates, hide, fit, THRESHOLD).empty


def test_one_alone_and_a_whole_that_is_not_shown_are_no_group():
    rates, _ = rates_of([4, 4, 10])
    for hide in (rates["locality"] == "c", pd.Series(True, index=rates.index)):
        fit = pooled_fit(rates, hide, per=100_000, seed=1)
        assert REST in set(fit["locality"])
        assert rates_together(rates, hide, fit, THRESHOLD).empty


def factors_of(hidden: list[int]) -> pd.DataFrame:
    files, coded = np.array([10, 12, 14, 30, 40, 50, 60, 70]), np.array([*hidden, *SHOWN])
    frame = pd.DataFrame({"locality": PLACES, "stream": "s", "code": "c", "n_coded": coded, "n_files": files})
    rest = {"rest_coded": coded.sum() - coded, "rest_files": files.sum() - files}
    frame = frame.assign(**rest, **dict.fromkeys(POSTERIOR, 0.5), withheld=None)
    frame["hidden"] = frame["locality"].isin(HIDDEN)
    columns = ["n_coded", "n_files", *rest, *POSTERIOR]
    frame[columns] = frame[columns].astype("float64").mask(frame["hidden"])
    return frame


def test_shrunk_shares_do_not_tell_hidden_files_apart():
    first, second = (pooled_shares(factors_of(way)) for way in ([2, 3, 7], [0, 6, 6]))
    assert_frame_equal(first, second)
    shown = first[~first["hidden"]]
    raw = shown["n_coded"] / shown["n_files"]
    assert ((shown["shrunk_lower"] < raw) & (raw < shown["shrunk_upper"])).all()
    assert first.loc[first["hidden"], POSTERIOR].isna().all(axis=None)


def test_a_share_that_is_withheld_stays_so():
    frame = factors_of([2, 3, 7])
    frame.loc[3, POSTERIOR], frame.loc[3, "withheld"] = np.nan, "too_few_files"
    assert pooled_shares(frame).loc[3, POSTERIOR].isna().all()
