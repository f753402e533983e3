"""A study of a stranger, from `diaban new` to its pages."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from diaban.cli import main

MARK = "Dữ liệu mô phỏng"


def type_(*words: str) -> Result:
    result = CliRunner().invoke(main, list(words))
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DIABAN_DATA", raising=False)
    return tmp_path


def _pages(desk: Path, study: str) -> dict[str, str]:
    site = desk / "outputs" / study / "latest" / "site"
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(site.glob("*.html"))}


def test_the_example_runs_at_once_and_every_page_says_that_it_is_invented(desk):
    type_("new", "trial", "--example")
    printed = type_("run", "trial").stdout
    pages = _pages(desk, "trial")
    assert len(pages) == 10
    assert all(MARK in html for html in pages.values())
    assert (desk / printed.splitlines()[-1].split(": ", 1)[1]).is_file()
    assert type_("open", "trial", "--print").stdout.strip().endswith("index.html")


def test_an_empty_study_filled_in_runs_and_claims_nothing_simulated(desk):
    type_("new", "trial", "--example")
    type_("new", "my_province")
    for table in ("localities", "population", "counts"):
        where = Path("tables") / f"{table}.csv"
        shutil.copyfile(desk / "data" / "trial" / where, desk / "data" / "my_province" / where)
    type_("check", "my_province")
    type_("run", "my_province", "--district", "suoi mau")
    pages = _pages(desk, "my_province")
    assert sorted(pages) == ["guide.html", "index.html", "methods.html", "suoi-mau-101.html", "whole.html"]
    assert not any(MARK in html for html in pages.values())
