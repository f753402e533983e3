"""`diaban run --within`: the localities of another larger one, found by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from diaban.run import conductor
from diaban.run.conductor import Report

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict:
    seen: dict = {}

    def run_study(_: Path, **options: object) -> Report:
        seen.update(options)
        return Report(Path("site/index.html"), ["A"], [])

    monkeypatch.setattr(conductor, "run_study", run_study)
    monkeypatch.setenv("DIABAN_DATA", str(DATA))
    return seen


def test_a_state_by_name_and_a_district_in_it(typed, asked):
    result = typed("run", "germany_districts", "--within", "bremen", "-d", "Bremerhaven")
    assert result.exit_code == 0, result.output
    assert (asked["within"], asked["localities"]) == ("04", ["04012"])


def test_a_district_outside_it_is_unknown_there(typed, asked):
    result = typed("run", "germany_districts", "--within", "Bremen", "-d", "Göttingen")
    assert result.exit_code == 2
    assert not asked


def test_without_it_the_study_decides(typed, asked):
    assert typed("run", "germany_districts", "-d", "Göttingen").exit_code == 0
    assert (asked["within"], asked["localities"]) == (None, ["03159"])


def test_an_unknown_larger_locality_gives_the_nearest(typed, asked):
    result = typed("run", "germany_districts", "--within", "Bayer")
    assert result.exit_code == 2
    assert "Bayern" in result.stderr
    assert not asked
