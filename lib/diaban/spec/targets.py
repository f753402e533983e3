"""What a plan asks for: targets on counts, on shares of reports, and on what should be as rare as can be."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from diaban.spec.text import Declared, Text

_NEEDS = {"change": ("stream", "change"), "share": ("measure",), "fewest": ("steps",)}


class TargetSpec(Declared):
    """A declared aim.

    `change`: cases of a stream, relative to the year before (-0.03 is 3 % fewer).
    `share`: of the reports, those that were `measure` (a list of steps of `[handling]`), `at_least` or
    `more_than` (0 to 1). `fewest`: cases with one of `steps`, as few as can be; `select` narrows the cases
    (column -> accepted values), as do streams where one is named.
    """

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    kind: Literal["change", "share", "fewest"] = "change"
    stream: str | None = None
    change: float | None = Field(default=None, gt=-1, lt=1)
    baseline: Literal["previous_year"] = "previous_year"
    measure: Literal["classified", "assigned", "decided", "resolved"] | None = None
    at_least: float | None = Field(default=None, ge=0, le=1)
    more_than: float | None = Field(default=None, ge=0, lt=1)
    steps: list[str] = Field(default_factory=list)
    select: dict[str, list[str]] = Field(default_factory=dict)
    label: Text
    source: Text | None = None

    @model_validator(mode="after")
    def _complete(self) -> TargetSpec:
        lacking = [name for name in _NEEDS[self.kind] if getattr(self, name) in (None, [])]
        if self.kind == "share" and (self.at_least is None) == (self.more_than is None):
            lacking.append("at_least | more_than")
        if lacking:
            raise PydanticCustomError(
                "spec_target_incomplete",
                "target {target} of kind {kind} needs {lacking}",
                {"target": self.key, "kind": self.kind, "lacking": ", ".join(lacking)},
            )
        return self

    @property
    def limit(self) -> float | None:
        """The share that a `share` target asks for."""
        return self.at_least if self.at_least is not None else self.more_than
