"""Pairs and combinations of codes: small cells, hidden codes, and what other tables tell beside them."""

from __future__ import annotations

import pandas as pd
import pytest
from whole_results import ledger_of, told

from diaban.release.cells import WHOLE, WITHOUT, code_cell, files_cell, moment_cell
from diaban.release.ranges.ranges import Equation
from diaban.release.tables.moments import BEYOND, OVERLAP

CODES = {code_cell(WHOLE, "s", code): n for code, n in (("A", 60.0), ("B", 50.0), ("C", 40.0))}
ALL = {files_cell(WHOLE, "s"): 200.0}


def pairs(*rows: tuple[str, str, int], n_files: int = 180, ledger=None, **options) -> dict[str, int]:
    """(a, b, files with both) of files with a third code; codes as in CODES, less two files each."""
    of = {"A": 58, "B": 48, "C": 38}
    table = pd.DataFrame(rows, columns=["a", "b", "n_both"]).assign(
        stream="s", n_files=n_files, n_a=lambda t: t["a"].map(of), n_b=lambda t: t["b"].map(of), expected=9.0,
        lift=1.23456, lower=0.5, upper=2.0, p=0.1, q=0.2, supported=False, comparisons=3, withheld=None,
    )  # fmt: skip
    frame = told(ledger or ledger_of(CODES | ALL), code_pairs=table, **options)["code_pairs"]
    assert not {"n_a", "n_b", "n_files", "expected", "p", "q"} & set(frame)
    assert frame.loc[frame["hidden"], ["n_both", "lift", "lower", "upper", "supported"]].isna().all(axis=None)
    seen = frame[~frame["hidden"]]
    assert (seen["lift"] == 1.2).all()
    return {f"{r.a}{r.b}": r.n_both for r in seen.itertuples()}


def test_a_pair_is_shown_where_none_of_its_four_cells_is_small():
    assert pairs(("A", "B", 20), ("A", "C", 4), ("B", "C", 36)) == {"AB": 20}
    assert pairs(("A", "B", 20), n_files=88) == {}, "two files with neither"


def test_a_pair_of_a_hidden_code_is_hidden():
    hidden = {cell: n for cell, n in CODES.items() if cell.endswith("C")}
    shown = {cell: n for cell, n in (CODES | ALL).items() if cell not in hidden}
    assert pairs(("A", "B", 20), ("B", "C", 20), ledger=ledger_of(shown, hidden)) == {"AB": 20}


@pytest.mark.parametrize(("union", "shown"), [(88.0, {}), (70.0, {"AB": 20})])
def test_files_with_the_two_codes_of_a_moment_and_no_third_do_not_show(union, shown):
    """60 and 50 less the moment's 88 are 22 with both; 20 of them have a third code, and two have not."""
    moment = moment_cell(WHOLE, "s", "m")
    overlap = moment + BEYOND + OVERLAP
    counts = {moment: union, overlap: 110 - union}
    book = pd.DataFrame({"code": ["A", "B"], "kind": "condition", "moment": "m"})
    moments = pd.DataFrame({"stream": ["s"]})
    ledger = ledger_of(CODES | ALL | counts)
    assert pairs(("A", "B", 20), ledger=ledger, book=book, event_moments=moments) == shown


def test_pairs_of_a_moment_with_more_codes_are_not_told():
    """60, 50 and 40 less the moment's 120 are 30 for all three pairs: 20 of one leave few for the others."""
    moment = moment_cell(WHOLE, "s", "m")
    ledger = ledger_of(CODES | ALL | {moment: 120.0, moment + BEYOND + OVERLAP: 30.0})
    moments = pd.DataFrame({"stream": ["s"]})
    for codes, shown in (("ABC", {}), ("ABX", {"AC": 18})):
        book = pd.DataFrame({"code": list(codes), "kind": "condition", "moment": "m"})
        rows = ("A", "B", 20), ("A", "C", 18)
        assert pairs(*rows, ledger=ledger, book=book, event_moments=moments) == shown


@pytest.mark.parametrize(("union", "shown"), [(90.0, {}), (89.0, {})])
def test_that_no_file_has_the_two_codes_of_a_moment_alone_is_not_told_either(union, shown):
    moment = moment_cell(WHOLE, "s", "m")
    ledger = ledger_of(CODES | ALL | {moment: union, moment + BEYOND + OVERLAP: 110 - union})
    book = pd.DataFrame({"code": ["A", "B"], "kind": "condition", "moment": "m"})
    moments = pd.DataFrame({"stream": ["s"]})
    assert pairs(("A", "B", 20), ledger=ledger, book=book, event_moments=moments) == shown


# Combinations -----------------------------------------------------------------------------------------------


def combinations(*rows: tuple, ledger=None) -> pd.DataFrame:
    """(expression, files, with the outcome, of them covered by this term alone); all: 100 of 200."""
    names = ["expression", "n_files", "n_outcome", "alone"]
    table = pd.DataFrame(rows, columns=names)
    literals = [text.split("*") for text in table["expression"]]
    signs = [[part.removeprefix("~") for part in one] for one in literals]
    table = table.assign(
        configuration="q", stream="s", codes=signs, base_share=0.5, p=0.01, above_base=True, holds=True,
        part=["condition" if len(one) == 1 else "term" for one in signs], models=1, withheld=None,
        solution=["necessary" if len(one) == 1 else "conservative" for one in signs],
        present=[[not part.startswith("~") for part in one] for one in literals],
        consistency=0.5, lower=0.4, upper=0.6, coverage=0.5, unique_coverage=table["alone"] / 100,
    ).drop(columns="alone")  # fmt: skip
    frame = told(ledger or ledger_of(ALL | CODES), configurations=table)["configurations"]
    assert (
        frame.loc[frame["hidden"], ["n_files", "n_outcome", "base_share", "consistency"]]
        .isna()
        .all(axis=None)
    )
    assert "models" not in frame
    return frame.set_index(pd.Index([row[0] for row in rows]))


A = ("A", 60, 30, None), ("~A", 140, 70, None)


def test_a_condition_and_its_absence_are_shown_where_no_part_is_small():
    assert not combinations(*A)["hidden"].any()
    assert combinations(("A", 60, 57, None), ("~A", 140, 43, None)).loc["A", "hidden"]


def test_a_condition_of_a_hidden_code_is_hidden():
    """Its files are those with the code: all of them have an outcome."""
    code = code_cell(WHOLE, "s", "A")
    counts = {code: 60.0, code + WITHOUT: 140.0, "else": 3.0}
    equations = [Equation(files_cell(WHOLE, "s"), (code, code + WITHOUT)), Equation("both", (code, "else"))]
    ledger = ledger_of(ALL | {"both": 63.0}, counts, equations)
    assert combinations(*A, ledger=ledger)["hidden"].all()


def test_few_files_of_unknown_outcome_do_not_show():
    """60 files with the code, and 57 of known outcome."""
    table = combinations(("A", 57, 30, None), ("~A", 143, 70, None))
    assert table.loc["A", "hidden"]


def test_a_term_does_not_show_how_few_of_a_condition_are_not_in_it():
    table = combinations(*A, ("A*B", 57, 28, 28))
    assert table.loc["A*B", "hidden"]
    assert not table.loc["A", "hidden"]


@pytest.mark.parametrize(("alone", "shown"), [(2, False), (12, True), (20, True), (17, False)])
def test_few_files_that_only_one_term_covers_do_not_show(alone, shown):
    """The share of the outcome that a term covers alone is a count too; so is what it has in common."""
    table = combinations(*A, ("A*B", 40, 20, alone))
    assert not table.loc["A*B", "hidden"]
    assert pd.notna(table.loc["A*B", "unique_coverage"]) == shown
