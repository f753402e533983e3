"""The notebooks: thin, stripped, explained, and running from top to bottom."""

import ast
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from diaban.run.notebook import run_notebook
from diaban.run.parameters import inspect_parameters, parameter_traps

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
STORIES = [path for path in NOTEBOOKS if path.stem in {"1_data", "2_province", "3_causes", "5_monitoring"}]
MOST_LINES = 15

by_name = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
each_story = pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def outputs_text(notebook):
    return str([cell.get("outputs", []) for cell in notebook.cells])


def test_all_four_stories_are_there():
    assert len(STORIES) == 4


@by_name
def test_outputs_and_counts_are_stripped(path):
    nbformat.validate(read(path))
    for cell in code_cells(path):
        assert (cell.outputs, cell.execution_count) == ([], None)


@by_name
def test_cells_are_thin_and_define_nothing(path):
    kinds = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.AsyncFunctionDef, ast.Try)
    for cell in code_cells(path):
        assert len(cell.source.splitlines()) <= MOST_LINES
        assert not [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, kinds)]


@by_name
def test_the_first_code_cell_holds_the_parameters_and_papermill_explains_each(path):
    tagged = [n for n, cell in enumerate(code_cells(path)) if "parameters" in cell.metadata.get("tags", [])]
    assert tagged == [0]
    assert parameter_traps(path) == []
    assert all(parameter.help and parameter.type for parameter in inspect_parameters(path))


@by_name
def test_the_kernel_is_named_and_ids_are_stable(path):
    notebook = read(path)
    assert notebook.metadata.kernelspec.name == "python3"
    ids = [cell.id for cell in notebook.cells]
    assert len(ids) == len(set(ids))


@each_story
def test_every_question_stands_between_two_cells_of_prose(path):
    cells = read(path).cells
    for before, cell, after in zip(cells, cells[1:], cells[2:], strict=False):
        if cell.cell_type == "code":
            assert before.cell_type == after.cell_type == "markdown"
    titles = [line for line in cells[0].source.splitlines() if line.startswith("# ")]
    assert len(titles) == 2


@each_story
def test_the_study_is_opened_second_and_every_other_cell_asks_one_thing(path):
    opening, *others = code_cells(path)[1:]
    assert "diaban.open_study(study" in opening.source
    for cell in others:
        (only,) = ast.parse(cell.source).body
        assert isinstance(only, ast.Expr)


@each_story
def test_it_runs_from_top_to_bottom(path, tmp_path):
    ran = run_notebook(path, tmp_path / "out.ipynb", {"study": str(ROOT / "data/binh_phuoc")})
    for cell in [cell for cell in ran.cells if cell.cell_type == "code" and "opened." in cell.source]:
        shown = str(cell.outputs)
        assert "Dữ liệu mô phỏng" in shown or "This study has no" in shown


def test_counts_alone_are_enough_and_what_they_cannot_carry_is_said(counts_alone, tmp_path):
    ran = {
        name: run_notebook(
            ROOT / f"notebooks/{name}.ipynb", tmp_path / f"{name}.ipynb", {"study": str(counts_alone)}
        )
        for name in ("1_data", "3_causes")
    }
    for notebook in ran.values():
        assert "This study has no case files" in outputs_text(notebook)
        assert "Dữ liệu mô phỏng" not in outputs_text(notebook)
    answered = outputs_text(ran["3_causes"])
    for title in (
        "Whether associations hold when the analysis is changed",
        "Shrunk rates of the smallest areas",
        "The rule for how sure a finding is",
        "Everything that was tested, with the result",
    ):
        assert title in answered


def test_without_case_files_monitoring_says_in_every_cell_what_is_lacking(counts_alone, tmp_path):
    parameters = {"study": str(counts_alone), "district": "", "language": "en"}
    ran = run_notebook(ROOT / "notebooks/5_monitoring.ipynb", tmp_path / "out.ipynb", parameters)
    asked = [cell for cell in ran.cells if cell.cell_type == "code" and "opened." in cell.source][1:]
    for cell in asked:
        assert "This study" in str(cell.outputs), cell.source
    shown = outputs_text(ran)
    assert "declares no target" in shown
    assert "no case files with their days" in shown
    assert "Dữ liệu mô phỏng" not in shown


@pytest.mark.parametrize("name", ["2_province", "5_monitoring"])
def test_it_runs_with_vanilla_papermill_and_its_own_kernel(name, tmp_path):
    out = tmp_path / "out.ipynb"
    command = [sys.executable, "-m", "papermill", f"{name}.ipynb", str(out), "--no-progress-bar"]
    subprocess.run(
        [*command, "-p", "stream", "u18_offending"], cwd=ROOT / "notebooks", check=True, capture_output=True
    )
    assert "u18_offending" in outputs_text(read(out))
