"""Levels of localities and the dated changes between them."""

from __future__ import annotations

from datetime import date
from string import Formatter

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from diaban.spec.plain import clipped
from diaban.spec.text import Declared, Key, Text, Words


class LevelSpec(Declared):
    """A level of localities, from the whole to the smallest.

    `label` and `plural` are the words for one and for several; `whole` names the top level in a
    sentence ("the province"). `types` translates the types that the localities table prints, and
    `phrase` puts a locality's type and name together.
    """

    key: Key
    label: Text
    plural: Text
    whole: Text | None = None
    types: dict[str, Text] = Field(default_factory=dict)
    phrase: Text = Text(vi="{name}", en="{name}")

    @field_validator("phrase")
    @classmethod
    def _known_places(cls, phrase: Text) -> Text:
        """Of braces only {type} and {name}: anything else would be filled in from who knows where."""
        for text in (phrase.vi, phrase.en):
            if _fields(text) - {"type", "name"}:
                raise PydanticCustomError("spec_bad_phrase", "{shown}", {"shown": clipped(text)})
        return phrase


def _fields(text: str) -> set[str]:
    """What stands between the braces of `text`; "?" where they do not match."""
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        return {"?"}


class ChangeSpec(Declared):
    """A dated change: the localities `before` became the localities `after` on `on`."""

    on: date
    before: list[str] = Field(min_length=1)
    after: list[str] = Field(min_length=1)
    note: Words = ""


class PlacesSpec(Declared):
    """Which level findings are written for, which level models are fitted on, and who is reported.

    `report_parent` limits the findings to the children of one locality; all are still analysed.
    `similar_by` names the indicators by which a locality's statistical neighbours are found (none: it has
    none); `similar_count` how many it has.
    """

    report_level: str
    analysis_level: str
    report_parent: str | None = None
    similar_by: list[str] = Field(default_factory=list)
    similar_count: int = Field(default=3, ge=1)
    changes: list[ChangeSpec] = Field(default_factory=list)
