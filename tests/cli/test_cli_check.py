"""`diaban check` on the studies that ship: it can be run, and what cannot be analysed is refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from diaban import analysis
from diaban.check.analyses import answered
from diaban.cli import main
from diaban.language.catalogue import catalogue

CHECKED = (
    "area_factors/associations",
    "area_factors/panel",
    "case_factors/share_comparison",
    "case_factors/coder_agreement",
    "detectability",
    "rates",
    "trends",
)
"""The analyses that `diaban check` sums up in a line each."""
DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module", params=["binh_phuoc", "germany_districts"])
def checked(request: pytest.FixtureRequest):
    return request.param, CliRunner().invoke(main, ["check", str(DATA / request.param)])


def _line(output: str, words: str) -> str:
    return next(line for line in output.splitlines() if words in line)


def test_a_study_that_ships_can_be_run(checked):
    name, result = checked
    assert result.exit_code == 0, result.output
    assert "[x]" not in result.output
    assert f"diaban run {name}" in result.output or f"diaban run {DATA / name}" in result.output


def test_every_part_is_told_in_order_and_in_both_languages(checked):
    _, result = checked
    headings = [line for line in result.output.splitlines() if line[:3] in {f"{n}. " for n in range(1, 6)}]
    assert len(headings) == 5
    assert all(" / " in heading for heading in headings)


def test_what_the_data_cannot_carry_is_refused_with_what_would_unlock_it(checked):
    name, result = checked
    line = _line(result.output, "Causes and conditions coded on case files")
    if name == "binh_phuoc":
        assert "no." not in line
        assert "Map: a schematic" in result.output
    else:
        assert "no case files" in line
        assert "cause_codes" in line
        assert "Map: by boundaries." in result.output


def test_simulated_data_are_announced(checked):
    name, result = checked
    assert ("simulated = true" in result.output) == (name == "binh_phuoc")


def test_refused_rows_are_counted_with_an_example(checked):
    name, result = checked
    refused = [line for line in result.output.splitlines() if " loại / refused" in line]
    some = [line for line in refused if " 0 loại / refused" not in line]
    if name == "binh_phuoc":
        assert some == []
    else:
        assert ["indicators: " in line and " 16 loại" in line for line in some] == [True]
        assert "12111-31-01-4.csv.gz, row" in result.output


def test_every_reason_that_an_analysis_gives_has_words():
    folder = Path(analysis.__file__).parent
    text = "".join((folder / f"{name}.py").read_text(encoding="utf-8") for name in CHECKED)
    given = {word for word in catalogue("withheld") if f'"{word}"' in text}
    assert len(given) > 8
    assert given <= set(catalogue("check"))


@pytest.mark.parametrize(
    ("reasons", "mark", "words"),
    [
        ([None, None], "right", "yes"),
        ([None, "too_few_files"], "right", "1 of 2"),
        (["too_few_files", "too_few_files"], "mind", "too few files"),
        ([], "mind", "not enough"),
    ],
)
def test_a_frame_is_summed_up_by_what_was_withheld(reasons, mark, words):
    import pandas as pd

    line = answered("level", pd.DataFrame({"withheld": pd.Series(reasons, dtype="str")}))
    assert line.mark == mark
    assert words in line.texts["en"]
