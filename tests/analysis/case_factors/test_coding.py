import pandas as pd
import pytest
from coded_files import BOOK, files
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.analysis.case_factors.coding import UNCODED, carried_codes, carried_groups, established
from diaban.errors import DiabanError

GIVEN = [["A"], ["A", "B"], ["XX"], ["B", "XX"], []]


def carried(given):
    cases, codes = files(given)
    return carried_codes(codes, cases["case_key"], BOOK)


def test_every_file_has_codes_or_one_of_the_two_states():
    table = carried(GIVEN)
    assert list(table.columns) == ["A", "B", "C", "D", "XX", UNCODED]
    assert table["A"].tolist() == [True, True, False, False, False]
    assert table["B"].tolist() == [False, True, False, True, False]
    assert table["XX"].tolist() == [False, False, True, False, False]
    assert table[UNCODED].tolist() == [False, False, False, False, True]
    assert len(established(table)) == 3


def test_one_row_a_key_whatever_repeats_and_rounds_there_are():
    cases, codes = files(GIVEN)
    again = pd.concat([codes, codes, codes.assign(code="C", round=2)])
    keys = pd.concat([cases["case_key"]] * 2)
    pd.testing.assert_frame_equal(carried_codes(again, keys, BOOK), carried(GIVEN))
    second = carried_codes(again, keys, BOOK, coder=2)
    assert second["C"].sum() == 4


def test_empty_and_strange():
    cases, codes = files(GIVEN)
    assert carried_codes(codes, cases["case_key"].head(0), BOOK).empty
    assert carried([[], []])[UNCODED].all()
    with pytest.raises(DiabanError, match="ZZ9"):
        carried_codes(codes.assign(code="ZZ9"), cases["case_key"], BOOK)


def test_a_group_is_carried_once():
    table = established(carried(GIVEN))
    kinds, domains = (carried_groups(table, BOOK, unit) for unit in ("kind", "domain"))
    assert list(kinds.columns) == ["cause", "condition"]
    assert kinds["condition"].tolist() == [False, True, True]
    assert domains["GD"].tolist() == [True, True, True]
    assert not domains["NT"].any()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["A", "B", "C", "D", "XX"]), max_size=3), min_size=1, max_size=12))
def test_codes_and_states_exclude_each_other(given_codes):
    table = carried(given_codes)
    known = table[["A", "B", "C", "D"]].any(axis=1)
    assert (known.astype(int) + table["XX"] + table[UNCODED] == 1).all()
