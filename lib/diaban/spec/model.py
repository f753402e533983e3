"""The typed model of `study.toml`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal, Protocol

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from diaban.spec.editions import EditionSpec
from diaban.spec.factors import (
    ConfigurationSpec,
    DomainSpec,
    FactorSpec,
    IndicatorSpec,
    PriorityWeights,
)
from diaban.spec.handling import HandlingSpec
from diaban.spec.places import LevelSpec, PlacesSpec
from diaban.spec.source import SourceSpec
from diaban.spec.streams import PopulationSpec, StreamSpec
from diaban.spec.targets import TargetSpec
from diaban.spec.text import Declared, Key, Text, Words
from diaban.spec.themes import ThemeSpec

DEFAULT_THRESHOLD = 5
"""A count below this, zero included, is not shown."""

CHILD_VICTIMS_THRESHOLD = 10
"""The same where what is counted is child victims, or cases that a table picks out by what befell them."""


class Keyed(Protocol):
    """An entry of a list of the declaration."""

    @property
    def key(self) -> str: ...


class Identity(Declared):
    """What the study is. The one with `default` is meant where a command names none."""

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Text
    subject: Text
    simulated: bool
    languages: list[Literal["vi", "en"]] = Field(min_length=1)
    licences: list[Words] = Field(default_factory=list)
    default: bool = False


class Block(Declared):
    """Periods pooled into one. The blocks of a study tile its complete periods without overlap."""

    key: Key
    periods: list[Key] = Field(min_length=1)


class PeriodsSpec(Declared):
    """The calendar, the periods of the study, and how they pool.

    `counted_by` is the date of a case record that decides its period.
    """

    calendar: str
    first: str
    last: str
    cutoff: date
    blocks: list[Block] = Field(min_length=1)
    report: str
    baseline: str
    files: list[str] = Field(default_factory=list)
    counted_by: Literal["reported_on", "accepted_on", "occurred_from", "occurred_to"] = "reported_on"


class DisclosureSpec(Declared):
    """Thresholds of the release; weaker than the defaults only with a reason, which every page prints.

    threshold: of all tables. child_victims: of those that count child victims, where it is the stricter one.
    """

    threshold: int = Field(default=DEFAULT_THRESHOLD, ge=1)
    child_victims: int = Field(default=CHILD_VICTIMS_THRESHOLD, ge=1)
    reason: Text | None = None

    @model_validator(mode="after")
    def _weaker_needs_a_reason(self) -> DisclosureSpec:
        defaults = {"threshold": DEFAULT_THRESHOLD, "child_victims": CHILD_VICTIMS_THRESHOLD}
        for name, default in defaults.items():
            if getattr(self, name) < default and self.reason is None:
                raise PydanticCustomError(
                    "spec_weak_threshold",
                    "{name} = {value}, below {default}, needs disclosure.reason",
                    {"name": name, "value": getattr(self, name), "default": default},
                )
        return self

    @property
    def of_victims(self) -> int:
        """What holds for child victims: the stricter of the two."""
        return max(self.child_victims, self.threshold)


class ModelSpec(Declared):
    """Settings of the statistics: the seed of every simulation and the rate's multiplier."""

    seed: int = 20240614
    per: int = 100_000
    minimum_cases: int = 10


class ReferenceSpec(Declared):
    """Files of reference data (CSV), relative to the study's folder; `more_codes` extends the code book."""

    code_book: str | None = None
    more_codes: str | None = None
    measures: str | None = None


class StudySpec(Declared):
    """A whole `study.toml`."""

    study: Identity
    periods: PeriodsSpec
    levels: list[LevelSpec] = Field(min_length=2)
    places: PlacesSpec
    populations: dict[Key, PopulationSpec]
    streams: list[StreamSpec] = Field(min_length=1)
    domains: list[DomainSpec] = Field(default_factory=list)
    indicators: list[IndicatorSpec] = Field(default_factory=list)
    factors: list[FactorSpec] = Field(default_factory=list)
    targets: list[TargetSpec] = Field(default_factory=list)
    handling: HandlingSpec | None = None
    themes: list[ThemeSpec] = Field(default_factory=list)
    editions: list[EditionSpec] = Field(default_factory=list)
    sources: list[SourceSpec] = Field(min_length=1)
    reference: ReferenceSpec = ReferenceSpec()
    disclosure: DisclosureSpec = DisclosureSpec()
    model: ModelSpec = ModelSpec()
    configurations: list[ConfigurationSpec] = Field(default_factory=list)
    priority: PriorityWeights = PriorityWeights()

    @model_validator(mode="after")
    def _names_resolve(self) -> StudySpec:
        """Every key that one part names is declared by another, once."""
        self._keys_once()
        _require("streams.population", (s.population for s in self.streams), self.populations)
        domains = {d.key for d in self.domains}
        _require("indicators.domain", (i.domain for i in self.indicators), domains)
        _require("factors.domain", (f.domain for f in self.factors), domains)
        indicators = {i.key for i in self.indicators}
        _require("factors.indicators", (k for f in self.factors for k in f.indicators), indicators)
        streams = {s.key for s in self.streams}
        _require("targets.stream", (t.stream for t in self.targets if t.stream), streams)
        _require("themes.streams", (k for t in self.themes for k in t.streams), streams)
        _require("configurations.stream", (c.stream for c in self.configurations), streams)
        _require("places.similar_by", self.places.similar_by, indicators)
        blocks = {b.key for b in self.periods.blocks}
        _require("periods.report", [self.periods.report], blocks)
        _require("periods.baseline", [self.periods.baseline], blocks)
        levels = {level.key for level in self.levels}
        _require("places.report_level", [self.places.report_level], levels)
        _require("places.analysis_level", [self.places.analysis_level], levels)
        self._targets_can_be_judged()
        return self

    def _keys_once(self) -> None:
        """A key names one thing: of two with the same one, figures would be taken for each other's."""
        steps = self.handling
        lists: dict[str, Sequence[Keyed]] = {
            "levels": self.levels,
            "periods.blocks": self.periods.blocks,
            "streams": self.streams,
            "domains": self.domains,
            "indicators": self.indicators,
            "factors": self.factors,
            "targets": self.targets,
            "themes": self.themes,
            "editions": self.editions,
            "configurations": self.configurations,
            "handling.steps": steps.steps if steps else [],
            "handling.limits": steps.limits if steps else [],
            "handling.reasons": steps.reasons if steps else [],
        }
        for name, entries in lists.items():
            _once(name, [entry.key for entry in entries])

    def _targets_can_be_judged(self) -> None:
        """A target on change has a year before, one on handling has the steps that it names."""
        for target in self.targets:
            if target.kind == "change" and self.periods.first == self.periods.last:
                raise PydanticCustomError(
                    "spec_target_without_baseline",
                    "target {target}: {period} is the only period, so there is no year before",
                    {"target": target.key, "period": self.periods.first},
                )
            if target.kind != "change" and self.handling is None:
                raise PydanticCustomError(
                    "spec_target_without_steps", "target {target} needs [handling]", {"target": target.key}
                )
            if self.handling is not None:
                if target.measure is not None and not self.handling.steps_of(target.measure):
                    raise PydanticCustomError(
                        "spec_target_without_measure",
                        "target {target} measures {measure}, but handling.{measure} names no step",
                        {"target": target.key, "measure": target.measure},
                    )
                _require("targets.steps", target.steps, (step.key for step in self.handling.steps))

    @property
    def top_level(self) -> str:
        """The level that everything is compared with: the first one declared."""
        return self.levels[0].key

    def stream(self, key: str) -> StreamSpec:
        return next(s for s in self.streams if s.key == key)

    def changes_aimed_at(self) -> list[TargetSpec]:
        """The targets on the number of cases of a stream."""
        return [target for target in self.targets if target.kind == "change"]

    def block_of(self) -> dict[str, str]:
        """Period -> block, for pooling."""
        return {period: block.key for block in self.periods.blocks for period in block.periods}

    def bands_at_risk(self) -> dict[str, list[str]]:
        """Stream -> age bands of its population at risk."""
        return {s.key: list(self.populations[s.population].age_bands) for s in self.streams}


def _once(name: str, keys: Sequence[str]) -> None:
    """Raises for the first key that comes again, numbered from 1 as in `streams[2]`."""
    for number, key in enumerate(keys, start=1):
        if (first := keys.index(key) + 1) < number:
            raise PydanticCustomError(
                "spec_key_twice",
                "{name}[{number}] has the key {twice} of {name}[{first}]",
                {"name": name, "number": number, "twice": key, "first": first},
            )


def _require(key: str, named: Iterable[str], declared: Iterable[str]) -> None:
    known = sorted(declared)
    unknown = sorted(set(named) - set(known))
    if unknown:
        raise PydanticCustomError(
            "spec_not_declared",
            "{path}: {unknown} not declared; declared: {declared}",
            {"path": key, "unknown": ", ".join(unknown), "declared": ", ".join(known)},
        )
