"""In which order to look at a locality's causes and conditions, and at measures, and how sure that order is.

An order of what to look at first, from the files and a declared weighing; it is no forecast. It does not say
how many cases a measure would prevent, nor that acting on the first factor does more than acting on the
second. Where rank intervals overlap the order is not known, and the rows say that they are tied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from diaban.errors import DiabanError
from diaban.findings.evidence import Evidence
from diaban.findings.priority_draws import PARTS, Floats, Scored, scored
from diaban.spec.factors import FactorSpec

LEAST_CHANGEABLE = 0.25
"""What a factor counts that is declared not changeable: behind its likes, yet not out of sight."""
RANKS = ["rank", "rank_lower", "rank_upper", "tied"]
COLUMNS = ["locality", "stream", "factor", "code", *PARTS, "score", *RANKS]
MEASURE_COLUMNS = ["locality", "stream", "measure", "factor", "code", *RANKS]
_TEXTS = dict.fromkeys(["locality", "stream", "factor", "code"], "str")
_RANK_TYPES = dict.fromkeys(["rank", "rank_lower", "rank_upper"], "int64") | {"tied": "bool"}
_NUMBERS = dict.fromkeys(["prevalence", "excess", "changeable", "score"], "float64")


def priorities(
    case_factors: pd.DataFrame,
    evidence: Evidence,
    factors: Sequence[FactorSpec],
    weights: Mapping[str, float] | None = None,
    *,
    seed: int,
    draws: int = 2000,
    level: float = 0.95,
) -> pd.DataFrame:
    """Codes of each locality and stream by prevalence^w1 x excess^w2 x strength^w3 x changeable^w4.

    case_factors: rows that may be read count, others are left out; shrunk_share with its limits (95 %),
    rest_coded, rest_files, p, over, comparisons. prevalence: shrunk_share; excess: its ratio to the rest's
    share; strength: of both sides of `evidence`, 1 for strong down to 0.25; changeable: 0..1 of the study's
    factor, not under LEAST_CHANGEABLE, 1 for a code of no factor (`factor` missing). weights: PARTS ->
    number, 1 where not given; 0 leaves a part out.

    rank_lower, rank_upper: over `draws` redrawn data and weights. Data: the share from its posterior (normal
    on the logit scale, with the width of its interval), the rest's likewise, and the test that goes with the
    share, so that a code may lose or gain its place after all comparisons; the area side and the coders'
    agreement are held. Weights: log-normal around the declared ones. tied: the rank interval overlaps that of
    the code above.

    Raises DiabanError for a weight of an unknown part, or one below zero.
    """
    w, factor_of = _weights(weights), _factor_of(factors)
    groups = scored(case_factors, evidence, _changeable(factor_of), w, seed=seed, draws=draws)
    return _stacked([_ranked_codes(g, factor_of, level) for g in groups], COLUMNS, _TEXTS | _NUMBERS)


def measure_priorities(
    case_factors: pd.DataFrame,
    evidence: Evidence,
    factors: Sequence[FactorSpec],
    measures: pd.DataFrame,
    weights: Mapping[str, float] | None = None,
    *,
    seed: int,
    draws: int = 2000,
    level: float = 0.95,
) -> pd.DataFrame:
    """Measures of the catalogue, by the best score of the codes that they act on, in the same draws.

    measures: measure, codes (a list). factor, code: the best one that it acts on here. Two measures that act
    on the same best code share its rank. Measures that act on no code of the locality have no row. Other
    arguments and columns as in `priorities`.
    """
    w, factor_of = _weights(weights), _factor_of(factors)
    groups = scored(case_factors, evidence, _changeable(factor_of), w, seed=seed, draws=draws)
    acts_on = dict(zip(measures["measure"], measures["codes"], strict=True))
    parts = [_ranked_measures(g, acts_on, factor_of, level) for g in groups]
    return _stacked(parts, MEASURE_COLUMNS, _TEXTS | {"measure": "str"})


def _ranked_codes(g: Scored, factor_of: Mapping[str, FactorSpec], level: float) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "factor": [_key(factor_of, code) for code in g.codes],
            "code": g.codes,
            "prevalence": g.prevalence,
            "excess": g.excess,
            "strength": g.strength,
            "changeable": g.changeable,
            "score": np.exp(g.score),
        }
    )
    return _with_ranks(frame.assign(locality=g.locality, stream=g.stream), g.score, g.drawn, "code", level)


def _ranked_measures(
    g: Scored, acts_on: Mapping[str, Sequence[str]], factor_of: Mapping[str, FactorSpec], level: float
) -> pd.DataFrame:
    columns = {m: [i for i, code in enumerate(g.codes) if code in listed] for m, listed in acts_on.items()}
    columns = {m: mine for m, mine in columns.items() if mine}
    best = [max(mine, key=lambda i: g.score[i]) for mine in columns.values()]
    drawn = [g.drawn[:, mine].max(axis=1) for mine in columns.values()]
    codes = [g.codes[i] for i in best]
    frame = pd.DataFrame(
        {"measure": list(columns), "factor": [_key(factor_of, code) for code in codes], "code": codes}
    ).assign(locality=g.locality, stream=g.stream)
    drawn_scores = np.column_stack(drawn) if drawn else np.empty((len(g.drawn), 0))
    return _with_ranks(frame, g.score[best], drawn_scores, "measure", level)


def _with_ranks(frame: pd.DataFrame, score: Floats, drawn: Floats, name: str, level: float) -> pd.DataFrame:
    """Rank 1 is the highest score; equal scores share the better rank, in the draws too."""
    if frame.empty:
        return frame
    rank = rankdata(-score, method="min").astype(int)
    ranks = rankdata(-drawn, axis=1, method="min")
    ends = [0.5 - level / 2, 0.5 + level / 2]
    lower, upper = np.quantile(ranks, ends, axis=0, method="inverted_cdf").astype(int)
    frame = frame.assign(rank=rank, rank_lower=np.minimum(lower, rank), rank_upper=np.maximum(upper, rank))
    frame = frame.sort_values(["rank", name], kind="stable", ignore_index=True)
    return frame.assign(tied=frame["rank_lower"] <= frame["rank_upper"].shift(fill_value=0))


def _stacked(parts: list[pd.DataFrame], columns: list[str], types: dict[str, str]) -> pd.DataFrame:
    parts = [part for part in parts if len(part)]
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    return frame[columns].astype(types | _RANK_TYPES)


def _weights(weights: Mapping[str, float] | None) -> Floats:
    given = dict(weights or {})
    strange = sorted(set(given) - set(PARTS))
    if strange:
        raise DiabanError("priority_unknown_weight", names=", ".join(strange), known=", ".join(PARTS))
    negative = sorted(name for name, value in given.items() if value < 0)
    if negative:
        raise DiabanError("priority_negative_weight", names=", ".join(negative))
    return np.array([given.get(name, 1.0) for name in PARTS])


def _factor_of(factors: Sequence[FactorSpec]) -> dict[str, FactorSpec]:
    """Code -> the first declared factor that it measures."""
    return {code: factor for factor in reversed(factors) for code in factor.codes}


def _changeable(factor_of: Mapping[str, FactorSpec]) -> dict[str, float]:
    return {
        code: min(max(float(factor.changeable), LEAST_CHANGEABLE), 1.0) for code, factor in factor_of.items()
    }


def _key(factor_of: Mapping[str, FactorSpec], code: str) -> object:
    return factor_of[code].key if code in factor_of else pd.NA
