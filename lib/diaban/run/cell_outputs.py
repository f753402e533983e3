"""What a running cell says, gathered in order as notebook outputs (nbformat 4)."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from typing import Any

import nbformat
from nbformat import NotebookNode


class CellOutputs:
    """The outputs of the cell at work; `begin` hands over to the next cell's list.

    A display id stays known for the whole notebook, so that a later cell can update an earlier output.
    """

    def __init__(self) -> None:
        self.outputs: list[NotebookNode] = []
        self._by_display_id: dict[str, list[NotebookNode]] = {}
        self._clear_before_next = False

    def begin(self, outputs: list[NotebookNode]) -> None:
        """Write from now on into `outputs`, a list that belongs to one cell."""
        self.outputs = outputs
        self._clear_before_next = False

    def stream(self, name: str, text: str) -> None:
        """Text on `stdout` or `stderr`; neighbouring text of the same stream is one output."""
        if not text:
            return
        self._clear_if_asked()
        last = self.outputs[-1] if self.outputs else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"] += text
        else:
            self._append(output_type="stream", name=name, text=text)

    def display(self, data: Mapping, metadata: Mapping, display_id: str | None) -> None:
        """A `display()` call."""
        self._clear_if_asked()
        output = self._append(output_type="display_data", data=_encoded(data), metadata=metadata)
        if display_id:
            self._by_display_id.setdefault(display_id, []).append(output)

    def update(self, data: Mapping, metadata: Mapping, display_id: str) -> None:
        """Replace what was displayed under `display_id`, in this cell or an earlier one."""
        for output in self._by_display_id.get(display_id, []):
            output.update(nbformat.from_dict({"data": _encoded(data), "metadata": dict(metadata)}))

    def result(self, data: Mapping, metadata: Mapping, execution_count: int) -> None:
        """The value of a cell's last expression."""
        self._clear_if_asked()
        self._append(
            output_type="execute_result",
            data=_encoded(data),
            metadata=metadata,
            execution_count=execution_count,
        )

    def error(self, error_type: type[BaseException], value: object, traceback: list[str]) -> None:
        """An exception that left the cell."""
        self._append(output_type="error", ename=error_type.__name__, evalue=str(value), traceback=traceback)

    def clear(self, *, wait: bool) -> None:
        """Forget the cell's outputs: now, or (`wait`) when the next one comes."""
        self._clear_before_next = wait
        if not wait:
            self.outputs.clear()

    def _append(self, **fields: Any) -> NotebookNode:
        output = nbformat.from_dict(fields)
        self.outputs.append(output)
        return output

    def _clear_if_asked(self) -> None:
        if self._clear_before_next:
            self.clear(wait=False)


class CellStream(io.TextIOBase):
    """Stands in for `sys.stdout` or `sys.stderr` while cells run."""

    encoding = "utf-8"

    def __init__(self, name: str, outputs: CellOutputs) -> None:
        self.name = name
        self._outputs = outputs

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"a text stream takes str, not {type(text).__name__}")
        self._outputs.stream(self.name, text)
        return len(text)


def _encoded(data: Mapping) -> dict:
    """A MIME bundle as JSON can carry it: raw image bytes become base64, as a kernel would send them."""
    return {
        mime: base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value
        for mime, value in data.items()
    }
