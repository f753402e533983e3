"""Every defensible way to estimate one link: does the answer hang on how it was asked?

After Simonsohn, Simmons and Nelson 2020, Nature Human Behaviour 4: 1208–1214 (figure 2): the estimates of all
specifications in the order of their size, and under each which choices it was made with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from diaban.charts.canvas import Canvas
from diaban.charts.chart import Chart
from diaban.charts.key import KeyItem, draw_key, draw_nothing, missing_items
from diaban.charts.measure import clean, text_width, wrap
from diaban.charts.scales import Scale, ratio_ticks
from diaban.charts.shown import SHOWN, shown
from diaban.charts.style import ACCENT, INK, OTHER, RULE, SMALL, SOFT
from diaban.charts.texts import Labels, label_of, missing, text, tick_text, value_text
from diaban.language import numbers

_TOP, _HEIGHT = 18.0, 132.0
_MOST_DRAWN = 240  # more could not be told apart on the sheet
_MOST_LABEL = 0.38  # of the width, for the names of the choices
_STEP = 11.0  # from line to line of these names
_WORDS = {
    "exposure": ("expected", "person_years"),
    "pooled": ("all", "first_half", "second_half"),
}
_FAINT = "#8b9ba4"


@dataclass(frozen=True)
class _Choice:
    """One row under the curve; `marks` says of each specification, in drawn order, whether it was made so."""

    heading: str
    label: str
    marks: np.ndarray


def specification_curve(
    frame: pd.DataFrame,
    *,
    simulated: bool,
    language: str = "vi",
    title: str = "",
    caption: str | None = None,
    alt: str | None = None,
    labels: Labels = None,
    highlight: str | None = None,
) -> Chart:
    """The rate ratios of all specifications of one indicator and stream, sorted, with their choices below.

    frame      columns specification, rate_ratio, lower, upper; controls (keys joined by ";"), lag, exposure,
               pooled, `hidden`, `withheld` where they exist. Choices that do not vary are left out.
    highlight  the specification (as text) of the main model, drawn as a diamond: "0" in the result frame
    labels     names of the controls; exposures and poolings other than the library's own may be named too

    The axis is logarithmic with a line at 1. Specifications whose interval does not hold 1 are inked. The
    caption and the description give the median, the share on the median's side of 1, and the share inked, of
    all specifications; of very many some are drawn, evenly spread over the ranks.
    """
    numeric = ("lower", "upper")
    curve = shown(frame, "specification_curve", "rate_ratio", ("specification", *numeric), numeric)
    drawn = (
        curve[curve["status"] == SHOWN].sort_values(["rate_ratio", "specification"]).reset_index(drop=True)
    )
    drawn["clear"] = (drawn["lower"] > 1) | (drawn["upper"] < 1)
    drawn["main"] = drawn["specification"].astype(str) == str(highlight)
    summary = _summary(drawn, language)
    drawn = _thinned(drawn)
    return Chart(
        title=title,
        alt=alt or _alt(title, curve, summary, language),
        caption=_caption(summary, language) if caption is None else caption,
        draw=partial(
            _draw,
            drawn=drawn,
            choices=_choices(drawn, labels, language),
            language=language,
            status=curve["status"],
        ),
        simulated=simulated,
        table=curve[["specification", "rate_ratio", "lower", "upper"]],
    )


def _thinned(drawn: pd.DataFrame) -> pd.DataFrame:
    """Of very many specifications some, evenly spread over the ranks, and the main model with them."""
    if len(drawn) <= _MOST_DRAWN:
        return drawn
    kept = np.linspace(0, len(drawn) - 1, _MOST_DRAWN).round().astype(int)
    return drawn.iloc[np.union1d(kept, np.flatnonzero(drawn["main"]))].reset_index(drop=True)


def _summary(drawn: pd.DataFrame, language: str) -> str:
    if drawn.empty:
        return ""
    median = drawn["rate_ratio"].median()
    same = (drawn["rate_ratio"] > 1) == (median > 1)
    words = {"median": value_text(median, "ratio", language), "count": numbers.number(len(drawn), language)}
    shares = {"same": same.mean(), "clear": drawn["clear"].mean()}
    words |= {name: numbers.percent(share, language) for name, share in shares.items()}
    thinned = len(drawn) > _MOST_DRAWN
    words["drawn"] = text("curve_thinned", language, count=_MOST_DRAWN) if thinned else ""
    return text("curve_summary", language, **words).strip()


def _caption(summary: str, language: str) -> str:
    return f"{summary} {text('curve_caption', language)}" if summary else ""


def _choices(drawn: pd.DataFrame, labels: Labels, language: str) -> tuple[_Choice, ...]:
    """Controls that some specifications have and some have not, then lags, exposures and pooling."""
    found: list[_Choice] = []
    if "controls" in drawn:
        chosen = [set() if missing(c) else set(filter(None, str(c).split(";"))) for c in drawn["controls"]]
        heading = text("curve_controls", language)
        for key in dict.fromkeys(key for keys in chosen for key in sorted(keys)):
            marks = np.array([key in keys for keys in chosen])
            found.append(_Choice(heading, clean(label_of(key, labels)), marks))
    for column in [name for name in ("lag", "exposure", "pooled") if name in drawn]:
        for value in sorted(drawn[column].dropna().unique()):
            marks = (drawn[column] == value).to_numpy(dtype=bool, na_value=False)
            name = _choice_name(column, value, labels, language)
            found.append(_Choice(text(f"curve_{column}", language), name, marks))
    return tuple(choice for choice in found if 0 < choice.marks.sum() < len(drawn))


def _choice_name(column: str, value: object, labels: Labels, language: str) -> str:
    if column == "lag":
        return f"{float(value):.0f}"  # type: ignore[arg-type]
    own = {name: text(f"curve_{column}_{name}", language) for name in _WORDS[column]}
    return clean(label_of(value, {**own, **(labels or {})}))


def _draw(
    canvas: Canvas,
    *,
    drawn: pd.DataFrame,
    choices: tuple[_Choice, ...],
    language: str,
    status: pd.Series,
) -> float:
    if drawn.empty:
        return draw_nothing(canvas, status, language)
    missing_key = missing_items(status, language)
    down = _down(drawn)
    left = _left(canvas.width, choices, down, language)
    step = (canvas.width - left - 2) / len(drawn)
    xs = left + (np.arange(len(drawn)) + 0.5) * step
    canvas.text(0, 9, text("rate_ratio", language), size=SMALL, ink=SOFT)
    _draw_scale(canvas, down, left, language)
    _draw_curve(canvas, drawn, xs, step, down)
    y = _draw_choices(canvas, _TOP + _HEIGHT + 6, choices, xs, step, left)
    return draw_key(canvas, y + 6, [*_key(drawn, language), *missing_key])


def _down(drawn: pd.DataFrame) -> Scale:
    """Holds 1 and every estimate; a limit is cut where it is three times as far out as all of them."""
    ratios = drawn["rate_ratio"].to_numpy(float)
    least, most = min(1.0, ratios.min()), max(1.0, ratios.max())
    lower, upper = (
        drawn[name].min() if name == "lower" else drawn[name].max() for name in ("lower", "upper")
    )
    low = max(least / 3, min(least, lower)) if np.isfinite(lower) else least
    high = min(most * 3, max(most, upper)) if np.isfinite(upper) else most
    edge = max((high / low) ** 0.03, 1.01)
    return Scale(low / edge, high * edge, _TOP + _HEIGHT, _TOP, log=True)


def _ticks(down: Scale, language: str) -> list[tuple[float, str]]:
    ticks, step = ratio_ticks(down)
    ticks = [tick for tick in ticks if tick == 1 or abs(down(tick) - down(1)) > 9]
    return [(tick, tick_text(tick, step, "number", language)) for tick in sorted({1.0, *ticks})]


def _left(width: float, choices: Sequence[_Choice], down: Scale, language: str) -> float:
    """Where the curve begins: right of the numbers of the scale and of the names of the choices."""
    names = [word for choice in choices for word in (choice.label, choice.heading)]
    widest = min(max((text_width(name, SMALL) for name in names), default=0.0), width * _MOST_LABEL)
    return max(widest, *(text_width(name, SMALL) for _, name in _ticks(down, language))) + 8


def _draw_scale(canvas: Canvas, down: Scale, left: float, language: str) -> None:
    for tick, name in _ticks(down, language):
        ink, wide = (OTHER, 1.3) if tick == 1 else (RULE, 0.7)
        canvas.line([left - 3, canvas.width], [down(tick)] * 2, ink=ink, width=wide)
        canvas.text(left - 6, down(tick) + 3, name, size=SMALL, ink=SOFT, anchor="end")


def _draw_curve(canvas: Canvas, drawn: pd.DataFrame, xs: np.ndarray, step: float, down: Scale) -> None:
    """Intervals as upright lines, estimates as squares, each kind in one line; the main model on top."""
    ends = drawn[["lower", "upper"]].to_numpy(float).clip(down.low, down.high)
    places = down.points(drawn["rate_ratio"].to_numpy(float))
    clear, wide = drawn["clear"].to_numpy(bool), min(max(0.7 * step, 1.2), 4.4)
    for inked, ink in ((False, _FAINT), (True, ACCENT)):
        chosen = clear == inked
        with_limits = chosen & np.isfinite(ends).all(axis=1)
        if with_limits.any():
            lines = down.points(ends[with_limits])
            gaps = np.full(len(lines), np.nan)
            across = np.column_stack([xs[with_limits], xs[with_limits], gaps]).ravel()
            upright = np.column_stack([lines, gaps]).ravel()
            canvas.line(across, upright, ink=ink, width=min(max(0.35 * step, 0.5), 1.4), alpha=0.55)
        if chosen.any():
            _draw_dashes(canvas, xs[chosen], places[chosen], wide, ink=ink, thick=wide)
    for n in np.flatnonzero(drawn["main"]):
        canvas.dot(xs[n], places[n], ink=INK, size=9, marker="D")


def _draw_choices(
    canvas: Canvas, y: float, choices: Sequence[_Choice], xs: np.ndarray, step: float, left: float
) -> float:
    """One row a choice, a mark under every specification that was made so."""
    heading, wide = "", min(max(0.8 * step, 0.6), 5.0)
    for choice in choices:
        if choice.heading != heading:
            heading = choice.heading
            y = canvas.paragraph(0, y + 11, heading, canvas.width, size=SMALL, ink=SOFT) + 2
            canvas.line([0, canvas.width], [y, y], ink=RULE, width=0.7)
        lines = wrap(choice.label, left - 8, SMALL)
        canvas.paragraph(0, y + 10, choice.label, left - 8, size=SMALL)
        middle = y + 6.5 + (len(lines) - 1) * _STEP / 2
        here = xs[choice.marks]
        _draw_dashes(canvas, here, np.full(len(here), middle), wide, ink=INK, thick=7)
        y += len(lines) * _STEP + 2.5
    return y


def _draw_dashes(
    canvas: Canvas, xs: np.ndarray, ys: np.ndarray, wide: float, *, ink: str, thick: float
) -> None:
    """Dashes `wide` points long, centred on the places given, as one broken line."""
    ends = np.column_stack([xs - wide / 2, xs + wide / 2, np.full(len(xs), np.nan)])
    canvas.line(ends.ravel(), np.repeat(ys, 3), ink=ink, width=thick)


def _key(drawn: pd.DataFrame, language: str) -> list[KeyItem]:
    items = []
    if drawn["main"].any():
        items.append(KeyItem("diamond", text("curve_main", language), INK))
    if drawn["clear"].any():
        items.append(KeyItem("swatch", text("curve_clear", language), ACCENT))
    if not drawn["clear"].all():
        items.append(KeyItem("swatch", text("curve_unclear", language), _FAINT))
    return items


def _alt(title: str, curve: pd.DataFrame, summary: str, language: str) -> str:
    closed = int((curve["status"] != SHOWN).sum())
    sentences = [f"{title}." if title else "", text("curve_alt", language), summary]
    if closed:
        sentences.append(text("missing_alt", language, count=closed))
    return " ".join(filter(None, sentences))
