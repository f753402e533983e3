import pandas as pd
import pytest

from diaban.analysis.composition import composition

ROWS = pd.DataFrame(
    {"year": ["2020"] * 4 + ["2021"] * 2, "source": ["police", "police", "family", None, "family", "family"]}
)


def test_shares_are_of_the_rows_with_a_value():
    table = composition(ROWS, ["source"], ["year"]).set_index(["year", "source"])
    police = table.loc[("2020", "police")]
    assert (police["n"], police["total"], police["unknown"]) == (2, 3, 1)
    assert police["share"] == pytest.approx(2 / 3)
    assert table.loc[("2021", "police"), "n"] == 0


def test_interval_is_wilsons():
    """10 of 40 with z = 1.959964: (p + z²/2n ± z √(p(1 - p)/n + z²/4n²)) / (1 + z²/n), worked out apart."""
    row = composition(pd.DataFrame({"x": ["a"] * 10 + ["b"] * 30}), ["x"]).set_index("x").loc["a"]
    assert row[["lower", "upper"]].tolist() == pytest.approx([0.141871186, 0.401939614], abs=1e-9)


def test_shares_of_a_group_add_up_to_one():
    assert composition(ROWS, ["source"], ["year"]).groupby("year")["share"].sum().tolist() == [1, 1]


def test_no_rows_have_no_composition():
    assert composition(ROWS.head(0), ["source"], ["year"]).empty
    assert composition(ROWS.head(0), ["source"]).empty


def test_only_missing_values_have_no_share():
    rows = pd.DataFrame({"source": pd.Series([None, None], dtype="str")})
    assert composition(rows, ["source"]).empty
