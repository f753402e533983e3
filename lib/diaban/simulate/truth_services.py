"""The declared truth of services: programmes, outreach, support."""

from __future__ import annotations

from pydantic import Field

from diaban.simulate.truth_parts import Declared, Positive, Share, Shares


class ProgrammeTruth(Declared):
    """A kind of standing programme: the causes it acts on, for whom, led by whom, how many a report
    locality has at the end, and the share that has been given up."""

    kind: str
    codes: list[str] = Field(min_length=1)
    audience: str
    lead: str
    per_report: Positive
    ended_share: Share = 0.0
    members: Positive


class OutreachTruth(Declared):
    """The log of outreach sessions, as many as the numerator of `indicator`."""

    indicator: str
    topics: Shares
    audiences: Shares
    persons: Positive


class SupportGroupTruth(Declared):
    """A group of persons in need of support: known ones per 1,000 of `bands`."""

    group: str
    per_1000: Positive


class SupportTruth(Declared):
    """Support coverage: of those identified, the share with a plan, of these with a person in charge, of
    these supported; and the share of plans that are overdue."""

    bands: list[str] = Field(min_length=1)
    groups: list[SupportGroupTruth] = Field(min_length=1)
    with_plan: Share
    with_person: Share
    supported: Share
    overdue: Share
    locality_sd: float = Field(ge=0)


class ServicesTruth(Declared):
    programmes: list[ProgrammeTruth] = Field(min_length=1)
    outreach: OutreachTruth
    support: SupportTruth
