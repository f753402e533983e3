"""Series over mergers: nothing is lost, nothing is made up."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diaban.errors import DiabanError
from diaban.places import ancestors, check_localities, harmonise, successors, valid_on, with_valid_dates
from diaban.spec.places import ChangeSpec

MERGER = [ChangeSpec(on=date(2017, 1, 1), before=["a", "b"], after=["c"])]
COUNTS = pd.DataFrame(
    [("a", "2016", 3), ("b", "2016", 4), ("c", "2017", 9), ("d", "2016", 1), ("d", "2017", 0)],
    columns=["locality", "period", "cases"],
)
PERSONS = pd.DataFrame(
    [("a", "2016", 100), ("b", "2016", 300), ("c", "2017", 400)], columns=["locality", "period", "persons"]
)


def _values(**by_locality: float) -> pd.DataFrame:
    rows = [(name, "2016", value) for name, value in by_locality.items()]
    return pd.DataFrame(rows, columns=["locality", "period", "value"])


def test_counts_are_summed_over_a_merger():
    result = harmonise(COUNTS, MERGER, keys=["period"], sums=["cases"]).set_index(["locality", "period"])[
        "cases"
    ]
    assert result.to_dict() == {("c", "2016"): 7, ("c", "2017"): 9, ("d", "2016"): 1, ("d", "2017"): 0}


def test_a_missing_part_gives_no_sum():
    result = harmonise(COUNTS.iloc[1:], MERGER, keys=["period"], sums=["cases"])
    assert not ((result["locality"] == "c") & (result["period"] == "2016")).any()


def test_a_missing_value_makes_the_sum_missing():
    counts = COUNTS.astype({"cases": "Int64"})
    counts.loc[0, "cases"] = pd.NA
    result = harmonise(counts, MERGER, keys=["period"], sums=["cases"]).set_index(["locality", "period"])[
        "cases"
    ]
    assert pd.isna(result["c", "2016"])


def test_in_the_year_of_a_change_old_and_new_add_up():
    both = pd.concat([COUNTS, pd.DataFrame({"locality": ["c"], "period": ["2016"], "cases": [5]})])
    result = harmonise(both, MERGER, keys=["period"], sums=["cases"]).set_index(["locality", "period"])[
        "cases"
    ]
    assert result["c", "2016"] == 12


def test_means_are_weighted_by_population():
    result = harmonise(_values(a=10, b=20), MERGER, keys=["period"], how="weighted", weights=PERSONS)
    assert result["value"].tolist() == [17.5]


def test_density_is_persons_over_area():
    """100 persons on 10 km² and 300 on 10 km² are 400 on 20 km²: 20 a km²."""
    result = harmonise(_values(a=10, b=30), MERGER, keys=["period"], how="harmonic", weights=PERSONS)
    assert result["value"].tolist() == pytest.approx([20.0])


def test_a_ratio_is_the_ratio_of_sums():
    parts = _values(a=50, b=25).assign(numerator=[1.0, 1.0], denominator=[2.0, 4.0])
    result = harmonise(parts, MERGER, keys=["period"], how="ratio")
    assert result[["value", "numerator", "denominator"]].to_numpy().tolist() == [
        [pytest.approx(100 / 3), 2, 6]
    ]


def test_a_published_value_of_the_successor_stands():
    result = harmonise(_values(a=10, b=20, c=99), MERGER, keys=["period"], how="weighted", weights=PERSONS)
    assert result[["locality", "value"]].to_numpy().tolist() == [["c", 99]]


@pytest.mark.parametrize("values", [{"a": 10}, {"a": 10, "d": 5}])
def test_a_weighted_value_needs_every_part(values):
    result = harmonise(_values(**values), MERGER, keys=["period"], how="weighted", weights=PERSONS)
    assert "c" not in set(result["locality"])


def test_no_rows_and_no_changes():
    assert harmonise(COUNTS.iloc[:0], MERGER, keys=["period"], sums=["cases"]).empty
    pd.testing.assert_frame_equal(harmonise(COUNTS, [], keys=["period"], sums=["cases"]), COUNTS)


@given(
    st.lists(st.tuples(st.sampled_from("abd"), st.integers(2010, 2016), st.integers(0, 10**6)), max_size=30)
)
def test_a_merger_keeps_the_total_where_all_parts_are_there(rows):
    frame = pd.DataFrame(rows, columns=["locality", "period", "cases"]).drop_duplicates(
        ["locality", "period"]
    )
    whole = frame[frame["locality"] != "d"].groupby("period")["locality"].transform("nunique") == 2
    kept = pd.concat([frame[frame["locality"] == "d"], frame.loc[whole[whole].index]])
    assert harmonise(frame, MERGER, keys=["period"], sums=["cases"])["cases"].sum() == kept["cases"].sum()


def test_chains_of_mergers_end_at_the_newest():
    later = ChangeSpec(on=date(2020, 1, 1), before=["c", "d"], after=["e"])
    assert successors([later, *MERGER]) == {"a": "e", "b": "e", "c": "e", "d": "e"}


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (ChangeSpec(on=date(2020, 1, 1), before=["a"], after=["b", "c"]), "places_divided"),
        (ChangeSpec(on=date(2020, 1, 1), before=["a", "b"], after=["a"]), "places_code_kept"),
    ],
)
def test_changes_that_cannot_be_carried_are_refused(change, key):
    with pytest.raises(DiabanError) as caught:
        successors([change])
    assert caught.value.key == key
    assert "2020-01-01" in caught.value.message("vi")


LOCALITIES = pd.DataFrame(
    [
        ("p", "P", "province", None),
        ("a", "A", "district", "p"),
        ("b", "B", "district", "p"),
        ("c", "C", "district", "p"),
    ],
    columns=["locality", "name", "level", "parent"],
)


def test_valid_dates_come_from_the_changes():
    dated = with_valid_dates(LOCALITIES, MERGER)
    assert valid_on(dated, date(2016, 12, 31))["locality"].tolist() == ["p", "a", "b"]
    assert valid_on(dated, date(2017, 1, 1))["locality"].tolist() == ["p", "c"]


def test_a_change_of_an_unknown_locality_is_refused():
    with pytest.raises(DiabanError) as caught:
        with_valid_dates(LOCALITIES.iloc[:3], MERGER)
    assert caught.value.fields["codes"] == "c"


def test_ancestors():
    deep = pd.concat([LOCALITIES, pd.DataFrame([("x", "X", "commune", "a")], columns=LOCALITIES.columns)])
    assert ancestors(deep, "district").fillna("-").to_dict() == {
        "p": "-",
        "a": "a",
        "b": "b",
        "c": "c",
        "x": "a",
    }
    assert set(ancestors(deep, "province")) == {"p"}


@pytest.mark.parametrize(
    ("changed", "levels", "key"),
    [
        ({"locality": ["p", "a", "a", "c"]}, ["province", "district"], "places_duplicate"),
        (
            {"level": ["province", "district", "ward", "district"]},
            ["province", "district"],
            "places_unknown_level",
        ),
        ({"parent": [None, "p", "q", "p"]}, ["province", "district"], "places_no_parent"),
        ({"parent": [None, "p", "a", "p"]}, ["province", "district"], "places_no_parent"),
        ({}, ["province", "district", "commune"], "places_empty_level"),
    ],
)
def test_a_broken_hierarchy_is_refused(changed, levels, key):
    with pytest.raises(DiabanError) as caught:
        check_localities(LOCALITIES.assign(**changed), levels, "places.csv")
    assert caught.value.key == key
    assert "places.csv" in caught.value.message("en")
