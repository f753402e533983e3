"""What is done: standing programmes, campaigns, outreach, support. None of it tells its true effect."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban.simulate.ground import Places, observed_periods
from diaban.simulate.population import band_persons
from diaban.simulate.random import Rng, generator, pick
from diaban.simulate.truth import Truth
from diaban.simulate.truth_services import SupportTruth

_DAY = np.timedelta64(1, "D")


def simulate_programmes(truth: Truth, places: Places, seed: int) -> pd.DataFrame:
    """Columns programme, kind, locality (a unit), codes (separated by ";"), audience, lead, members,
    started_on, ended_on (missing while it runs)."""
    rng = generator(seed, "programmes")
    units, periods = places.units(truth), observed_periods(truth)
    first = np.datetime64(periods["start"].iloc[0], "D")
    span = (periods["end"].iloc[-1] - periods["start"].iloc[0]).days
    frames = []
    for kind in truth.services.programmes:
        number = round(kind.per_report * units["parent"].nunique())
        begun = rng.integers(0, span + 1, number)
        start = first + begun * _DAY
        end = start + (rng.random(number) * (span - begun)).astype("int64") * _DAY
        ended = rng.random(number) < kind.ended_share
        frame = pd.DataFrame(
            {"kind": kind.kind, "locality": rng.choice(units["locality"], number), "start": start}
        )
        frame = frame.assign(codes=";".join(kind.codes), audience=kind.audience, lead=kind.lead)
        frames.append(
            frame.assign(members=1 + rng.poisson(kind.members, number), end=np.where(ended, end, None))
        )
    programmes = pd.concat(frames, ignore_index=True).sort_values(["start", "locality"], ignore_index=True)
    programmes["started_on"] = programmes["start"].astype("datetime64[s]")
    programmes["ended_on"] = pd.to_datetime(programmes["end"]).astype("datetime64[s]")
    programmes.insert(0, "programme", [f"CT{i:03d}" for i in range(1, len(programmes) + 1)])
    return programmes[
        ["programme", "kind", "locality", "codes", "audience", "lead", "members", "started_on", "ended_on"]
    ]


def campaign_table(truth: Truth) -> pd.DataFrame:
    """Columns campaign, topic, stream, locality (a report locality), started_on, ended_on."""
    columns = ["campaign", "topic", "stream", "locality", "started_on", "ended_on"]
    rows = [
        (c.key, c.topic, c.stream, locality, pd.Timestamp(c.started_on), pd.Timestamp(c.ended_on))
        for c in truth.campaigns
        for locality in c.localities
    ]
    return pd.DataFrame(rows, columns=columns)


def simulate_outreach(truth: Truth, indicators: pd.DataFrame, seed: int) -> pd.DataFrame:
    """One row a session: date, locality (a unit), topic, audience, persons. As many sessions by unit and
    period as the numerator of the outreach indicator says."""
    rng, of = generator(seed, "outreach"), truth.services.outreach
    rows = indicators[indicators["indicator"] == of.indicator]
    rows = rows.loc[rows.index.repeat(rows["numerator"]), ["locality", "period"]].reset_index(drop=True)
    days = _days_within(rows["period"], truth, rng)
    sessions = pd.DataFrame({"date": days, "locality": rows["locality"]})
    sessions["topic"] = pick(rng, of.topics, len(rows))
    sessions["audience"] = pick(rng, of.audiences, len(rows))
    sessions["persons"] = 1 + rng.poisson(rng.gamma(2, of.persons / 2, len(rows)))
    return sessions.sort_values(["date", "locality"], kind="stable", ignore_index=True)


def _days_within(period: pd.Series, truth: Truth, rng: Rng) -> np.ndarray:
    periods = observed_periods(truth).set_index("period")
    start, end = (period.map(periods[side]).to_numpy("datetime64[D]") for side in ("start", "end"))
    span = (end - start).astype("int64") + 1
    return (start + (rng.random(len(period)) * span).astype("int64") * _DAY).astype("datetime64[s]")


def simulate_support(truth: Truth, places: Places, population: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Coverage counts by report locality, period and group: identified, with_plan, with_person,
    supported, overdue; each of the first four is at most the one before it, overdue at most with_plan."""
    rng, of = generator(seed, "support"), truth.services.support
    parent = places.units(truth).set_index("locality")["parent"]
    persons = band_persons(population, of.bands)
    persons = persons.groupby(parent.loc[persons.index].to_numpy()).sum().rename_axis(index="locality")
    local = rng.normal(0, of.locality_sd, len(persons))
    frames = []
    for group in of.groups:
        identified = rng.poisson(persons.mul(np.exp(local), axis=0) * group.per_1000 / 1000)
        frame = pd.DataFrame(identified, index=persons.index, columns=persons.columns).stack().reset_index()
        frame.columns = pd.Index(["locality", "period", "identified"])
        frames.append(_covered(frame.assign(group=group.group), of, rng))
    support = pd.concat(frames, ignore_index=True)
    columns = [
        "locality",
        "period",
        "group",
        "identified",
        "with_plan",
        "with_person",
        "supported",
        "overdue",
    ]
    return support[columns].sort_values(["locality", "period"], kind="stable", ignore_index=True)


def _covered(frame: pd.DataFrame, of: SupportTruth, rng: Rng) -> pd.DataFrame:
    frame["with_plan"] = rng.binomial(frame["identified"], of.with_plan)
    frame["with_person"] = rng.binomial(frame["with_plan"], of.with_person)
    frame["supported"] = rng.binomial(frame["with_person"], of.supported)
    frame["overdue"] = rng.binomial(frame["with_plan"], of.overdue)
    return frame
