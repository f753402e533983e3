"""A papermill engine that runs the cells in this process: no kernel to start, nothing to import twice."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import nbformat
from IPython.core.interactiveshell import ExecutionResult
from nbformat import NotebookNode
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines

from diaban.run.atomic import write_text
from diaban.run.methods import IN_PROCESS
from diaban.run.shell import CellShell, open_shell


class InProcessEngine(Engine):
    """Runs a Python notebook in a fresh IPython shell of this process, with papermill's own bookkeeping.

    Like papermill's kernel engine: outputs in order, execution counts, timings, a cell tagged
    `raises-exception` does not end the run (papermill still reports its error at the end), any other failing
    cell does. Unlike it: what a subprocess writes to its own file descriptors is not captured, except
    through IPython's `!command`.
    """

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,  # noqa: ARG003  (papermill passes it; there is no kernel)
        *,
        half_run_path: Path | None = None,
        save_every: float = 5.0,
        **_: Any,
    ) -> None:
        """Run all cells of `nb_man.nb`.

        half_run_path: where to keep the notebook as far as it got, at most every `save_every` seconds and
            when the run is interrupted, so that even a killed process leaves something to read.
        """
        half_run = _HalfRun(nb_man.nb, half_run_path, save_every)
        try:
            with open_shell() as shell:
                for index, cell in enumerate(nb_man.nb.cells):
                    if not _managed_cell(nb_man, shell, cell, index):
                        break
                    half_run.save_if_due()
        except BaseException:
            half_run.save()
            raise


def _managed_cell(nb_man: NotebookExecutionManager, shell: CellShell, cell: NotebookNode, index: int) -> bool:
    """Run one cell between papermill's callbacks; False ends the run."""
    nb_man.cell_start(cell, index)
    try:
        if cell.cell_type != "code" or not cell.source.strip():
            return True
        error = run_cell(shell, cell)
        if error is None or "raises-exception" in cell.metadata.get("tags", []):
            return True
        nb_man.cell_exception(cell, cell_index=index, exception=error)
        return False
    finally:
        nb_man.cell_complete(cell, cell_index=index)


def run_cell(shell: CellShell, cell: NotebookNode) -> BaseException | None:
    """Run a code cell and fill its outputs and execution count; the exception that left it, or None.

    A KeyboardInterrupt is the user's word to the whole run, so it goes on up.
    """
    cell.outputs = []
    cell.execution_count = shell.execution_count
    shell.cell_outputs.begin(cell.outputs)
    result: ExecutionResult = shell.run_cell(cell.source, store_history=True, cell_id=cell.get("id"))
    error = result.error_before_exec or result.error_in_exec
    if isinstance(error, KeyboardInterrupt):
        raise error
    if error is None and any(output.output_type == "error" for output in cell.outputs):
        return RuntimeError("an object could not be displayed")
    return error


class _HalfRun:
    """The notebook as far as it got, on disk."""

    def __init__(self, notebook: NotebookNode, path: Path | None, every: float) -> None:
        self._notebook = notebook
        self._path = path
        self._every = every
        self._last = time.monotonic()

    def save_if_due(self) -> None:
        if time.monotonic() - self._last >= self._every:
            self.save()

    def save(self) -> None:
        if self._path is not None:
            write_text(self._path, nbformat.writes(self._notebook))
        self._last = time.monotonic()


papermill_engines.register(IN_PROCESS, InProcessEngine)
