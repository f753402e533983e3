"""A figure with its words: what it shows, what it is made of, and whether its data are simulated."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from PIL import Image

from diaban.charts.canvas import Canvas
from diaban.charts.markup import inline_svg
from diaban.charts.measure import text_width, wrap
from diaban.charts.style import INK, LINE, MARK_EDGE, MARK_FILL, SMALL, TEXT, WIDTH
from diaban.charts.texts import simulated_mark
from diaban.errors import DiabanError

# A notebook's own matplotlib settings (a style sheet, a sketch mode) must not reach a published figure.
_OWN_PREFIXES = ("lines.", "patch.", "path.", "text.", "hatch.", "svg.", "agg.", "markers.", "font.")
_SETTINGS = {key: mpl.rcParamsDefault[key] for key in mpl.rcParamsDefault if key.startswith(_OWN_PREFIXES)}
_SETTINGS |= {"svg.fonttype": "none", "svg.hashsalt": "diaban"}
_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}


@dataclass(frozen=True, eq=False)
class Chart:
    """One figure, drawn when it is first looked at.

    title    what the figure says, in a line
    alt      what is seen, for who cannot see it
    caption  how to read it
    draw     puts the marks on a Canvas and returns the height used, in points
    table    the frame behind the figure, hidden values missing
    simulated  the mark "Dữ liệu mô phỏng / Simulated data" is drawn into the figure
    width    of the sheet, in points
    """

    title: str
    alt: str
    caption: str
    draw: Callable[[Canvas], float]
    simulated: bool
    table: pd.DataFrame | None = None
    width: float = WIDTH

    def figure(self) -> Figure:
        """A new matplotlib Figure, for whoever wants to draw more on it."""
        with mpl.rc_context(_SETTINGS):
            canvas = Canvas(self.width)
            height = self.draw(canvas)
            if self.simulated:
                height = _draw_mark(canvas, height)
            return canvas.close(height)

    @cached_property
    def _svg(self) -> str:
        buffer = io.StringIO()
        with mpl.rc_context(_SETTINGS):
            FigureCanvasSVG(self.figure()).print_svg(buffer, metadata=_NO_METADATA)
        return inline_svg(buffer.getvalue(), title=self.title, alt=self.alt, width=self.width)

    def svg(self) -> str:
        """The figure as an `<svg>` element; the same bytes for the same chart, on every machine."""
        return self._svg

    def png(self, scale: float = 2.0) -> bytes:
        """The figure as a PNG of few colours, `scale` pixels a point, on white."""
        figure = self.figure()
        figure.patch.set(visible=True, facecolor="white")
        with mpl.rc_context(_SETTINGS):
            figure.set_dpi(72 * scale)
            canvas = FigureCanvasAgg(figure)
            canvas.draw()
        image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB").quantize(64)
        buffer = io.BytesIO()
        image.save(buffer, format="PNG", optimize=True)
        return buffer.getvalue()

    def save(self, path: str | Path) -> Path:
        """Write `.svg` or `.png`, by the ending of `path`."""
        path = Path(path)
        if path.suffix == ".svg":
            path.write_text(self.svg(), encoding="utf-8")
        elif path.suffix == ".png":
            path.write_bytes(self.png())
        else:
            raise DiabanError("chart_file_type", path=path.name, ending=path.suffix or "?")
        return path

    def _repr_html_(self) -> str:
        title = f'<p class="diaban-figure-title">{escape(self.title)}</p>' if self.title else ""
        caption = f"<figcaption>{escape(self.caption)}</figcaption>" if self.caption else ""
        return f'<figure class="diaban-figure">{title}{self.svg()}{caption}</figure>'


def _draw_mark(canvas: Canvas, height: float) -> float:
    """The simulated-data mark, on a strip of its own under the figure."""
    lines = wrap(simulated_mark(), canvas.width - 12, SMALL, bold=True)
    step = LINE * SMALL / TEXT
    width = max(text_width(line, SMALL, bold=True) for line in lines) + 10
    tall = step * len(lines) + 5
    canvas.rectangle(
        canvas.width - width - 0.5,
        height + 6,
        width,
        tall,
        fill=MARK_FILL,
        edge=MARK_EDGE,
        line=0.8,
        radius=2,
    )
    for n, line in enumerate(lines):
        x, y = canvas.width - width / 2, height + 6 + step * (n + 1) - 0.5
        canvas.text(x, y, line, size=SMALL, ink=INK, anchor="middle", bold=True)
    return height + 6 + tall + 1
