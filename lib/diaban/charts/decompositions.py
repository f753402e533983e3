"""How the cases of one locality come about: from the number its size leads to expect to the recorded one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from diaban.charts.canvas import Canvas
from diaban.charts.chart import Chart
from diaban.charts.key import MORE, REST_HATCH, SIGN, UNCLEAR, KeyItem, draw_key, draw_nothing, missing_items
from diaban.charts.measure import clean, text_width, wrap
from diaban.charts.rows import draw_ticks
from diaban.charts.scales import Scale
from diaban.charts.shown import HIDDEN, SHOWN, WITHHELD, shown
from diaban.charts.style import ACCENT, INK, LINE, OTHER, PAPER, RULE, SMALL, SOFT, TEXT
from diaban.charts.texts import Labels, label_of, missing, text
from diaban.language import numbers

EXPECTED, AGE, UNEXPLAINED, OBSERVED = "expected", "age", "unexplained", "observed"
_TOTALS = (EXPECTED, OBSERVED)
# Fill, edge and its width: on a grey print too, what is clear has an edge, and what is fewer is hollow.
_LOOKS = {
    ACCENT: (MORE, ACCENT, 1.0),
    OTHER: (PAPER, OTHER, 1.3),
    SOFT: (UNCLEAR, "none", 0.0),
    INK: (UNCLEAR, "none", 0.0),
}
_SAME = 0.05  # cases
_JOIN = "#c3ced4"
_FROM_ZERO = 0.4  # an axis that would start below this share of its end starts at 0


@dataclass(frozen=True)
class _Part:
    """`start` is where its bar begins, in cases; NaN after a hidden part."""

    key: str
    label: str
    cases: float
    lower: float
    upper: float
    start: float
    status: str

    @property
    def total(self) -> bool:
        return self.key in _TOTALS

    @property
    def base(self) -> float:
        return 0.0 if self.total else self.start

    @property
    def end(self) -> float:
        return self.base + self.cases

    @property
    def clear(self) -> bool:
        """Whether the interval of a share lies on one side of 0."""
        return not self.total and bool(self.lower > 0 or self.upper < 0)

    @property
    def bold(self) -> bool:
        return self.total or self.clear

    @property
    def ink(self) -> str:
        if self.total:
            return INK
        if self.key == UNEXPLAINED or not self.clear:
            return SOFT
        return ACCENT if self.cases > 0 else OTHER


def decomposition(
    frame: pd.DataFrame,
    *,
    simulated: bool,
    language: str = "vi",
    title: str = "",
    caption: str | None = None,
    alt: str | None = None,
    labels: Labels = None,
) -> Chart:
    """A waterfall from the expected to the recorded number of cases of one locality and stream.

    frame   rows in the order they are read, columns component, cases, lower, upper; `hidden` and `withheld`
            where they exist. component "expected" and "observed" are totals, "unexplained" is hatched, all
            others ("age", indicator keys) are shares: positive to the right, negative to the left, from
            where the last one ended. `labels` names them.
    A share whose interval lies on one side of 0 is bold and coloured. A withheld part adds nothing. After a
    hidden one the place of those that follow is not known, so they are printed without a bar. The axis
    starts at 0 only where that leaves the shares readable; totals are then bars, else points.
    """
    columns = ("cases", "lower", "upper")
    parts_frame = shown(frame, "decomposition", "cases", ("component", "lower", "upper"), columns)
    parts = _parts(parts_frame, labels, language)
    missing_key = tuple(missing_items(parts_frame["status"], language))
    return Chart(
        title=title,
        alt=alt or _alt(title, parts, language),
        caption=_caption(parts, language) if caption is None else caption,
        draw=partial(_draw, parts=parts, language=language, missing_key=missing_key),
        simulated=simulated,
        table=parts_frame[["component", *columns]],
    )


def _parts(frame: pd.DataFrame, labels: Labels, language: str) -> tuple[_Part, ...]:
    own = {key: text(f"component_{key}", language) for key in (EXPECTED, AGE, UNEXPLAINED, OBSERVED)}
    named = {**own, **(labels or {})}
    reached = 0.0
    parts = []
    for record in frame.to_dict("records"):
        key, cases = str(record["component"]), record["cases"]
        lower, upper = (np.nan if missing(record[n]) else float(record[n]) for n in ("lower", "upper"))
        label = clean(label_of(key, named))
        parts.append(_Part(key, label, cases, lower, upper, reached, record["status"]))
        adds = 0.0 if record["status"] == WITHHELD or key == OBSERVED else cases
        reached = reached + adds
    return tuple(parts)


def _draw(
    canvas: Canvas, *, parts: tuple[_Part, ...], language: str, missing_key: tuple[KeyItem, ...]
) -> float:
    if not any(part.status == SHOWN for part in parts):
        return draw_nothing(canvas, [part.status for part in parts], language)
    scale = _scale(parts, 4.0, canvas.width - 6)
    decimals = _decimals(parts)
    y = 2.0
    above: _Part | None = None
    lane_above = 0.0
    for part in parts:
        lane = _lane(canvas, y, part, language, decimals)
        if above and _joined(above, part):
            canvas.line([scale(above.end)] * 2, [lane_above + 5, lane - 5], ink=_JOIN, width=0.9)
        if np.isfinite(part.end) or part.status == HIDDEN:
            above, lane_above = part, lane
        _draw_words(canvas, y, part, language, decimals)
        _draw_bar(canvas, lane, part, scale)
        canvas.line([0, canvas.width], [lane + 9, lane + 9], ink=RULE, width=0.6)
        y = lane + 10
    y = draw_ticks(canvas, y, scale, "number", language)
    return draw_key(canvas, y + 4, [*_key(parts, language), *missing_key])


def _joined(above: _Part, below: _Part) -> bool:
    """Whether a bar begins, or the recorded number lies, where the last bar ended; parts may be left out."""
    begins = below.cases if below.total else below.start
    return bool(np.isfinite(below.end) and np.isclose(above.end, begins, atol=_SAME, rtol=0))


def _scale(parts: Sequence[_Part], left: float, right: float) -> Scale:
    """Holds every bar; an interval is cut where it runs farther beyond the bars than all bars are long."""
    ends = [x for p in parts for x in ((p.end,) if p.total else (p.start, p.end)) if np.isfinite(x)]
    if not ends:
        return Scale(0, 1, left, right)
    least, most = min(ends), max(ends)
    beyond = max(most - least, 0.1 * abs(most), 1.0)
    limits = [p.base + x for p in parts for x in (p.lower, p.upper) if np.isfinite(p.base + x)]
    low = max(min([least, *limits]), least - beyond, min(0.0, least))
    high = min(max([most, *limits]), most + beyond)
    low = min(low, 0.0) if low < _FROM_ZERO * high else low
    edge = 0.02 * max(high - low, 1e-9)
    return Scale(low if low == 0 else low - edge, high + edge, left, right)


def _right_words(part: _Part, language: str, decimals: int) -> tuple[str, str]:
    """The number of a part and its interval."""
    if part.status != SHOWN:
        return "", ""
    number = _cases(part, language, decimals)
    return number, _interval_text(part, language, decimals)


def _label_width(canvas: Canvas, part: _Part, language: str, decimals: int) -> float:
    number, interval = _right_words(part, language, decimals)
    beside = text_width(number, TEXT, part.bold) + (text_width(interval, SMALL) + 4 if interval else 0)
    return canvas.width - beside - 8


def _lane(canvas: Canvas, y: float, part: _Part, language: str, decimals: int) -> float:
    """The middle of the bar of a part whose row begins at y."""
    lines = wrap(part.label, _label_width(canvas, part, language, decimals), TEXT, part.bold)
    return y + 22.5 + (len(lines) - 1) * LINE


def _draw_words(canvas: Canvas, y: float, part: _Part, language: str, decimals: int) -> None:
    number, interval = _right_words(part, language, decimals)
    right = canvas.width
    if interval:
        canvas.text(right, y + 11.5, interval, size=SMALL, ink=SOFT, anchor="end")
        right -= text_width(interval, SMALL) + 4
    if number:
        canvas.text(right, y + 11.5, number, anchor="end", bold=part.bold)
    wide = _label_width(canvas, part, language, decimals)
    canvas.paragraph(0, y + 11.5, part.label, wide, bold=part.bold)


def _draw_bar(canvas: Canvas, lane: float, part: _Part, scale: Scale) -> None:
    if part.status != SHOWN:
        canvas.text(scale.start + 2, lane + 3, SIGN[part.status], ink=SOFT, bold=True)
    if not np.isfinite(part.end):
        return
    start = (0.0 if scale.low == 0 else part.end) if part.total else part.start
    left, right = sorted((scale.clipped(start), scale.clipped(part.end)))
    if part.key == UNEXPLAINED:
        canvas.rectangle(left, lane - 5, max(right - left, 1), 10, fill=PAPER, hatch=REST_HATCH)
        canvas.rectangle(left, lane - 5, max(right - left, 1), 10, edge=SOFT, line=0.7)
    else:
        fill, edge, line = _LOOKS[part.ink]
        canvas.rectangle(left, lane - 5, max(right - left, 1), 10, fill=fill, edge=edge, line=line)
    lower, upper = part.base + part.lower, part.base + part.upper
    if np.isfinite(lower + upper):
        _draw_interval(canvas, lane, lower, upper, scale, part.ink)
    if part.total:
        canvas.line([scale(part.end)] * 2, [lane - 7, lane + 7], ink=INK, width=2.2)


def _draw_interval(canvas: Canvas, y: float, lower: float, upper: float, scale: Scale, ink: str) -> None:
    """A thin line with an upright end at each limit, an arrow where the limit lies beyond the scale."""
    left, right = scale.clipped(lower), scale.clipped(upper)
    xs, ys = [left, right], [y, y]
    for x, marker, inside in ((left, "<", lower >= scale.low), (right, ">", upper <= scale.high)):
        if inside:
            xs, ys = [*xs, np.nan, x, x], [*ys, np.nan, y - 3, y + 3]
        else:
            canvas.dot(x, y, ink=ink, size=5.5, marker=marker)
    canvas.line(xs, ys, ink=ink, width=1.1)


def _decimals(parts: Sequence[_Part]) -> int:
    """As many for all parts, so that they are seen to add up."""
    largest = max((abs(p.cases) for p in parts if np.isfinite(p.cases)), default=0.0)
    return 1 if largest < 99.95 else 0


def _number(value: float, language: str, decimals: int) -> str:
    rounded = round(value, decimals)
    size = numbers.number(abs(rounded), language, decimals)
    return f"\N{MINUS SIGN}{size}" if rounded < 0 else size


def _cases(part: _Part, language: str, decimals: int) -> str:
    """A share with its sign; a total without, and without decimals where it is whole."""
    whole = part.total and part.cases == round(part.cases)
    written = _number(part.cases, language, 0 if whole else decimals)
    return f"+{written}" if not part.total and round(part.cases, decimals) > 0 else written


def _interval_text(part: _Part, language: str, decimals: int) -> str:
    if part.status != SHOWN or not np.isfinite(part.lower + part.upper):
        return ""
    low, high = (_number(x, language, decimals) for x in (part.lower, part.upper))
    return f"({text('from_to', language, low=low, high=high)})"


def _key(parts: Sequence[_Part], language: str) -> list[KeyItem]:
    visible = [part for part in parts if np.isfinite(part.end)]
    clear = {part.ink for part in visible if part.clear and part.key != UNEXPLAINED}
    items = [
        KeyItem(name, text(f"share_{name}", language))
        for ink, name in ((ACCENT, "more"), (OTHER, "fewer"))
        if ink in clear
    ]
    shares = [part for part in visible if not part.total and part.key != UNEXPLAINED]
    if any(not part.clear for part in shares):
        items.append(KeyItem("unclear", text("share_unclear", language)))
    if any(part.key == UNEXPLAINED for part in visible):
        items.append(KeyItem("rest", text("share_rest", language)))
    if any(np.isfinite(part.lower + part.upper) for part in visible):
        items.append(KeyItem("limits", text("probable_range", language)))
    return items


def _caption(parts: Sequence[_Part], language: str) -> str:
    drawn = any(part.status == SHOWN for part in parts)
    return text("decomposition_caption", language) if drawn else ""


def _alt(title: str, parts: Sequence[_Part], language: str) -> str:
    decimals = _decimals(parts)
    visible = {part.key: part for part in parts if part.status == SHOWN}
    said = {key: _cases(part, language, decimals) for key, part in visible.items()}
    sentences = [f"{title}." if title else "", "" if parts else text("empty", language)]
    if all(key in said for key in _TOTALS):
        sentences.append(text("decomposition_alt", language, **{key: said[key] for key in _TOTALS}))
    shares = [part for part in visible.values() if not part.total and part.key != UNEXPLAINED]
    clear = [part for part in shares if part.clear]
    if clear:
        most = max(clear, key=lambda part: abs(part.cases))
        interval = _interval_text(most, language, decimals)
        words = {"label": most.label, "number": said[most.key], "interval": interval}
        sentences.append(text("decomposition_most", language, **words))
    elif shares:
        sentences.append(text("decomposition_none", language))
    if UNEXPLAINED in said:
        sentences.append(text("decomposition_rest", language, number=said[UNEXPLAINED]))
    if len(visible) < len(parts):
        sentences.append(text("missing_alt", language, count=len(parts) - len(visible)))
    return " ".join(filter(None, sentences))
