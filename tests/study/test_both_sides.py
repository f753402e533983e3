import pandas as pd
import pytest

from diaban.spec.factors import FactorSpec
from diaban.study.both_sides import COLUMNS, factors_table


def factor(key, codes=(), indicators=()):
    return FactorSpec(
        key=key, label={"vi": key, "en": key}, domain="D", codes=list(codes), indicators=list(indicators)
    )


FACTORS = [
    factor("poverty", ["KT1"], ["poor"]), factor("school", [], ["dropout"]), factor("silence", ["GD5"]),
    factor("nobody_looked"),
]  # fmt: skip
CASES = pd.DataFrame(
    {"stream": "s", "locality": ["1", "2"] * 2, "code": ["KT1", "KT1", "GD5", "GD5"], "n_coded": [8, 1, 2, 2],
     "n_files": [10, 20, 10, 20], "over": pd.array([True, False, False, pd.NA], dtype="boolean")}
)  # fmt: skip
AREA = pd.DataFrame(
    {"stream": "s", "indicator": ["poor", "poor", "dropout", "dropout"], "part": ["between", "within"] * 2,
     "rate_ratio": [1.5, 1.0, 0.7, None], "lower": [1.2, 0.9, 0.6, None], "upper": [1.8, 1.1, 0.8, None],
     "q": [0.01, 0.9, 0.01, None], "supported": pd.array([True, False, True, pd.NA], dtype="boolean")}
)  # fmt: skip
WORSE = {"poor": "worse", "dropout": "worse"}


def table(cases=CASES, area=AREA, higher_is=WORSE):
    frame = factors_table(FACTORS, ["s"], cases, area, higher_is=higher_is, places={"1": "One", "2": "Two"})
    return frame.set_index("factor")


def test_each_factor_shows_what_either_side_supports():
    assert table()["support"].to_dict() == {"poverty": "both", "school": "neither", "silence": "neither"}
    assert table()["measured_by"].to_dict() == {
        "poverty": "both", "school": "area_side", "silence": "case_side",
    }  # fmt: skip


def test_shares_are_over_all_localities_and_name_where_they_stand_out():
    row = table().loc["poverty"]
    assert (row["n_coded"], row["n_files"], row["over_in"]) == (9, 30, "One")
    assert row["share"] == pytest.approx(0.3)
    assert pd.isna(table().loc["silence", "over_in"])


def test_an_association_against_the_declared_direction_is_no_support():
    assert table().loc["school", "direction"] == "opposite"
    assert table(higher_is=WORSE | {"dropout": "better"}).loc["school", "support"] == "area_side"
    assert table(higher_is=WORSE | {"dropout": "neutral"}).loc["school", "direction"] == "no_expectation"


def test_a_side_that_the_study_lacks_is_missing_not_a_no():
    no_files = table(cases=None)
    assert list(no_files.index) == ["poverty", "school"]
    assert no_files["share"].isna().all()
    assert no_files.loc["poverty", "support"] == "area_side"
    assert table(area=None).loc["poverty", "support"] == "case_side"


def test_nothing_measured_gives_no_rows():
    frame = table(cases=None, area=None).reset_index()
    assert frame.empty
    assert set(frame.columns) == set(COLUMNS)


def test_a_factor_that_neither_side_measures_has_no_row():
    assert "nobody_looked" not in table().index
