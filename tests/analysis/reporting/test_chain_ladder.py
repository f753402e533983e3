import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.analysis.reporting.chain_ladder import COLUMNS, chain_ladder, mack
from diaban.bench.truth.delays import expected_finally

RAA = """
5012 8269 10907 11805 13539 16181 18009 18608 18662 18834
106 4285 5396 10666 13782 15599 15496 16169 16704
3410 8992 13873 16141 18735 22214 22863 23466
5655 11555 15766 21266 23425 26083 27067
1092 9565 15836 22169 25955 26180
1513 6445 11702 12935 15852
557 4020 10946 12314
1351 6947 13112
3133 5395
2063
"""
"""Reinsurance Association of America, as in Mack 1994, CAS Forum 1:101-182, p. 110."""


def triangle(text, stream="s"):
    rows = [
        (stream, str(1981 + i), age, float(value))
        for i, line in enumerate(text.split("\n")[1:-1])
        for age, value in enumerate(line.split())
    ]
    return pd.DataFrame(rows, columns=["stream", "origin", "age", "counted"])


@pytest.fixture(scope="module")
def told():
    return chain_ladder(triangle(RAA)).set_index("origin")


def test_to_come_of_raa(told):
    """52,135.228261 (methods.md; chainladder package)."""
    to_come = told.loc["all", "expected_finally"] - told.loc["all", "counted"]
    assert to_come == pytest.approx(52135.228261, abs=1e-6)


def test_errors_of_raa_by_year_are_those_of_the_paper(told):
    """Mack 1994, p. 124."""
    published = [0, 206, 623, 747, 1469, 2002, 2209, 5358, 6333, 24566]
    assert told["standard_error"].iloc[:10].round().tolist() == published
    assert told.loc["all", "standard_error"] == pytest.approx(26909, abs=0.5)


def test_error_of_raa_with_the_last_variance_on_a_line_of_logarithms():
    """26,880.74 (methods.md; the chainladder package's default)."""
    told = chain_ladder(triangle(RAA), last_variance="log_linear").set_index("origin")
    assert told.loc["all", "standard_error"] == pytest.approx(26880.74, abs=0.005)


def test_limits_are_log_normal(told):
    """Mack 1994: with R = 154 and SE 206 the upper 90 % point of one side is 154 exp(…)."""
    row = told.loc["1982"]
    R, se = row["expected_finally"] - row["counted"], row["standard_error"]
    spread = np.sqrt(np.log(1 + (se / R) ** 2))
    assert row["upper"] - row["counted"] == pytest.approx(
        R * np.exp(1.959964 * spread - spread**2 / 2), rel=1e-6
    )
    assert row["counted"] < row["lower"] < row["expected_finally"] < row["upper"]
    assert told["share_counted"].iloc[0] == 1


def test_a_group_of_all_is_all_and_a_group_of_one_is_that_one():
    origins = [str(1981 + i) for i in range(10)]
    for members, same_as in ((origins, "all"), (["1988"], "1988")):
        told = chain_ladder(triangle(RAA), groups=dict.fromkeys(members, "G")).set_index("origin")
        numbers = told.drop(columns=["stream", "withheld"]).astype(float)
        pd.testing.assert_series_equal(numbers.loc["G"], numbers.loc[same_as], check_names=False)


def test_errors_of_a_group_are_shared():
    """More than independent ones, less than equal ones."""
    told = chain_ladder(triangle(RAA), groups=dict.fromkeys(["1987", "1988", "1989"], "G"))
    error = told.set_index("origin")["standard_error"]
    apart = error[["1987", "1988", "1989"]]
    assert np.sqrt((apart**2).sum()) < error["G"] < apart.sum()


def test_an_origin_of_nothing_gets_a_reason_and_hurts_no_other():
    told = chain_ladder(triangle("\n10 12 12\n0 0\n8\n")).set_index("origin")
    assert told.loc["1982", "withheld"] == "nothing_counted_yet"
    assert np.isnan(told.loc["1982", "expected_finally"])
    assert told.loc["1983", "expected_finally"] == pytest.approx(9.6)
    assert list(chain_ladder(triangle("\n10 12 12\n0 0\n8\n"))) == COLUMNS


def test_two_origins_are_too_few():
    told = chain_ladder(triangle("\n10 12\n8\n"))
    assert (told["withheld"] == "too_few_periods").all()
    assert told["counted"].tolist() == [12, 8, 20]


def test_nothing_at_all():
    assert list(chain_ladder(triangle("\n"))) == COLUMNS


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 1000), st.integers(0, 2**31))
def test_scaling_amounts_scales_all_but_the_variances(scale, seed):
    """If every amount is k times as large, so are expectation and error."""
    C = np.cumsum(np.random.default_rng(seed).integers(1, 50, (5, 5)), axis=1).astype(float)
    C[np.add.outer(np.arange(5), np.arange(5)) > 4] = np.nan
    one, many = mack(C), mack(C * scale)
    assert many.ultimate == pytest.approx(one.ultimate * scale)
    assert many.mse == pytest.approx(one.mse * scale**2)


def test_on_counts_the_limits_hold_from_ten_an_origin_on_and_not_below():
    """Why `nowcast` exists: coverage of 95 % limits of the newest half-year, 60 months."""
    frames = [f for seed in range(12) for f in expected_finally(seed)]
    ladder = pd.concat(f for f in frames if f["method"].iloc[0] == "chain ladder")
    covered = ladder.groupby("what")["covered"].mean()
    assert covered["newest half-year, 40 a month"] >= 0.8
    assert covered["newest half-year, 2.5 a month"] < 0.9
