"""How many rows there were: exact for tables of places, in steps and of the shown tables for cases."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from whole_results import ledger_of, whole_results

from diaban.release.cells import WHOLE, count_cell
from diaban.release.frames.sources import sources_frame
from diaban.release.frames.whole import protected_whole
from diaban.release.tables.rows import about


def card(*rows):
    names = ["table", "rows", "kept", "quarantined"]
    return pd.DataFrame(rows, columns=names).assign(citation_vi="", citation_en="", licence="")


def test_the_register_as_it_is_now_is_told_of_no_table_of_cases():
    told = pd.DataFrame({"table": ["cases", "persons"], "rows": [810.0, 1900.0]})
    frame = sources_frame(card(("population", 10, 9, 1), ("cases", 829, 817, 12), ("persons", 9, 9, 0)), told)
    numbers = frame.set_index("table")[["rows", "kept", "quarantined"]].astype(float)
    assert numbers.loc["population"].tolist() == [10, 9, 1]
    assert numbers.loc["cases"].tolist() == [820, 810, 10]
    assert numbers.loc["persons"].tolist() == [1900, 1900, 0]


def test_several_files_of_cases_are_one_number():
    told = pd.DataFrame({"table": ["cases"], "rows": [810.0]})
    frame = sources_frame(card(("cases", 400, 400, 0), ("cases", 417, 417, 0)), told)
    assert frame["kept"].astype(float).tolist()[0] == 810
    assert frame.loc[1, ["rows", "kept", "quarantined"]].isna().all()


def test_the_internal_edition_has_the_register():
    rows = card(("cases", 829, 817, 12))
    assert sources_frame(rows, None)["kept"].tolist() == [817]


@pytest.mark.parametrize(
    ("n", "table", "told"),
    [(804, "cases", 800), (805, "cases", 810), (1949, "persons", 1900), (3, "cases", 0)],
)
def test_rows_in_tens_and_hundreds(n, table, told):
    assert about(n, table) == told


def told_of(cases, shown, hidden=None):
    """Rows of cases that are told, where `shown` are in the tables, and `hidden` besides."""
    results = whole_results(case_rows=pd.DataFrame({"table": ["cases"], "rows": [cases]}), to_date=None)
    results.spec.streams = [type("Stream", (), {"key": "s"})]
    cell = count_cell(WHOLE, "s", "b")
    ledger = ledger_of({cell: float(shown)}, hidden or {})
    return protected_whole(results, ledger)["case_rows"]["rows"].iloc[0]


def test_as_many_rows_as_the_tables_hold_and_a_large_rest():
    assert told_of(817, 800) == 820


def test_a_ten_that_would_tell_a_small_rest_is_not_told():
    """815 to 824 and 815 shown would leave 3 others between none and 9; 823 shown leaves none to one."""
    assert told_of(824, 823) is None or np.isnan(told_of(824, 823))
    assert told_of(818, 815) == 820
