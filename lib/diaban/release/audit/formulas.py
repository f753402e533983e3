"""Functions of counts with known inputs, as the attacker computes them: (row, counts ...) -> value."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import betainc, gammaincc, gammainccinv, gammaincinv, ndtri
from scipy.stats import beta, hypergeom

from diaban.release.audit.columns import Formula, Row

BYAR_FROM = 10
_SLIGHT = 1e-9


def rate(row: Row, n: Any) -> Any:
    return np.asarray(n, dtype=float) / row["person_years"] * row["per"]


def rate_limit(side: int) -> Formula:
    """Lower (0) or upper (1) limit of a rate."""
    return lambda row, n: poisson_limit(n, side) / row["person_years"] * row["per"]


def poisson_limit(n: Any, side: int) -> Any:
    """95 % limits of a Poisson count: exact (Garwood 1936) below 10, Byar's from there on."""
    x = np.asarray(n, dtype=float)
    tail, z = 0.025, ndtri(0.975)
    if side == 0:
        exact = np.where(x > 0, gammaincinv(np.maximum(x, 0.5), tail), 0.0)
        y, sign = np.maximum(x, 0.5), -1.0
    else:
        exact = gammainccinv(x + 1, tail)
        y, sign = x + 1, 1.0
    byar = y * (1 - 1 / (9 * y) + sign * z / (3 * np.sqrt(y))) ** 3
    return np.where(x < BYAR_FROM, exact, byar)


def expected(row: Row, whole: Any) -> Any:
    """Cases at the rate of the whole: `_share` of the population at risk is the locality's."""
    return np.asarray(whole, dtype=float) * row["_share"]


def reference_rate(row: Row, whole: Any) -> Any:
    return expected(row, whole) / row["person_years"] * row["per"]


def ratio(row: Row, n: Any, whole: Any) -> Any:
    return _over(n, expected(row, whole))


def ratio_limit(side: int) -> Formula:
    return lambda row, n, whole: _over(poisson_limit(n, side), expected(row, whole))


def share(_: Row, n: Any, of: Any) -> Any:
    return _over(n, of)


def share_limit(side: int) -> Formula:
    """Lower (0) or upper (1) limit of a share (Wilson 1927), 95 %."""
    return lambda _, n, of: wilson(n, of, side)


def wilson(n: Any, of: Any, side: int) -> Any:
    x, m, z = np.asarray(n, dtype=float), np.asarray(of, dtype=float), ndtri(0.975)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = x / m
        half = z * np.sqrt(p * (1 - p) / m + z**2 / (4 * m**2))
        return np.clip((p + z**2 / (2 * m) + (half if side else -half)) / (1 + z**2 / m), 0, 1)


def exact_limit(side: int) -> Formula:
    """Lower (0) or upper (1) limit of a share (Clopper & Pearson 1934), 95 %."""
    return lambda _, n, of: clopper_pearson(n, of, side)


def clopper_pearson(n: Any, of: Any, side: int) -> Any:
    x, m = np.asarray(n, dtype=float), np.asarray(of, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        if side == 0:
            return np.where(x > 0, beta.ppf(0.025, x, m - x + 1), 0.0)
        return np.where(x < m, beta.ppf(0.975, x + 1, m - x), 1.0)


def fewer_p(_: Row, n: Any, of: Any, base: Any, of_base: Any) -> Any:
    """Chance of n or fewer in the newer period, given the sum of both (Fisher)."""
    x, m, b, m0 = (np.asarray(a, dtype=float) for a in (n, of, base, of_base))
    return hypergeom.cdf(x, m + m0, x + b, m)


def limit_in_steps(side: int) -> Formula:
    """Lower (0) or upper (1) limit of a share that is rounded by `step`: of every count that rounds to it."""

    def limit(row: Row, of: Any) -> Any:
        step = row["step"]
        end = np.clip(row["share"] + (step / 2 if side else -step / 2), 0, 1)
        exact = wilson(end * np.asarray(of, dtype=float), of, side)
        whole = np.ceil(exact / step - _SLIGHT) if side else np.floor(exact / step + _SLIGHT)
        return np.clip(whole * step, 0, 1)

    return limit


def difference(_: Row, whole: Any, own: Any) -> Any:
    """The rest: the whole without the locality itself."""
    return np.asarray(whole, dtype=float) - own


def gamma_poisson(o: Any, e: Any, nu: float, alpha: float) -> Any:
    """Posterior mean of the relative risk (Clayton & Kaldor 1987): a count in disguise where nu, alpha are
    printed."""
    return (np.asarray(o, dtype=float) + nu) / (np.asarray(e, dtype=float) + alpha)


def gamma_poisson_above(o: Any, e: Any, nu: float, alpha: float) -> Any:
    """Posterior probability that the relative risk is above one."""
    return gammaincc(np.asarray(o, dtype=float) + nu, np.asarray(e, dtype=float) + alpha)


def attainment(row: Row, newer: Any, older: Any) -> Any:
    """Posterior probability that the risk changed by the target or better (Jeffreys' priors), rounded."""
    odds = row["_ratio"]
    below = beta.cdf(odds / (1 + odds), np.asarray(newer, float) + 0.5, np.asarray(older, float) + 0.5)
    return below if row["change"] <= 0 else 1 - below


def binomial_p(row: Row, n: Any, whole: Any) -> Any:
    """Chance of n or more of the whole's cases in a place with `_share` of those at risk."""
    x = np.asarray(n, dtype=float)
    return np.where(x > 0, betainc(np.maximum(x, 1), np.asarray(whole, float) - x + 1, row["_share"]), 1.0)


def _over(a: Any, b: Any) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(a, dtype=float) / np.asarray(b, dtype=float)
