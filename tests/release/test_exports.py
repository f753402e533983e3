"""What is given away beside the pages: it is the cube's, carries the mark, and says no more than the cube."""

import json
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from diaban.release.exports import SHEETS, mark
from diaban.release.pages.fragment import texts

MARK = "Dữ liệu mô phỏng / Simulated data"


@pytest.fixture(scope="module")
def book(made_run):
    return load_workbook(made_run.path / "tables.xlsx")


def sheet_frame(book, name, simulated):
    """A sheet as a frame: with simulated data the first row is the mark."""
    rows = list(book[name].iter_rows(values_only=True))[1 if simulated else 0 :]
    return pd.DataFrame(rows[1:], columns=rows[0])


def test_the_mark_is_the_studys_own(made_run):
    simulated = made_run.spec.study.simulated
    assert mark(made_run.spec) == (MARK if simulated else None)
    assert texts("vi")["simulated"] == texts("en")["simulated"] == MARK


def test_findings_json(made_run):
    record = made_run.findings
    spec = made_run.spec
    assert (record["study"], record["simulated"], record["mark"]) == (
        spec.study.key,
        spec.study.simulated,
        mark(spec),
    )
    assert record["period"] == spec.periods.report
    reported = set(made_run.cube["localities"].query("reported")["locality"])
    assert {f["locality"] for f in record["findings"]} == reported, "every locality has at least one finding"
    for found in record["findings"]:
        assert set(found["sentences"]) == set(spec.study.languages)
        for said in found["sentences"].values():
            assert said["claim"]
            assert said["number"]
            assert said["action"]


def test_findings_json_has_only_json(made_run):
    def refuse(constant):
        raise AssertionError(f"{constant} is not JSON")

    text = (made_run.path / "findings.json").read_text("utf-8")
    json.loads(text, parse_constant=refuse)
    assert MARK in text or not made_run.spec.study.simulated
    assert "\\u" not in text, "Vietnamese is readable as it stands"


def test_numbers_of_findings_are_the_cubes(made_run):
    cube = made_run.cube
    where = {
        "rates": (["locality", "stream", "period"], ["rate", "lower", "upper", "reference_rate", "cases"]),
        "trends": (["locality", "stream", "period"], ["rate_ratio", "lower", "upper", None, "cases"]),
        "case_factors": (
            ["locality", "stream", "code"],
            ["share", "lower", "upper", "rest_share", "n_files"],
        ),
    }
    compared = 0
    for found in made_run.findings["findings"]:
        table, *key = found["evidence"][0].split("/") if found["evidence"] else [""]
        if table not in where or found["statement"] == "not_shown":
            continue
        keys, columns = where[table]
        row = cube[table].set_index(keys).loc[tuple(key)]
        assert not row["hidden"], found["key"]
        said = [found[name] for name in ("estimate", "lower", "upper", "comparison", "n")]
        for value, column in zip(said, columns, strict=True):
            if column is not None:
                assert value == pytest.approx(row[column]), (found["key"], column)
        compared += 1
    assert compared > 3


def test_a_finding_about_a_hidden_number_has_none(made_run):
    for found in made_run.findings["findings"]:
        if found["statement"] == "not_shown":
            numbers = [found[name] for name in ("estimate", "lower", "upper", "comparison", "n")]
            assert numbers == [None] * 5
            assert found["facts"] == {}


def test_every_sheet_carries_the_mark_or_none_does(made_run, book):
    simulated = made_run.spec.study.simulated
    assert book.sheetnames[0] == "notes"
    for sheet in book:
        first_rows = [
            str(cell)
            for row in list(sheet.iter_rows(values_only=True))[:2]
            for cell in row
            if cell is not None
        ]
        assert (MARK in first_rows) == simulated, sheet.title
    everything = [
        str(c) for sheet in book for row in sheet.iter_rows(values_only=True) for c in row if c is not None
    ]
    assert any("imulated" in text for text in everything) == simulated


def test_the_workbook_is_the_cube(made_run, book):
    cube, simulated = made_run.cube, made_run.spec.study.simulated
    expected = [name for name in SHEETS if name in cube.frames and len(cube[name])]
    assert book.sheetnames == ["notes", *expected]
    for name in expected:
        sheet = sheet_frame(book, name, simulated)
        frame = cube[name]
        assert len(sheet) == len(frame), name
        assert "locality" not in frame or sheet["name"].notna().all(), name
        for column in set(sheet.columns) & set(frame.columns):
            assert_same(frame[column], sheet[column], f"{name}.{column}")


def assert_same(own, read, where):
    """Codes too: a district key with a leading zero has not turned into a number."""
    own = own.reset_index(drop=True)
    assert (own.isna() == read.isna()).all(), f"{where}: what is hidden is an empty cell, and nothing else is"
    own, read = own.dropna(), read.dropna()
    if pd.api.types.is_numeric_dtype(own) and own.dtype != bool:
        assert (own.astype(float) - read.astype(float)).abs().max() < 1e-9 or own.empty, where
    else:
        assert own.astype("str").tolist() == read.astype("str").tolist(), where


def test_hidden_rows_of_the_workbook_are_empty(made_run, book):
    for name in ("rates", "trends", "run_chart", "detectability", "case_factors"):
        if name not in book.sheetnames:
            continue
        sheet = sheet_frame(book, name, made_run.spec.study.simulated)
        gone = sheet[sheet["hidden"].astype(bool)]
        counts = [c for c in ("cases", "rate", "n_coded", "n_files", "share", "mean_per_year") if c in sheet]
        assert gone[counts].isna().all(axis=None), name


def test_manifest(made_run):
    manifest = json.loads((made_run.path / "manifest.json").read_text("utf-8"))
    spec = made_run.spec
    assert (manifest["study"], manifest["simulated"], manifest["mark"]) == (
        spec.study.key,
        spec.study.simulated,
        mark(spec),
    )
    assert manifest["key"].startswith(made_run.path.name)
    files = {p.relative_to(made_run.folder).as_posix() for p in made_run.folder.rglob("*") if p.is_file()}
    assert set(manifest["inputs"]) == files
    assert all(len(digest) == 64 for digest in manifest["inputs"].values())
    assert manifest["seeds"] == {"model": spec.model.seed}
    assert {"python", "diaban", "pandas"} <= set(manifest["versions"])


def test_nothing_that_leaves_names_a_machine_or_a_file_of_a_case(made_run):
    """No machine path and no case key in any file that is shared."""
    leaving = [*made_run.path.glob("*.json"), *sorted((made_run.path / "site").rglob("*.html"))]
    cases = made_run.results.tables.cases
    keys = [] if cases is None else cases["case_key"].astype("str").head(50).tolist()
    for path in leaving:
        text = path.read_text("utf-8")
        assert str(Path.home()) not in text, path.name
        assert str(made_run.path) not in text, path.name
        assert not any(key in text for key in keys), path.name
