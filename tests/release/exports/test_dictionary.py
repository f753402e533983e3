"""The data dictionary: an entry for every column of both studies, in both languages, with a known unit."""

import tomllib
from importlib.resources import files

import pytest

from diaban.release.exports.dictionary import known, meaning, number_format, title, unit_name, words
from diaban.release.exports.tidy import tidy_tables

FOLDER = files("diaban.release.exports")
COLUMNS = tomllib.loads(FOLDER.joinpath("columns.toml").read_text("utf-8"))
ENTRIES = [
    *COLUMNS["columns"].items(),
    *((f"{t}.{c}", e) for t, table in COLUMNS["tables"].items() for c, e in table.items() if c != "title"),
]


def test_every_column_that_is_given_away_is_explained(made_run):
    tables = tidy_tables(made_run.cube)
    missing = [f"{name}.{c}" for name, frame in tables.items() for c in frame if not known(name, str(c))]
    assert missing == []
    assert [name for name in tables if name not in COLUMNS["tables"]] == []


@pytest.mark.parametrize("entry", [entry for _, entry in ENTRIES], ids=[name for name, _ in ENTRIES])
def test_an_entry_has_a_unit_and_both_languages(entry):
    unit, vi, en = entry
    assert unit_name(unit, "vi")
    assert unit_name(unit, "en")
    assert number_format(unit)
    assert vi.strip() == vi != ""
    assert en.strip() == en != ""
    assert vi != en or unit == "km"


def test_a_tables_own_meaning_goes_first():
    assert meaning("rates", "lower").unit == "rate"
    assert meaning("case_factors", "lower").unit == "share"
    assert meaning("no_such_table", "lower") == meaning("tested_factors", "lower")
    assert not known("rates", "no_such_column")


def test_every_table_has_a_title_in_both_languages():
    for name, table in COLUMNS["tables"].items():
        assert len(table["title"]) == 2, name
        assert title(name, "vi") != title(name, "en"), name
    assert title("no_such_table", "vi") == "no_such_table"


def test_both_languages_have_the_same_words():
    assert set(words("vi")) == set(words("en"))
