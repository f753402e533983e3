"""The truth table of qualitative comparative analysis, set measures, and how far chance alone gets."""

from __future__ import annotations

from itertools import product as combinations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from diaban.analysis.case_factors.minimise import Product
from diaban.analysis.case_factors.stratified_pairs import hypergeometric

Floats = NDArray[np.float64]
CLOSE = 1e-9


def necessity(condition: ArrayLike, outcome: ArrayLike) -> tuple[float, float]:
    """(consistency, coverage) of "the outcome is a subset of the condition" (Ragin 2006).

    condition, outcome: set memberships in 0..1 of the same files, crisp ones are 0 or 1. Consistency is
    sum min(X, Y) / sum Y, coverage is sum min(X, Y) / sum X; missing where the sum below the line is 0.
    """
    X, Y = np.asarray(condition, dtype=float), np.asarray(outcome, dtype=float)
    both = np.minimum(X, Y).sum()
    return _ratio(both, Y.sum()), _ratio(both, X.sum())


def sufficiency(condition: ArrayLike, outcome: ArrayLike) -> tuple[float, float]:
    """(consistency, coverage) of "the condition is a subset of the outcome": the same two, exchanged."""
    coverage, consistency = necessity(condition, outcome)
    return consistency, coverage


def truth_table(row: NDArray[np.int64], outcome: NDArray[np.bool_], conditions: int) -> pd.DataFrame:
    """Files by combination of conditions: n, n_outcome, consistency (n_outcome / n); index 0 .. 2^k - 1.

    row: of each file, the number whose bit j says whether condition j is present.
    """
    rows = 1 << conditions
    n = np.bincount(row, minlength=rows)
    n_outcome = np.bincount(row[outcome], minlength=rows)
    with np.errstate(invalid="ignore"):
        return pd.DataFrame({"n": n, "n_outcome": n_outcome, "consistency": n_outcome / n})


def all_products(conditions: int) -> list[Product]:
    """Every product of present and absent conditions, 3^k with the empty one, which holds for all files."""
    signs = combinations((0, 1, 2), repeat=conditions)
    return [
        Product(
            sum(1 << j for j, s in enumerate(sign) if s), sum(1 << j for j, s in enumerate(sign) if s == 2)
        )
        for sign in signs
    ]


class ChanceBar:
    """How often a product stands out as much as one does, where the outcome falls on files by chance.

    Chance: the outcomes of each locality permuted among its files, and the product that stands out most of
    all that could have been chosen taken from every permutation (Westfall & Young 1993; for QCA: Braumoeller
    2015, Political Analysis 23:471-487). So a study without any true configuration shows one with
    probability alpha at most. A product stands out by the hypergeometric P(n_outcome or more of its files).
    """

    def __init__(
        self,
        row: NDArray[np.int64],
        outcome: NDArray[np.bool_],
        locality: NDArray,
        conditions: int,
        *,
        frequency: int,
        permutations: int,
        seed: int,
    ) -> None:
        self.products = all_products(conditions)
        rows = np.arange(1 << conditions)
        covers = np.array([(rows & p.care) == p.value for p in self.products])
        n = covers @ np.bincount(row, minlength=len(rows))
        self._p = _upper_tails(n, len(row), int(outcome.sum()))
        drawn = _permuted(row, outcome, locality, len(rows), permutations, seed) @ covers.T
        usual = self._p[np.arange(len(n)), drawn]
        self._usual = np.where((n >= frequency) & (n < len(row)), usual, 1.0)
        observed = covers @ np.bincount(row[outcome], minlength=len(rows))
        self._observed = self._p[np.arange(len(n)), observed]
        self._at = {p: i for i, p in enumerate(self.products)}

    def p_values(self, asked: list[Product], among: list[Product] | None = None) -> Floats:
        """p of each product of `asked`, adjusted for having been chosen `among` these (default: all)."""
        family = [self._at[p] for p in (self.products if among is None else among)]
        least = self._usual[:, family].min(axis=1)
        observed = self._observed[[self._at[p] for p in asked]]
        as_extreme = (least[:, None] <= observed * (1 + CLOSE)).sum(axis=0)
        return (1 + as_extreme) / (1 + len(least))


def _upper_tails(n: NDArray[np.int64], files: int, with_outcome: int) -> Floats:
    """P(k or more of n files have the outcome), for every product n and k = 0, 1, ..."""
    sizes, which = np.unique(n, return_inverse=True)
    law = hypergeometric(np.full(len(sizes), files), sizes, np.full(len(sizes), with_outcome))
    return law[:, ::-1].cumsum(axis=1)[:, ::-1][which]


def _permuted(
    row: NDArray[np.int64],
    outcome: NDArray[np.bool_],
    locality: NDArray,
    rows: int,
    permutations: int,
    seed: int,
) -> NDArray[np.int64]:
    """Files with the outcome by permutation and row of the truth table."""
    rng, drawn = np.random.default_rng(seed), np.zeros((permutations, rows), dtype=np.int64)
    for place in np.unique(locality):
        here = locality == place
        n = np.bincount(row[here], minlength=rows)
        drawn += rng.multivariate_hypergeometric(n, int(outcome[here].sum()), size=permutations)
    return drawn


def _ratio(above: float, below: float) -> float:
    return float(above / below) if below > 0 else np.nan
