"""Scores of a locality's causes and conditions, and how they fall when data and weights are drawn again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import norm

from diaban.findings.evidence import Evidence, established
from diaban.findings.strength import HINT, FactorEvidence, factor_strength

Floats = NDArray[np.float64]

PARTS = ("prevalence", "excess", "strength", "changeable")
STRENGTH_VALUE = {"strong": 1.0, "moderate": 0.75, "weak": 0.5, "insufficient": 0.25}
WEIGHT_SPREAD = 0.25
"""Standard deviation of the log weights: a weight of 1 could as well have been 0.6 or 1.6."""
FALSE_DISCOVERY = 0.05


@dataclass(frozen=True)
class Scored:
    """The n codes of one locality and stream, in order of code. Scores are logs of the weighted product."""

    locality: str
    stream: str
    codes: list[str]
    prevalence: Floats
    excess: Floats
    strength: Sequence[str]
    changeable: Floats
    score: Floats
    drawn: Floats
    """Shape (draws, n)."""


def scored(
    case_factors: pd.DataFrame,
    evidence: Evidence,
    changeable: dict[str, float],
    weights: Floats,
    *,
    seed: int,
    draws: int,
) -> Iterator[Scored]:
    """Each locality and stream of the rows that may be read. changeable: code -> 0..1, 1 where not given.

    Draws belong to the locality and stream: other rows do not change them.
    """
    rows = established(case_factors).dropna(subset=["shrunk_share"])
    rows = rows.sort_values(["locality", "stream", "code"], kind="stable")
    noise = np.random.default_rng(seed).standard_normal((draws, len(PARTS), 1))
    drawn_weights = weights[:, None] * np.exp(WEIGHT_SPREAD * noise)
    accepted = _accepted(rows) if len(rows) else 0.0
    for (locality, stream), group in rows.groupby(["locality", "stream"], sort=True):
        known = [evidence.of_code(locality, stream, code) for code in group["code"]]
        strength = [factor_strength(e).strength for e in known]
        can_change = np.array([changeable.get(code, 1.0) for code in group["code"]])
        data = _as_arrays(group, known)
        excess = data.share / data.rest
        generator = np.random.default_rng([seed, crc32(f"{locality}/{stream}".encode())])
        share, rest, redrawn = _draw(data, accepted, draws, generator)
        yield Scored(
            locality=locality,
            stream=stream,
            codes=group["code"].tolist(),
            prevalence=data.share,
            excess=excess,
            strength=strength,
            changeable=can_change,
            score=_score((data.share, excess, _values(strength), can_change), weights),
            drawn=_score((share, share / rest, redrawn, can_change), np.moveaxis(drawn_weights, 1, 0)),
        )


@dataclass(frozen=True)
class _Data:
    """Arrays of n codes; strength (n, 3): with nothing on files, with a hint, and after all comparisons."""

    share: Floats
    share_error: Floats
    rest: Floats
    rest_error: Floats
    z: Floats
    strength: Floats


def _as_arrays(rows: pd.DataFrame, known: Sequence[FactorEvidence]) -> _Data:
    share, lower, upper = (
        rows[name].to_numpy(dtype=float).clip(1e-6, 1 - 1e-6)
        for name in ("shrunk_share", "shrunk_lower", "shrunk_upper")
    )
    y, n = (rows[name].to_numpy(dtype=float) for name in ("rest_coded", "rest_files"))
    states = [{"case_over": over, "case_hint": hint} for over, hint in _STATES]
    values = [_values([factor_strength(replace(e, **state)).strength for e in known]) for state in states]
    return _Data(
        share=share,
        share_error=(logit(upper) - logit(lower)) / (2 * norm.ppf(0.975)),
        rest=(y + 0.5) / (n + 1),
        rest_error=np.sqrt(1 / (y + 0.5) + 1 / (n - y + 0.5)),
        z=norm.isf(rows["p"].to_numpy(dtype=float)),
        strength=np.column_stack(values),
    )


_STATES = ((False, False), (False, True), (True, True))


def _draw(
    data: _Data, accepted: float, draws: int, generator: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Shares here, shares of the rest and values of strength, each (draws, n).

    The same noise moves a share and its test statistic: a code that comes out rarer may lose its place.
    """
    noise, rest_noise = generator.standard_normal((2, draws, len(data.share)))
    share = expit(logit(data.share) + data.share_error * noise)
    rest = expit(logit(data.rest) + data.rest_error * rest_noise)
    z = data.z + noise
    state = np.where(z >= norm.isf(accepted), 2, np.where(z >= norm.isf(HINT), 1, 0))
    return share, rest, data.strength[np.arange(len(data.share)), state]


def _accepted(rows: pd.DataFrame) -> float:
    """The largest p that survived all comparisons; where none did, the first step of Benjamini-Hochberg."""
    first_step = FALSE_DISCOVERY / int(rows["comparisons"].max())
    over = rows.loc[rows["over"].fillna(False).astype(bool), "p"]
    return max(float(over.max()), first_step) if len(over) else first_step


def _score(parts: tuple[Floats, ...], weights: Floats) -> Floats:
    prevalence, excess, strength, changeable = (w * np.log(x) for w, x in zip(weights, parts, strict=True))
    return prevalence + excess + strength + changeable


def _values(strengths: Sequence[str]) -> Floats:
    return np.array([STRENGTH_VALUE[s] for s in strengths])
