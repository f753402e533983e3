from pathlib import Path

import pandas as pd
import pytest

from diaban.bench.light_province import light_province
from diaban.bench.study_province import study_provinces
from diaban.bench.truth import COLUMNS, main, planted_strength, truth_bench

STUDY = Path(__file__).parents[2] / "data" / "binh_phuoc"


@pytest.fixture(scope="module")
def table():
    return truth_bench([1, 2])


def whole(table, part):
    return table[(table["part"] == part) & (table["planted"] == "all")].iloc[0]


def found(table, part, planted):
    rows = table[(table["part"] == part) & (table["planted"] == planted)]
    return (rows["found"] * rows["n"]).sum() / rows["n"].sum()


def test_shape(table):
    assert list(table.columns) == COLUMNS
    assert (table["provinces"] <= 2).all()
    assert table["coverage"].dropna().between(0, 1).all()


@pytest.mark.parametrize("part", ["between", "within"])
def test_strong_factors_are_found_and_null_ones_are_not(table, part):
    assert found(table, part, "strong") >= 0.75
    assert found(table, part, "none") <= 0.1
    assert whole(table, part).coverage > 0.85
    assert whole(table, part).false_discovery <= 0.25


def test_case_pairs_are_found_without_false_ones(table):
    assert found(table, "pairs", "pair") > 0
    assert whole(table, "pairs").false_discovery <= 0.35


def test_the_same_seed_gives_the_same_province():
    one, two, other = light_province(5), light_province(5), light_province(6)
    assert one.exposed.equals(two.exposed)
    assert one.codes.equals(two.codes)
    assert not one.exposed.equals(other.exposed)


def test_the_province_is_the_declared_one():
    one = light_province(1)
    yearly = one.exposed.groupby("stream")["cases"].sum() / (11 * 8.5)
    assert yearly["child_abuse"] == pytest.approx(2.7, rel=0.2)
    assert yearly["under18_offending"] == pytest.approx(5.8, rel=0.2)
    assert one.groups.nunique() == 11
    assert len(one.groups) == 111
    assert len(one.cases) == one.exposed["cases"].sum()


def test_words_for_sizes():
    words = planted_strength(pd.Series([1.5, 1 / 1.5, 1.2, 1 / 1.2, 1.05, 1.0]))
    assert words.tolist() == ["strong", "strong", "moderate", "moderate", "weak", "none"]


def test_a_study_with_a_declared_truth_is_a_province_too():
    one = study_provinces(STUDY)(1)
    assert set(one.pairs["stream"]) <= set(one.exposed["stream"])
    table = truth_bench([1], lambda _: one)
    assert {"between", "within", "pairs"} == set(table["part"])
    assert found(table, "between", "strong") >= 0.5


def test_prints_a_table(capsys):
    main(["--seeds", "1"])
    assert "coverage" in capsys.readouterr().out
