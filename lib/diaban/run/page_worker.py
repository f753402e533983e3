"""What a forked child does: one notebook, one page. Importing this module preloads all that it needs."""

from __future__ import annotations

import gc
import os
from collections.abc import Mapping

from diaban.release.exports.annex import annex_beside, annex_bytes
from diaban.release.pages.fragment import page
from diaban.release.pages.monitoring_page import has_monitoring, monitoring_page
from diaban.release.pages.names import monitoring_name
from diaban.run.atomic import write_bytes, write_text
from diaban.run.notebook import run_notebook
from diaban.run.open_page import open_page
from diaban.run.page_task import PageTask
from diaban.run.render import render_body, shown_sections
from diaban.run.stage import STAGE_VARIABLE


def work(task: PageTask) -> str:
    """Run the notebook, take the code out, write page, monitoring file and Word annex; returns the page's
    path."""
    os.environ[STAGE_VARIABLE] = str(task.stage)
    gc.disable()  # the process ends with the page: collecting only copies memory shared with the server
    notebook = run_notebook(task.notebook, task.executed, task.parameters, engine=task.engine)
    body = render_body(notebook)
    html = page(
        body,
        title=task.title,
        language=task.language,
        simulated=task.simulated,
        internal=task.internal,
    )
    _write_beside(task, shown_sections(notebook))
    write_text(task.target, html)  # last: a page that is there is whole
    return str(task.target)


def _write_beside(task: PageTask, made: Mapping[str, str]) -> None:
    """The Word annex beside the page, and the monitoring file, where the study has something to follow.

    made: HTML of the page's sections by name.
    """
    asked = task.parameters
    opened = open_page(asked["study"], asked["district"], period=asked["period"], language=task.language)
    c = opened.context
    if has_monitoring(c.cube):
        html = monitoring_page(
            c.spec, c.cube, c.locality, period=c.period, language=c.language, back=task.target.name
        )
        write_text(task.target.with_name(monitoring_name(task.target.name)), html)
    annex = annex_bytes(c.spec, c.cube, c.locality, period=c.period, language=c.language, made=made)
    write_bytes(annex_beside(task.target), annex)
