"""A register cannot hold a case that was accepted after its cut-off."""

from pathlib import Path

import pandas as pd
import pytest

from diaban.simulate import read_places, read_truth, simulate
from diaban.simulate.cases import registered

FOLDER = Path(__file__).parents[2] / "data" / "binh_phuoc"
SEED = 7  # of which two reports are not accepted yet


@pytest.fixture(scope="module")
def truth():
    return read_truth(FOLDER)


@pytest.fixture(scope="module")
def tables(truth):
    return simulate(truth, read_places(FOLDER, truth.files), SEED)


def test_only_what_is_not_accepted_is_left_out(truth, tables):
    held = registered(tables, truth.periods.cutoff)
    cutoff = pd.Timestamp(truth.periods.cutoff)
    assert (held["cases"]["accepted_on"] <= cutoff).all()
    keys = set(held["cases"]["case_key"])
    for name, table in tables.items():
        kept = table[table["case_key"].isin(keys)] if "case_key" in table else table
        pd.testing.assert_frame_equal(held[name], kept.reset_index(drop=True))
    assert set(held["persons"]["case_key"]) == keys
    left = tables["cases"][~tables["cases"]["case_key"].isin(keys)]
    assert (left["reported_on"] > cutoff - pd.Timedelta(days=6)).all()


def test_an_earlier_cutoff_leaves_out_what_came_later(tables):
    held = registered(tables, pd.Timestamp("2020-12-14").date())
    dates = tables["cases"]["accepted_on"]
    assert len(held["cases"]) == (dates <= "2020-12-14").sum() < len(tables["cases"])


def test_nothing_left_out_nothing_changed(truth, tables):
    held = registered(tables, truth.periods.cutoff)
    assert registered(held, truth.periods.cutoff) is held


def test_no_cases_at_all(truth, tables):
    empty = {name: table.head(0) if "case_key" in table else table for name, table in tables.items()}
    assert registered(empty, truth.periods.cutoff)["cases"].empty


def test_the_shipped_register_holds_accepted_cases_only(truth):
    cases = pd.read_csv(FOLDER / "tables" / "cases.csv", parse_dates=["accepted_on"])
    assert (cases["accepted_on"] <= pd.Timestamp(truth.periods.cutoff)).all()
