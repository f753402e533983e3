"""How reports and cases are handled: the steps, what each means, and the time that the law gives."""

from __future__ import annotations

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from diaban.spec.text import Declared, Key, Text


class StepSpec(Declared):
    """A step of the calendar of steps; one of `after` comes before it, where the case has any of them."""

    key: Key
    label: Text
    after: list[str] = Field(default_factory=list)


class LimitSpec(Declared):
    """Days within which a report is to be decided, and where that is said."""

    key: Key
    days: int = Field(ge=1)
    label: Text
    source: Text


class ReasonSpec(Declared):
    """A coded reason of a step."""

    key: Key
    label: Text


class HandlingSpec(Declared):
    """The calendar of steps of a study, and which steps answer which question.

    `decisions` end the handling of a report; `resolved` are those of them that settle it; `extended` prolong
    the time that the law gives; `stopped` are the steps by which a case comes to rest or goes back; `final`
    are decisions of which a case has one at most, until `reopened` by one of those.
    """

    start: str
    classified: list[str] = Field(min_length=1)
    assigned: list[str] = Field(default_factory=list)
    decisions: list[str] = Field(min_length=1)
    resolved: list[str] = Field(min_length=1)
    extended: list[str] = Field(default_factory=list)
    stopped: list[str] = Field(default_factory=list)
    final: list[str] = Field(default_factory=list)
    reopened: list[str] = Field(default_factory=list)
    steps: list[StepSpec] = Field(min_length=1)
    limits: list[LimitSpec] = Field(min_length=1)
    reasons: list[ReasonSpec] = Field(default_factory=list)

    @model_validator(mode="after")
    def _steps_declared(self) -> HandlingSpec:
        known = {step.key for step in self.steps}
        named = {self.start, *(key for step in self.steps for key in step.after)}
        decided = ("decisions", "resolved", "extended", "stopped", "final", "reopened")
        parts = ("classified", "assigned", *decided)
        for name in parts:
            named |= set(getattr(self, name))
        if unknown := sorted(named - known):
            raise PydanticCustomError(
                "spec_not_declared",
                "{path}: {unknown} not declared; declared: {declared}",
                {
                    "path": "handling.steps",
                    "unknown": ", ".join(unknown),
                    "declared": ", ".join(sorted(known)),
                },
            )
        return self

    def steps_of(self, measure: str) -> list[str]:
        """The steps that a `measure` of a target stands for."""
        return {
            "classified": self.classified,
            "assigned": self.assigned,
            "decided": self.decisions,
            "resolved": self.resolved,
        }[measure]
