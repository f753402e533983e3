"""How rates of places vary beyond Poisson: each on its own, by group, and smoothly between neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import linalg
from scipy.sparse.csgraph import connected_components


@dataclass(frozen=True)
class Variation:
    """Covariance of the log rates of n places given their indicators,

        V = diag(1/weight) + delta ZZ' + gamma S,   1/weight = 1/mu + alpha.

    member: (n,) group from 0, Z its indicator columns. adjacent: (n, n), 1 for neighbours, and S (n, n), the
    covariance of effects smooth over them; both None where space plays no part.
    """

    member: np.ndarray
    adjacent: np.ndarray | None = None
    S: np.ndarray | None = None

    @property
    def Z(self) -> np.ndarray:
        return (self.member[:, None] == np.arange(self.member.max() + 1)).astype(float)

    @property
    def grouped(self) -> bool:
        """Whether groups can be told from single places: three of them, one at least of two places."""
        sizes = np.bincount(self.member)
        return len(sizes) > 2 and bool(sizes.max() > 1)

    def at(self, rows: np.ndarray) -> Variation:
        """The same variation seen in some of the places only; rows: their positions."""
        block = np.ix_(rows, rows)
        space = (
            (None, None) if self.S is None or self.adjacent is None else (self.adjacent[block], self.S[block])
        )
        return Variation(self.member[rows], *space)

    def inverse(self, mu: np.ndarray, theta: np.ndarray) -> np.ndarray:
        """V^-1 (n, n) at the means `mu` (n,) and theta = (alpha, delta, gamma)."""
        weight, delta, gamma = 1 / (1 / mu + theta[0]), theta[1], theta[2]
        if self.S is not None and gamma > 0:
            return linalg.inv(gamma * self.S + delta * self._same_group() + np.diag(1 / weight))
        s = np.bincount(self.member, weight)[self.member]
        return np.diag(weight) - np.outer(weight * delta / (1 + delta * s), weight) * self._same_group()

    def root(self, mu: np.ndarray, theta: np.ndarray) -> np.ndarray:
        """R (n, n) with R'R = V^-1: (D V D)^(-1/2) D for D = diag(sqrt(weight)), the symmetric root inside.

        R times the working residuals (Y - mu) / mu are Pearson residuals freed of what group and map explain:
        independent with variance 1 where the model holds.
        """
        weight, delta, gamma = 1 / (1 / mu + theta[0]), theta[1], theta[2]
        a = np.sqrt(weight)
        if self.S is not None and gamma > 0:
            shared = gamma * self.S + delta * self._same_group()
            values, U = linalg.eigh(np.eye(len(a)) + np.outer(a, a) * shared)
            return (U / np.sqrt(values)) @ U.T * a
        s = np.bincount(self.member, weight)[self.member]
        k = (1 - 1 / np.sqrt(1 + delta * s)) / s
        return np.diag(a) - np.outer(a * k, weight) * self._same_group()

    def _same_group(self) -> np.ndarray:
        return self.member[:, None] == self.member


def variation_of(n: int, member: np.ndarray | None, adjacent: np.ndarray | None = None) -> Variation:
    """Of n places; member None: no group effects; adjacent None, or without a pair: no spatial ones."""
    groups = np.zeros(n, int) if member is None else member
    if adjacent is None or not adjacent.any():
        return Variation(groups)
    return Variation(groups, adjacent, smooth_covariance(adjacent))


def adjacency(localities: pd.Index, neighbours: pd.DataFrame) -> np.ndarray:
    """(n, n) symmetric, 1 where two of `localities` are a pair of `neighbours` (a, b, in any order)."""
    i, j = (localities.get_indexer(neighbours[side]) for side in ("a", "b"))
    known = (i >= 0) & (j >= 0) & (i != j)
    adjacent = np.zeros((len(localities), len(localities)))
    adjacent[i[known], j[known]] = adjacent[j[known], i[known]] = 1.0
    return adjacent


def smooth_covariance(adjacent: np.ndarray) -> np.ndarray:
    """Covariance of intrinsic autoregressive effects on a map, scaled to a typical variance of 1.

    adjacent: (n, n) symmetric, 1 for neighbours. The generalised inverse of the graph's Laplacian, each
    connected part divided by the geometric mean of its variances (Besag, York & Mollie 1991; Riebler et al.
    2016; Freni-Sterrantino et al. 2018). A place without neighbours has no smooth effect.
    """
    S = np.zeros(adjacent.shape)
    parts = connected_components(adjacent, directed=False)[1]
    for part in np.flatnonzero(np.bincount(parts) > 1):
        at = np.ix_(parts == part, parts == part)
        inverse = linalg.pinvh(np.diag(adjacent[at].sum(axis=1)) - adjacent[at])
        S[at] = inverse / np.exp(np.log(np.diag(inverse)).mean())
    return S
