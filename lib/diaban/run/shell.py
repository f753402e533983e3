"""An IPython shell without a kernel: it runs cells in this process and hands their outputs over."""

from __future__ import annotations

import asyncio
import atexit
import io
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from contextvars import copy_context
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type, default
from traitlets.config import Config

from diaban.run.cell_outputs import CellOutputs, CellStream

_NO_HISTORY = Config({"HistoryManager": {"enabled": False, "hist_file": ":memory:"}})

# A shell owns sys.stdout, sys.displayhook and __main__: one at a time in a process.
_one_shell = threading.RLock()


class _Publisher(DisplayPublisher):
    shell: CellShell

    def publish(self, data, metadata=None, *, transient=None, update=False, **_) -> None:  # type: ignore[override]
        self._validate_data(data, metadata)
        outputs: CellOutputs = self.shell.cell_outputs
        display_id = (transient or {}).get("display_id")
        if update and display_id:
            outputs.update(data, metadata or {}, display_id)
        else:
            outputs.display(data, metadata or {}, display_id)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.cell_outputs.clear(wait=wait)


class _ResultHook(DisplayHook):
    shell: CellShell

    def write_output_prompt(self) -> None:
        """A notebook shows the prompt beside the output, never in it."""

    def write_format_data(self, format_dict, md_dict=None) -> None:
        self.shell.cell_outputs.result(format_dict, md_dict or {}, self.prompt_count)

    def finish_displayhook(self) -> None:
        self._is_active = False


class CellShell(InteractiveShell):
    """IPython with a fresh `__main__`, no history file and no profile folder.

    A user's own IPython profile and start-up scripts are not read: a notebook runs alike everywhere.
    """

    display_pub_class = Type(_Publisher)
    displayhook_class = Type(_ResultHook)

    def __init__(self, **options: Any) -> None:
        self.cell_outputs = CellOutputs()
        self._loop: asyncio.AbstractEventLoop | None = None
        super().__init__(config=_NO_HISTORY, **options)

    def init_ipython_dir(self, ipython_dir) -> None:
        """None: the default would create a folder in the user's home."""

    def init_profile_dir(self, profile_dir) -> None:
        """None, for the same reason."""

    @default("loop_runner")
    def _default_loop_runner(self) -> Callable[[Coroutine], Any]:
        return self._await

    def _await(self, cell: Coroutine) -> Any:
        """Run a cell that awaits, on a loop that lasts as long as the shell. Where this thread runs a loop
        already, as in a server or a notebook, in another one: two cannot run in one."""
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
        if not _loop_is_running():
            return self._loop.run_until_complete(cell)
        with ThreadPoolExecutor(max_workers=1) as thread:
            return thread.submit(copy_context().run, self._loop.run_until_complete, cell).result()

    def close_loop(self) -> None:
        """What cells began to wait for, and nobody waited for, ends."""
        if self._loop is not None:
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.close()

    def _showtraceback(self, etype, evalue, stb) -> None:
        self.cell_outputs.error(etype, evalue, stb)


@contextmanager
def open_shell() -> Iterator[CellShell]:
    """A shell that is `get_ipython()` while the block lasts; afterwards the process is as it was before.

    What the cells did to modules, the environment and the working directory stays: a process that runs
    several notebooks which must not see each other forks one child for each.
    """
    with _one_shell, ExitStack() as undo:
        undo.callback(_come_back, _step_aside())
        undo.callback(CellShell.clear_instance)
        shell = CellShell.instance()
        undo.callback(atexit.unregister, shell.atexit_operations)
        undo.callback(shell.close_loop)
        undo.callback(shell.restore_sys_module_state)
        sys.stdin = io.StringIO()
        sys.stdout = CellStream("stdout", shell.cell_outputs)
        sys.stderr = CellStream("stderr", shell.cell_outputs)
        yield shell


def _loop_is_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _step_aside() -> InteractiveShell | None:
    """Take down the shell of a surrounding notebook or IPython session, if there is one."""
    current = InteractiveShell._instance
    if current is not None:
        type(current).clear_instance()
    return current


def _come_back(shell: InteractiveShell | None) -> None:
    if shell is not None:
        for owner in type(shell)._walk_mro():
            owner._instance = shell  # type: ignore[assignment]
