"""How far a fan-out is: a bar on a terminal, one line a finished task elsewhere."""

from __future__ import annotations

import sys
from typing import TextIO

from tqdm import tqdm

from diaban.run.outcomes import Event, Failed, Started

_BAR = "{n_fmt}/{total_fmt} |{bar:24}| còn/left {remaining}  {desc}"


class Progress:
    """Shows the events of a fan-out: `with Progress(len(tasks)) as p: fan_out(..., on_event=p)`.

    total: number of tasks. stream: where to (standard error). On a terminal: a bar with the time left and the
    names in work; else one line as each task ends, so that a log stays readable.
    """

    def __init__(self, total: int, *, stream: TextIO | None = None) -> None:
        self._total = total
        self._stream = stream or sys.stderr
        self._ended = 0
        self._in_work: list[str] = []
        self._bar = self._open_bar() if self._stream.isatty() else None

    def _open_bar(self) -> tqdm:
        return tqdm(total=self._total, file=self._stream, bar_format=_BAR, dynamic_ncols=True, leave=False)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def __call__(self, event: Event) -> None:
        if isinstance(event, Started):
            self._in_work.append(event.name)
        else:
            self._in_work.remove(event.name)
            self._ended += 1
        self._show(event)

    def _show(self, event: Event) -> None:
        if self._bar is None:
            if not isinstance(event, Started):
                print(self._line(event), file=self._stream, flush=True)
            return
        if isinstance(event, Failed):
            self._bar.write(self._line(event), file=self._stream)
        self._bar.n = self._ended
        self._bar.set_description_str(", ".join(self._in_work))

    def _line(self, event: Event) -> str:
        if isinstance(event, Failed):
            reason = " / ".join(event.message.strip().splitlines())
            return f"[{self._ended}/{self._total}] {event.name}  lỗi/failed: {reason}"
        return f"[{self._ended}/{self._total}] {event.name}  {getattr(event, 'seconds', 0.0):.1f} s"
