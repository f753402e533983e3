import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.analysis.case_factors.event_chain import COLUMNS, event_chain
from diaban.analysis.exposure import WHOLE
from diaban.errors import DiabanError

PLACES = ["home"] * 7 + ["school"] * 4 + ["unknown"] + [None]


def files_at(n, locality="p", stream="s"):
    return pd.DataFrame({"case_key": [f"{locality}{i}" for i in range(n)], "locality": locality}).assign(
        stream=stream
    )


def study(places=PLACES, locality="p"):
    files = files_at(len(places), locality)
    return files, pd.DataFrame({"case_key": files["case_key"], "place_type": places})


def rows(result, step, locality="p"):
    chosen = (result["step"] == step) & (result["locality"] == locality)
    return result[chosen].set_index("category")


def test_shares_with_unknown_as_a_category():
    """Newcombe 1998, table I: 81 of 263 -> 0.2553 to 0.3662."""
    files, cases = study(["home"] * 81 + ["school"] * 170 + [None] * 12)
    told = rows(event_chain(files, cases), "place_type")
    assert told.index.tolist() == ["home", "school", "unknown"]
    assert told["n"].tolist() == [81, 170, 12]
    assert (told["n_files"] == 263).all()
    assert told.loc["home", ["lower", "upper"]].astype(float).round(4).tolist() == [0.2553, 0.3662]


def test_unknown_and_missing_are_the_same():
    assert rows(event_chain(*study()), "place_type").loc["unknown", "n"] == 2


def test_all_localities_together_and_one_without_files():
    files, cases = study()
    more, others = study(["home"] * 12, "q")
    told = event_chain(pd.concat([files, more]), pd.concat([cases, others]), localities=["p", "q", "r"])
    assert list(told.columns) == COLUMNS
    assert rows(told, "place_type", WHOLE)["n"].tolist() == [19, 4, 2]
    nowhere = rows(told, "place_type", "r")
    assert nowhere["n"].tolist() == [0, 0, 0]
    assert (nowhere["withheld"] == "too_few_files").all()


def test_few_files_are_withheld_and_still_counted():
    told = rows(event_chain(*study(["home"] * 9)), "place_type")
    assert told.loc["home", ["n", "n_files", "withheld"]].tolist() == [9, 9, "too_few_files"]
    assert told[["share", "lower", "upper"]].isna().all().all()


PERSONS = pd.DataFrame(
    [
        ("p0", "victim", "neighbour", "relatives"),
        ("p0", "victim", "stranger", "relatives"),
        ("p0", "suspect", None, "both_parents"),
        ("p1", "victim", "unknown", None),
        ("p1", "suspect", "friend", "one_parent"),
        ("p2", "suspect", None, "one_parent"),
        ("p2", "suspect", None, "relatives"),
        ("p3", "both", None, None),
    ],
    columns=["case_key", "role", "relation_to_other", "care_status"],
)


def chained(**options):
    files = files_at(5)
    cases = files[["case_key"]].assign(place_type="home")
    return event_chain(files, cases, PERSONS, minimum_files=1, **options)


def test_access_counts_a_file_once_a_category_and_only_with_a_victim():
    told = rows(chained(), "access")
    assert told["n"].to_dict() == {"friend": 1, "neighbour": 1, "stranger": 1, "unknown": 1}
    assert (told["n_files"] == 3).all()


@pytest.mark.parametrize(
    ("looked_after", "n", "n_files"),
    [
        ({"s": "victim"}, {"relatives": 1, "unknown": 2}, 3),
        ({"s": "suspect"}, {"both_parents": 1, "one_parent": 2, "relatives": 1, "unknown": 1}, 4),
        ({}, {"both_parents": 1, "one_parent": 2, "relatives": 2, "unknown": 1}, 4),
    ],
)
def test_guardian_is_of_those_who_are_to_be_looked_after(looked_after, n, n_files):
    told = rows(chained(looked_after=looked_after), "guardian")
    assert told["n"].to_dict() == n
    assert (told["n_files"] == n_files).all()


def test_a_step_that_is_not_recorded_says_so():
    told = event_chain(*study())
    missing = told[told["withheld"] == "step_not_recorded"]
    steps = {"hour_band", "day_type", "group_size", "detected_by", "access", "guardian"}
    assert set(missing["step"]) == steps
    assert missing["category"].isna().all()
    assert set(missing["locality"]) == {"p", WHOLE}


def test_no_file_of_a_stream_has_persons():
    told = event_chain(*study(), PERSONS.head(0))
    access = told[(told["step"] == "access") & (told["locality"] == "p")]
    assert access[["n_files", "withheld"]].to_numpy().tolist() == [[0, "too_few_files"]]


def test_empty_and_a_file_twice():
    files, cases = study()
    empty = event_chain(files.head(0), cases)
    assert list(empty.columns) == COLUMNS
    assert empty.empty
    with pytest.raises(DiabanError, match="p0"):
        event_chain(pd.concat([files, files]), cases)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["a", "b", None, "unknown"]), min_size=1, max_size=40))
def test_a_file_has_one_place_so_that_shares_add_up(places):
    told = rows(event_chain(*study(places), minimum_files=1), "place_type")
    assert told["n"].sum() == len(places)
    assert told["share"].sum() == pytest.approx(1)
    assert (told["lower"] <= told["share"]).all()
