"""The key under a figure: a mark and its meaning, side by side, wrapped to the sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pandas as pd

from diaban.charts.canvas import Canvas
from diaban.charts.measure import text_width, wrap
from diaban.charts.shown import HIDDEN, WITHHELD
from diaban.charts.style import ACCENT, BAND, OTHER, PAPER, RAMP, RULE, SMALL, SOFT
from diaban.charts.texts import text

_STEP = 14.0
_MARK = 18.0  # from the left of a mark to its text
_GAP = 12.0
HATCH = {HIDDEN: "////", WITHHELD: "----"}
REST_HATCH = "xxxx"
MORE, UNCLEAR = ACCENT + "59", SOFT + "40"  # pale, so that the line of an interval is seen on them
SIGN = {HIDDEN: "…", WITHHELD: "–"}


@dataclass(frozen=True)
class KeyItem:
    """`sign` is a character to print, or the name of a mark of `_MARKS`."""

    sign: str
    text: str
    ink: str = SOFT


def draw_key(canvas: Canvas, y: float, items: Iterable[KeyItem], left: float = 0.0) -> float:
    """Draw the items from y downwards; returns the height reached."""
    x, drawn = left, False
    for item in items:
        label = wrap(item.text, canvas.width - left - _MARK, SMALL)
        wide = _MARK + max(text_width(line, SMALL) for line in label)
        if drawn and x + wide > canvas.width:
            x, y = left, y + _STEP
        _draw_mark(canvas, x, y + 6, item)
        canvas.paragraph(x + _MARK, y + 9.5, item.text, canvas.width - left - _MARK, size=SMALL, ink=SOFT)
        if len(label) > 1:
            y += (len(label) - 1) * 11.25
        x, drawn = x + wide + _GAP, True
    return y + _STEP if drawn else y


def missing_items(status: pd.Series, language: str, *, hatched: bool = False) -> list[KeyItem]:
    """Items for the kinds of missing values that occur, and for no others."""
    kinds = [kind for kind in (HIDDEN, WITHHELD) if (status == kind).any()]
    return [KeyItem(kind if hatched else SIGN[kind], text(kind, language)) for kind in kinds]


def draw_nothing(canvas: Canvas, status: Iterable[str], language: str) -> float:
    """What stands in place of a figure of which no row may be shown, or that has no rows."""
    seen = pd.Series(list(status), dtype="str")
    key = "empty" if seen.empty else "nothing_shown"
    y = canvas.paragraph(0, 12, text(key, language), canvas.width, ink=SOFT) + 6
    return draw_key(canvas, y + 4, missing_items(seen, language))


def _draw_mark(canvas: Canvas, x: float, y: float, item: KeyItem) -> None:
    mark = _MARKS.get(item.sign)
    if mark:
        mark(canvas, x, y, item.ink)
    else:
        canvas.text(x + 6, y + 3, item.sign, anchor="middle", ink=item.ink, bold=True)


def _swatch(
    fill: str | None = None,
    edge: str = RULE,
    hatch: str | None = None,
    line: float = 0.6,
    hatch_ink: str = SOFT,
) -> Callable:
    def draw(canvas: Canvas, x: float, y: float, ink: str) -> None:
        canvas.rectangle(
            x, y - 5, 13, 10, fill=fill or ink, edge=edge, line=line, hatch=hatch, hatch_ink=hatch_ink
        )

    return draw


def _dot(marker: str = "o", filled: bool = True) -> Callable:
    def draw(canvas: Canvas, x: float, y: float, ink: str) -> None:
        canvas.dot(x + 6, y, ink=ink, marker=marker, filled=filled, size=7.5)

    return draw


def _interval(canvas: Canvas, x: float, y: float, ink: str) -> None:
    canvas.bar(x - 1, x + 14, y, ink=ink)
    canvas.dot(x + 6.5, y, ink=ink, size=7)


def _line(dash: tuple[float, ...] | None = None, width: float = 1.6) -> Callable:
    def draw(canvas: Canvas, x: float, y: float, ink: str) -> None:
        canvas.line([x, x + 13], [y, y], ink=ink, width=width, dash=dash)

    return draw


def _limits(canvas: Canvas, x: float, y: float, ink: str) -> None:
    canvas.line([x, x + 13, float("nan"), x, x], [y, y, float("nan"), y - 3, y + 3], ink=ink, width=1)
    canvas.line([x + 13, x + 13], [y - 3, y + 3], ink=ink, width=1)


def _outline(canvas: Canvas, x: float, y: float, ink: str) -> None:
    canvas.rectangle(x + 1, y - 4, 11, 8, fill=PAPER, edge=ink, line=2)


_MARKS: dict[str, Callable[[Canvas, float, float, str], None]] = {
    "swatch": _swatch(),
    "band": _swatch(BAND),
    HIDDEN: _swatch(PAPER, hatch=HATCH[HIDDEN], edge=SOFT),
    WITHHELD: _swatch(PAPER, hatch=HATCH[WITHHELD], edge=SOFT),
    "above": _swatch(ACCENT, edge=ACCENT),
    "similar": _swatch(RAMP[0], edge=SOFT),
    "below": _swatch(RAMP[1], edge=OTHER, hatch="|||", hatch_ink=OTHER),
    "more": _swatch(MORE, edge=ACCENT, line=1),
    "fewer": _swatch(PAPER, edge=OTHER, line=1.3),
    "unclear": _swatch(UNCLEAR, edge="none"),
    "rest": _swatch(PAPER, hatch=REST_HATCH, edge=SOFT),
    "limits": _limits,
    "dot": _dot(),
    "hollow": _dot(filled=False),
    "worse": _dot(">"),
    "better": _dot("<", filled=False),
    "diamond": _dot("D"),
    "hollow_diamond": _dot("D", filled=False),
    "high": _dot("^"),
    "low": _dot("v", filled=False),
    "interval": _interval,
    "line": _line(),
    "dash": _line((3, 2.5), 1.2),
    "thin": _line(width=1),
    "outline": _outline,
}
