"""Themes that cut across streams: kinds of cases that an office follows beside its streams."""

from __future__ import annotations

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from diaban.spec.text import Declared, Text


class ThemeSpec(Declared):
    """A theme picks cases: every column of `select` holds one of its values.

    A case must also carry one of `codes` (causes and conditions), and have a person for whom every column of
    `persons` holds one of its values, where these are named. `streams`: only cases of one of them.
    """

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: Text
    select: dict[str, list[str]] = Field(default_factory=dict)
    codes: list[str] = Field(default_factory=list)
    persons: dict[str, list[str]] = Field(default_factory=dict)
    streams: list[str] = Field(default_factory=list)
    note: Text | None = None

    @model_validator(mode="after")
    def _picks_something(self) -> ThemeSpec:
        if not (self.select or self.codes or self.persons):
            raise PydanticCustomError(
                "spec_theme_empty",
                "theme {key} picks no cases by select, codes or persons",
                {"key": self.key},
            )
        return self
