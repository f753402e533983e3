"""The declared truth of a simulated study: what `truth.toml` may say, as a typed model."""

from __future__ import annotations

from datetime import date
from itertools import product

import pandas as pd
from pydantic import Field

from diaban.simulate.truth_cases import CodesTruth, JointTruth, StepTruth, StreamTruth
from diaban.simulate.truth_editions import EditionTruth
from diaban.simulate.truth_parts import Declared, Positive, Shares
from diaban.simulate.truth_services import ServicesTruth


class FilesTruth(Declared):
    """Files that the simulation starts from and the folder it writes to, relative to the study's folder."""

    localities: str
    population: str
    code_book: str
    tables: str = "tables"


class LevelsTruth(Declared):
    """Level names of the locality table: the report level and the unit of analysis below it."""

    report: str
    unit: str


class PeriodsTruth(Declared):
    """Calendar by name, first and last period, and the last day on which anything is known."""

    calendar: str
    first: str
    last: str
    cutoff: date


class BandTruth(Declared):
    """An age band: first and last year of age, its share of the whole population in the base year."""

    key: str
    low: int = Field(ge=0)
    high: int = Field(ge=0)
    share: float = Field(gt=0, lt=1)
    yearly: Positive = 1.0


class PopulationTruth(Declared):
    """Projection of known totals to every unit, period and age band.

    Totals of `total_year` at the report level grow by the factor `growth` a year. `split` divides a
    total among localities that came later. Shares of the bands hold in `share_year` and then change
    by each band's factor `yearly`. `unit_sd` and `young_sd` are standard deviations on the log scale of
    the units' sizes and of their share in all bands but the last.
    """

    total_year: int
    growth: Positive
    share_year: int
    unit_sd: float = Field(ge=0)
    young_sd: float = Field(ge=0)
    split: dict[str, Shares] = Field(default_factory=dict)
    bands: list[BandTruth] = Field(min_length=1)


class HeterogeneityTruth(Declared):
    """Unexplained variation of rates: standard deviations on the log scale, between units and between
    report localities."""

    unit_sd: float = Field(ge=0)
    report_sd: float = Field(ge=0)


class IndicatorTruth(Declared):
    """An area indicator: value = `per` x numerator / denominator.

    The denominator is the population in `bands` (all bands when empty) divided by `persons_each`, and
    child-years rather than children where `flow` says that the numerator counts events of a period.
    `mean` and `sd` describe unit means, `within_sd` the yearly changes around them, `trend` the common
    change a year, all in units of the value; no value is below `minimum` or above `maximum`.
    """

    key: str
    mean: float
    sd: Positive
    within_sd: Positive
    trend: float = 0.0
    per: Positive
    bands: list[str] = Field(default_factory=list)
    persons_each: Positive = 1.0
    flow: bool = False
    minimum: float = 0.0
    maximum: float | None = None


class CorrelationTruth(Declared):
    """Correlation of the unit means of two indicators, before rounding to whole numerators."""

    a: str
    b: str
    value: float = Field(gt=-1, lt=1)


class EffectTruth(Declared):
    """A true effect on a stream's rate, as rate ratios per standard deviation.

    `between`: per standard deviation of the unit means; `within`: per standard deviation of the
    deviations of unit x period from the unit's mean. Both on the values as written.
    """

    stream: str
    indicator: str
    strength: str
    between: Positive
    within: Positive


class SeasonTruth(Declared):
    """Months (1-12) in which offending is `ratio` times as frequent as in the others."""

    months: list[int] = Field(min_length=1)
    ratio: Positive


class DelayedMonthTruth(Declared):
    """Reports of the days `first` to `last` that reached the register `days` later."""

    first: date
    last: date
    days: int = Field(ge=0)


class RecordingTruth(Declared):
    """From `on`, `localities` record `ratio` times as many cases while offending is unchanged.

    What is newly recorded carries `fields`.
    """

    stream: str
    localities: list[str] = Field(min_length=1)
    on: date
    ratio: float = Field(ge=1)
    fields: dict[str, str] = Field(default_factory=dict)


class CampaignTruth(Declared):
    """A peak campaign, and the true rate ratio from its start to `effect_until`."""

    key: str
    topic: str
    stream: str
    localities: list[str] = Field(min_length=1)
    started_on: date
    ended_on: date
    effect_until: date
    rate_ratio: Positive


class BoundaryTruth(Declared):
    """Until the day before `on`, the unit `after` was the units `before` (shares of its people and cases)."""

    on: date
    after: str
    before: Shares


class Truth(Declared):
    """A whole `truth.toml`. `multiplier` scales every rate, for tests of size and of power."""

    seed: int = Field(ge=0)
    multiplier: Positive = 1.0
    files: FilesTruth
    levels: LevelsTruth
    periods: PeriodsTruth
    population: PopulationTruth
    heterogeneity: HeterogeneityTruth
    report_share: float = Field(ge=0, lt=1)
    indicators: list[IndicatorTruth] = Field(min_length=1)
    correlations: list[CorrelationTruth] = Field(default_factory=list)
    effects: list[EffectTruth] = Field(default_factory=list)
    season: SeasonTruth
    delayed_months: list[DelayedMonthTruth] = Field(default_factory=list)
    recording_changes: list[RecordingTruth] = Field(default_factory=list)
    campaigns: list[CampaignTruth] = Field(default_factory=list)
    boundary_changes: list[BoundaryTruth] = Field(default_factory=list)
    streams: list[StreamTruth] = Field(min_length=1)
    joint: JointTruth | None = None
    codes: CodesTruth
    process: list[StepTruth] = Field(min_length=1)
    services: ServicesTruth
    editions: list[EditionTruth] = Field(default_factory=list)

    def stream(self, key: str) -> StreamTruth:
        return next(s for s in self.streams if s.key == key)

    def effects_frame(self) -> pd.DataFrame:
        """True effects in the shape of `area_factors`: stream, indicator, part, rate_ratio, strength.

        One row for every stream x indicator x part ("between", "within"); 1.0 and "none" where nothing
        is planted.
        """
        planted = {(e.stream, e.indicator): e for e in self.effects}
        rows = []
        for stream, indicator, part in product(self.streams, self.indicators, ("between", "within")):
            effect = planted.get((stream.key, indicator.key))
            ratio = getattr(effect, part) if effect else 1.0
            strength = effect.strength if effect and ratio != 1 else "none"
            rows.append((stream.key, indicator.key, part, ratio, strength))
        return pd.DataFrame(rows, columns=["stream", "indicator", "part", "rate_ratio", "strength"])

    def pairs_frame(self) -> pd.DataFrame:
        """Planted over-represented causes: locality, stream, code, share there, share elsewhere."""
        elsewhere = self.codes.prevalence
        rows = [
            (p.locality, p.stream, p.code, p.share, elsewhere[p.stream][p.code]) for p in self.codes.pairs
        ]
        return pd.DataFrame(rows, columns=["locality", "stream", "code", "share", "rest_share"])

    def together_frame(self) -> pd.DataFrame:
        """Planted pairs of codes that meet: stream, a, b, share (of the files with a that carry b)."""
        rows = [(meet.stream, *meet.codes, meet.share) for meet in self.codes.together]
        return pd.DataFrame(rows, columns=["stream", "a", "b", "share"])
