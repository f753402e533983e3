"""One notebook, run by papermill and left behind clean: the same run leaves the same bytes."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

import diaban.run.engine  # noqa: F401  (registers IN_PROCESS with papermill)
from diaban.errors import DiabanError
from diaban.run.atomic import write_text
from diaban.run.methods import IN_PROCESS
from diaban.run.parameters import check_parameters

_CLOCKED = {"papermill", "execution"}  # cell metadata
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def run_notebook(
    source: Path,
    destination: Path,
    parameters: Mapping[str, Any] | None = None,
    *,
    engine: str = IN_PROCESS,
    cwd: Path | None = None,
) -> NotebookNode:
    """Run `source` with `parameters` and write it to `destination`; returns what was written.

    engine: IN_PROCESS (this process) or OWN_KERNEL (papermill's kernels). cwd: the folder in which cells
    run, else the present one. While it runs the notebook stands as `<stem>.running.ipynb`; one that fails or
    is interrupted is kept as `<stem>.failed.ipynb`, and `destination` stays as it was.

    Raises DiabanError: `parameter_unknown`, `parameter_type`, and for a failing cell `cell_failed`, whose
    fields name the cell and the error, and whose cause is papermill's PapermillExecutionError.
    """
    check_parameters(source, parameters or {})
    running = _beside(destination, "running")
    running.parent.mkdir(parents=True, exist_ok=True)
    options = (
        {"half_run_path": running, "request_save_on_cell_execute": False} if engine == IN_PROCESS else {}
    )
    try:
        notebook = papermill.execute_notebook(
            _literal_path(source),
            _literal_path(running),
            dict(parameters or {}),
            engine_name=engine,
            progress_bar=False,
            cwd=cwd,
            **options,
        )
    except BaseException as error:
        kept = keep_half_run(destination)
        if isinstance(error, PapermillExecutionError) and kept:
            raise _cell_failed(error, source, kept) from error
        raise
    write_text(destination, nbformat.writes(clean(notebook)))
    running.unlink()
    _beside(destination, "failed").unlink(missing_ok=True)
    return notebook


def keep_half_run(destination: Path) -> Path | None:
    """Turn what a broken run of `destination` left into `<stem>.failed.ipynb`; None if it left nothing.

    `run_notebook` does so itself; whoever starts it in a child process does it for a child that was killed.
    """
    running, failed = _beside(destination, "running"), _beside(destination, "failed")
    if not running.exists():
        return None
    write_text(failed, nbformat.writes(clean(nbformat.read(running, as_version=4))))
    running.unlink()
    return failed


def clean(notebook: NotebookNode) -> NotebookNode:
    """Take out of `notebook`, in place, all that differs between two equal runs.

    Clocks, versions and machine paths of papermill's metadata, random cell ids, and memory addresses in
    plain text results. Parameters, tags, kernelspec and outputs stay.
    """
    metadata = notebook.metadata
    parameters = metadata.get("papermill", {}).get("parameters", {})
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": metadata.get("kernelspec", {}),
            "language_info": {"name": metadata.get("language_info", {}).get("name", "python")},
            "papermill": {"parameters": parameters},
        }
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for index, cell in enumerate(notebook.cells):
        cell.id = f"cell-{index:03}"
        cell.metadata = nbformat.from_dict({k: v for k, v in cell.metadata.items() if k not in _CLOCKED})
        for output in cell.get("outputs", []):
            _forget_addresses(output)
    return notebook


def _cell_failed(error: PapermillExecutionError, source: Path, kept: Path) -> DiabanError:
    """The failure in words; a DiabanError of the cell speaks for itself, a line a language."""
    lines = (error.evalue or "").splitlines() or [""]
    return DiabanError(
        "cell_failed",
        notebook=source.name,
        cell=error.exec_count,
        error=error.ename,
        detail_vi=lines[0],
        detail_en=lines[-1] if error.ename == DiabanError.__name__ else lines[0],
        kept=kept.name,
    )


def _forget_addresses(output: NotebookNode) -> None:
    plain = output.get("data", {}).get("text/plain")
    if plain is not None:
        output.data["text/plain"] = _ADDRESS.sub(" at 0x…", plain)


def _beside(destination: Path, state: str) -> Path:
    return destination.with_name(f"{destination.stem}.{state}.ipynb")


def _literal_path(path: Path) -> str:
    """Papermill takes a path for a format string; braces in a folder's name are only braces."""
    return os.fspath(path).replace("{", "{{").replace("}", "}}")
