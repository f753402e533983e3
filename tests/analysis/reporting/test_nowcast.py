import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

from diaban.analysis.reporting import chain_ladder, expected_by_locality
from diaban.analysis.reporting.nowcast import COLUMNS, nowcast, predictive, shares_by_age


def triangle(C, stream="s"):
    rows = [
        (stream, f"{i:02d}", age, value)
        for i, line in enumerate(C)
        for age, value in enumerate(line)
        if not np.isnan(value)
    ]
    return pd.DataFrame(rows, columns=["stream", "origin", "age", "counted"])


def counts(seed=1, n=24, mean=20.0, pattern=(0.5, 0.25, 0.15, 0.1)):
    """A triangle of counts, and the final counts."""
    rng = np.random.default_rng(seed)
    new = np.column_stack([rng.poisson(mean * p, n) for p in pattern] + [np.zeros((n, n - len(pattern)))])
    C = new.cumsum(axis=1)
    final = C[:, -1].copy()
    C[np.add.outer(np.arange(n), np.arange(n)) >= n] = np.nan
    return C, final


def test_share_counted_is_that_of_the_chain_ladder():
    """The same estimator by another way: products of 1 - g are one over the products of f."""
    C, _ = counts()
    ladder = chain_ladder(triangle(C)).set_index("origin")["share_counted"]
    told = nowcast(triangle(C)).set_index("origin")["share_counted"]
    pd.testing.assert_series_equal(told.drop("all"), ladder.drop("all"), atol=1e-12)


def test_error_of_the_share_is_that_of_simulated_triangles():
    """Greenwood's variance against the spread over 150 triangles: an origin at age 0, and a half-year."""
    groups = {f"{i:02d}": "G" for i in range(18, 24)}
    told = [nowcast(triangle(counts(seed)[0]), groups=groups).set_index("origin") for seed in range(150)]
    for origin in ("23", "G"):
        found = np.array([t.loc[origin, ["share_counted", "share_error"]].to_list() for t in told])
        assert found[:, 1].mean() == pytest.approx(found[:, 0].std(), rel=0.2)
    true = np.mean([1, 1, 1, 0.9, 0.75, 0.5])
    assert np.mean([t.loc["G", "share_counted"] for t in told]) == pytest.approx(true, abs=0.002)


@pytest.mark.parametrize("mean", [2.0, 20.0])
def test_limits_hold_the_final_count(mean):
    groups = {f"{i:02d}": "G" for i in range(18, 24)}
    held = []
    for seed in range(200):
        C, final = counts(seed, mean=mean)
        row = nowcast(triangle(C), groups=groups, least_seen=10).set_index("origin").loc["G"]
        held.append(row["lower"] <= final[18:].sum() <= row["upper"])
    assert 0.92 <= np.mean(held) <= 0.995


def test_known_share_gives_the_negative_binomial():
    """18 counted at share 1/2: still to come NB(18.5, 1/2), as of methods.md's mid-year prediction."""
    lower, upper = predictive(18, 0.5, 0.0)
    assert (lower, upper) == (18 + nbinom.ppf(0.025, 18.5, 0.5), 18 + nbinom.ppf(0.975, 18.5, 0.5))
    assert nbinom.cdf(38 - 18, 18.5, 0.5) == pytest.approx(0.656213, abs=5e-7)


def test_an_uncertain_share_only_widens():
    exact, uncertain = predictive(40, 0.6, 0.0), predictive(40, 0.6, 0.02)
    assert uncertain[0] <= exact[0]
    assert uncertain[1] > exact[1]


def test_nothing_counted_yet_is_not_nothing_to_come():
    C, _ = counts()
    C[-1, 0] = 0
    row = nowcast(triangle(C)).set_index("origin").loc["23"]
    assert (row["counted"], row["lower"]) == (0, 0)
    assert row["upper"] >= 2
    assert 0 < row["expected_finally"] < row["upper"]


def test_everything_is_known_at_the_largest_age():
    C, _ = counts()
    row = nowcast(triangle(C)).set_index("origin").loc["00"]
    assert row["share_counted"] == 1
    assert row["lower"] == row["upper"] == row["expected_finally"] == C[0, -1]


def test_too_few_cases_to_learn_the_delay_from():
    C, _ = counts(mean=0.2)
    told = nowcast(triangle(C))
    assert list(told) == COLUMNS
    assert (told["withheld"] == "too_few_cases").all()
    assert told["expected_finally"].isna().all()
    assert told.set_index("origin").loc["all", "counted"] == np.nansum(np.diff(C, axis=1, prepend=0))


def test_what_is_hardly_known_yet_is_refused():
    """No case was ever known in its own month."""
    C, _ = counts(pattern=(0.0, 0.5, 0.5))
    told = nowcast(triangle(C)).set_index("origin")["withheld"]
    assert told["23"] == "too_recent"
    assert pd.isna(told["22"])


def test_nothing_at_all():
    assert list(nowcast(triangle(np.empty((0, 0))))) == COLUMNS


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), st.integers(2, 9))
def test_shares_grow_with_age_to_one(seed, n):
    new = np.random.default_rng(seed).poisson(2, (n, n)).astype(float)
    C = new.cumsum(axis=1)
    C[np.add.outer(np.arange(n), np.arange(n)) >= n] = np.nan
    share, variance = shares_by_age(C)
    assert share[-1] == 1
    assert (np.diff(share) >= -1e-12).all()
    assert (np.diff(variance) <= 1e-12).all()


def test_localities_take_the_delay_of_all():
    shares = pd.DataFrame({"stream": ["s", "t"], "share_counted": [0.5, np.nan], "share_error": [0.0, np.nan],
                           "withheld": [None, "too_few_cases"]})  # fmt: skip
    at = pd.DataFrame({"locality": ["a", "b", "a"], "stream": ["s", "s", "t"], "counted": [18, 0, 3]})
    told = expected_by_locality(at, shares)
    assert told["expected_finally"].iloc[:2].tolist() == [36.5, 0.5]
    assert told.loc[0, "upper"] == predictive(18, 0.5, 0.0)[1]
    assert told["withheld"].iloc[2] == "too_few_cases"
    assert told[["expected_finally", "lower", "upper"]].iloc[2].isna().all()
    assert expected_by_locality(at.head(0), shares).empty
