"""Shorthands to write cells in tests."""

from nbformat.v4 import new_code_cell, new_markdown_cell, new_output


def code(source, *tags, outputs=()):
    return new_code_cell(source, metadata={"tags": list(tags)}, outputs=list(outputs))


def prose(source, *tags):
    return new_markdown_cell(source, metadata={"tags": list(tags)})


def html(content):
    return new_output("display_data", {"text/html": content, "text/plain": "<Table>"})
