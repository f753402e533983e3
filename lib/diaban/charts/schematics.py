"""Where there are no boundaries: localities as circles, neighbours joined, and said to be no map."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from diaban.charts.canvas import Canvas
from diaban.charts.chart import Chart
from diaban.charts.choropleths import map_alt
from diaban.charts.classes import Classes, classes_of
from diaban.charts.key import SIGN, KeyItem, draw_key
from diaban.charts.looks import Look, look_items, looks, standing_of
from diaban.charts.measure import clean, text_width
from diaban.charts.shown import SHOWN, WITHHELD, shown
from diaban.charts.style import ACCENT, BAND, PAPER, SMALL, SOFT
from diaban.charts.texts import Labels, label_of, text, value_text

_EDGE = "#b9c8d0"
MOST_NAMED = 24
_LOCATOR_TEXT = 9.5  # on a sheet so small that a page draws it at one and a half times its size
_PLACE = ["locality", "latitude", "longitude"]


@dataclass(frozen=True)
class _Layout:
    """Circle centres in points, one row a locality, their radius, and the height used."""

    points: np.ndarray
    radius: float
    height: float
    joined: tuple[tuple[int, int], ...]


def schematic_map(
    localities: pd.DataFrame,
    neighbours: pd.DataFrame,
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
    short: Labels = None,
) -> Chart:
    """Localities as labelled circles at about their places, shaded by class, neighbours joined by lines.

    localities  columns locality, latitude, longitude, name; those in it are drawn
    neighbours  columns a, b
    values      columns locality and `value`; `hidden` and `withheld` where they exist
    standing    column of `values`: above, similar or below; then looks go by it, and no limit is named
    short       locality -> label of two or three letters; default: initials, told apart by the last letter
    Up to 24 localities are named under the figure, with their values.
    """
    places = localities.dropna(subset=_PLACE[1:]).reset_index(drop=True)
    frame = shown(values, "schematic_map", value, ("locality",))
    frame["locality"] = frame["locality"].astype("str")
    frame["standing"] = standing_of(frame, standing)
    joined = places.astype({"locality": "str"}).merge(
        frame[["locality", value, "status", "standing"]], on="locality", how="left", validate="one_to_one"
    )
    joined["status"] = joined["status"].fillna(WITHHELD)
    joined = joined.rename(columns={value: "value"})
    joined["label"] = _names(joined, labels)
    joined["short"] = _shorts(joined, short)
    classes = classes_of(joined["value"].to_numpy(float), kind=kind, language=language, breaks=breaks)
    name = next(iter(joined.loc[joined["locality"].astype(str) == highlight, "label"]), "")
    draw = partial(
        _draw,
        places=joined,
        neighbours=neighbours,
        classes=classes,
        standing="standing" if standing else None,
        highlight=highlight,
    )
    return Chart(
        title=title,
        alt=alt or map_alt("schematic_alt", title, joined, "value", highlight, name, kind, language),
        caption=text("schematic_caption", language) if caption is None else caption,
        draw=draw,
        simulated=simulated,
        table=joined[["locality", "label", "value"]].rename(columns={"value": value}),
    )


def locator(
    localities: pd.DataFrame,
    neighbours: pd.DataFrame,
    *,
    highlight: str,
    simulated: bool,
    language: str = "vi",
    labels: Labels = None,
    short: Labels = None,
    alt: str | None = None,
    width: float = 118.0,
) -> Chart:
    """A small schematic for the head of a page: where `highlight` lies among the localities."""
    places = localities.dropna(subset=_PLACE[1:]).reset_index(drop=True)
    places = places.assign(label=_names(places, labels))
    places["short"] = _shorts(places, short)
    return Chart(
        title="",
        alt=alt or _locator_alt(places, neighbours, highlight, language),
        caption=text("schematic_note", language),
        draw=partial(
            _draw_locator, places=places, neighbours=neighbours, highlight=highlight, language=language
        ),
        simulated=simulated,
        width=width,
    )


def _names(places: pd.DataFrame, labels: Labels) -> list[str]:
    names = places["name"] if "name" in places else places["locality"]
    return [
        clean((labels or {}).get(str(key), name)) for key, name in zip(places["locality"], names, strict=True)
    ]


def _shorts(places: pd.DataFrame, short: Labels) -> list[str]:
    """Initials; where two localities share them, with the last letter, and then with a number."""
    names = [str(name) for name in (places["name"] if "name" in places else places["label"])]
    initials = ["".join(word[0] for word in clean(name).split()[:3]).upper() for name in names]
    longer = [i + name[-1] if initials.count(i) > 1 else i for i, name in zip(initials, names, strict=True)]
    seen: Counter[str] = Counter()
    out = []
    for key, label in zip(places["locality"], longer, strict=True):
        seen[label] += 1
        own = f"{label}{seen[label]}" if longer.count(label) > 1 else label
        out.append(clean(label_of(key, {str(key): own, **(short or {})})))
    return out


def _layout(places: pd.DataFrame, neighbours: pd.DataFrame, width: float, largest: float) -> _Layout:
    """Points on the sheet, circles pushed apart until none touches another, order of the compass kept."""
    n = len(places)
    x = places["longitude"].to_numpy(float) * np.cos(np.radians(places["latitude"].mean()))
    points = np.column_stack([x, -places["latitude"].to_numpy(float)])
    spread = max(float(np.ptp(points, axis=0).max()), 1e-9)
    points = (points - points.min(axis=0)) / spread
    radius = min(largest, 0.36 * width / np.sqrt(n))
    inner = width - 2 * radius - 4
    points = _apart(points * inner, 2 * radius + 3)
    points -= points.min(axis=0)
    over = max(1.0, float(np.ptp(points, axis=0)[0]) / inner) if n > 1 else 1.0
    points, radius = points / over, radius / over
    indent = (width - float(np.ptp(points, axis=0)[0])) / 2
    points += [indent, radius + 3]
    where = {str(key): i for i, key in enumerate(places["locality"])}
    pairs = zip(neighbours["a"].astype(str), neighbours["b"].astype(str), strict=True)
    joined = tuple((where[a], where[b]) for a, b in pairs if a in where and b in where)
    return _Layout(points, radius, float(points[:, 1].max()) + radius + 3, joined)


def _apart(points: np.ndarray, least: float) -> np.ndarray:
    """Push pairs that are closer than `least` apart, half each, until all are far enough."""
    points = points + np.linspace(0, 1e-3, len(points))[:, None] * [
        1.0,
        -0.7,
    ]  # equal places have no direction
    for _ in range(80):
        gap = points[:, None] - points[None]
        distance = np.hypot(gap[..., 0], gap[..., 1])
        np.fill_diagonal(distance, np.inf)
        short = np.clip(least - distance, 0, None)
        if short.max() < 0.3:
            break
        points = points + 0.5 * (gap / distance[..., None] * short[..., None]).sum(axis=1)
    return points


def _draw_links(canvas: Canvas, layout: _Layout, width: float) -> None:
    for a, b in layout.joined:
        (xa, ya), (xb, yb) = layout.points[a], layout.points[b]
        canvas.line([xa, xb], [ya, yb], ink=_EDGE, width=width)


def _draw(
    canvas: Canvas,
    *,
    places: pd.DataFrame,
    neighbours: pd.DataFrame,
    classes: Classes,
    standing: str | None,
    highlight: str | None,
) -> float:
    if places.empty:
        return canvas.paragraph(0, 12, text("empty", classes.language), canvas.width, ink=SOFT) + 6
    layout = _layout(places, neighbours, canvas.width, 21.0)
    _draw_links(canvas, layout, 1.2)
    drawn = looks(places, classes, standing)
    for (x, y), row, look in zip(layout.points, places.itertuples(), drawn, strict=True):
        marked = str(row.locality) == highlight
        edge, line = (ACCENT, 3.0) if marked else (SOFT, 0.7)
        hatch = {"hatch": look.hatch, "hatch_ink": look.hatch_ink}
        canvas.circle(x, y, layout.radius, fill=look.fill, edge=edge, line=line, **hatch)  # type: ignore[arg-type]
        if len(places) <= MOST_NAMED:
            _draw_label(canvas, x, y, row, layout.radius, look, classes)
    y = layout.height
    items = [
        KeyItem("thin", text("schematic_note", classes.language), SOFT),
        *look_items(places, classes, standing),
    ]
    if len(places) <= MOST_NAMED:
        y = _draw_names(canvas, y + 6, places, drawn, classes, highlight)
    else:
        marked = places.loc[places["locality"].astype(str) == highlight, "label"]
        items = [*(KeyItem("outline", name, ACCENT) for name in marked), *items]
    return draw_key(canvas, y + 8, items)


def _draw_label(canvas: Canvas, x: float, y: float, row, radius: float, look: Look, classes: Classes) -> None:
    """The short name and, where the circle has room for it, the number with its sign."""
    if radius < 15:
        canvas.text(x, y + SMALL * 0.36, row.short, size=SMALL, ink=look.ink, anchor="middle", bold=True)
        return
    number = f"{look.sign}{_number(row, classes)}"
    if look.patterned:
        half = max(text_width(row.short, SMALL, bold=True), text_width(number, SMALL)) / 2 + 2
        canvas.rectangle(x - half, y - 10, 2 * half, 21, fill="#ffffffe6")
    canvas.text(x, y - 1, row.short, size=SMALL, ink=look.ink, anchor="middle", bold=True)
    canvas.text(x, y + 9.5, number, size=SMALL, ink=look.ink, anchor="middle")


def _number(row, classes: Classes) -> str:
    return value_text(row.value, classes.kind, classes.language) if row.status == SHOWN else SIGN[row.status]


def _draw_names(
    canvas: Canvas,
    y: float,
    places: pd.DataFrame,
    drawn: Sequence[Look],
    classes: Classes,
    highlight: str | None,
) -> float:
    """Short label, name and value of each locality, in two columns read downwards where they fit."""
    pairs = zip(places.itertuples(), drawn, strict=True)
    numbers = [f"{look.sign} {_number(row, classes)}".strip() for row, look in pairs]
    indent = max(text_width(s, SMALL, bold=True) for s in places["short"]) + 6
    names, last = (max(text_width(n, SMALL) for n in texts) for texts in (places["label"], numbers))
    columns = 2 if indent + names + last + 20 < canvas.width / 2 else 1
    rows = -(-len(places) // columns)
    wide = canvas.width / columns
    baseline = top = lowest = y + 9
    for n, (row, number) in enumerate(zip(places.itertuples(), numbers, strict=True)):
        left = (wide + 6) * (n // rows)
        baseline = top if n % rows == 0 else baseline + 13
        bold = str(row.locality) == highlight
        right = canvas.width if n // rows == columns - 1 else left + wide - 10
        canvas.text(left, baseline, row.short, size=SMALL, ink=ACCENT if bold else SOFT, bold=True)
        canvas.text(right, baseline, number, size=SMALL, anchor="end", bold=bold)
        room = right - left - indent - last - 6
        baseline = canvas.paragraph(left + indent, baseline, row.label, room, size=SMALL, bold=bold)
        lowest = max(lowest, baseline)
    return lowest + 4


def _draw_locator(
    canvas: Canvas, *, places: pd.DataFrame, neighbours: pd.DataFrame, highlight: str, language: str
) -> float:
    if places.empty:
        return canvas.paragraph(0, 12, text("empty", language), canvas.width, ink=SOFT) + 6
    layout = _layout(places, neighbours, canvas.width, 13.0)
    _draw_links(canvas, layout, 0.8)
    for (x, y), row in zip(layout.points, places.itertuples(), strict=True):
        marked = str(row.locality) == highlight
        fill, edge = (ACCENT, ACCENT) if marked else (BAND, _EDGE)
        canvas.circle(x, y, layout.radius, fill=fill, edge=edge, line=0.8)
        size = _LOCATOR_TEXT
        fits = text_width(row.short, size, bold=True) < 2 * layout.radius - 1
        if marked and fits and len(places) <= MOST_NAMED:  # of the others a small word says nothing here
            canvas.text(x, y + size * 0.36, row.short, size=size, ink=PAPER, anchor="middle", bold=True)
    return layout.height


def _locator_alt(places: pd.DataFrame, neighbours: pd.DataFrame, highlight: str, language: str) -> str:
    names = dict(zip(places["locality"].astype(str), places["label"], strict=True))
    a, b = neighbours["a"].astype(str), neighbours["b"].astype(str)
    around = [names[key] for key in [*b[a == highlight], *a[b == highlight]] if key in names]
    label = names.get(highlight, highlight)
    if not around:
        return text("locator_alt_alone", language, label=label)
    return text("locator_alt", language, label=label, neighbours=", ".join(around))
