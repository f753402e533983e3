"""Numbers, shares and dates as each language writes them."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import Any

import pandas as pd
from babel.dates import format_date
from babel.numbers import format_decimal

MISSING = "…"
_BY_NUMBER = re.compile(r"(\S+) \[([^|\]]+)\|([^\]]+)\]")
"""A number and, in brackets, the noun after it: of one, and of any other number."""


def number(value: Any, language: str, decimals: int = 0) -> str:
    """`value` with the language's separators and exactly `decimals` places; missing is an ellipsis.

    A value below zero has a minus sign, not a hyphen; one that rounds to zero has no sign.
    """
    if _missing(value):
        return MISSING
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    written = format_decimal(float(value), format=pattern, locale=language)
    unsigned = written.lstrip("-")
    if unsigned == written or not unsigned.strip("0.,"):
        return unsigned
    return f"−{unsigned}"


def rate(value: Any, language: str) -> str:
    """A rate: one decimal under 10, none above."""
    if _missing(value):
        return MISSING
    return number(value, language, decimals=1 if abs(float(value)) < 9.95 else 0)


def mean(value: Any, language: str) -> str:
    """A mean count: one decimal under 10 unless that is a zero, none above."""
    if _missing(value):
        return MISSING
    tenths = round(float(value), 1)
    return number(tenths, language, decimals=0 if tenths >= 10 or tenths == int(tenths) else 1)


def percent(share: Any, language: str, decimals: int = 0) -> str:
    """A share in 0..1 written as a percentage, no space before the sign."""
    if _missing(share):
        return MISSING
    return number(float(share) * 100, language, decimals) + "%"


def between(lower: str, upper: str) -> str:
    """A range in a cell of a table; one ellipsis where neither limit is shown."""
    return MISSING if lower == upper == MISSING else f"{lower} – {upper}"


def day(value: date | pd.Timestamp, language: str) -> str:
    """14/12/2024 in Vietnamese, 14 December 2024 in English."""
    return format_date(value, format="dd/MM/yyyy" if language == "vi" else "d MMMM yyyy", locale=language)


def counted(text: str) -> str:
    """`text` with each noun in the form that the number before it asks for: "1 [case|cases]" is "1 case"."""
    return _BY_NUMBER.sub(lambda m: f"{m[1]} {m[2] if m[1].lstrip('(') == '1' else m[3]}", text)


def _missing(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))
