"""Maps where there are boundaries."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from matplotlib.path import Path

from diaban.charts.canvas import Canvas
from diaban.charts.chart import Chart
from diaban.charts.classes import Classes, classes_of
from diaban.charts.key import KeyItem, draw_key
from diaban.charts.looks import look_items, looks, standing_of
from diaban.charts.measure import clean
from diaban.charts.shown import SHOWN, WITHHELD, shown
from diaban.charts.style import ACCENT, PAPER, SOFT, WIDTH
from diaban.charts.texts import Labels, label_of, text, value_text

_TALLEST = 340.0
_MANY_POINTS = 14_000
_DETAIL = 0.8  # points on the sheet: bends of less are not seen


def choropleth(
    boundaries: gpd.GeoDataFrame,
    values: pd.DataFrame,
    *,
    simulated: bool,
    language: str = "vi",
    title: str = "",
    caption: str | None = None,
    alt: str | None = None,
    labels: Labels = None,
    highlight: str | None = None,
    value: str = "shrunk_rate",
    kind: str = "rate",
    breaks: Sequence[float] | None = None,
    standing: str | None = None,
) -> Chart:
    """Localities shaded by class; hatched where the value is hidden, ruled where there is none.

    boundaries  columns locality and geometry, any CRS; what is in it is drawn
    values      columns locality and `value` (default shrunk_rate; a map of crude small-number rates says
                more about size than about risk), `hidden` and `withheld` where they exist
    breaks      inner class limits; default: rounded quantiles of the visible values, five classes
    standing    column of `values`: above, similar or below; then looks go by it, and no limit is named

    Boundaries of very many points are simplified here; for several maps simplify them once, with
    `simplified`.
    """
    frame = shown(values, "choropleth", value, ("locality",))
    frame["locality"] = frame["locality"].astype("str")
    shapes = boundaries[["locality", "geometry"]].astype({"locality": "str"})
    frame["standing"] = standing_of(frame, standing)
    joined = shapes.merge(
        frame[["locality", value, "status", "standing"]],
        on="locality",
        how="left",
        validate="many_to_one",
    )
    joined["status"] = joined["status"].fillna(WITHHELD)
    if shapely.get_num_coordinates(joined.geometry.values).sum() > _MANY_POINTS:
        joined = simplified(joined)
    classes = classes_of(frame[value].to_numpy(), kind=kind, language=language, breaks=breaks)
    name = clean(label_of(highlight, labels)) if highlight is not None else ""
    draw = partial(
        _draw,
        shapes=joined.rename(columns={value: "value"}),
        classes=classes,
        standing="standing" if standing else None,
        highlight=highlight,
    )
    return Chart(
        title=title,
        alt=alt or map_alt("map_alt", title, frame, value, highlight, name, kind, language),
        caption=text("map_caption", language) if caption is None else caption,
        draw=partial(draw, name=name),
        simulated=simulated,
        table=frame[["locality", value]],
    )


def simplified(boundaries: gpd.GeoDataFrame, width: float = WIDTH) -> gpd.GeoDataFrame:
    """Boundaries without the bends that a map `width` points wide cannot show; common borders stay common."""
    left, bottom, right, top = boundaries.total_bounds
    tolerance = max(right - left, top - bottom) / width * _DETAIL
    valid = shapely.make_valid(boundaries.geometry.values)
    return boundaries.set_geometry(
        gpd.GeoSeries(shapely.coverage_simplify(valid, tolerance), index=boundaries.index, crs=boundaries.crs)
    )


def _draw(
    canvas: Canvas,
    *,
    shapes: gpd.GeoDataFrame,
    classes: Classes,
    standing: str | None,
    highlight: str | None,
    name: str,
) -> float:
    if shapes.empty:
        return canvas.paragraph(0, 12, text("empty", classes.language), canvas.width, ink=SOFT) + 6
    geometries, height = _on_sheet(shapes, canvas.width)
    drawn = looks(shapes, classes, standing)
    for look in dict.fromkeys(drawn):
        path = _path(geometries[[one == look for one in drawn]])
        canvas.shape(path, fill=look.fill, edge=SOFT, line=0.35, hatch=look.hatch, hatch_ink=look.hatch_ink)
    marked = (shapes["locality"].astype(str) == highlight).to_numpy()
    items = look_items(shapes, classes, standing)
    if marked.any():
        outline = _path(geometries[marked])
        canvas.shape(outline, fill="none", edge=PAPER, line=4)
        canvas.shape(outline, fill="none", edge=ACCENT, line=2)
        items.insert(0, KeyItem("outline", name, ACCENT))
    return draw_key(canvas, height + 10, items)


def _on_sheet(shapes: gpd.GeoDataFrame, width: float) -> tuple[np.ndarray, float]:
    """Geometries in points, and the height used; degrees are squeezed by the cosine of the mid latitude."""
    left, bottom, right, top = shapes.total_bounds
    degrees = shapes.crs is not None and shapes.crs.is_geographic
    squeeze = np.cos(np.radians((bottom + top) / 2)) if degrees else 1.0
    factor = min((width - 6) / ((right - left) * squeeze), _TALLEST / (top - bottom))
    indent = (width - (right - left) * squeeze * factor) / 2

    def place(points: np.ndarray) -> np.ndarray:
        x = indent + (points[:, 0] - left) * squeeze * factor
        return np.column_stack([x, 3 + (top - points[:, 1]) * factor])

    return shapely.transform(shapes.geometry.values, place), (top - bottom) * factor + 6


def _path(geometries: np.ndarray) -> Path:
    """All rings of all polygons as one path; holes run against their shells, so that they stay open."""
    parts = shapely.normalize(shapely.get_parts(geometries))
    rings = shapely.get_rings(parts[shapely.get_type_id(parts) == 3])
    points, ring = shapely.get_coordinates(rings, return_index=True)
    codes = np.full(len(points), Path.LINETO, dtype=np.uint8)
    first = np.flatnonzero(np.diff(ring, prepend=-1))
    codes[first] = Path.MOVETO
    codes[np.append(first[1:], len(points)) - 1] = Path.CLOSEPOLY
    return Path(points, codes)


def map_alt(
    key: str,
    title: str,
    frame: pd.DataFrame,
    value: str,
    highlight: str | None,
    name: str,
    kind: str,
    language: str,
) -> str:
    """What a map shows: how many localities, the range, the highlighted one, how many are missing."""
    sentences = [f"{title}." if title else "", text(key, language, count=len(frame))]
    visible = frame.loc[frame["status"] == SHOWN, value]
    if len(visible):
        low, high = (value_text(v, kind, language) for v in (visible.min(), visible.max()))
        sentences.append(text("map_range", language, low=low, high=high))
    for found in frame.loc[(frame["locality"].astype(str) == highlight) & (frame["status"] == SHOWN), value]:
        sentences.append(text("value_alt", language, label=name, value=value_text(found, kind, language)))
    if len(visible) < len(frame):
        sentences.append(text("missing_alt", language, count=len(frame) - len(visible)))
    return " ".join(filter(None, sentences))
