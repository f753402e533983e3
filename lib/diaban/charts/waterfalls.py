"""What has changed since the earlier edition: from its number of cases to the present one, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from diaban.charts.canvas import Canvas
from diaban.charts.chart import Chart
from diaban.charts.key import MORE, SIGN, UNCLEAR, KeyItem, draw_key, draw_nothing, missing_items
from diaban.charts.measure import clean, text_width, wrap
from diaban.charts.rows import draw_ticks
from diaban.charts.scales import Scale
from diaban.charts.shown import HIDDEN, SHOWN, WITHHELD, shown
from diaban.charts.style import ACCENT, INK, LINE, OTHER, PAPER, RULE, SMALL, SOFT, TEXT
from diaban.charts.texts import Labels, label_of, text
from diaban.language import numbers
from diaban.language.catalogue import catalogue

BEFORE, AFTER = "before", "after"
_TOTALS = (BEFORE, AFTER)
_JOIN = "#c3ced4"
_FROM_ZERO = 0.4  # an axis that would start below this share of its end starts at 0
_LEAST_CASES, _LEAST_SHARE = 6.0, 0.1  # an axis holds at least so many cases, and this share of its end
_text = partial(text, of="waterfalls")


@dataclass(frozen=True)
class _Step:
    """`start` is where its bar begins, in cases; NaN after a hidden step."""

    key: str
    label: str
    cases: float
    start: float
    status: str

    @property
    def total(self) -> bool:
        return self.key in _TOTALS

    @property
    def end(self) -> float:
        return self.cases if self.total else self.start + self.cases

    @property
    def drawn(self) -> bool:
        return self.status == SHOWN and bool(np.isfinite(self.end))


def waterfall(
    frame: pd.DataFrame,
    *,
    simulated: bool,
    language: str = "vi",
    title: str = "",
    caption: str | None = None,
    alt: str | None = None,
    labels: Labels = None,
) -> Chart:
    """A waterfall from the cases of the earlier edition to those of this one, of one locality and stream.

    frame   rows in the order they are read, columns component, cases; `hidden` and `withheld` where they
            exist. component "before" and "after" are totals, all others steps: cases that came (positive) or
            went (negative). `labels` names them; those of `editions.changes` have names of their own.
    Steps that changed nothing are named in one line instead of drawn. After a hidden step the place of those
    that follow is not known, so they are printed without a bar. The axis starts at 0 only where that leaves
    the steps readable; totals are then bars, else points.
    """
    rows = shown(frame, "waterfall", "cases", ("component",))
    steps = _steps(rows, labels, language)
    return Chart(
        title=title,
        alt=alt or _alt(title, steps, language),
        caption=_caption(steps, language) if caption is None else caption,
        draw=partial(
            _draw, steps=steps, language=language, missing_key=tuple(missing_items(rows["status"], language))
        ),
        simulated=simulated,
        table=rows[["component", "cases"]],
    )


def _steps(frame: pd.DataFrame, labels: Labels, language: str) -> tuple[_Step, ...]:
    own = {
        key.removeprefix("step_"): entry[language]
        for key, entry in catalogue("waterfalls").items()
        if key.startswith("step_")
    }
    named = {**own, **(labels or {})}
    reached = 0.0
    steps = []
    for record in frame.to_dict("records"):
        key, cases = str(record["component"]), float(record["cases"])
        step = _Step(key, clean(label_of(key, named)), cases, reached, record["status"])
        steps.append(step)
        reached = step.end if record["status"] != WITHHELD else reached
    return tuple(steps)


def _unchanged(step: _Step) -> bool:
    return step.status == SHOWN and not step.total and step.cases == 0


def _draw(
    canvas: Canvas, *, steps: tuple[_Step, ...], language: str, missing_key: tuple[KeyItem, ...]
) -> float:
    if not any(step.status == SHOWN for step in steps):
        return draw_nothing(canvas, [step.status for step in steps], language)
    scale = _scale(steps, 4.0, canvas.width - 6)
    y, above, lane_above = 2.0, None, 0.0
    for step in steps:
        if _unchanged(step):
            continue
        lane = _lane(canvas, y, step, language)
        if above and above.drawn and step.drawn and _joined(above, step):
            canvas.line([scale(above.end)] * 2, [lane_above + 5, lane - 5], ink=_JOIN, width=0.9)
        _draw_words(canvas, y, step, language)
        _draw_bar(canvas, lane, step, scale)
        canvas.line([0, canvas.width], [lane + 9, lane + 9], ink=RULE, width=0.6)
        y, above, lane_above = lane + 10, step, lane
    if any(step.drawn for step in steps):
        y = draw_ticks(canvas, y, scale, "count", language)
    y = _draw_unchanged(canvas, y, steps, language)
    return draw_key(canvas, y + 4, [*_key(steps, language), *missing_key])


def _joined(above: _Step, below: _Step) -> bool:
    """Whether a bar begins, or the last number lies, where the bar above ended."""
    begins = below.cases if below.total else below.start
    return bool(np.isclose(above.end, begins))


def _scale(steps: Sequence[_Step], left: float, right: float) -> Scale:
    """Holds every end; from 0 where steps stay readable so; never so short that one case looks large."""
    ends = [x for s in steps if s.drawn for x in ((s.end,) if s.total else (s.start, s.end))]
    if not ends:
        return Scale(0, 1, left, right)
    low, high = min(ends), max(ends)
    spare = max(_LEAST_CASES, _LEAST_SHARE * high) - (high - low)
    if spare > 0:
        low, high = max(low - spare / 2, 0.0), high + spare / 2
    low = min(low, 0.0) if low < _FROM_ZERO * high else low
    edge = 0.04 * (high - low)
    return Scale(low if low == 0 else low - edge, high + edge, left, right)


def _label_width(canvas: Canvas, step: _Step, language: str) -> float:
    return canvas.width - text_width(_number(step, language), TEXT, step.total) - 8


def _lane(canvas: Canvas, y: float, step: _Step, language: str) -> float:
    """The middle of the bar of a step whose row begins at y."""
    lines = wrap(step.label, _label_width(canvas, step, language), TEXT, step.total)
    return y + 22.5 + (len(lines) - 1) * LINE


def _draw_words(canvas: Canvas, y: float, step: _Step, language: str) -> None:
    number = _number(step, language)
    if number:
        canvas.text(canvas.width, y + 11.5, number, anchor="end", bold=step.total)
    canvas.paragraph(0, y + 11.5, step.label, _label_width(canvas, step, language), bold=step.total)


def _draw_bar(canvas: Canvas, lane: float, step: _Step, scale: Scale) -> None:
    if step.status != SHOWN:
        canvas.text(scale.start + 2, lane + 3, SIGN[step.status], ink=SOFT, bold=True)
        return
    if not step.drawn:
        return
    start = (0.0 if scale.low == 0 else step.end) if step.total else step.start
    left, right = sorted((scale.clipped(start), scale.clipped(step.end)))
    fill, edge, line = (UNCLEAR, "none", 0.0) if step.total else _look(step)
    canvas.rectangle(left, lane - 5, max(right - left, 1), 10, fill=fill, edge=edge, line=line)
    if step.total:
        canvas.line([scale(step.end)] * 2, [lane - 7, lane + 7], ink=INK, width=2.2)


def _look(step: _Step) -> tuple[str, str, float]:
    """Fill, edge and its width: on a grey print too, what goes out is hollow."""
    return (MORE, ACCENT, 1.0) if step.cases > 0 else (PAPER, OTHER, 1.3)


def _draw_unchanged(canvas: Canvas, y: float, steps: Sequence[_Step], language: str) -> float:
    names = [_inside(step.label) for step in steps if _unchanged(step)]
    if not names:
        return y
    none = len(names) == sum(not step.total for step in steps)
    said = _text("alt_same" if none else "nothing_by", language, steps="; ".join(names))
    return canvas.paragraph(0, y + 11.5, said, canvas.width - 6, size=SMALL, ink=SOFT) + 3


def _inside(label: str) -> str:
    """A label as it stands inside a sentence."""
    return label[:1].lower() + label[1:]


def _number(step: _Step, language: str) -> str:
    """A step with its sign, a total without; nothing where it is not shown."""
    if step.status != SHOWN:
        return ""
    size = numbers.number(abs(step.cases), language, 0)
    sign = "\N{MINUS SIGN}" if step.cases < 0 else "" if step.total or step.cases == 0 else "+"
    return sign + size


def _key(steps: Sequence[_Step], language: str) -> list[KeyItem]:
    ways = {np.sign(step.cases) for step in steps if step.drawn and not step.total}
    named = {1: "more", -1: "fewer"}
    return [KeyItem(name, _text(name, language)) for sign, name in named.items() if sign in ways]


def _caption(steps: Sequence[_Step], language: str) -> str:
    return _text("caption", language) if any(step.status == SHOWN for step in steps) else ""


def _alt(title: str, steps: Sequence[_Step], language: str) -> str:
    visible = {step.key: step for step in steps if step.status == SHOWN}
    sentences = [f"{title}." if title else "", "" if steps else text("empty", language)]
    if all(key in visible for key in _TOTALS):
        said = {key: _number(visible[key], language) for key in _TOTALS}
        names = {f"label_{key}": visible[key].label for key in _TOTALS}
        sentences.append(_text("alt", language, **said, **names))
    changed = [step for step in visible.values() if not step.total and step.cases]
    if changed:
        listed = "; ".join(f"{_inside(step.label)} {_number(step, language)}" for step in changed)
        sentences.append(_text("alt_steps", language, steps=listed))
    elif visible and not any(step.status in (HIDDEN, WITHHELD) for step in steps):
        sentences.append(_text("alt_same", language))
    if len(visible) < len(steps):
        sentences.append(text("missing_alt", language, count=len(steps) - len(visible)))
    return " ".join(filter(None, sentences))
