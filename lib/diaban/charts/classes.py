"""Class breaks of a map or a heat map, and the fills that go with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from diaban.charts.key import KeyItem, missing_items
from diaban.charts.shown import SHOWN
from diaban.charts.style import RAMP
from diaban.charts.texts import text, value_text


@dataclass(frozen=True)
class Classes:
    """`breaks` are the inner limits; a value on a limit belongs to the class above it."""

    breaks: tuple[float, ...]
    fills: tuple[str, ...]
    kind: str
    language: str

    def fill(self, value: float) -> str:
        return self.fills[int(np.searchsorted(self.breaks, value, side="right"))]

    def dark(self, value: float) -> bool:
        """Whether text on this value's fill must be white."""
        return self.fill(value) in RAMP[4:]

    def items(self, status: pd.Series) -> list[KeyItem]:
        """The key: one swatch a class, then the kinds of missing values that occur."""
        names = [value_text(b, self.kind, self.language) for b in self.breaks]
        labels = []
        if (status == SHOWN).any() and names:
            labels = [text("class_below", self.language, high=names[0])]
            pairs = pairwise(names)
            labels += [text("class_between", self.language, low=a, high=b) for a, b in pairs]
            labels.append(text("class_above", self.language, low=names[-1]))
        swatches = [KeyItem("swatch", label, fill) for label, fill in zip(labels, self.fills, strict=False)]
        return swatches + missing_items(status, self.language, hatched=True)


def classes_of(
    values: np.ndarray, *, kind: str, language: str, breaks: Sequence[float] | None = None, most: int = 5
) -> Classes:
    """Breaks as given, else at quantiles of the visible values, rounded to two figures."""
    visible = values[np.isfinite(values)]
    inner = tuple(breaks) if breaks is not None else _quantiles(visible, most)
    # Four classes or fewer leave out steps in the middle of the ramp, so that the ends stay far apart.
    steps = np.linspace(0, len(RAMP) - 1, len(inner) + 1).round().astype(int) if inner else [2]
    return Classes(inner, tuple(RAMP[step] for step in steps), kind, language)


def _quantiles(visible: np.ndarray, most: int) -> tuple[float, ...]:
    distinct = len(np.unique(visible))
    if distinct < 2:
        return ()
    count = min(most, distinct)
    rounded = [float(f"{q:.2g}") for q in np.quantile(visible, np.arange(1, count) / count)]
    return tuple(b for b in sorted(set(rounded)) if visible.min() < b <= visible.max())
