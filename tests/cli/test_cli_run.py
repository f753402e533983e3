"""`diaban run`: what it hands to the conductor, and what it makes of the report."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from diaban.errors import DiabanError
from diaban.run import conductor, pdf
from diaban.run.conductor import Report
from diaban.run.outcomes import Failed

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict:
    """What the conductor was asked for; it answers with `asked["answer"]`."""
    seen: dict = {"answer": Report(Path("outputs/s/run/site/index.html"), ["A", "B"], [])}

    def run_study(folder: Path, **options: object) -> Report:
        seen.update(options, folder=folder)
        return seen["answer"]

    monkeypatch.setattr(conductor, "run_study", run_study)
    monkeypatch.setenv("DIABAN_DATA", str(DATA))
    return seen


def test_a_good_run_says_how_many_pages_and_where(typed, asked):
    result = typed("run")
    assert result.exit_code == 0
    assert asked["folder"].name == "binh_phuoc"
    assert "2" in result.stdout
    assert result.stdout.splitlines()[-1].endswith(os.path.join("site", "index.html"))  # noqa: PTH118
    assert result.stderr == ""


def test_options_reach_the_conductor(typed, asked):
    typed("run", "binh_phuoc", "-p", "2018-2020", "-l", "en", "-j", "3", "--outputs", "there", "--kernels")
    assert (asked["period"], asked["language"], asked["jobs"]) == ("2018-2020", "en", 3)
    assert (asked["method"], asked["outputs"]) == ("kernels", Path("there"))
    typed("run", "binh_phuoc")
    assert [asked[name] for name in ("period", "language", "jobs", "method", "outputs")] == [None] * 5
    assert asked["localities"] == []


def test_without_a_browser_no_run_begins_that_is_to_be_printed(typed, asked, monkeypatch):
    monkeypatch.setattr(pdf, "BROWSERS", ("no-such-browser",) * 4)
    monkeypatch.setattr(pdf, "MAC", ())
    result = typed("run", "--pdf")
    assert result.exit_code == 2
    assert result.stderr.count("no-such-browser") >= 2
    assert "folder" not in asked


@pytest.mark.parametrize("name", ["Bù Đăng", "bu dang", "huyện Bù Đăng", "BÙ ĐĂNG", "696"])
def test_a_district_by_any_of_its_names(typed, asked, name):
    result = typed("run", "binh_phuoc", "--district", name)
    assert result.exit_code == 0, result.output
    assert asked["localities"] == ["696"]


def test_an_unknown_district_gives_the_nearest_and_runs_nothing(typed, asked):
    result = typed("run", "binh_phuoc", "-d", "Bu Dan")
    assert result.exit_code == 2
    assert "folder" not in asked
    for line in result.stderr.splitlines():
        assert "Bu Dan" in line
        assert "Bù Đăng" in line


def test_a_name_of_another_level_is_not_taken(typed, asked):
    """Tân Khai is a township: no page is written for it."""
    result = typed("run", "binh_phuoc", "-d", "Tân Khai")
    assert result.exit_code == 2
    assert "Tân Khai" in result.stderr
    assert "folder" not in asked


def test_a_name_on_two_levels_means_the_locality_of_report(typed, asked):
    """Phú Riềng is a district and one of its communes."""
    assert typed("run", "binh_phuoc", "-d", "Phú Riềng").exit_code == 0
    assert len(asked["localities"]) == 1


def test_a_district_of_another_state_is_not_reported(typed, asked):
    assert typed("run", "germany_districts", "-d", "Göttingen").exit_code == 0
    assert asked["localities"] == ["03159"]
    assert typed("run", "germany_districts", "-d", "München").exit_code == 2


def test_failed_localities_are_named_with_cell_and_error(typed, asked):
    error = DiabanError(
        "cell_failed",
        notebook="4_district.ipynb",
        cell=7,
        error="KeyError",
        detail_vi="'rate'",
        detail_en="'rate'",
        kept="bu-dang.failed.ipynb",
    )
    killed = Failed("Lộc Ninh", "died", "the process ended without a result (signal 9)", 1.0)
    asked["answer"] = Report(
        Path("i.html"), ["A"], [Failed("Bù Đăng", "error", str(error), 1.0, error), killed]
    )
    result = typed("run")
    assert result.exit_code == 1
    assert "Traceback" not in result.stderr
    for word in ("Bù Đăng", "[7]", "KeyError", "bu-dang.failed.ipynb", "Lộc Ninh", "signal 9", "--jobs 1"):
        assert word in result.stderr
    for word in ("Lỗi: ", "Error: "):
        assert sum(line.startswith(word) for line in result.stderr.splitlines()) == 2
    assert "i.html" in result.stdout
