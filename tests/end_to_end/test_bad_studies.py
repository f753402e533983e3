"""Every fault of input, as a user meets it on the command line.

Each is said once in each language, with file, sheet, row, column, value and what would be right. A faulty row
is set apart and counted; a broken study stops before anything is written.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from study_folder import StudyFolder

from diaban.cli import main

EMPTY, MISSING = "25396", "25327"


def check() -> Result:
    result = CliRunner().invoke(main, ["check", "binh_phuoc"])
    assert "Traceback" not in result.output
    return result


def run(*words: str) -> Result:
    result = CliRunner().invoke(main, ["run", "binh_phuoc", "--outputs", "out", *words])
    assert "Traceback" not in result.output
    return result


def told(result: Result, *parts: str) -> list[str]:
    """The lines with all `parts`: one in Vietnamese, one in English."""
    lines = [line for line in result.output.splitlines() if all(part in line for part in parts)]
    assert len(lines) == 2, (parts, result.output)
    words = [set(line.replace(",", " ").split()) for line in lines]
    assert words[0] & {"không", "dòng", "là", "Không", "tệp", "cột", "chưa"}
    assert words[1] & {"not", "row", "is", "no", "There", "file", "column", "the"}
    return lines


def refused(result: Result, table: str) -> int:
    """Rows of `table` that the check counted as refused."""
    line = next(x for x in result.output.splitlines() if f" {table}:" in x and "loại / refused" in x)
    return int(line.split(" loại / refused")[0].split()[-1])


# Faults of a row ------------------------------------------------------------------------------------------


CELLS = [  # table, row, column, value, part of what would be right
    ("population", 5, "persons", "nhiều", "1234"),
    ("population", 15, "persons", "-5", "0"),
    ("population", 25, "period", "2031", "2016 – 2024"),
    ("population", 35, "locality", "99999", "localities"),
    ("cases", 5, "reported_on", "1999-01-01", "2015-12-15 – 2024-06-14"),
    ("cases", 15, "reported_on", "14/06/2024", "YYYY-MM-DD"),
    ("cases", 25, "locality", "Đồng Nai", "localities"),
    ("cases", 35, "topic", "theft", "child_abuse | both"),
    ("cause_codes", 5, "code", "GD99", "GD"),
    ("persons", 5, "role", "witness", "suspect, victim, both"),
    ("indicators", 5, "value", "12,5", "1234.5"),
]


@pytest.fixture(scope="module")
def spoilt(three_districts: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[StudyFolder, Result]:
    """A study with every fault of a row in it, and what the check says of it."""
    data = tmp_path_factory.mktemp("spoilt") / "data"
    shutil.copytree(three_districts, data)
    study = StudyFolder(data / "binh_phuoc")
    for table, row, column, value, _ in CELLS:
        study.put(table, row, **{column: value})
    cases = study.rows("cases")
    study.append("cases", cases[40])
    study.append("cases", {**cases[50], "severity_class": "other"})
    emptied = {(EMPTY, "2020"): lambda _: "0", (cases[60]["locality"], "2016"): _only_adults}
    study.change("population", lambda _, row: _without_people(row, emptied))
    return study, CliRunner().invoke(main, ["check", str(study.folder)])


def _only_adults(row: dict[str, str]) -> str:
    return row["persons"] if row["age_band"] == "18+" else "0"


def _without_people(row: dict[str, str], emptied: dict) -> dict[str, str] | None:
    """The row with fewer persons, where `emptied` says so; none at all for one commune."""
    if row["locality"] == MISSING:
        return None
    fewer = emptied.get((row["locality"], row["period"]))
    return {**row, "persons": fewer(row)} if fewer else row


def test_faulty_rows_do_not_stop_a_run(spoilt):
    assert spoilt[1].exit_code == 0, spoilt[1].output
    assert "Traceback" not in spoilt[1].output


@pytest.mark.parametrize(("table", "row", "column", "value", "right"), CELLS)
def test_a_faulty_cell_is_named(spoilt, table, row, column, value, right):
    for line in told(spoilt[1], f"tables/{table}.csv", f" {row}, ", column, value):
        assert right in line


def test_a_duplicate_key_and_one_that_contradicts_itself(spoilt):
    study, result = spoilt
    cases = study.rows("cases")
    told(result, "tables/cases.csv", f" {len(cases)}, ", "case_key", cases[40]["case_key"])
    told(result, "tables/cases.csv", " 52, ", "case_key", cases[50]["case_key"])


def test_a_population_of_zero(spoilt):
    study, result = spoilt
    row = study.find("population", locality=EMPTY, period="2020")
    told(result, "tables/population.csv", f" {row}, ", "persons", "0", "> 0")


def test_a_population_smaller_than_the_cases(spoilt):
    study, result = spoilt
    where = study.rows("cases")[60]["locality"]
    told(result, "tables/cases.csv + tables/population.csv", "cases", "<= 0", f"{where} / 2016")


def test_a_locality_without_population(spoilt):
    told(spoilt[1], "tables/population.csv", f"{MISSING} / 2016")


def test_every_refused_row_is_counted(spoilt):
    result = spoilt[1]
    assert refused(result, "cases") == 4 + 1 + 2
    assert refused(result, "persons") > 1
    assert refused(result, "indicators") == 1
    assert refused(result, "localities") == 0


def test_all_faults_together_leave_a_run_with_pages(province):
    province.put("population", 4, persons="-5")
    province.put("cases", 5, reported_on="1999-01-01")
    province.put("cause_codes", 6, code="GD99")
    province.append("cases", province.rows("cases")[0])
    result = run("--district", "bu dang")
    assert result.exit_code == 0, result.output
    index = Path(result.stdout.splitlines()[-1].split(": ", 1)[1])
    assert list(index.parent.glob("bu-dang-*.html"))


# Faults of structure --------------------------------------------------------------------------------------


def stopped(*parts: str, words: tuple[str, ...] = ()) -> None:
    """`diaban run` says it once in each language, exits 2, and writes nothing."""
    result = run(*words)
    assert result.exit_code == 2, result.output
    assert len(result.stderr.splitlines()) == 2, result.stderr
    told(result, *parts)
    assert not Path("out").exists()
    assert not Path("outputs").exists()


def test_an_unknown_district(province):  # noqa: ARG001
    stopped("Bu Dan", "Bù Đăng", words=("--district", "Bu Dan"))


def test_a_missing_file(province):
    province.path("cases").rename(province.folder / "tables" / "case.csv")
    stopped("tables/cases.csv", "case.csv", "sources.path")


def test_a_missing_column(province):
    path = province.path("cases")
    path.write_text(path.read_text(encoding="utf-8").replace("reported_on", "reported", 1), encoding="utf-8")
    stopped("tables/cases.csv", "reported_on", "reported,")


def test_a_broken_declaration(province):
    province.declare('key = "binh_phuoc"', "key = binh_phuoc")
    stopped("study.toml", "5", "TOML")


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("simulated = true", "simulatd = true", ("study.simulatd", "simulated")),
        ("cutoff = 2024-06-14", 'cutoff = "june"', ("periods.cutoff", "june", "2024-06-30")),
        ('report = "2021-2023"', 'report = "2023"', ("periods.report", "2023", "2018-2020")),
        ('calendar = "police_year_15"', 'calendar = "police"', ("police", "police_year_15")),
    ],
)
def test_a_wrong_key_of_the_declaration(province, old, new, parts):
    province.declare(old, new)
    stopped(*parts)


@pytest.mark.parametrize("content", ["", "case_key,topic,locality,reported_on\n"])
def test_an_empty_file(province, content):
    province.path("cases").write_text(content, encoding="utf-8")
    stopped("tables/cases.csv")


def test_a_wrong_sheet(province):
    pd.read_csv(province.path("population"), dtype="str").to_excel(
        province.folder / "tables" / "population.xlsx", sheet_name="Dân số", index=False
    )
    province.declare('path = "tables/population.csv"', 'path = "tables/population.xlsx"\nsheet = "Bảng 1"')
    stopped("tables/population.xlsx", "Bảng 1", "Dân số")


def test_a_fault_in_a_sheet_names_the_sheet(province):
    frame = pd.read_csv(province.path("population"), dtype="str")
    frame.loc[3, "persons"] = "-5"
    frame.to_excel(province.folder / "tables" / "population.xlsx", sheet_name="Dân số", index=False)
    province.declare('path = "tables/population.csv"', 'path = "tables/population.xlsx"')
    told(check(), "population.xlsx", "Dân số", " 5, ", "persons", "-5")


def test_semicolons_declared_as_commas(province):
    path = province.path("population")
    path.write_text(path.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8")
    stopped("tables/population.csv", "locality;period", 'separator = ";"')


def test_a_column_in_which_every_cell_is_wrong(province):
    province.change("population", lambda _, row: {**row, "persons": f"{row['persons']} người"})
    stopped("population", "tables/population.csv", "persons", "người")


def test_check_goes_on_over_the_files_and_stops_there(province):
    """All files that are wrong are named at once; what depends on them waits."""
    province.path("cases").unlink()
    province.path("population").write_text("", encoding="utf-8")
    result = check()
    assert result.exit_code == 1
    told(result, "tables/cases.csv", "sources.path")
    told(result, "tables/population.csv: ")
    assert result.output.count("Chưa xem") == 2
    assert "diaban check binh_phuoc" in result.output.splitlines()[-1]


def test_nothing_but_words_reaches_the_terminal(province):
    """The same through the operating system: exit code, both languages, no traceback."""
    province.declare("[periods]", "[periods")
    done = subprocess.run(
        [sys.executable, "-m", "diaban", "run", "--outputs", "out"],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["Lỗi", "Error"]
    assert "study.toml" in done.stderr
    assert not Path("out").exists()
