"""Causes and conditions: domains, factors, and the indicators that measure them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from diaban.spec.text import Declared, Key, Text, Words


class DomainSpec(Declared):
    key: Key
    label: Text


class IndicatorSpec(Declared):
    """An area indicator: one column of the `indicators` table in long form.

    `higher_is` says which end is unfavourable; `aggregate` how localities combine into their parent:
    `weighted` mean by population, `ratio` of summed numerator and denominator, `sum`, or `harmonic`
    mean weighted by population (persons per area). `reports`: it counts what people report, so that fewer of
    them may mean less telling rather than less happening.
    """

    key: Key
    label: Text
    unit: Text
    domain: str
    higher_is: Literal["worse", "better", "neutral"]
    decimals: int = Field(default=1, ge=0, le=4)
    aggregate: Literal["weighted", "ratio", "sum", "harmonic"] = "weighted"
    model: bool = True
    reports: bool = False
    source: Words = ""


class FactorSpec(Declared):
    """One entry of the factor catalogue: the case codes and area indicators that measure it."""

    key: Key
    label: Text
    domain: str
    codes: list[str] = Field(default_factory=list)
    indicators: list[str] = Field(default_factory=list)
    changeable: bool = True


class ConfigurationSpec(Declared):
    """A question of the kind "which causes and conditions together go with ...", put to the case files.

    `outcome` picks the files in question among those of the stream: column of the case table -> accepted
    values. `conditions` are codes of the code book.
    """

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: Text
    stream: str
    outcome: dict[str, list[str]] = Field(min_length=1)
    conditions: list[str] = Field(min_length=2)


class PriorityWeights(Declared):
    """How much each side of a priority counts, as powers: 0 leaves a side out, 1 is the default."""

    prevalence: float = Field(default=1.0, ge=0)
    excess: float = Field(default=1.0, ge=0)
    strength: float = Field(default=1.0, ge=0)
    changeable: float = Field(default=1.0, ge=0)
