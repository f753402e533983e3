"""The register of an earlier cut-off: what is declared is planted, once, and hangs together."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from diaban.simulate import read_places, read_truth, simulate
from diaban.simulate.edition import EarlierRegister, earlier_register

FOLDER = Path(__file__).parents[2] / "data" / "binh_phuoc"


@pytest.fixture(scope="module")
def truth():
    return read_truth(FOLDER)


@pytest.fixture(scope="module")
def places(truth):
    return read_places(FOLDER, truth.files)


@pytest.fixture(scope="module")
def tables(truth, places):
    return simulate(truth, places, truth.seed)


@pytest.fixture(scope="module")
def earlier(truth, places, tables) -> EarlierRegister:
    return earlier_register(truth, truth.editions[0], places, tables, truth.seed)


def test_as_many_differ_as_are_declared_and_none_twice(truth, earlier):
    edition = truth.editions[0]
    counted = earlier.planted["kind"].value_counts().to_dict()
    assert counted == {
        "late": edition.late.count,
        "removed": edition.removed,
        "moved": edition.moved,
        "redated": edition.redated,
        "recoded": sum(change.count for change in edition.recoded),
    }
    assert not earlier.planted["case_key"].duplicated().any()


def test_a_changed_case_differs_in_its_one_column_and_no_other_case_does(tables, earlier):
    now = tables["cases"].set_index("case_key")
    then = earlier.tables["cases"].set_index("case_key")
    both = then.index.intersection(now.index)
    changed = earlier.planted[earlier.planted["column"].notna()].set_index("case_key")
    for column in now.columns:
        a, b = then.loc[both, column], now.loc[both, column]
        differs = both[~((a == b) | (a.isna() & b.isna())).to_numpy()]
        assert set(differs) == set(changed.index[changed["column"] == column]), column
    moved = changed[changed["kind"] == "moved"]
    assert then.loc[moved.index, "locality"].tolist() == moved["then"].tolist()
    assert now.loc[moved.index, "locality"].tolist() == moved["now"].tolist()


def test_moved_cases_stood_in_another_district_and_redated_ones_in_the_year_before(places, earlier):
    parent = places.localities.set_index("locality")["parent"]
    moved = earlier.planted[earlier.planted["kind"] == "moved"]
    assert (moved["then"].map(parent) != moved["now"].map(parent)).all()
    redated = earlier.planted[earlier.planted["kind"] == "redated"]
    assert redated["then"].str.endswith("-12-14").all()
    assert (pd.to_datetime(redated["now"]) > pd.to_datetime(redated["then"])).all()


def test_a_second_entry_repeats_its_case_under_another_key(tables, earlier):
    removed = earlier.planted[earlier.planted["kind"] == "removed"].set_index("case_key")["then"]
    assert not set(removed.index) & set(tables["cases"]["case_key"])
    for name in ("cases", "persons", "cause_codes", "process_events"):
        frame = earlier.tables[name]
        for second, first in removed.items():
            a, b = (frame[frame["case_key"] == key].drop(columns="case_key") for key in (second, first))
            assert len(a)
            pd.testing.assert_frame_equal(a.reset_index(drop=True), b.reset_index(drop=True))


def test_nothing_of_after_the_cutoff_and_nothing_without_its_case(truth, earlier):
    cutoff = pd.Timestamp(truth.editions[0].cutoff)
    cases = earlier.tables["cases"]
    assert cases[["reported_on", "accepted_on"]].max().max() <= cutoff
    assert earlier.tables["process_events"]["date"].max() <= cutoff
    assert (cases["occurred_to"] <= cases["reported_on"]).all()
    assert (cases["reported_on"] <= cases["accepted_on"]).all()
    for name in ("persons", "cause_codes", "process_events"):
        assert set(earlier.tables[name]["case_key"]) == set(cases["case_key"]), name


def test_only_the_declared_population_was_revised(truth, places, tables, earlier):
    revision = truth.editions[0].population[0]
    then = earlier.tables["population"]
    joined = then.merge(tables["population"], on=["locality", "period", "age_band"], suffixes=("", "_now"))
    assert len(joined) == len(then)
    assert then["period"].max() == "2023"
    parent = joined["locality"].map(places.localities.set_index("locality")["parent"])
    revised = parent.isin(revision.localities) & joined["period"].isin(revision.periods)
    assert (joined["persons"] == joined["persons_now"])[~revised].all()
    off = (joined["persons"] - revision.factor * joined["persons_now"])[revised].abs()
    assert off.max() <= 0.5 + 1e-9


def test_an_edition_without_anything_planted_is_the_final_register_up_to_then(truth, places, tables):
    plain = truth.editions[0].model_copy(
        update={"late": None, "removed": 0, "moved": 0, "redated": 0, "recoded": [], "population": []}
    )
    found = earlier_register(truth, plain, places, tables, 1)
    assert found.planted.empty
    known = tables["cases"][tables["cases"]["accepted_on"] <= pd.Timestamp(plain.cutoff)]
    pd.testing.assert_frame_equal(found.tables["cases"], known.reset_index(drop=True))


def test_the_same_seed_gives_the_same_register(truth, places, tables, earlier):
    again = earlier_register(truth, truth.editions[0], places, tables, truth.seed)
    for name, frame in earlier.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], frame)
    other = earlier_register(truth, truth.editions[0], places, tables, truth.seed + 1)
    assert set(other.planted["case_key"]) != set(earlier.planted["case_key"])
