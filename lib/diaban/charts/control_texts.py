"""The words of control charts."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from diaban.charts.shown import SHOWN
from diaban.charts.texts import text
from diaban.language import numbers

_MOST_NAMED = 6


control_text = partial(text, of="control_charts")
"""The entry `key` of the catalogue of control charts."""


def number(value: float, language: str) -> str:
    """A count or a gap: whole where it is, else with a decimal under 10."""
    return numbers.mean(value, language)


def bound(value: float, name: str, language: str) -> str:
    """A limit as the last number within it; the centre as a mean."""
    whole = {"upper": np.floor, "lower": np.ceil}.get(name)
    return number(float(whole(value)) if whole else float(value), language)


def newest_of(points: pd.DataFrame) -> pd.Series:
    """The newest point that has something to say: a gap that goes on has only once it is too long."""
    told = points[~(points["open"] & (points["reading"] == "common"))]
    return (told if len(told) else points).iloc[-1]


def alt_of(title: str, points: pd.DataFrame, language: str, unit: str, assurance: str | None) -> str:
    """What is seen: the newest point against usual variation, the verdict, and every point that signals."""
    sentences = [f"{title}." if title else "", *_seen(points, language, unit)]
    if assurance is not None:
        sentences.append(control_text(assurance, language))
    missing = int((points["status"] != SHOWN).sum())
    if 0 < missing < len(points):
        sentences.append(text("missing_alt", language, count=missing))
    return " ".join(filter(None, sentences))


def _seen(points: pd.DataFrame, language: str, unit: str) -> list[str]:
    if points.empty:
        return [text("empty", language)]
    seen = points[points["status"] == SHOWN]
    if seen.empty:
        return [control_text("alt_hidden", language, count=len(points))]
    ends = {"count": len(points), "first": points["name"].iloc[0], "last": points["name"].iloc[-1]}
    ends["unit"] = control_text(f"unit_{unit}", language)
    newest = newest_of(seen)
    if pd.isna(newest["upper"]):
        return [control_text("alt_values", language, **ends)]
    high = bound(newest["upper"], "upper", language)
    if pd.notna(newest["lower"]):
        usual = control_text("between", language, low=bound(newest["lower"], "lower", language), high=high)
    else:
        usual = control_text("at_most", language, high=high)
    told = {"value": number(newest["value"], language), "centre": number(newest["centre"], language)}
    verdict = (
        control_text(f"newest_{newest['reading']}", language) + "." if pd.notna(newest["reading"]) else ""
    )
    return [control_text("alt", language, range=usual, **ends, **told), verdict, _signals(seen, language)]


def _signals(seen: pd.DataFrame, language: str) -> str:
    names = list(dict.fromkeys(seen.loc[seen["reading"].notna() & (seen["reading"] != "common"), "name"]))
    if not names:
        return control_text("no_signal", language)
    listed = ", ".join(names[-_MOST_NAMED:])
    rest = len(names) - _MOST_NAMED
    if rest > 0:
        listed = control_text("more", language, periods=listed, count=rest)
    return control_text("signals", language, periods=listed)
