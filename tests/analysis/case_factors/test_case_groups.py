import numpy as np
import pandas as pd
import pytest
from coded_files import BOOK, study
from scipy import stats

from diaban.analysis.case_factors.groups import COLUMNS, case_groups
from diaban.analysis.case_factors.prevalence import case_factors
from diaban.errors import DiabanError

HERE = [["A", "C"]] * 12 + [["B"]] * 8 + [["XX"]] * 4 + [[]]
THERE = [["B"]] * 50 + [["A", "B"]] * 10 + [["D"]] * 5


def row(result, locality, group):
    return result[(result["locality"] == locality) & (result["group"] == group)].iloc[0]


def test_worked_example():
    cases, codes = study(p=HERE, q=THERE)
    result = case_groups(codes, cases, BOOK)
    assert list(result.columns) == COLUMNS
    cause = row(result, "p", "cause")
    assert (cause.unit, cause.n_coded, cause.n_files, cause.rest_coded, cause.rest_files) == (
        "kind",
        12,
        20,
        10,
        65,
    )
    assert cause.ratio == pytest.approx((12 / 20) / (10 / 65))
    fisher = stats.fisher_exact([[12, 8], [10, 55]], alternative="greater").pvalue
    assert cause.p == pytest.approx(fisher - stats.hypergeom(85, 22, 20).pmf(12) / 2)
    assert cause.over
    assert row(result, "p", "GD").n_coded == 20
    assert row(result, "q", "NT").n_coded == 5


def test_kinds_and_domains_are_one_family_of_comparisons():
    cases, codes = study(p=HERE, q=THERE)
    result = case_groups(codes, cases, BOOK)
    assert set(zip(result["unit"], result["group"], strict=True)) == {
        ("kind", "cause"),
        ("kind", "condition"),
        ("domain", "GD"),
        ("domain", "NT"),
    }
    assert (result["comparisons"] == 8).all()
    assert (result["q"] >= result["p"] - 1e-12).all()


def test_a_group_of_one_code_is_that_code():
    """The same comparison as case_factors: with a group a code, all estimates are the same."""
    cases, codes = study(p=HERE, q=THERE)
    book = BOOK[BOOK["code"] != "XX"].assign(kind=lambda t: t["code"], domain=None)
    groups = case_groups(codes, cases, book).drop(columns=["unit", "q", "comparisons", "over"])
    factors = case_factors(codes, cases, book).drop(columns=["q", "comparisons", "over"])
    factors = factors[factors["code"].isin(book["code"])].rename(columns={"code": "group"})
    pd.testing.assert_frame_equal(groups, factors.reset_index(drop=True))


def test_few_files_one_locality_empty_and_missing():
    cases, codes = study(p=HERE, q=THERE, r=[["A"]] * 4)
    result = case_groups(codes, cases, BOOK, localities=["p", "q", "r", "none"])
    assert row(result, "r", "cause").withheld == "too_few_files"
    assert row(result, "r", "cause").n_coded == 4
    assert np.isnan(row(result, "none", "GD").share)
    alone = case_groups(*reversed(study(p=HERE)), BOOK)
    assert (alone["withheld"] == "nothing_to_compare_with").all()
    assert list(case_groups(codes, cases.head(0), BOOK).columns) == COLUMNS


def test_a_doubled_file_is_named():
    cases, codes = study(p=HERE, q=THERE)
    with pytest.raises(DiabanError, match="sp0"):
        case_groups(codes, pd.concat([cases, cases.head(1)]), BOOK)
