"""Causes and conditions: domains, factors, and the indicators that measure them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from diaban.spec.text import Declared, Text


class DomainSpec(Declared):
    key: str
    label: Text


class IndicatorSpec(Declared):
    """An area indicator: one column of the `indicators` table in long form.

    `higher_is` says which end is unfavourable; `aggregate` how localities combine into their parent:
    `weighted` mean by population, `ratio` of summed numerator and denominator, `sum`, or `harmonic`
    mean weighted by population (persons per area).
    """

    key: str
    label: Text
    unit: Text
    domain: str
    higher_is: Literal["worse", "better", "neutral"]
    decimals: int = Field(default=1, ge=0, le=4)
    aggregate: Literal["weighted", "ratio", "sum", "harmonic"] = "weighted"
    model: bool = True
    source: str = ""


class FactorSpec(Declared):
    """One entry of the factor catalogue: the case codes and area indicators that measure it."""

    key: str
    label: Text
    domain: str
    codes: list[str] = Field(default_factory=list)
    indicators: list[str] = Field(default_factory=list)
    changeable: bool = True
