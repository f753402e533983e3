import json

import nbformat
import pytest
from notebook_cells import code
from papermill.exceptions import PapermillExecutionError

from diaban.errors import DiabanError
from diaban.run.methods import OWN_KERNEL
from diaban.run.notebook import keep_half_run, run_notebook

SHOW = "print(district, years)\ndisplay(object())"


def test_parameters_are_injected_and_the_result_is_written(make_notebook, tmp_path):
    notebook = run_notebook(make_notebook(SHOW), tmp_path / "runs" / "a.ipynb", {"district": "Bù Đăng"})
    written = nbformat.read(tmp_path / "runs" / "a.ipynb", as_version=4)
    assert written == notebook
    assert written.cells[2].outputs[0].text == "Bù Đăng 3\n"
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["a.ipynb"]


def test_two_runs_leave_equal_bytes_without_clocks_or_machine_paths(make_notebook, tmp_path):
    source = make_notebook(SHOW)
    for name in ("a", "b"):
        run_notebook(source, tmp_path / name / "out.ipynb", {"years": 2})
    first, second = ((tmp_path / name / "out.ipynb").read_bytes() for name in ("a", "b"))
    assert first == second
    assert str(tmp_path).encode() not in first
    assert b"start_time" not in first
    assert b"object at 0x\\u2026" in first or "object at 0x…".encode() in first
    assert json.loads(first)["metadata"]["papermill"] == {"parameters": {"years": 2}}


def test_papermills_own_kernel_leaves_the_same_notebook(make_notebook, tmp_path):
    source = make_notebook(SHOW, "years + 1")
    run_notebook(source, tmp_path / "ours.ipynb", {"years": 5})
    run_notebook(source, tmp_path / "theirs.ipynb", {"years": 5}, engine=OWN_KERNEL)
    assert (tmp_path / "ours.ipynb").read_bytes() == (tmp_path / "theirs.ipynb").read_bytes()


def test_a_failing_cell_keeps_the_half_run_and_the_last_good_one(make_notebook, tmp_path):
    source = make_notebook("print('done')", "if years > 3: raise ValueError('too long: 4')", "print('end')")
    good = tmp_path / "out.ipynb"
    run_notebook(source, good)
    before = good.read_bytes()
    with pytest.raises(DiabanError) as raised:
        run_notebook(source, good, {"years": 4})
    assert raised.value.key == "cell_failed"
    assert raised.value.fields["cell"] == 4
    assert "ô [4]" in str(raised.value)
    assert "ValueError: too long: 4" in str(raised.value)
    assert isinstance(raised.value.__cause__, PapermillExecutionError)
    assert good.read_bytes() == before
    kept = nbformat.read(tmp_path / "out.failed.ipynb", as_version=4)
    assert any(cell.get("outputs") and cell.outputs[0].get("text") == "done\n" for cell in kept.cells)
    run_notebook(source, good)
    assert not (tmp_path / "out.failed.ipynb").exists()


def test_an_error_that_teaches_keeps_its_two_languages(make_notebook, tmp_path):
    source = make_notebook(
        "from diaban.errors import DiabanError\nraise DiabanError('notebook_missing', notebook='x.ipynb')"
    )
    with pytest.raises(DiabanError) as raised:
        run_notebook(source, tmp_path / "out.ipynb")
    vietnamese, english = str(raised.value).splitlines()
    assert "Không tìm thấy sổ tay x.ipynb" in vietnamese
    assert "There is no notebook x.ipynb" in english


def test_an_interrupted_run_keeps_what_it_had_done(make_notebook, tmp_path):
    source = make_notebook("print('done')", "raise KeyboardInterrupt", "print('end')")
    with pytest.raises(KeyboardInterrupt):
        run_notebook(source, tmp_path / "out.ipynb")
    assert "done" in (tmp_path / "out.failed.ipynb").read_text()
    assert not (tmp_path / "out.ipynb").exists()
    assert not (tmp_path / "out.running.ipynb").exists()


def test_what_a_killed_run_left_is_kept_by_name(make_notebook, tmp_path):
    source = make_notebook("1")
    assert keep_half_run(tmp_path / "out.ipynb") is None
    (tmp_path / "out.running.ipynb").write_bytes(source.read_bytes())
    assert keep_half_run(tmp_path / "out.ipynb") == tmp_path / "out.failed.ipynb"
    assert not (tmp_path / "out.running.ipynb").exists()


def test_cells_run_in_the_given_folder_and_braces_in_paths_are_only_braces(make_notebook, tmp_path):
    folder = tmp_path / "{odd} name"
    folder.mkdir()
    source = make_notebook("from pathlib import Path\nprint(Path.cwd().name)", name="{a}.ipynb")
    notebook = run_notebook(source, folder / "{b}.ipynb", cwd=folder)
    assert notebook.cells[1].outputs[0].text == "{odd} name\n"
    assert (folder / "{b}.ipynb").exists()


def test_a_missing_notebook_is_named(tmp_path):
    with pytest.raises(DiabanError, match=r"none\.ipynb"):
        run_notebook(tmp_path / "none.ipynb", tmp_path / "out.ipynb")


def test_tags_and_kernel_survive(make_notebook, tmp_path):
    notebook = run_notebook(make_notebook(code("1", "researcher")), tmp_path / "out.ipynb")
    assert notebook.cells[1].metadata.tags == ["researcher"]
    assert notebook.metadata.kernelspec.name == "python3"
