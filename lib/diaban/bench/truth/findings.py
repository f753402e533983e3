"""The written rule: which findings come out strong, and in which order it puts causes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban.analysis.case_factors import case_factors
from diaban.analysis.case_factors.coder_agreement import coder_agreement
from diaban.analysis.factor_profile import factor_profile
from diaban.bench.light_files import code_names
from diaban.bench.truth.judged import NONE, join, judged
from diaban.bench.truth.shares import planted_codes
from diaban.bench.truth.what_if import directions
from diaban.bench.truth.worlds import World
from diaban.findings.evidence import Evidence, gather_evidence
from diaban.findings.priority import priorities
from diaban.findings.priority_draws import STRENGTH_VALUE
from diaban.findings.strength import ENOUGH_FILES, FactorEvidence, case_finding_strength, factor_strength

BOOTSTRAPS = 300
READING = "good coding"
KEYS = ["locality", "stream", "code"]
ORDER = ["clear", "strong", "moderate", "in a domain", NONE]


def judge(world: World) -> pd.DataFrame:
    one = world.province
    codes = world.readings[READING]
    told = case_factors(codes, one.cases, one.code_book)
    told = told[told["code"].isin(code_names())]
    profile = factor_profile(
        one.indicators,
        one.groups,
        directions(one),
        population=one.exposed.drop_duplicates(["locality", "period"])[["locality", "period", "persons"]],
    )
    evidence = gather_evidence(
        told,
        world.associations,
        profile,
        one.factors,
        coder_agreement=coder_agreement(codes, one.code_book, draws=BOOTSTRAPS, seed=world.seed),
        area_robustness=world.robustness,
    )
    return join([_strengths(told, evidence, world), _priorities(told, evidence, profile, world)])


def _strengths(told: pd.DataFrame, evidence: Evidence, world: World) -> pd.DataFrame:
    """By code at a locality: "both sides" were planted to be strong, "case side" to be moderate."""
    planted = planted_codes(told, world)
    side = np.select([planted == "clear", planted != NONE], ["both sides", "case side"], NONE)
    known = [evidence.of_code(*key) for key in told[KEYS].itertuples(index=False)]
    strength = pd.Series([case_finding_strength(one).strength for one in known])
    both = side == "both sides"
    needed = {
        "case side found": [one.case_stands for one in known],
        "of 20 files": [one.n_files >= ENOUGH_FILES for one in known],
        "coders agree": [one.coders_agree is True for one in known],
        "area side found": [one.area_supported and one.area_robust is True for one in known],
        "unfavourable there": [one.area_unfavourable_here for one in known],
    }
    needs = pd.DataFrame(needed)[both]
    return join(
        [
            judged("findings", "strong", side, called=strength == "strong"),
            *(judged("findings", "strong", side[both], aside=n, value=v) for n, v in needs.items()),
            judged("findings", "moderate or strong", side, called=strength.isin(["moderate", "strong"])),
        ]
    )


def _priorities(told: pd.DataFrame, evidence: Evidence, profile: pd.DataFrame, world: World) -> pd.DataFrame:
    """Rank intervals against the order at the true shares and the strengths that perfect data would give."""
    one = world.province
    assert one.files is not None
    ranked = priorities(told, evidence, one.factors, seed=world.seed, draws=BOOTSTRAPS)
    true = ranked[KEYS].assign(score=_true_scores(ranked, profile, world))
    by = true.groupby(["locality", "stream"])["score"]
    best, worst = by.rank(ascending=False, method="min"), by.rank(ascending=False, method="max")
    covered = (ranked["rank_lower"] <= worst) & (best <= ranked["rank_upper"])
    first = best == 1
    here = _most_planted(ranked, world)
    named = ranked["rank"] == 1
    width = ranked["rank_upper"] - ranked["rank_lower"] + 1
    third = ranked["rank"] <= 3
    return join(
        [
            judged("priorities", "rank", covered=covered, aside="ranks wide", value=width),
            judged(
                "priorities",
                "rank of the true first, by what is planted there",
                here[first],
                covered=covered[first],
                aside="ranks wide",
                value=width[first],
            ),
            judged(
                "priorities",
                "true first named first, by what is planted there",
                here[first],
                called=named[first],
                aside="in the first three",
                value=third[first],
            ),
        ]
    )


def _most_planted(ranked: pd.DataFrame, world: World) -> np.ndarray:
    """The strongest plant of each row's locality and stream; "nothing" is no error to name a first of."""
    order = pd.Series(planted_codes(ranked, world)).map(ORDER.index)
    most = order.groupby([ranked["locality"], ranked["stream"]]).transform("min")
    return np.array([*ORDER[:-1], "nothing"])[most]


def _true_scores(ranked: pd.DataFrame, profile: pd.DataFrame, world: World) -> np.ndarray:
    """prevalence x excess x strength of each row, from the truth alone."""
    one = world.province
    assert one.files is not None
    shares = one.files.true_shares()
    here = ranked.join(shares, on=KEYS)["true"]
    whole = one.cases.groupby(["stream", "locality"]).size()
    elsewhere = shares.reset_index().join(whole.rename("n"), on=["stream", "locality"])
    elsewhere["mass"] = elsewhere["true"] * elsewhere["n"].fillna(0)
    sums = elsewhere.groupby(["stream", "code"])[["mass", "n"]].transform("sum")
    rest = (sums["mass"] - elsewhere["mass"]) / (sums["n"] - elsewhere["n"].fillna(0))
    rest = elsewhere.assign(rest=rest).set_index(KEYS)["rest"]
    excess = here / ranked.join(rest, on=KEYS)["rest"]
    planted = planted_codes(ranked, world)
    area = _true_area(profile, world)
    strengths = [
        factor_strength(
            FactorEvidence(
                case_over=plant != NONE,
                n_files=1000,
                coders_agree=True,
                area_supported=tuple(key) in area,
                area_robust=True,
                area_unfavourable_here=True,
            )
        ).strength
        for plant, key in zip(planted, ranked[KEYS].itertuples(index=False), strict=True)
    ]
    return (here * excess).to_numpy() * pd.Series(strengths).map(STRENGTH_VALUE).to_numpy()


def _true_area(profile: pd.DataFrame, world: World) -> set[tuple[str, str, str]]:
    """(locality, stream, code) whose factor's indicator truly acts on the stream and is worse there."""
    one = world.province
    acts = one.effects[(one.effects["part"] == "between") & (one.effects["rate_ratio"] != 1)]
    worse = profile[profile["verdict"] == "worse"]
    codes_of = {indicator: factor.codes for factor in one.factors for indicator in factor.indicators}
    both = worse.merge(acts[["stream", "indicator"]], on="indicator")
    return {
        (row.locality, row.stream, code)
        for row in both.itertuples()
        for code in codes_of.get(row.indicator, [])
    }
