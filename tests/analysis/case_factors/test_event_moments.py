import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.analysis.case_factors.event_moments import COLUMNS, event_moments, probability_first
from diaban.analysis.exposure import WHOLE
from diaban.errors import DiabanError

BOOK = pd.DataFrame(
    [
        ("A", "condition", "place"),
        ("B", "condition", "place"),
        ("C", "condition", "sign"),
        ("D", "cause", "sign"),
        ("E", "condition", ""),
        ("XX", "not_established", None),
    ],
    columns=["code", "kind", "moment"],
)


def study(given_codes, locality="p"):
    keys = [f"{locality}{i}" for i in range(len(given_codes))]
    cases = pd.DataFrame({"case_key": keys, "locality": locality, "stream": "s"})
    rows = [(key, code, 1) for key, mine in zip(keys, given_codes, strict=True) for code in mine]
    return pd.DataFrame(rows, columns=["case_key", "code", "round"]), cases


GIVEN = [["A", "B"]] * 10 + [["B", "C"]] * 8 + [["C"]] * 2 + [["D"]] * 7 + [["E"]] * 3 + [["XX"]] * 4


def told(given_codes, book=BOOK, **options):
    return event_moments(*study(given_codes), book, seed=1, **options)


def row(result, moment, locality="p"):
    return result[(result["moment"] == moment) & (result["locality"] == locality)].iloc[0]


def test_a_file_counts_once_and_only_conditions_with_a_moment_count():
    result = told(GIVEN)
    assert list(result.columns) == COLUMNS
    place, sign = row(result, "place"), row(result, "sign")
    assert (place["n"], place["n_files"], sign["n"]) == (18, 30, 10)
    assert place["share"] == 0.6
    assert sorted(result["moment"].unique()) == ["place", "sign"]


def test_wilson_interval_newcombe_1998():
    """Newcombe 1998, table I: 81 of 263 -> 0.2553 to 0.3662."""
    place = row(told([["A"]] * 81 + [["D"]] * 182), "place")
    assert (round(place["lower"], 4), round(place["upper"], 4)) == (0.2553, 0.3662)


def test_only_a_moment_that_is_clearly_first_is_named():
    clear = told([["A"]] * 25 + [["C"]] * 8)
    assert row(clear, "place")["named"]
    assert not row(clear, "sign")["named"]
    close = told([["A"]] * 17 + [["C"]] * 16)
    assert not close["named"].any()


def test_probability_first_is_that_of_the_difference_of_two_counts():
    """Of 30 files 15 carry the one, 10 the other, 5 none: the bootstrapped difference is multinomial."""
    carries = np.repeat([[True, False], [False, True], [False, False]], [15, 10, 5], axis=0)
    first = probability_first(carries, np.random.default_rng(1), 20_000)
    n = np.random.default_rng(2).multinomial(30, [1 / 2, 1 / 3, 1 / 6], 200_000)
    expected = (n[:, 0] > n[:, 1]).mean() + (n[:, 0] == n[:, 1]).mean() / 2
    assert first == pytest.approx([expected, 1 - expected], abs=0.01)


def test_moments_that_are_equally_frequent_are_seldom_named():
    """Three equal ones: in 5 % of studies at most; two: in 10 %, by the symmetry of their difference."""
    rng = np.random.default_rng(3)

    def named(shares):
        return np.mean(
            [probability_first(rng.random((60, 3)) < shares, rng, 300).max() >= 0.95 for _ in range(400)]
        )

    assert named([0.4, 0.4, 0.4]) <= 0.05
    assert 0.04 <= named([0.5, 0.5, 0.1]) <= 0.15


def test_too_few_files_are_withheld_and_all_together_are_not():
    parts = [study([["A"]] * 15), study([["C"]] * 14, "q")]
    codes, cases = (pd.concat([part[i] for part in parts]) for i in (0, 1))
    result = event_moments(codes, cases, BOOK, seed=1, localities=["p", "q", "r"])
    few = row(result, "place")
    assert (few["n"], few["withheld"]) == (15, "too_few_files")
    assert pd.isna(few["named"])
    assert np.isnan(few["share"])
    assert row(result, "sign", "r")["n_files"] == 0
    assert row(result, "sign", WHOLE)["share"] == 14 / 29


@pytest.mark.parametrize(
    "book", [BOOK.drop(columns="moment"), BOOK.assign(moment=""), BOOK.assign(moment=pd.NA)]
)
def test_a_code_book_without_moments_says_so(book):
    result = told(GIVEN, book)
    assert result[["locality", "n_files", "withheld"]].to_numpy().tolist() == [
        ["p", 30, "no_moments"],
        [WHOLE, 30, "no_moments"],
    ]


def test_files_without_any_condition():
    result = told([["D"]] * 30)
    assert result["n"].tolist() == [0] * 4
    assert (result["probability_first"] == 0).all()
    assert not result["named"].any()


def test_empty_uncoded_and_errors():
    codes, cases = study(GIVEN)
    empty = event_moments(codes, cases.head(0), BOOK, seed=1)
    assert list(empty.columns) == COLUMNS
    assert empty.empty
    assert (told([[]] * 30)["withheld"] == "too_few_files").all()
    with pytest.raises(DiabanError, match="Q"):
        told([["Q"]])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.booleans()] * 3), min_size=1, max_size=30))
def test_probabilities_add_up_and_the_seed_decides(carries):
    carries = np.array(carries)
    first = probability_first(carries, np.random.default_rng(1), 50)
    assert first.sum() <= 1 + 1e-9
    assert not carries.any(axis=1).all() or first.sum() == pytest.approx(1)
    assert (first == probability_first(carries, np.random.default_rng(1), 50)).all()
