"""The district notebook without diaban's runner: vanilla papermill, as a researcher would call it."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "4_district.ipynb"


@pytest.fixture
def project(province):
    """data/ and notebooks/ in one folder, as in the repository."""
    root = province.folder.parent.parent
    (root / "notebooks").mkdir()
    shutil.copy(NOTEBOOK, root / "notebooks")
    return root


def papermill(*words, cwd):
    return subprocess.run(
        [sys.executable, "-m", "papermill", *words],
        cwd=cwd, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def test_one_district(project):
    done = papermill("notebooks/4_district.ipynb", "out.ipynb", "-p", "district", "Bù Đăng", cwd=project)
    assert done.returncode == 0, done.stderr
    notebook = nbformat.read(project / "out.ipynb", as_version=4)
    shown = "".join(
        output.data.get("text/html", "")
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "data" in output
    )
    assert "huyện Bù Đăng" in shown
    assert 'class="findings"' in shown
    assert (project / "outputs" / "binh_phuoc").is_dir(), "the stage was computed and kept"


def test_the_help_explains_every_parameter():
    done = papermill("--help-notebook", str(NOTEBOOK), cwd=NOTEBOOK.parent)
    assert done.returncode == 0
    text = " ".join(done.stdout.split())
    for name, default, part in (
        ("study", "binh_phuoc", "name of a folder under data/"),
        ("district", "Bù Đăng", "with or without diacritics"),
        ("period", '""', "empty for the one that the study reports"),
        ("language", "vi", "vi or en"),
    ):
        assert f"{name}: str" in text
        assert default in text
        assert part in text
