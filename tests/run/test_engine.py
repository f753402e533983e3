import asyncio
import os
import sys

import nbformat
import papermill
import pytest
from IPython import get_ipython
from IPython.core.interactiveshell import InteractiveShell
from notebook_cells import code, prose
from papermill.exceptions import PapermillExecutionError, strip_color

import diaban.run.engine  # noqa: F401  (registers the engine)
from diaban.run.methods import IN_PROCESS


@pytest.fixture
def execute(make_notebook, tmp_path):
    def run(*cells, **options):
        source = make_notebook(*cells, parameters=None)
        return papermill.execute_notebook(
            source, tmp_path / "out.ipynb", engine_name=IN_PROCESS, progress_bar=False, **options
        )

    return run


def test_outputs_come_in_order_and_neighbouring_text_is_one_output(execute):
    cell = execute(
        "import sys\nprint('a'); print('b')\nprint('c', file=sys.stderr)\ndisplay(1)\nprint('d')\n2"
    ).cells[0]
    assert [output.output_type for output in cell.outputs] == [
        "stream",
        "stream",
        "display_data",
        "stream",
        "execute_result",
    ]
    assert [output.text for output in cell.outputs if output.output_type == "stream"] == [
        "a\nb\n",
        "c\n",
        "d\n",
    ]
    assert cell.outputs[-1].data["text/plain"] == "2"


def test_execution_counts_skip_prose_and_empty_cells(execute):
    notebook = execute("1", prose("text"), "", "2")
    assert [cell.get("execution_count") for cell in notebook.cells] == [1, None, None, 2]
    assert [cell.outputs[0].execution_count for cell in (notebook.cells[0], notebook.cells[3])] == [1, 2]


def test_rich_representations_reach_the_output(execute):
    notebook = execute(
        "import pandas\npandas.DataFrame({'share': [0.5]})",
        "class Drawn:\n    def _repr_html_(self): return '<b>x</b>'\n"
        "    def _repr_png_(self): return b'\\x89PNG'\nDrawn()",
        "1;",
    )
    assert "<table" in notebook.cells[0].outputs[0].data["text/html"]
    assert notebook.cells[1].outputs[0].data["text/html"] == "<b>x</b>"
    assert notebook.cells[1].outputs[0].data["image/png"] == "iVBORw=="
    assert notebook.cells[2].outputs == []
    nbformat.validate(notebook)


def test_top_level_await_magics_and_shell_commands(execute):
    notebook = execute(
        "import asyncio\nasync def three(): return 3\nawait three()",
        "%env DIABAN_TEST_MAGIC=1",
        "!echo from the shell",
        "%%capture kept\nprint('hidden')",
    )
    assert notebook.cells[0].outputs[0].data["text/plain"] == "3"
    assert notebook.cells[2].outputs[0].text.split() == ["from", "the", "shell"]
    assert notebook.cells[3].outputs == []
    del os.environ["DIABAN_TEST_MAGIC"]


def test_a_cell_awaits_in_a_process_whose_loop_runs(execute):
    """As in a server, or in a notebook that runs another one. What one cell began the next one may await."""

    async def serve():
        return execute(
            "import asyncio\nasync def three(): return 3",
            "begun = asyncio.ensure_future(three())\nawait asyncio.sleep(0)",
            "await begun",
            "1 / 0 if await three() else 0",
        )

    with pytest.raises(PapermillExecutionError) as caught:
        asyncio.run(serve())
    assert (caught.value.exec_count, caught.value.ename) == (4, "ZeroDivisionError")


def test_a_cell_that_awaits_shows_its_outputs_in_a_process_whose_loop_runs(execute):
    async def serve():
        return execute("print('before')\nimport asyncio\nawait asyncio.sleep(0)\ndisplay(1)\n2", "3")

    notebook = asyncio.run(serve())
    first, second = notebook.cells
    assert [output.output_type for output in first.outputs] == ["stream", "display_data", "execute_result"]
    assert second.outputs[0].data["text/plain"] == "3"


def test_a_display_can_be_updated_from_a_later_cell_and_cleared(execute):
    notebook = execute(
        "handle = display('old', display_id=True)",
        "handle.update('new')",
        "from IPython.display import clear_output\nprint('gone')\nclear_output()\nprint('stays')",
        "print('gone')\nclear_output(wait=True)\nprint('stays')",
    )
    assert notebook.cells[0].outputs[0].data["text/plain"] == "'new'"
    assert notebook.cells[1].outputs == []
    assert [cell.outputs[0].text for cell in notebook.cells[2:]] == ["stays\n", "stays\n"]


def test_a_failing_cell_ends_the_run_and_papermill_writes_what_there_is(execute, tmp_path):
    with pytest.raises(PapermillExecutionError) as raised:
        execute("before = 1", "print('on the way')\n1 / 0", "after = 2")
    assert (raised.value.ename, raised.value.exec_count) == ("ZeroDivisionError", 2)
    left = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    failing = next(cell for cell in left.cells if cell.source.endswith("1 / 0"))
    assert [output.output_type for output in failing.outputs] == ["stream", "error"]
    assert "1 / 0" in strip_color("".join(failing.outputs[1].traceback))
    assert failing.metadata.papermill.status == "failed"
    assert left.cells[-1].execution_count is None


@pytest.mark.parametrize("source", ["1 +", "%no_such_magic", "raise ValueError('x')", "1;\n  2"])
def test_every_kind_of_failure_is_one(execute, source):
    with pytest.raises(PapermillExecutionError):
        execute(source, "2")


def test_an_object_that_cannot_show_itself_fails_its_cell(execute):
    with pytest.raises(PapermillExecutionError, match="no picture"):
        execute("class Bad:\n    def _repr_html_(self): raise ValueError('no picture')\nBad()")


def test_a_cell_that_announces_its_error_does_not_end_the_run(execute, tmp_path):
    """Papermill itself still reports the error at the end, with its own engine too."""
    with pytest.raises(PapermillExecutionError):
        execute(code("1 / 0", "raises-exception"), "print('went on')")
    left = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert left.cells[-1].outputs[0].text == "went on\n"


@pytest.mark.filterwarnings("ignore:To exit")
def test_leaving_without_an_error_is_none(execute):
    notebook = execute("import sys\nsys.exit(0)", "never = 1")
    assert notebook.cells[1].execution_count is None


def test_each_run_has_a_fresh_main_and_leaves_the_process_as_it_was(execute):
    before = sys.modules["__main__"], sys.stdout, sys.stderr, sys.stdin, sys.displayhook, sys.excepthook
    execute("value = 1\nassert __name__ == '__main__'\nimport __main__\nassert __main__.value == 1")
    execute("assert 'value' not in globals()")
    after = sys.modules["__main__"], sys.stdout, sys.stderr, sys.stdin, sys.displayhook, sys.excepthook
    assert after == before
    assert get_ipython() is None


def test_it_runs_inside_another_ipython_and_hands_it_back(execute):
    surrounding = InteractiveShell.instance()
    try:
        execute("assert get_ipython() is not None\nget_ipython().surrounded = False")
        assert get_ipython() is surrounding
        assert not hasattr(surrounding, "surrounded")
    finally:
        surrounding.restore_sys_module_state()
        InteractiveShell.clear_instance()


def test_papermills_bookkeeping_is_kept(execute):
    cell = execute("1").cells[0]
    assert cell.metadata.papermill.status == "completed"
    assert cell.metadata.papermill.duration >= 0


def test_nobody_is_asked_for_input(execute):
    with pytest.raises(PapermillExecutionError):
        execute("input('?')")
