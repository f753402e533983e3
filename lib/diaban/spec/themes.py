"""Themes that cut across streams: kinds of cases that an office follows beside its streams."""

from __future__ import annotations

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from diaban.spec.text import Declared, Text


class PickSpec(Declared):
    """What a case must show, all of it: every column of `select` holds one of its values, one of `codes`
    (causes and conditions) is on the file, a person has one of the values in every column of `persons`."""

    select: dict[str, list[str]] = Field(default_factory=dict)
    codes: list[str] = Field(default_factory=list)
    persons: dict[str, list[str]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _picks_something(self) -> PickSpec:
        if not (self.select or self.codes or self.persons):
            raise PydanticCustomError(
                "spec_theme_empty",
                "theme {theme} picks no cases by select, codes or persons",
                {"theme": getattr(self, "key", "also")},
            )
        return self


class ThemeSpec(PickSpec):
    """A pick of cases with a name. `also`: other picks, each enough by itself. `streams`: of one of them."""

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: Text
    streams: list[str] = Field(default_factory=list)
    also: list[PickSpec] = Field(default_factory=list)
    note: Text | None = None
