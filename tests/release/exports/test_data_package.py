"""The data package: read back by its own description it gives the cube's numbers, and it keeps the mark."""

import csv
import hashlib
import io
import json
from dataclasses import replace

import pandas as pd
import pytest

from diaban.language.numbers import day
from diaban.release.exports import write_package
from diaban.release.exports.package import MARK_COLUMN, SCHEMA_FILE, as_text, findings_schema
from diaban.release.exports.tidy import field_type, tidy_tables

MARK = "Dữ liệu mô phỏng / Simulated data"
READ = {
    "integer": int,
    "number": float,
    "boolean": {"true": True, "false": False}.__getitem__,
    "date": pd.Timestamp,
    "string": str,
}


@pytest.fixture(scope="module")
def package(made_run):
    return json.loads((made_run.path / "data" / "datapackage.json").read_text("utf-8"))


def read_table(folder, resource):
    """The rows of a table, each value as its schema has it; an empty cell is None."""
    kinds = {field["name"]: READ[field["type"]] for field in resource["schema"]["fields"]}
    text = (folder / resource["path"]).read_bytes().decode("utf-8")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    assert rows.fieldnames == list(kinds)
    return [{name: kinds[name](v) if v != "" else None for name, v in row.items()} for row in rows]


def plain(value):
    return None if pd.isna(value) else value


def test_reading_gives_the_numbers_back_to_the_last_bit(made_run, package):
    tables = tidy_tables(made_run.cube)
    assert [r["path"] for r in package["resources"]] == [f"{name}.csv" for name in tables]
    for resource, (name, frame) in zip(package["resources"], tables.items(), strict=True):
        rows = read_table(made_run.path / "data", resource)
        assert len(rows) == len(frame), name
        for column in frame:
            own = [plain(value) for value in frame[column].tolist()]
            assert [row[column] for row in rows] == own, (name, column)


def test_every_file_is_described_and_every_description_has_its_file(made_run, package):
    folder = made_run.path / "data"
    described = {resource["path"] for resource in package["resources"]}
    others = {"datapackage.json", "README.md", SCHEMA_FILE}
    assert {path.name for path in folder.iterdir()} == described | others
    for resource in package["resources"]:
        content = (folder / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert (folder / SCHEMA_FILE).read_bytes() == findings_schema()


def test_the_readme_says_how_to_cite_what_is_hidden_and_on_what_terms(made_run):
    spec, facts = made_run.spec, made_run.cube.facts
    said = (made_run.path / "data" / "README.md").read_text("utf-8")
    assert (MARK in said) == spec.study.simulated
    for language in spec.study.languages:
        assert f"{spec.study.title[language]}. " in said
        assert day(spec.periods.cutoff, language) in said
    assert said.count(str(facts["edition"])) >= len(spec.study.languages)
    assert said.count(f" {facts['threshold']} ") == len(spec.study.languages)
    assert all(f"- {licence}" in said for licence in spec.study.licences)


def test_a_package_as_frictionless_asks(package):
    """The rules of specs.frictionlessdata.io v1 that a reader stumbles over."""
    names = [resource["name"] for resource in package["resources"]]
    assert len(set(names)) == len(names)
    for name in [package["name"], *names]:
        assert name == name.lower()
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-._")
    for entry in package["licenses"]:
        assert set(entry["name"]) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")
        assert entry["title"]
    for field in (field for r in package["resources"] for field in r["schema"]["fields"]):
        assert field["description"], field
        assert field["description_vi"], field
        for name in ("title", "title_vi"):
            assert field[name], field
            assert field[name][0] == field[name][0].upper()
        assert field["unit_name"] != field["unit_vi"] or field["unit"] == "km", field
    for resource in package["resources"]:
        assert resource["title"] != resource["title_vi"]
        fields = [field["name"] for field in resource["schema"]["fields"]]
        assert len(set(fields)) == len(fields)


def test_the_mark_is_in_the_package_and_in_every_row(made_run, package):
    simulated = made_run.spec.study.simulated
    assert (package["mark"], package["simulated"]) == (MARK if simulated else None, simulated)
    assert (MARK in package["description"]) == simulated
    assert (MARK in (made_run.path / "data" / "README.md").read_text("utf-8")) == simulated
    for resource in package["resources"]:
        rows = read_table(made_run.path / "data", resource)
        marks = {row.get(MARK_COLUMN) for row in rows}
        assert marks <= {MARK if simulated else None}, resource["path"]
        fields = [field["name"] for field in resource["schema"]["fields"]]
        assert (fields[-1] == MARK_COLUMN) == simulated, resource["path"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", "\n=1", "'=1"])
def test_what_could_begin_a_formula_has_an_apostrophe(text):
    assert as_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "Bù Đăng", "*", "2021-2023", " =1"])
def test_other_text_is_left_alone(text):
    assert as_text(text) == text


def test_hostile_names_stay_one_cell_of_text(binh_phuoc_run, tmp_path):
    names = [
        '=HYPERLINK("http://example.org")',
        "a,b\r\n=1",
        '"; DROP',
        "\u202eabc",
        "<script>",
        "x" * 10_000,
    ]
    table = binh_phuoc_run.cube["localities"].reset_index(drop=True)
    given = pd.Series([*names, *table["name"].iloc[len(names) :]], dtype="str")
    frames = binh_phuoc_run.cube.frames | {"localities": table.assign(name=given)}
    write_package(binh_phuoc_run.spec, replace(binh_phuoc_run.cube, frames=frames), tmp_path)
    described = json.loads((tmp_path / "datapackage.json").read_text("utf-8"))
    resource = next(r for r in described["resources"] if r["name"] == "localities")
    read = [row["name"] for row in read_table(tmp_path, resource)]
    assert read[: len(names)] == [f"'{names[0]}", *names[1:]]


HEADS = ("=1+1", "+1", "-1", "@A1", "\u202eabc", "a,b", '"', "<b>", "x" * 10_000)


def test_hostile_heads_stay_one_cell_of_text(binh_phuoc_run, tmp_path):
    own = binh_phuoc_run.cube["localities"]
    frames = binh_phuoc_run.cube.frames | {"localities": own.assign(**dict.fromkeys(HEADS, own["name"]))}
    write_package(binh_phuoc_run.spec, replace(binh_phuoc_run.cube, frames=frames), tmp_path)
    described = json.loads((tmp_path / "datapackage.json").read_text("utf-8"))
    resource = next(r for r in described["resources"] if r["name"] == "localities")
    rows = read_table(tmp_path, resource)
    assert not any(name.startswith(("=", "+", "-", "@")) for name in rows[0])
    assert {as_text(name) for name in HEADS} <= set(rows[0])
    assert all(row[as_text(name)] == row["name"] for row in rows for name in HEADS)


@pytest.mark.parametrize(
    ("table", "column", "kind"),
    [
        ("rates", pd.Series([None], name="cases", dtype=object), "integer"),
        ("rates", pd.Series([None], name="rate", dtype=object), "number"),
        ("rates", pd.Series([None], name="hidden", dtype=object), "boolean"),
        ("rates", pd.Series([None], name="stream", dtype=object), "string"),
        ("rates", pd.Series([], name="cases", dtype="Int64"), "integer"),
        ("editions", pd.Series(["2024-06-14"], name="cutoff", dtype="str"), "date"),
        ("rates", pd.Series([0.5, None], name="cases"), "number"),
    ],
)
def test_the_type_of_an_empty_column_is_its_units(table, column, kind):
    assert field_type(table, column) == kind


def test_no_coordinates_are_given_away(made_run, package):
    names = {field["name"] for r in package["resources"] for field in r["schema"]["fields"]}
    assert not names & {"latitude", "longitude", "geometry"}
    assert "latitude" in made_run.cube["localities"], "the cube has them: they were left out"
