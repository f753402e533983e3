"""The words and numbers inside figures, per language."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from diaban.language import numbers
from diaban.language.catalogue import catalogue

Labels = Mapping[str, str] | None


def text(key: str, language: str, *, of: str = "charts", **fields: object) -> str:
    """The entry `key` of a catalogue of chart texts: the common one, or that of a kind of chart."""
    return catalogue(of)[key][language].format(**fields)


def simulated_mark() -> str:
    """Both languages at once: whoever sees a figure alone must be able to read it."""
    return f"{text('simulated', 'vi')} / {text('simulated', 'en')}"


def label_of(key: object, labels: Labels) -> str:
    return str((labels or {}).get(str(key), key))


def value_text(value: object, kind: str, language: str) -> str:
    """A number as its kind is written: share, rate, ratio, count or plain number; missing is an ellipsis."""
    if kind == "share":
        return numbers.percent(value, language)
    if kind == "percent":
        return numbers.MISSING if missing(value) else numbers.percent(float(value) / 100, language)  # type: ignore[arg-type]
    if kind == "rate":
        return numbers.rate(value, language)
    decimals = {"count": 0, "ratio": 2}.get(kind)
    return numbers.number(value, language, _decimals(value) if decimals is None else decimals)


def tick_text(value: float, step: float, kind: str, language: str) -> str:
    """A number on an axis, with as many decimals as its step needs."""
    if kind in {"share", "percent"}:
        factor = 100 if kind == "share" else 1
        return numbers.number(value * factor, language, _step_decimals(step * factor)) + "%"
    return numbers.number(value, language, _step_decimals(step))


def missing(value: object) -> bool:
    return bool(pd.isna(value))


def _decimals(value: object) -> int:
    if missing(value) or abs(float(value)) >= 100:  # type: ignore[arg-type]
        return 0
    return 1 if abs(float(value)) >= 1 or float(value) == 0 else 2  # type: ignore[arg-type]


def _step_decimals(step: float) -> int:
    for decimals in range(4):
        if math.isclose(step * 10**decimals, round(step * 10**decimals), abs_tol=1e-9):
            return decimals
    return 4
