"""Levels of localities and the dated changes between them."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from diaban.spec.text import Declared, Text


class LevelSpec(Declared):
    """A level of localities, from the whole to the smallest.

    `label` and `plural` are the words for one and for several; `whole` names the top level in a
    sentence ("the province"). `types` translates the types that the localities table prints, and
    `phrase` puts a locality's type and name together.
    """

    key: str
    label: Text
    plural: Text
    whole: Text | None = None
    types: dict[str, Text] = Field(default_factory=dict)
    phrase: Text = Text(vi="{name}", en="{name}")


class ChangeSpec(Declared):
    """A dated change: the localities `before` became the localities `after` on `on`."""

    on: date
    before: list[str] = Field(min_length=1)
    after: list[str] = Field(min_length=1)
    note: str = ""


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
