"""A rehearsal of one run; the fork server imports this module last, and that is its whole use.

A first run compiles templates and schemas, reads font lists and fills caches. Done here once, children
inherit it. What is then alive is set apart from garbage collection, so that collecting in a child does not
copy the server's memory page by page.
"""

from __future__ import annotations

import gc
import sys
import tempfile
from pathlib import Path

from nbformat import write
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import diaban.run.fan_out  # noqa: F401  (children unpickle from it)
from diaban.run.notebook import run_notebook
from diaban.run.render import render_body

_FRAME = 'import pandas\npandas.DataFrame({"share": [0.5], "name": ["a"]})'


def rehearse() -> None:
    """Run and render a small notebook in a temporary folder, with a table if pandas is loaded."""
    cells = [
        new_markdown_cell("# Rehearsal\n\n| a | b |\n|---|---|\n| 1 | 2 |"),
        new_code_cell('name: str = "a"  # a parameter', metadata={"tags": ["parameters"]}),
        new_code_cell(_FRAME if "pandas" in sys.modules else "name"),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "rehearsal.ipynb")
        write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), source)
        render_body(run_notebook(source, source.with_name("done.ipynb"), {"name": "b"}))


def load_fonts() -> None:
    """Let matplotlib, if it is loaded, find its fonts."""
    if "matplotlib" in sys.modules:
        from matplotlib.font_manager import findfont

        findfont("DejaVu Sans")


def set_apart_from_collection() -> None:
    """Move all living objects out of the garbage collector's sight."""
    gc.collect()
    gc.freeze()


for _step in (rehearse, load_fonts, set_apart_from_collection):
    _step()
