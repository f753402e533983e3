"""`diaban new`, and the walk from an empty study to one that can be run."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from diaban.check.unfilled import OPEN
from diaban.intake.schemas import SCHEMAS
from diaban.new_study.guide import guides

TABLES = ("localities", "population", "counts")


def test_it_says_what_it_wrote_and_what_comes_next(typed, desk):
    result = typed("new", "my_province")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "Tiếp theo / Next: diaban check my_province"
    folder = desk / "data" / "my_province"
    assert {path.name for path in folder.iterdir()} == {"study.toml", "README.md", "tables"}
    assert str(desk) not in (folder / "study.toml").read_text(encoding="utf-8")


def test_a_new_study_holds_no_invented_data_and_is_not_simulated(typed, desk):
    typed("new", "my_province")
    folder = desk / "data" / "my_province"
    declared = tomllib.loads((folder / "study.toml").read_text(encoding="utf-8"))
    assert declared["study"]["key"] == "my_province"
    assert declared["study"]["simulated"] is False
    for path in (folder / "tables").iterdir():
        assert len(path.read_text(encoding="utf-8").splitlines()) == 1


def test_the_example_is_declared_as_simulated(typed, desk):
    typed("new", "trial", "--example")
    text = (desk / "data" / "trial" / "study.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)["study"]["simulated"] is True
    values = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    assert not any(mark in values for mark in OPEN)


def test_an_existing_folder_is_refused_and_left_alone(typed, desk):
    typed("new", "my_province")
    declared = desk / "data" / "my_province" / "study.toml"
    declared.write_text("mine", encoding="utf-8")
    result = typed("new", "my_province")
    assert result.exit_code == 2
    assert result.stderr.count("my_province") >= 2
    assert declared.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [("My Province", "my_province"), ("Bình Phước", "binh_phuoc"), ("2024", "study_2024"), ("../x", "x")],
)
def test_a_bad_name_is_refused_with_a_good_one(typed, desk, name, suggestion):
    result = typed("new", name)
    assert result.exit_code == 2
    assert [suggestion in line for line in result.stderr.splitlines()] == [True, True]
    assert not list(desk.iterdir())


def test_another_data_folder(typed, desk):
    result = typed("new", "mine", "--data", "elsewhere")
    assert (desk / "elsewhere" / "mine" / "study.toml").is_file()
    command = result.stdout.splitlines()[-1].removeprefix("Tiếp theo / Next: diaban ").split()
    assert typed(*command).output.startswith(str(Path("elsewhere/mine")))


def test_the_next_study_goes_beside_the_others(typed, desk, monkeypatch):
    typed("new", "one")
    (desk / "notebooks").mkdir()
    monkeypatch.chdir(desk / "notebooks")
    typed("new", "two")
    assert (desk / "data" / "two").is_dir()


def test_the_check_explains_the_first_empty_table_and_names_the_others(typed):
    typed("new", "my_province")
    result = typed("check", "my_province")
    assert result.exit_code == 1
    for table in TABLES:
        assert f"tables/{table}.csv".replace("/", "/") in result.output.replace("\\", "/")
    assert guides()["localities"].examples()[1] in result.output
    assert guides()["population"].examples()[0] not in result.output
    assert "[x]" in result.output.splitlines()[-2]
    assert "diaban check my_province" in result.output.splitlines()[-1]


def test_filled_in_step_by_step_it_can_be_run(typed, desk):
    """Each step is what the check before it asked for."""
    typed("new", "my_province")
    typed("new", "trial", "--example")
    mine, example = (desk / "data" / name for name in ("my_province", "trial"))
    for table in TABLES:
        before = typed("check", "my_province")
        assert before.exit_code == 1
        assert f"Table {table}:" in before.output
        rows = (example / "tables" / f"{table}.csv").read_text(encoding="utf-8")
        (mine / "tables" / f"{table}.csv").write_text(rows, encoding="utf-8")
    after = typed("check", "my_province")
    assert after.exit_code == 0, after.output
    assert "diaban run my_province" in after.output
    assert "study.title" in after.output
    declared = mine / "study.toml"
    text = declared.read_text(encoding="utf-8")
    for mark in OPEN:
        text = text.replace(mark, "")
    declared.write_text(text, encoding="utf-8")
    assert "study.title" not in typed("check", "my_province").output


def test_the_example_can_be_run_at_once(typed):
    typed("new", "trial", "--example")
    result = typed("check", "trial")
    assert result.exit_code == 0, result.output
    assert "[x]" not in result.output


def test_what_stands_in_comments_is_the_example_once_uncommented(typed, desk):
    """Domains, indicators and their sources: the example, which runs, is the template without the marks."""
    typed("new", "my_province")
    typed("new", "trial", "--example")
    mine, example = (
        (desk / "data" / name / "study.toml").read_text(encoding="utf-8").splitlines()
        for name in ("my_province", "trial")
    )
    differing = [(a, b) for a, b in zip(mine, example, strict=True) if a != b]
    commented = [(a, b) for a, b in differing if a.startswith("#") and "diaban check" not in a]
    assert all(a.removeprefix("#").removeprefix(" ") == b for a, b in commented)
    tables = {b for _, b in commented if b.startswith("table = ")}
    assert tables == {'table = "indicators"', 'table = "neighbours"'}


def test_the_guide_names_the_columns_that_intake_reads():
    assert set(guides()) == set(SCHEMAS)
    for table, guide in guides().items():
        told = {column.name: column.needed for column in guide.columns}
        known = {name: column.required for name, column in SCHEMAS[table].columns.items()}
        assert set(told) == set(known) - {"key", "label"}, table
        assert all(told[name] for name, required in known.items() if required), table
        assert len({len(column.examples) for column in guide.columns}) == 1
