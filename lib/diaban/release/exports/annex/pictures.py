"""Our SVG figures as pictures, since Word shows SVG only in its newest editions."""

from __future__ import annotations

import io
import re
from functools import lru_cache

import resvg_py
from PIL import Image

from diaban.charts.measure import font_file
from diaban.release.exports.annex.widths import TEXT_WIDTH

ZOOM = 2.5
"""Pixels a point: 180 to the inch at the figure's own width, 215 where two stand beside each other."""
_COLOURS = 32
_KEPT = 64
BESIDE = 2
"""Figures in a row."""
_ROOM = TEXT_WIDTH / 20 / BESIDE - 9.5  # points: a cell without its margins
_SIZE = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_FAMILY = "DejaVu Sans"  # what the figures were measured with; no font of the machine is looked at


@lru_cache(maxsize=_KEPT)
def drawn(svg: str) -> bytes:
    """An `<svg>` element of our charts as PNG, on white, the same on every machine.

    Figures of the whole stand in the annex of every locality: the last ones drawn are kept.
    """
    large = resvg_py.svg_to_bytes(
        svg_string=svg,
        zoom=ZOOM,
        background="white",
        skip_system_fonts=True,
        font_files=[font_file(), font_file(bold=True)],
        font_family=_FAMILY,
        sans_serif_family=_FAMILY,
    )
    few = Image.open(io.BytesIO(bytes(large))).convert("RGB").quantize(_COLOURS, Image.Quantize.FASTOCTREE)
    written = io.BytesIO()
    few.save(written, format="PNG")
    return written.getvalue()


def size_on_paper(svg: str) -> tuple[float, float]:
    """Width and height of a drawing in points: no wider than half the text."""
    found = _SIZE.search(svg)
    if not found:
        raise ValueError("a drawing without its size")
    width, height = float(found[1]), float(found[2])
    scale = min(1.0, _ROOM / width)
    return width * scale, height * scale
