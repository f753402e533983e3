"""A folder of its own for the bench: copies of study and notebook, so that nobody's outputs change."""

from __future__ import annotations

import shutil
from pathlib import Path

from diaban.run.conductor import notebook_path
from diaban.spec import read_spec


def copy_study(study: Path, root: Path) -> Path:
    """Copy `study` to root/data/, with the reference data that it names and the notebook of its pages.

    Runs of the copy go to root/outputs, for the conductor as for a notebook that is run alone.
    """
    folder = root / "data" / study.name
    shutil.copytree(study, folder)
    reference = read_spec(study).reference
    for path in filter(None, (reference.code_book, reference.measures)):
        target = (folder / path).resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(study / path, target)
    notebook = notebook_path(study)
    (root / "notebooks").mkdir()
    shutil.copyfile(notebook, root / "notebooks" / notebook.name)
    return folder
