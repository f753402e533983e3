"""What a forked child does: one notebook, one page. Importing this module preloads all that it needs."""

from __future__ import annotations

import gc
import os

import diaban.run.open_page  # noqa: F401  (imported once in the fork server, for every child)
from diaban.release.pages.fragment import page
from diaban.run.atomic import write_text
from diaban.run.notebook import run_notebook
from diaban.run.page_task import PageTask
from diaban.run.render import render_body
from diaban.run.stage import STAGE_VARIABLE


def work(task: PageTask) -> str:
    """Run the notebook, take the code out, write the page; returns the page's path."""
    os.environ[STAGE_VARIABLE] = str(task.stage)
    gc.disable()  # the process ends with the page: collecting only copies memory shared with the server
    notebook = run_notebook(task.notebook, task.executed, task.parameters, engine=task.engine)
    body = render_body(notebook)
    html = page(body, title=task.title, language=task.language, simulated=task.simulated)
    write_text(task.target, html)
    return str(task.target)
