"""From an executed notebook to the body of a page: prose and results, with no code and nothing active."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from nbconvert.exporters import TemplateExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from traitlets import default

from diaban.errors import DiabanError

# Cells for the researcher at the notebook, and the notes that papermill adds to a failed run.
LEFT_OUT_TAGS = {"researcher", "papermill-error-cell-tag"}

# Pictures inside the page: inert, and too long to search.
_EMBEDDED = re.compile(r"data:image/[\w.+-]+;base64,[\w+/=]+")

_ACTIVE = re.compile(
    r"<(?:script|iframe|object|embed|link|base|meta)\b[^>]{0,80}"
    r"|\son(?:click|error|load|toggle|focus|blur|input|change|submit|mouse\w+|key\w+|pointer\w+)\s*=\s*[\"']"
    r"|javascript:"
    r"|\b(?:src|srcset|poster|data|xlink:href)\s*=\s*[\"']?\s*(?:https?:)?//[^\"'\s>]{0,80}"
    r"|@import\b|url\(\s*[\"']?\s*(?:https?:)?//[^)]{0,80}",
    re.IGNORECASE,
)


_SECTION = re.compile(r"page\.(\w+)\(\)")


def render_body(notebook: NotebookNode) -> str:
    """The HTML of an executed notebook, to be put into a page's `<body>`.

    Of a markdown cell its text, of a code cell its `text/html` outputs; never code, streams or plain text.
    Cells tagged `researcher` are left out. HTML comes through as it was made (alt texts too).

    Raises DiabanError `page_of_failed_notebook` if a cell failed, `page_not_self_contained` if an output
    brings a script or would load something from the network.
    """
    exported = [cell for cell in notebook.cells if not LEFT_OUT_TAGS & set(cell.metadata.get("tags", []))]
    for cell in exported:
        _refuse_error(cell)
    body, _ = _exporter().from_notebook_node(NotebookNode({**notebook, "cells": exported}))
    active = _ACTIVE.search(_EMBEDDED.sub("", body))
    if active:
        raise DiabanError("page_not_self_contained", found=active.group().strip())
    return body


def shown_sections(notebook: NotebookNode) -> dict[str, str]:
    """Section of a page -> the HTML that its cell shows, of cells that are `page.<section>()` and no more."""
    shown = {}
    for cell in notebook.cells:
        asked = _SECTION.fullmatch(cell.source.strip()) if cell.cell_type == "code" else None
        outputs = [output.get("data", {}).get("text/html") for output in cell.get("outputs", [])]
        if asked and len(outputs) == 1 and outputs[0] is not None:
            shown[asked[1]] = "".join(outputs[0])
    return shown


def _refuse_error(cell: NotebookNode) -> None:
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            raise DiabanError("page_of_failed_notebook", cell=cell.execution_count, error=output.ename)


class _BodyExporter(TemplateExporter):
    """nbconvert's exporter with one template of ours and none of its preprocessors."""

    @default("template_paths")
    def _template_paths(self, prune: bool = True, root_dirs: Any = None) -> list[str]:  # noqa: ARG002
        return [str(Path(__file__).parent / "templates")]

    @default("template_file")
    def _template_file_default(self) -> str:
        return "body.html.j2"

    def default_filters(self):
        yield "markdown2html", _html_of_markdown


@cache
def _exporter() -> _BodyExporter:
    return _BodyExporter(default_preprocessors=[])


def _html_of_markdown(source: str) -> str:
    return MarkdownWithMath(renderer=IPythonRenderer(escape=False, exclude_anchor_links=True)).render(source)
