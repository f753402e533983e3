import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.inter_rater import cohens_kappa, fleiss_kappa

from diaban.analysis.case_factors.coder_agreement import coder_agreement


def double_coded(both, first_only, second_only, neither):
    """Long codes of one code A, with B on every file so that each file is coded twice."""
    first = [1] * (both + first_only) + [0] * (second_only + neither)
    second = [1] * both + [0] * first_only + [1] * second_only + [0] * neither
    rows = [(f"k{i}", "B", r) for i in range(len(first)) for r in (1, 2)]
    for number, given in ((1, first), (2, second)):
        rows += [(f"k{i}", "A", number) for i, yes in enumerate(given) if yes]
    return pd.DataFrame(rows, columns=["case_key", "code", "round"])


def test_kappa_of_the_textbook_table():
    """Two coders on 50 files, (20, 5, 10, 15): agreement .7, kappa .4."""
    a = coder_agreement(double_coded(20, 5, 10, 15), ["A"]).iloc[0]
    assert (a.n_files, a.both, a.first_only, a.second_only, a.neither) == (50, 20, 5, 10, 15)
    assert a.agreement == pytest.approx(0.7)
    assert a.kappa == pytest.approx(0.4)
    expected = cohens_kappa(np.array([[20, 5], [10, 15]]))
    assert (a.lower, a.upper) == pytest.approx((expected.kappa_low, expected.kappa_upp))


def test_fleiss_kappa_of_the_published_example():
    """Fleiss 1971 (14 raters, 10 subjects): .20993."""
    table = """0 0 0 0 14
    0 2 6 4 2
    0 0 3 5 6
    0 3 9 2 0
    2 2 8 1 1
    7 7 0 0 0
    3 2 6 3 0
    2 5 3 2 2
    6 5 2 1 0
    0 2 2 3 7"""
    assert fleiss_kappa(np.array(table.split(), int).reshape(10, 5)) == pytest.approx(0.20993, abs=1e-5)


def test_full_agreement_and_codes_that_nobody_or_everybody_gives():
    result = coder_agreement(double_coded(20, 0, 0, 20), ["A", "B", "C"]).set_index("code")
    assert result["kappa"]["A"] == 1
    assert result["agreement"].tolist() == [1, 1, 1]
    assert result["kappa"].isna().tolist() == [False, True, True]


def test_few_files_are_withheld():
    result = coder_agreement(double_coded(3, 1, 0, 2), ["A"])
    assert result["withheld"].tolist() == ["too_few_files"]
    assert result["kappa"].isna().all()
    assert result["n_files"].tolist() == [6]


def test_files_of_one_coder_do_not_count_and_empty_is_fine():
    codes = double_coded(20, 5, 10, 15)
    once = pd.DataFrame({"case_key": [f"z{i}" for i in range(9)], "code": "A", "round": 1})
    pd.testing.assert_frame_equal(
        coder_agreement(pd.concat([codes, once]), ["A"]), coder_agreement(codes, ["A"])
    )
    assert coder_agreement(codes.iloc[:0], ["A"])["n_files"].tolist() == [0]
    assert coder_agreement(codes, []).empty
