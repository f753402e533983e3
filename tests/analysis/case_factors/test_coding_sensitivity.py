import itertools

import numpy as np
import pytest
from coded_files import BOOK, files, study
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.analysis.case_factors.sensitivity import COLUMNS, coding_sensitivity
from diaban.analysis.exposure import WHOLE

GIVEN = [["A"]] * 10 + [["B"]] * 7 + [["C"]] * 3 + [["XX"]] * 3 + [[]] * 2


def bounds(given_codes, **options):
    cases, codes = files(given_codes)
    result = coding_sensitivity(codes, cases, BOOK, **options)
    return result[result["locality"] == "p"].set_index("code")


def test_worked_example():
    """10, 7, 3 and 0 of 20 coded files, 5 more unknown."""
    result = bounds(GIVEN)
    assert result["unknown_files"].tolist() == [5] * 4
    assert result["n_files"].tolist() == [25] * 4
    assert result["share_lower"].tolist() == [10 / 25, 7 / 25, 3 / 25, 0]
    assert result["share_upper"].tolist() == [15 / 25, 12 / 25, 8 / 25, 5 / 25]
    assert result["rank_lower"].tolist() == [1, 1, 2, 3]
    assert result["rank_upper"].tolist() == [2, 3, 4, 4]
    assert result["files_to_lead"].tolist() == [0, 3, 7, 10]
    assert result["could_lead"].tolist() == [True, True, False, False]


def test_without_unknown_files_only_ties_leave_a_rank_open():
    result = bounds([["A"]] * 6 + [["B"]] * 6 + [["C"]] * 4)
    assert result["rank_lower"].tolist() == [1, 1, 3, 4]
    assert result["rank_upper"].tolist() == [2, 2, 3, 4]
    assert (result["share_lower"] == result["share_upper"]).all()


def test_ranks_among_codes_of_one_kind():
    result = bounds(GIVEN, among="kind")
    assert result["rank_lower"].tolist() == [1, 1, 2, 2]
    assert result["rank_upper"].tolist() == [1, 1, 2, 2]
    assert result["files_to_lead"].tolist() == [0, 0, 7, 7]
    assert result["could_lead"].tolist() == [True, True, False, False]


def test_the_whole_is_all_localities_together():
    cases, codes = study(p=GIVEN, q=[["B"]] * 15)
    result = coding_sensitivity(codes, cases, BOOK)
    assert list(result.columns) == COLUMNS
    whole = result[result["locality"] == WHOLE].set_index("code")
    assert whole["n_coded"].tolist() == [10, 22, 3, 0]
    assert whole["n_files"].unique().tolist() == [40]
    assert whole["could_lead"].tolist() == [False, True, False, False]


def test_all_unknown_few_empty_and_missing():
    unknown = bounds([["XX"]] * 12)
    assert unknown["share_lower"].tolist() == [0] * 4
    assert unknown["share_upper"].tolist() == [1] * 4
    assert unknown["could_lead"].all()
    few = bounds(GIVEN[:9])
    assert (few["withheld"] == "too_few_files").all()
    assert few[["share_lower", "rank_upper", "could_lead"]].isna().all(axis=None)
    cases, codes = files(GIVEN)
    absent = coding_sensitivity(codes, cases, BOOK, localities=["p", "none"])
    assert (absent.loc[absent["locality"] == "none", "n_files"] == 0).all()
    assert list(coding_sensitivity(codes, cases.head(0), BOOK).columns) == COLUMNS


CODES = list("ABCD")
ANY_SET = np.array(list(itertools.product([0, 1], repeat=4)))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sets(st.sampled_from(CODES), min_size=1), min_size=1, max_size=6), st.integers(0, 2))
def test_bounds_are_the_extremes_over_all_that_the_unknown_files_might_carry(known, unknown):
    """Every completion of the unknown files, one by one."""
    result = bounds([*map(sorted, known), *[["XX"]] * unknown], minimum_files=1)
    own = np.array([[code in file for code in CODES] for file in known]).sum(axis=0)
    filled = [sum(sets, np.zeros(4, int)) for sets in itertools.product(ANY_SET, repeat=unknown)]
    count = own + np.array(filled)  # completions x codes
    better = (count[:, None, :] > count[:, :, None]).sum(axis=2)
    as_good = (count[:, None, :] >= count[:, :, None]).sum(axis=2)
    files_in_all = len(known) + unknown
    assert result["share_lower"].tolist() == pytest.approx(count.min(axis=0) / files_in_all)
    assert result["share_upper"].tolist() == pytest.approx(count.max(axis=0) / files_in_all)
    assert result["rank_lower"].tolist() == (1 + better.min(axis=0)).tolist()
    assert result["rank_upper"].tolist() == as_good.max(axis=0).tolist()
    assert result["could_lead"].tolist() == (better.min(axis=0) == 0).tolist()
