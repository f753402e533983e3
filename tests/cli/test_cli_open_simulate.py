"""`diaban open` and `diaban simulate`."""

from __future__ import annotations

import shutil
from pathlib import Path

import click
import pytest

DATA = Path(__file__).parents[2] / "data"


def test_open_without_a_run_says_what_to_do_first(typed):
    typed("new", "trial", "--example")
    result = typed("open", "trial")
    assert result.exit_code == 2
    assert [("diaban run trial" in line) for line in result.stderr.splitlines()] == [True, True]


def test_open_shows_the_newest_index(typed, desk, monkeypatch):
    opened: list[str] = []
    monkeypatch.setattr(click, "launch", opened.append)
    typed("new", "trial", "--example")
    index = desk / "outputs" / "trial" / "latest" / "site" / "index.html"
    index.parent.mkdir(parents=True)
    index.touch()
    assert typed("open", "trial").stdout.strip() == str(index.relative_to(desk))
    assert opened == [index.resolve().as_uri()]
    typed("open", "trial", "--print")
    assert len(opened) == 1
    assert typed("open", "trial", "--outputs", "elsewhere").exit_code == 2


@pytest.mark.parametrize(
    ("options", "link"),
    [
        ((), "latest"),
        (("--edition", "2024-mid"), "latest"),
        (("--edition", "2023-end"), "latest-2023-end"),
        (("--internal",), "latest-internal"),
        (("--edition", "2023-end", "--internal"), "latest-2023-end-internal"),
    ],
)
def test_open_shows_the_run_of_an_edition_and_an_audience(typed, desk, monkeypatch, options, link):
    monkeypatch.setenv("DIABAN_DATA", str(DATA))
    refused = typed("open", "binh_phuoc", "--outputs", "made", *options)
    assert refused.exit_code == 2
    for word in ("diaban run binh_phuoc", *options):
        assert refused.stderr.count(word) >= 2
    index = desk / "made" / "binh_phuoc" / link / "site" / "index.html"
    index.parent.mkdir(parents=True)
    index.touch()
    shown = typed("open", "binh_phuoc", "--outputs", "made", "--print", *options)
    assert shown.stdout.strip() == str(index.relative_to(desk))


def test_open_names_the_editions_that_there_are(typed, monkeypatch):
    monkeypatch.setenv("DIABAN_DATA", str(DATA))
    refused = typed("open", "binh_phuoc", "--edition", "2025")
    assert refused.exit_code == 2
    assert refused.stderr.count("2023-end, 2024-mid") == 2 or refused.stderr.count("2024-mid, 2023-end") == 2


@pytest.fixture
def simulated(desk: Path) -> Path:
    """The simulated study without its tables and those of its earlier edition."""
    shutil.copytree(DATA / "reference", desk / "data" / "reference")
    shutil.copytree(
        DATA / "binh_phuoc", desk / "data" / "binh_phuoc", ignore=shutil.ignore_patterns("tables", "editions")
    )
    return desk / "data" / "binh_phuoc"


def test_simulate_says_what_it_wrote(typed, simulated):
    result = typed("simulate")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    written = [simulated.parents[1] / line.strip() for line in lines[1:-1]]
    folders = [path.relative_to(simulated).parent.as_posix() for path in written]
    assert (folders.count("tables"), folders.count("editions/2023-end")) == (10, 5)
    assert len(written) == 15
    assert lines[-1].endswith("diaban check binh_phuoc")
    for path in written:
        shipped = DATA / "binh_phuoc" / path.relative_to(simulated)
        assert path.read_bytes() == shipped.read_bytes(), path.name


def test_another_seed_gives_another_province(typed, simulated):
    typed("simulate", "binh_phuoc", "--seed", "7")
    cases = (simulated / "tables" / "cases.csv").read_bytes()
    assert cases != (DATA / "binh_phuoc" / "tables" / "cases.csv").read_bytes()


def test_data_that_are_not_simulated_are_not_overwritten(typed, simulated):
    declared = simulated / "study.toml"
    text = declared.read_text(encoding="utf-8").replace("simulated = true", "simulated = false")
    declared.write_text(text, encoding="utf-8")
    result = typed("simulate", "binh_phuoc")
    assert result.exit_code == 2
    assert "study.simulated = false" in result.stderr
    assert not (simulated / "tables").exists()


def test_a_study_without_a_truth_cannot_be_simulated(typed):
    typed("new", "trial", "--example")
    result = typed("simulate", "trial")
    assert result.exit_code == 2
    assert "truth.toml" in result.stderr
