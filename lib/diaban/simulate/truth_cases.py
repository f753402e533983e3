"""The declared truth of case files: streams, offences, persons, codes, handling."""

from __future__ import annotations

from pydantic import Field, ValidationInfo, field_validator

from diaban.simulate.truth_parts import TOLERANCE, Declared, Positive, Share, Shares

EVERY_BAND = "*"


class OffenceTruth(Declared):
    """A kind of offence within a stream.

    `suspects` is the mean number a case; where it is missing the mean follows from that of the stream.
    `severe_share` of the cases are of `severe_class` instead. `victim_bands` replaces the age bands of the
    stream's victims where the offence is defined by their age.
    """

    article: str
    share: Share
    form: str = ""
    severity_class: str
    severe_class: str = ""
    severe_share: Share = 0.0
    legal_track: Shares
    suspects: float | None = Field(default=None, ge=1)
    victims: bool = True
    victim_bands: Shares | None = None


class RoleTruth(Declared):
    """The persons of one role: mean number a case, age bands, share of women, and other fields.

    `fields` is column -> age band -> shares; the band "*" stands for every band that is not named.
    `repeat_share` of the distinct persons appear in two case files, at most `repeat_years` apart.
    """

    per_case: float = Field(ge=1)
    age_bands: Shares
    female_share: Share
    fields: dict[str, dict[str, Shares]] = Field(default_factory=dict)
    repeat_share: Share = 0.0
    repeat_years: Positive = 3.0


class LagTruth(Declared):
    """Days: log-normal with this median and log-scale sd, cut at `longest`."""

    median: Positive
    sd: float = Field(ge=0)
    longest: int = Field(ge=0)


class StreamTruth(Declared):
    """A kind of offending: its rate, its offences, its persons, and how it comes to light.

    cases_per_report_year: expected recorded cases a report locality and year, over the whole simulation.
    trend: factor on the rate a year. both_roles_share: part of the suspects in cases with three or more
    suspects who are victims too. fields: column of the case table -> shares.
    """

    key: str
    cases_per_report_year: Positive
    bands: list[str] = Field(min_length=1)
    trend: Positive = 1.0
    lasting_share: Share = 0.0
    lasting_days: Positive = 1.0
    reporting: LagTruth
    offences: list[OffenceTruth] = Field(min_length=1)
    suspects: RoleTruth
    victims: RoleTruth
    both_roles_share: Share = 0.0
    relation: Shares
    fields: dict[str, Shares]

    @field_validator("offences")
    @classmethod
    def _offences_add_to_one(cls, offences: list[OffenceTruth]) -> list[OffenceTruth]:
        total = sum(o.share for o in offences)
        if abs(total - 1) > TOLERANCE:
            raise ValueError(f"offences whose shares add up to 1, not to {total:g}")
        return offences


class JointTruth(Declared):
    """Files that belong to two streams at once: where a unit and period has a case of both, `share` of
    the possible pairs are one file under `topic`, with the offence and victims of the first stream and
    the suspects of the second."""

    topic: str
    streams: tuple[str, str]
    share: Share


class PairTruth(Declared):
    """A cause that is coded on `share` of the files of one report locality."""

    locality: str
    stream: str
    code: str
    share: Share


class TogetherTruth(Declared):
    """Two codes that meet: the second one stands on `share` of the stream's files that carry the first.

    Its share of all files stays as declared, so it is rarer on the files without the first.
    """

    stream: str
    codes: tuple[str, str]
    share: Share


class SecondCoderTruth(Declared):
    """A second coder reads `share` of the files, agrees to a code with chance `kept`, and adds any
    other code with chance `added`."""

    share: Share
    kept: Share
    added: Share


class CodesTruth(Declared):
    """Causes and conditions on case files. `prevalence`: stream -> code -> share of files.

    `together`: codes that meet more (or less) often than chance; a code takes part in one pair at most, and
    in none of `pairs` of its stream.
    """

    not_established: str
    not_established_share: Share
    prevalence: dict[str, dict[str, Share]]
    pairs: list[PairTruth] = Field(default_factory=list)
    together: list[TogetherTruth] = Field(default_factory=list)
    coders: list[str] = Field(min_length=2)
    second_coder: SecondCoderTruth
    strength: Shares
    evidence: Shares

    @field_validator("together")
    @classmethod
    def _codes_can_meet(cls, together: list[TogetherTruth], info: ValidationInfo) -> list[TogetherTruth]:
        taken = {(pair.stream, pair.code) for pair in info.data.get("pairs", [])}
        established = 1 - info.data.get("not_established_share", 0)
        for meet in together:
            a, b = (info.data.get("prevalence", {}).get(meet.stream, {}).get(c, 0) for c in meet.codes)
            used = {(meet.stream, code) for code in meet.codes}
            if len(used) < 2 or used & taken:
                raise ValueError(f"two codes that no other pair of {meet.stream} has: {meet.codes}")
            if not 0 <= b - a * meet.share <= established - a:
                raise ValueError(f"a share that leaves {meet.codes[1]} on as many files as declared")
            taken |= used
        return together


class StepTruth(Declared):
    """One step of case handling, possible once a step of `after` has been taken (the latest counts).

    It does not happen where a step of `unless` has, nor outside the case values of `only`; else with
    chance `share`, `earliest` to `latest` days later. A step without `after` starts with the report.
    """

    step: str
    after: list[str] = Field(default_factory=list)
    unless: list[str] = Field(default_factory=list)
    only: dict[str, list[str]] = Field(default_factory=dict)
    share: Share = 1.0
    earliest: int = Field(default=0, ge=0)
    latest: int = Field(default=0, ge=0)
    reasons: Shares = Field(default_factory=lambda: {"": 1.0})
