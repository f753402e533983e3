"""The parts of a district's excess, against the same parts at the true rate ratios."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban.analysis.area_factors.decomposition import excess_decomposition
from diaban.analysis.area_factors.divisia import divisia_contributions
from diaban.analysis.area_factors.within_between import within_between
from diaban.bench.light_area import AGES
from diaban.bench.light_province import Province
from diaban.bench.truth.judged import covers, join, judged, strength_of
from diaban.bench.truth.worlds import World

DRAWS = 400
METHOD = "excess_decomposition"
KEYS = ["locality", "stream"]


def judge(world: World) -> pd.DataFrame:
    frames = [_judge(world.province, world.seed)]
    if world.light:
        frames.append(_age(world.aged, world.seed))
    return join(frames)


def _told(one: Province, seed: int) -> pd.DataFrame:
    return excess_decomposition(
        one.exposed,
        one.indicators,
        one.groups,
        one.groups,
        periods=list(one.exposed["period"].unique()),
        period="all",
        age=one.age,
        population=one.population,
        seed=seed,
        draws=DRAWS,
    )


def _judge(one: Province, seed: int) -> pd.DataFrame:
    told = _told(one, seed)
    true = true_parts(one)
    beside = told.merge(true, on=[*KEYS, "component"])
    error = beside["cases"] - beside["true"]
    excess = told.pivot_table(index=KEYS, columns="component", values="cases")
    excess = (excess["observed"] - excess["expected"]).abs().rename("excess")
    relative = error.abs().sum() / beside.join(excess, on=KEYS)["excess"].sum()
    factors = judged(
        METHOD,
        "factor's share, cases",
        beside["planted"].to_numpy(),
        error=error,
        covered=covers(beside["lower"], beside["upper"], beside["true"]),
        aside="mean absolute error",
        value=error.abs(),
    )
    whole = judged(
        METHOD, "factor's share over excess", aside="mean absolute error / mean excess", value=[relative]
    )
    return join([factors, whole, _left(told, true, one), _adds_up(told)])


def true_parts(one: Province) -> pd.DataFrame:
    """locality (of report), stream, component (indicator), true, planted: cases at the true rate ratios."""
    Z = within_between(one.indicators).between
    tables = []
    for stream, rows in one.exposed.groupby("stream"):
        sums = rows.groupby("locality")[["cases", "person_years"]].sum().reindex(Z.index)
        base = (sums["person_years"] * sums["cases"].sum() / sums["person_years"].sum()).to_numpy()
        effects = one.effects[(one.effects["stream"] == stream) & (one.effects["part"] == "between")]
        ratio = effects.set_index("indicator")["rate_ratio"].reindex(Z.columns)
        parts = divisia_contributions(base, Z.to_numpy() * np.log(ratio.to_numpy()))
        frame = pd.DataFrame(parts, columns=Z.columns).groupby(one.groups[Z.index].to_numpy()).sum()
        frame = frame.rename_axis("locality").reset_index().melt("locality", var_name="component")
        strength = pd.Series(strength_of(ratio), index=ratio.index)
        frame = frame.assign(stream=stream, planted=frame["component"].map(strength))
        tables.append(frame.rename(columns={"value": "true"}))
    return pd.concat(tables, ignore_index=True)


def _age(one: Province, seed: int) -> pd.DataFrame:
    """What age structure adds, in a province where it does: at the true risks by age."""
    assert one.population is not None
    persons = one.population.pivot_table(index="locality", columns="age_band", values="persons")[AGES.index]
    risk = (persons @ AGES["risk"]) / persons.sum(axis=1)
    tables = []
    for stream, rows in one.exposed.groupby("stream"):
        sums = rows.groupby("locality")[["cases", "person_years"]].sum()
        at_risk = sums["person_years"] * risk.reindex(sums.index)
        shares = at_risk / at_risk.sum() - sums["person_years"] / sums["person_years"].sum()
        added = (shares * sums["cases"].sum()).groupby(one.groups.reindex(sums.index)).sum()
        tables.append(added.rename("true").rename_axis("locality").reset_index().assign(stream=stream))
    told = _told(one, seed)
    beside = told[told["component"] == "age"].merge(pd.concat(tables), on=KEYS)
    error = beside["cases"] - beside["true"]
    covered = covers(beside["lower"], beside["upper"], beside["true"])
    aside = "mean absolute error"
    return judged(METHOD, "age, cases", error=error, covered=covered, aside=aside, value=error.abs())


def _left(told: pd.DataFrame, true: pd.DataFrame, one: Province) -> pd.DataFrame:
    """The unexplained: true mean count less what is expected and what the indicators truly add."""
    if one.expected is None:
        return judged(METHOD, "unexplained")[:0]
    mean = one.expected.assign(locality=one.expected["locality"].map(one.groups)).groupby(KEYS)["mu"].sum()
    wide = told.pivot_table(index=KEYS, columns="component", values="cases")
    truth = mean - wide["expected"] - true.groupby(KEYS)["true"].sum()
    rows = told[told["component"] == "unexplained"].set_index(KEYS)
    truth = truth.reindex(rows.index)
    return judged(
        METHOD,
        "unexplained, cases",
        error=rows["cases"] - truth,
        covered=covers(rows["lower"], rows["upper"], truth),
    )


def _adds_up(told: pd.DataFrame) -> pd.DataFrame:
    """Share of districts in which the components add up to the observed."""
    wide = told.pivot_table(index=KEYS, columns="component", values="cases")
    parts = wide.drop(columns="observed").sum(axis=1)
    return judged(METHOD, "adds up exactly", called=np.isclose(parts, wide["observed"], rtol=0, atol=1e-6))
