"""A sheet measured in points from its top left corner, over a matplotlib Figure without axes.

Axes cost more to draw than everything else in these charts, and their layout knows nothing of wrapped
Vietnamese labels; so charts place their own marks. Later marks lie over earlier ones.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch, Polygon, Rectangle
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from diaban.charts.measure import clean, font, wrap
from diaban.charts.style import INK, LINE, PAPER, SOFT, TEXT, WIDTH

_ALIGN = {"start": "left", "middle": "center", "end": "right"}
_ANCHOR = {align: anchor for anchor, align in _ALIGN.items()}


class _Label(Text):
    """A line of text on its baseline, unrotated. Into SVG it goes without matplotlib's layout, which takes
    longer than everything else in these charts and changes nothing: the browser sets the text."""

    def draw(self, renderer: RendererBase) -> None:
        writer = getattr(renderer, "writer", None)
        if writer is None:
            super().draw(renderer)
            return
        x, y = self.get_transform().transform(self.get_position())
        style = f"fill:{self.get_color()}"
        if self.get_fontsize() != TEXT:  # the size that the figure itself sets
            style += f";font-size:{self.get_fontsize():g}px"
        if self.get_fontproperties().get_weight() == "bold":
            style += ";font-weight:600"
        anchor = _ANCHOR[self.get_horizontalalignment()]
        if anchor != "start":
            style += f";text-anchor:{anchor}"
        attributes = {"x": f"{x:.2f}", "y": f"{renderer.height - y:.2f}", "style": style}  # type: ignore[attr-defined]
        writer.element("text", self.get_text(), attrib=attributes)


class Canvas:
    """Where a chart draws. All lengths are points; y grows downwards."""

    def __init__(self, width: float = WIDTH) -> None:
        self.width = width
        self.figure = Figure(figsize=(width / 72, 1), dpi=72)
        self.figure.patch.set_visible(False)
        self._page = Affine2D()
        self._transform = self._page + self.figure.dpi_scale_trans
        self._order = 0

    def close(self, height: float) -> Figure:
        """Fix the height of the sheet and give the finished figure."""
        self.figure.set_size_inches(self.width / 72, height / 72)
        self._page.clear().scale(1 / 72, -1 / 72).translate(0, height / 72)
        return self.figure

    def _add(self, artist: Artist) -> None:
        self._order += 1
        artist.set(transform=self._transform, zorder=self._order)
        self.figure.add_artist(artist, clip=False)

    def text(
        self,
        x: float,
        y: float,
        text: object,
        *,
        size: float = TEXT,
        ink: str = INK,
        anchor: str = "start",
        bold: bool = False,
    ) -> None:
        """One line of text with its baseline at y."""
        self._add(
            _Label(
                x,
                y,
                clean(text),
                fontproperties=font(size, bold),
                color=ink,
                ha=_ALIGN[anchor],
                va="baseline",
                parse_math=False,
                usetex=False,
            )
        )

    def paragraph(
        self,
        x: float,
        y: float,
        text: str,
        width: float,
        *,
        size: float = TEXT,
        ink: str = INK,
        anchor: str = "start",
        bold: bool = False,
    ) -> float:
        """Wrapped text whose first baseline is at y; returns the baseline of its last line."""
        step = LINE * size / TEXT
        lines = wrap(text, width, size, bold)
        for n, line in enumerate(lines):
            self.text(x, y + n * step, line, size=size, ink=ink, anchor=anchor, bold=bold)
        return y + (len(lines) - 1) * step

    def line(
        self,
        xs: Sequence[float] | np.ndarray,
        ys: Sequence[float] | np.ndarray,
        *,
        ink: str = INK,
        width: float = 1,
        dash: tuple[float, ...] | None = None,
        alpha: float | None = None,
        cap: str = "butt",
    ) -> None:
        """A polyline; a missing coordinate interrupts it."""
        style = (0, dash) if dash else "-"
        options = {"solid_capstyle": cap, "solid_joinstyle": "round", "dash_capstyle": "butt"}
        self._add(Line2D(xs, ys, color=ink, linewidth=width, linestyle=style, alpha=alpha, **options))  # type: ignore[arg-type]

    def bar(self, left: float, right: float, y: float, *, ink: str = SOFT, thick: float = 7) -> None:
        """A translucent bar whose rounded ends lie on its limits."""
        round_ends = right - left > thick
        inset = thick / 2 if round_ends else 0
        cap = "round" if round_ends else "butt"
        right = max(right, left + 1)
        self.line([left + inset, right - inset], [y, y], ink=ink, width=thick, alpha=0.28, cap=cap)

    def dot(
        self, x: float, y: float, *, ink: str = INK, size: float = 8.5, filled: bool = True, marker: str = "o"
    ) -> None:
        """A marker of `size` points across; hollow ones are white inside."""
        face = ink if filled else PAPER
        edge = 0.0 if filled else 1.6
        self._add(
            Line2D(
                [x],
                [y],
                linestyle="none",
                marker=marker,
                markersize=size - edge,
                markerfacecolor=face,
                markeredgecolor=ink,
                markeredgewidth=edge,
            )
        )

    def rectangle(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str = "none",
        edge: str = "none",
        line: float = 0,
        hatch: str | None = None,
        hatch_ink: str = SOFT,
        radius: float = 0,
    ) -> None:
        style = {
            "facecolor": fill,
            "edgecolor": edge,
            "linewidth": line,
            "hatch": hatch,
            "hatchcolor": hatch_ink,
            "hatch_linewidth": 0.6,
        }
        if radius:
            box = f"round,pad=0,rounding_size={radius}"
            self._add(FancyBboxPatch((x, y), width, height, boxstyle=box, **style))  # type: ignore[arg-type]
        else:
            self._add(Rectangle((x, y), width, height, **style))  # type: ignore[arg-type]

    def circle(
        self,
        x: float,
        y: float,
        radius: float,
        *,
        fill: str,
        edge: str,
        line: float,
        hatch: str | None = None,
        hatch_ink: str = SOFT,
    ) -> None:
        style = {"facecolor": fill, "edgecolor": edge, "linewidth": line, "hatch": hatch}
        self._add(Circle((x, y), radius, hatchcolor=hatch_ink, hatch_linewidth=0.6, **style))

    def boxes(
        self,
        corners: Sequence[tuple[float, float]],
        width: float | Sequence[float],
        height: float,
        **style: str | float | None,
    ) -> None:
        """Rectangles of one style, and one height, as a single shape, for tables of many cells."""
        size = np.column_stack([np.broadcast_to(width, len(corners)), np.full(len(corners), height)])
        outline = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]) * size[:, None, :]
        codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
        vertices = (np.asarray(corners)[:, None, :] + outline).reshape(-1, 2)
        self.shape(Path(vertices, np.tile(codes, len(corners))), **style)  # type: ignore[arg-type]

    def area(self, xs: np.ndarray, upper: np.ndarray, lower: np.ndarray, *, fill: str) -> None:
        """The filled region between two lines."""
        corners = np.column_stack([np.concatenate([xs, xs[::-1]]), np.concatenate([upper, lower[::-1]])])
        self._add(Polygon(corners, closed=True, facecolor=fill, edgecolor="none"))

    def shape(
        self,
        path: Path,
        *,
        fill: str,
        edge: str = PAPER,
        line: float = 0.5,
        hatch: str | None = None,
        hatch_ink: str = SOFT,
    ) -> None:
        """Any closed path, in points."""
        self._add(
            PathPatch(
                path,
                facecolor=fill,
                edgecolor=edge,
                linewidth=line,
                hatch=hatch,
                hatchcolor=hatch_ink,
                hatch_linewidth=0.6,
                joinstyle="round",
            )
        )
