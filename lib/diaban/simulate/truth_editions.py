"""The declared truth of earlier editions: how the register of then differed from the final one."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from diaban.simulate.truth_parts import Declared, Positive


class LateTruth(Declared):
    """`count` cases reported in the last `days` up to the cut-off that reached the register after it."""

    count: int = Field(ge=0)
    days: int = Field(ge=1)


class RecodedTruth(Declared):
    """`count` cases whose `column` is `now` in the final register and was `then` in the earlier one."""

    column: str
    now: str
    then: str
    count: int = Field(ge=0)


class RevisionTruth(Declared):
    """Population of the report localities in these periods: then `factor` times what it is now."""

    localities: list[str] = Field(min_length=1)
    periods: list[str] = Field(min_length=1)
    factor: Positive


class EditionTruth(Declared):
    """The register at an earlier cut-off, written into `folder` (relative to the study's folder).

    Planted besides what came later: `late` reports; `removed` cases that stood in it twice; `moved` cases
    that stood under another report locality; `redated` cases that stood in the period before; `recoded` ones;
    and what population was revised. Only cases reported from `since` on differ (any, where it is not
    declared), and no case in more than one way.
    """

    key: str
    cutoff: date
    folder: str
    since: date | None = None
    late: LateTruth | None = None
    removed: int = Field(default=0, ge=0)
    moved: int = Field(default=0, ge=0)
    redated: int = Field(default=0, ge=0)
    recoded: list[RecodedTruth] = Field(default_factory=list)
    population: list[RevisionTruth] = Field(default_factory=list)
