"""What is given away beside the pages: it is the cube's, carries the mark, and says no more than the cube."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from diaban.findings.locality import HIDDEN
from diaban.release.exports import mark, write_exports
from diaban.release.exports.package import findings_schema
from diaban.release.pages.fragment import texts

MARK = "Dữ liệu mô phỏng / Simulated data"


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


@pytest.fixture(scope="module")
def judge():
    schema = json.loads(findings_schema())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_findings_json_follows_its_schema(made_run, judge):
    assert [error.message for error in judge.iter_errors(made_run.findings)] == []


def parts_of(schema, where="#"):
    """(place, part) of a schema and of all that it is made of."""
    yield where, schema
    for name in ("properties", "$defs"):
        for key, inner in schema.get(name, {}).items():
            yield from parts_of(inner, f"{where}/{name}/{key}")


SCHEMA = json.loads(findings_schema())
EXAMPLES = [(where, example) for where, part in parts_of(SCHEMA) for example in part.get("examples", [])]


@pytest.mark.parametrize(
    ("where", "example"), EXAMPLES, ids=[f"{n}-{where}" for n, (where, _) in enumerate(EXAMPLES)]
)
def test_every_example_of_the_schema_follows_it(where, example):
    part = Draft202012Validator({"$ref": where, "$defs": SCHEMA["$defs"], "properties": SCHEMA["properties"]})
    whole = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
    errors = (whole if where == "#" else part).iter_errors(example)
    assert [error.message for error in errors] == []


def test_every_field_of_the_schema_is_described_and_has_an_example():
    fields = {where: part for where, part in parts_of(SCHEMA) if "/properties/" in where}
    assert len(fields) > 30
    assert [where for where, part in fields.items() if not part.get("description")] == []
    whole = SCHEMA["examples"][0]["findings"]
    told = set(whole[0]["sentences"]["vi"])
    for where, part in fields.items():
        name = where.rsplit("/", 1)[-1]
        shown = name in told or name in whole[0] or name in SCHEMA["examples"][0] or "const" in part
        assert shown or part.get("examples"), where


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record.pop("mark"),
        lambda record: record.update(mark="real" if record["simulated"] else MARK),
        lambda record: record.update(simulated=not record["simulated"]),
        lambda record: record.update(schema="diaban-findings-2.0"),
        lambda record: record["findings"][0].update(strength="certain"),
        lambda record: record["findings"][0].update(n=-1),
        lambda record: record["findings"][0].update(suspect="A"),
        lambda record: record["findings"][0]["sentences"].clear(),
    ],
)
def test_the_schema_refuses_another_shape(made_run, judge, change):
    record = made_run.findings
    change(record)
    assert not judge.is_valid(record)


def test_the_same_cube_gives_the_same_bytes(made_run, tmp_path):
    """A second time, from the cube alone: what the release's second copy rests on."""
    spec, period = made_run.spec, made_run.findings["period"]
    one = sorted(made_run.pages(spec.study.languages[0]))[:1]
    write_exports(spec, made_run.cube, tmp_path, period=period, languages=spec.study.languages, annexes=one)
    again = sorted(p for p in tmp_path.rglob("*") if p.is_file())
    assert len([p for p in again if p.suffix == ".docx"]) == 2 * len(spec.study.languages)
    for path in again:
        where = path.relative_to(tmp_path)
        assert path.read_bytes() == (made_run.path / where).read_bytes(), where


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
        if table not in where or found["statement"] in HIDDEN:
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
        if found["statement"] in HIDDEN:
            numbers = [found[name] for name in ("estimate", "lower", "upper", "comparison", "n")]
            assert numbers == [None] * 5
            assert found["facts"] == {}


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
