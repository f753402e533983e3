"""What a figure says, read back from its SVG: marks with their places, and the scale from its ticks."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np

from diaban.charts import Chart

_SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Mark:
    """A path (points n x 2, NaN rows between its parts) or a marker (one point)."""

    points: np.ndarray
    style: str

    @property
    def left(self) -> float:
        return float(np.nanmin(self.points[:, 0]))

    @property
    def right(self) -> float:
        return float(np.nanmax(self.points[:, 0]))

    @property
    def x(self) -> float:
        return (self.left + self.right) / 2

    @property
    def y(self) -> float:
        return float((np.nanmin(self.points[:, 1]) + np.nanmax(self.points[:, 1])) / 2)

    @property
    def height(self) -> float:
        return float(np.nanmax(self.points[:, 1]) - np.nanmin(self.points[:, 1]))

    def parts(self) -> list[np.ndarray]:
        breaks = np.flatnonzero(np.isnan(self.points[:, 0]))
        return [part[~np.isnan(part[:, 0])] for part in np.split(self.points, breaks) if len(part)]


@dataclass(frozen=True)
class Word:
    text: str
    x: float
    y: float
    bold: bool
    style: str


class Drawn:
    def __init__(self, chart: Chart) -> None:
        root = ElementTree.fromstring(chart.svg())
        defined = {path for defs in root.iter(f"{_SVG}defs") for path in defs.iter(f"{_SVG}path")}
        self.paths = [
            Mark(_points(e.attrib["d"]), e.get("style", ""))
            for e in root.iter(f"{_SVG}path")
            if e not in defined
        ]
        self.dots = [
            Mark(np.array([[float(e.attrib["x"]), float(e.attrib["y"])]]), e.get("style", ""))
            for e in root.iter(f"{_SVG}use")
        ]
        self.words = [
            Word(
                "".join(e.itertext()),
                float(e.attrib["x"]),
                float(e.attrib["y"]),
                "font-weight:600" in e.get("style", ""),
                e.get("style", ""),
            )
            for e in root.iter(f"{_SVG}text")
        ]

    def word(self, text: str) -> Word:
        return next(word for word in self.words if word.text == text)

    def scale(self, *, log: bool = False) -> Callable[[float], float]:
        """From a place across the sheet to its value, by the first and the last tick under the rows."""
        ticks = sorted(m.left for m in self.paths if m.height == 4 and m.left == m.right)
        line = max(word.y for word in self.words if _number(word) is not None and "middle" in word.style)
        names = sorted((w.x, _number(w)) for w in self.words if w.y == line and "middle" in w.style)
        low, high = float(names[0][1]), float(names[-1][1])  # type: ignore[arg-type]
        share = lambda x: (x - ticks[0]) / (ticks[-1] - ticks[0])  # noqa: E731
        if log:
            return lambda x: float(low * (high / low) ** share(x))
        return lambda x: float(low + (high - low) * share(x))


def _number(word: Word) -> float | None:
    return float(word.text.rstrip("%")) if re.fullmatch(r"\d+(\.\d+)?%?", word.text) else None


def _points(path: str) -> np.ndarray:
    """Vertices of a path of straight lines; a new part begins after a row of NaN."""
    parts = [np.array(re.findall(r"-?\d+\.?\d*", part), float) for part in path.split("M") if part.strip()]
    rows = [np.vstack([part[: len(part) // 2 * 2].reshape(-1, 2), [[np.nan, np.nan]]]) for part in parts]
    return np.vstack(rows)[:-1]
