"""The factor profile of one locality: where each indicator stands against all others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from diaban.charts.canvas import Canvas
from diaban.charts.chart import Chart
from diaban.charts.key import SIGN, KeyItem, draw_key, missing_items
from diaban.charts.measure import clean, text_width
from diaban.charts.scales import Scale
from diaban.charts.shown import SHOWN, shown
from diaban.charts.style import ACCENT, BAND, INK, OTHER, PAPER, RULE, SMALL, SOFT, TEXT
from diaban.charts.texts import Labels, label_of, missing, text, value_text

_STATISTICS = ("reference", "quartile_low", "quartile_high", "minimum", "maximum")
_OPTIONAL = ("lower", "upper", "neighbours")
_MOST = 4.0  # robust standard deviations from the middle to the edge, at the most
_IQR_SD = 1.349  # the interquartile range of a normal distribution, in standard deviations


@dataclass(frozen=True)
class _Row:
    """Places are robust standard deviations from the reference, worse to the right."""

    domain: str
    label: str
    number: str
    reference: str
    verdict: str
    status: str
    value: float
    band: tuple[float, float]
    ends: tuple[float, float]
    interval: tuple[float, float]
    neighbours: float


def spine(
    factor_profile: pd.DataFrame,
    *,
    simulated: bool,
    language: str = "vi",
    title: str = "",
    caption: str | None = None,
    alt: str | None = None,
    labels: Labels = None,
    highlight: str | None = None,
    domains: Labels = None,
    higher_is: Mapping[str, str] | None = None,
    kinds: Mapping[str, str] | None = None,
) -> Chart:
    """One row an indicator: the locality's value, the middle half and the range of all localities.

    factor_profile  columns indicator, value, reference, quartile_low, quartile_high, minimum, maximum,
                    verdict ("worse"/"better"/"similar"/NA) for one locality; or for many, with `locality`
                    and the one meant named by `highlight`. Where they exist: lower, upper (the interval of
                    the value) and neighbours (the level of the statistical neighbours)
    domains         indicator -> domain; a heading is drawn where the domain changes (`labels` names it)
    higher_is       indicator -> "worse" (default), "better" or "neutral": which side is the worse one
    kinds           indicator -> how its values are written ("share", "percent", "rate", "number")

    The axis of a row is (value - reference) / (interquartile range / 1.349), the standardised distance
    that a few extreme localities do not stretch; what lies beyond four of these is drawn at the edge.
    """
    if highlight is not None and "locality" in factor_profile:
        factor_profile = factor_profile[factor_profile["locality"].astype(str) == highlight]
    needed = ("indicator", *_STATISTICS, "verdict")
    profile = shown(factor_profile, "spine", "value", needed, numeric=("lower", "upper"))
    rows = tuple(
        _row(
            record, labels, domains, (higher_is or {}).get(str(record["indicator"]), "worse"), kinds, language
        )
        for record in profile.to_dict("records")
    )
    return Chart(
        title=title,
        alt=alt or _alt(title, rows, language),
        caption=text("spine_caption", language) if caption is None else caption,
        draw=partial(_draw, rows=rows, language=language),
        simulated=simulated,
        table=profile[
            [n for n in ("indicator", "value", *_STATISTICS, "verdict", *_OPTIONAL) if n in profile]
        ],
    )


def _row(
    record: dict,
    labels: Labels,
    domains: Labels,
    higher_is: str,
    kinds: Mapping[str, str] | None,
    language: str,
) -> _Row:
    key = str(record["indicator"])
    kind = (kinds or {}).get(key, "number")
    names = ("value", *_STATISTICS, *_OPTIONAL)
    numbers = {n: np.nan if missing(record.get(n)) else float(record[n]) for n in names}
    places = _places(numbers, -1.0 if higher_is == "better" else 1.0)
    domain = (domains or {}).get(key, "")
    verdict = "" if missing(record["verdict"]) or record["status"] != SHOWN else str(record["verdict"])
    reference = numbers["reference"]
    return _Row(
        domain=clean(label_of(domain, labels)) if domain else "",
        label=clean(label_of(key, labels)),
        number=value_text(numbers["value"], kind, language) if record["status"] == SHOWN else "",
        reference=""
        if missing(reference)
        else text("compared_with", language, value=value_text(reference, kind, language)),
        verdict=verdict,
        status=record["status"],
        value=places["value"],
        band=_ordered(places["quartile_low"], places["quartile_high"]),
        ends=_ordered(places["minimum"], places["maximum"]),
        interval=_ordered(places["lower"], places["upper"]),
        neighbours=places["neighbours"],
    )


def _places(numbers: Mapping[str, float], sign: float) -> dict[str, float]:
    """(x - reference) / (IQR / 1.349); where the quartiles coincide, a quarter of the range stands in."""
    unit = (numbers["quartile_high"] - numbers["quartile_low"]) / _IQR_SD
    if not unit > 0:
        unit = (numbers["maximum"] - numbers["minimum"]) / 4
    unit = unit if unit > 0 else 1.0
    return {name: sign * (x - numbers["reference"]) / unit for name, x in numbers.items()}


def _ordered(a: float, b: float) -> tuple[float, float]:
    return (a, b) if not a > b else (b, a)


def _draw(canvas: Canvas, *, rows: tuple[_Row, ...], language: str) -> float:
    if not rows:
        return canvas.paragraph(0, 12, text("empty", language), canvas.width, ink=SOFT) + 6
    far = [
        abs(x) for row in rows for x in (row.value, *row.band, *row.ends, row.neighbours) if np.isfinite(x)
    ]
    half = min(max([*far, 1.5]), _MOST) * 1.04
    scale = Scale(-half, half, 6, canvas.width - 6)
    canvas.text(0, 10, f"◂ {text('better', language)}", size=SMALL, ink=OTHER)
    canvas.text(canvas.width, 10, f"{text('worse', language)} ▸", size=SMALL, ink=ACCENT, anchor="end")
    y = 16.0
    domain = ""
    lanes: list[float] = []
    for row in rows:
        if row.domain != domain:
            domain = row.domain
            y = canvas.paragraph(0, y + 16, domain.upper(), canvas.width, size=SMALL, ink=SOFT) + 3
            canvas.line([0, canvas.width], [y, y], ink=RULE, width=0.8)
            y += 2
        lanes.append(_draw_words(canvas, y, row))
        y = lanes[-1] + 8
    _draw_backgrounds(canvas, rows, lanes, scale)
    for row, lane in zip(rows, lanes, strict=True):
        _draw_points(canvas, lane, row, scale)
    return draw_key(canvas, y + 6, _key(rows, language))


def _draw_words(canvas: Canvas, y: float, row: _Row) -> float:
    """Label and numbers of a row; returns the middle of the lane under them."""
    bold = row.verdict in {"worse", "better"}
    right = canvas.width
    if row.reference:
        canvas.text(right, y + 11.5, row.reference, size=SMALL, ink=SOFT, anchor="end")
        right -= text_width(row.reference, SMALL) + 8
    number = row.number or SIGN[row.status]
    canvas.text(right, y + 11.5, number, anchor="end", bold=bold)
    right -= text_width(number, TEXT, bold) + 10
    return canvas.paragraph(0, y + 11.5, row.label, right, bold=bold) + 12


def _draw_backgrounds(canvas: Canvas, rows: Sequence[_Row], lanes: Sequence[float], scale: Scale) -> None:
    """Of every row the full range, on it the middle half, on it the reference."""
    xs: list[float] = []
    ys: list[float] = []
    for row, lane in zip(rows, lanes, strict=True):
        if np.isfinite(row.ends).all():
            left, right = (scale.clipped(x) for x in row.ends)
            xs, ys = [*xs, np.nan, left, right], [*ys, np.nan, lane, lane]
            for x, inside in ((left, row.ends[0] >= scale.low), (right, row.ends[1] <= scale.high)):
                if inside:
                    xs, ys = [*xs, np.nan, x, x], [*ys, np.nan, lane - 3, lane + 3]
    canvas.line(xs, ys, ink=SOFT, width=0.9)
    bands = [(row, lane) for row, lane in zip(rows, lanes, strict=True) if np.isfinite(row.band).all()]
    if bands:
        corners = [(scale.clipped(row.band[0]), lane - 5.5) for row, lane in bands]
        wide = [max(scale.clipped(row.band[1]) - scale.clipped(row.band[0]), 1) for row, _ in bands]
        canvas.boxes(corners, wide, 11, fill=BAND, edge="#b9c8d0", line=0.6)
    upright = np.ravel([(lane - 7, lane + 7, np.nan) for lane in lanes])
    canvas.line(np.full(len(upright), scale(0)), upright, ink=OTHER, width=1.4)


def _draw_points(canvas: Canvas, lane: float, row: _Row, scale: Scale) -> None:
    """The neighbours, and over them the value with its interval."""
    if np.isfinite(row.neighbours):
        canvas.dot(scale.clipped(row.neighbours), lane, ink=INK, marker="D", filled=False, size=7.5)
    if row.status != SHOWN or not np.isfinite(row.value):
        return
    ink, marker, filled = _mark(row.verdict)
    if np.isfinite(row.interval).all():
        lower, upper = row.interval
        canvas.bar(scale.clipped(lower), scale.clipped(upper), lane, ink=ink)
    canvas.dot(scale.clipped(row.value), lane, ink=PAPER, marker=marker, size=12)
    canvas.dot(scale.clipped(row.value), lane, ink=ink, marker=marker, filled=filled, size=9.5)


def _mark(verdict: str) -> tuple[str, str, bool]:
    marks = {"worse": (ACCENT, ">", True), "better": (OTHER, "<", False), "similar": (SOFT, "o", True)}
    return marks.get(verdict, (INK, "o", False))


def _key(rows: Sequence[_Row], language: str) -> list[KeyItem]:
    seen = {row.verdict for row in rows if row.status == SHOWN}
    items = [
        KeyItem(sign, text(key, language), ink)
        for verdict, sign, key, ink in (
            ("worse", "worse", "worse_short", ACCENT),
            ("better", "better", "better_short", OTHER),
            ("similar", "dot", "similar", SOFT),
            ("", "hollow", "not_compared", INK),
        )
        if verdict in seen
    ]
    items += [KeyItem("band", text("middle_half", language)), KeyItem("thin", text("full_range", language))]
    if any(np.isfinite(row.interval).all() for row in rows):
        items.append(KeyItem("interval", text("probable_range", language)))
    if any(np.isfinite(row.neighbours) for row in rows):
        items.append(KeyItem("hollow_diamond", text("neighbours", language), INK))
    return items + missing_items(pd.Series([row.status for row in rows]), language)


def _alt(title: str, rows: Sequence[_Row], language: str) -> str:
    sentences = [f"{title}." if title else "", text("spine_alt", language, count=len(rows))]
    for verdict in ("worse", "better"):
        names = "; ".join(f"{row.label} ({row.number})" for row in rows if row.verdict == verdict)
        if names:
            sentences.append(text(f"spine_{verdict}", language, names=names))
    closed = sum(row.status != SHOWN for row in rows)
    if closed:
        sentences.append(text("missing_alt", language, count=closed))
    return " ".join(filter(None, sentences))
