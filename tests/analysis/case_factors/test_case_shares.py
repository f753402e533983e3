import numpy as np
import pandas as pd
import pytest
from coded_files import BOOK, files, study
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.analysis.case_factors.prevalence import case_factors
from diaban.analysis.case_factors.shares import case_shares

GIVEN = [["A"]] * 8 + [["A", "B"]] * 4 + [["XX"]] * 2 + [[]]


def told(cases, codes, by, **options):
    return case_shares(codes, cases, BOOK, by=by, **options)


def test_shares_by_period():
    cases, codes = files(GIVEN)
    cases["period"] = ["2020"] * 10 + ["2021"] * 5
    result = told(cases, codes, ["stream", "period"], minimum_files=1).set_index(["period", "code"])
    assert list(result.columns) == ["stream", "n_coded", "n_files", "share", "lower", "upper", "withheld"]
    assert result.loc[("2020", "A"), ["n_coded", "n_files"]].tolist() == [10, 10]
    assert result.loc[("2021", "B"), ["n_coded", "n_files", "share"]].tolist() == [2, 2, 1.0]
    assert result.loc[("2021", "XX"), ["n_coded", "n_files"]].tolist() == [2, 5]
    assert result.loc[("2021", "uncoded"), "share"] == pytest.approx(0.2)


def test_wilson_interval_of_the_published_example():
    """65 of 100 -> .552544433 to .736357518 (Public Health England, technical guide)."""
    cases, codes = files([["A"]] * 65 + [["B"]] * 35)
    a = told(cases, codes, ["stream"]).set_index("code").loc["A"]
    assert (a.lower, a.upper) == pytest.approx((0.552544433, 0.736357518), abs=1e-9)


def test_by_locality_these_are_the_shares_of_case_factors():
    cases, codes = study(p=GIVEN, q=[["B"]] * 30 + [["C", "A"]] * 9, r=[["A"]] * 3)
    shares = told(cases, codes, ["locality", "stream"])
    factors = case_factors(codes, cases, BOOK)
    keys = ["locality", "stream", "code"]
    columns = ["n_coded", "n_files", "share", "lower", "upper"]
    both = shares.merge(factors, on=keys, suffixes=("", "_there"), validate="one_to_one")
    kept = both[both["withheld_there"].isna()]
    assert len(both) == len(shares) == len(factors)
    assert (both["withheld"] == "too_few_files").eq(both["withheld_there"] == "too_few_files").all()
    there = kept[[f"{c}_there" for c in columns]].set_axis(columns, axis=1)
    pd.testing.assert_frame_equal(kept[columns], there)


def test_units_follow_the_code_book():
    cases, codes = files(GIVEN)
    kinds = told(cases, codes, ["stream"], unit="kind").set_index("kind")
    assert kinds["n_coded"].to_dict() == {"cause": 12, "condition": 4}
    domains = told(cases, codes, ["stream"], unit="domain")
    assert domains["domain"].tolist() == ["GD", "NT"]
    assert domains["n_coded"].tolist() == [12, 0]


def test_a_file_counts_once_in_each_of_its_groups():
    cases, codes = files([["A"]] * 20)
    ages = pd.concat(
        [cases.assign(age_group="0-5"), cases.assign(age_group="6-10"), cases.assign(age_group="0-5")]
    )
    result = told(ages, codes, ["age_group"]).query("code == 'A'")
    assert result["n_files"].tolist() == [20, 20]


def test_zero_few_empty_and_missing():
    cases, codes = files([["A"]] * 5 + [[]] * 20)
    cases["place"] = ["few"] * 5 + ["none"] * 19 + [None]
    result = told(cases, codes, ["place"]).set_index(["place", "code"])
    assert result.loc[("few", "A"), "withheld"] == "too_few_files"
    assert np.isnan(result.loc[("few", "A"), "share"])
    assert result.loc[("none", "A"), "n_files"] == 0
    assert result.loc[("none", "uncoded"), ["n_coded", "n_files", "share"]].tolist() == [19, 19, 1.0]
    assert told(cases.head(0), codes, ["place"]).empty
    assert told(cases, codes.head(0), ["place"]).query("code == 'A'")["n_files"].tolist() == [0, 0]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["A", "B", "XX"]), max_size=2), min_size=1, max_size=20), st.data())
def test_groups_add_up_to_the_whole(given_codes, data):
    cases, codes = files(given_codes)
    cases["period"] = data.draw(st.lists(st.sampled_from("123"), min_size=len(cases), max_size=len(cases)))
    parts = told(cases, codes, ["period"]).groupby("code")[["n_coded", "n_files"]].sum()
    whole = told(cases, codes, ["stream"]).set_index("code")[["n_coded", "n_files"]]
    pd.testing.assert_frame_equal(parts.loc[whole.index], whole)
