"""Agreement of coders beyond chance: Cohen's kappa, Krippendorff's alpha, Fleiss' kappa."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from statsmodels.stats import inter_rater

Floats = NDArray[np.float64]


def cohen_kappa(both: ArrayLike, first_only: ArrayLike, second_only: ArrayLike, neither: ArrayLike) -> Floats:
    """Cohen's kappa (1960) of two coders on yes or no, from the four cells: arrays of one shape, or numbers.

    Missing where both coders always gave one answer (or there is no file).
    """
    cells = [np.asarray(cell, dtype=float) for cell in (both, first_only, second_only, neither)]
    a, b, c, d = cells
    n = a + b + c + d
    with np.errstate(divide="ignore", invalid="ignore"):
        p_o = (a + d) / n
        p_e = ((a + b) * (a + c) + (d + b) * (d + c)) / n**2
        return np.asarray(np.where(p_e < 1, (p_o - p_e) / (1 - p_e), np.nan))


def alpha_of_two(
    both: ArrayLike, first_only: ArrayLike, second_only: ArrayLike, neither: ArrayLike
) -> Floats:
    """Krippendorff's nominal alpha of two coders on yes or no, from the four cells as in `cohen_kappa`.

    alpha = 1 - (N - 1) o_01 / (n_0 n_1), of N = 2 x files answers, n_1 of them yes (Krippendorff 2011,
    "Computing Krippendorff's alpha-reliability", case A). Missing where all answers are the same.
    """
    a, b, c, d = (np.asarray(cell, dtype=float) for cell in (both, first_only, second_only, neither))
    n_1, n_0, o_01 = 2 * a + b + c, 2 * d + b + c, b + c
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(n_0 * n_1 > 0, 1 - (n_0 + n_1 - 1) * o_01 / (n_0 * n_1), np.nan))


def krippendorff_alpha(ratings: ArrayLike, *, metric: Literal["nominal", "interval"] = "nominal") -> float:
    """Krippendorff's alpha of any number of coders, missing answers allowed.

    ratings: units x coders, numbers (codes of categories for "nominal"); NaN where a coder did not rate a
    unit. Units with fewer than two answers say nothing of agreement and do not count. alpha = 1 - D_o / D_e
    from the matrix of coincidences (Krippendorff 2004, Content Analysis, ch. 11; 2011): 1 is full agreement,
    0 what chance gives. Missing where there are no pairs or all answers are the same.
    """
    values = np.asarray(ratings, dtype=float)
    known = values[~np.isnan(values)]
    levels = np.unique(known)
    counts = (values[:, :, None] == levels).sum(axis=1).astype(float)  # units x levels
    m = counts.sum(axis=1)
    counts, m = counts[m > 1], m[m > 1]
    pairs = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(len(levels))
    o = (pairs / (m - 1)[:, None, None]).sum(axis=0)
    n_c = o.sum(axis=1)
    distance = levels[:, None] - levels[None, :]
    delta = (distance != 0) * 1.0 if metric == "nominal" else distance**2
    D_e = (np.outer(n_c, n_c) * delta).sum()
    return float(1 - (n_c.sum() - 1) * (o * delta).sum() / D_e) if D_e > 0 else np.nan


def fleiss_kappa(ratings: ArrayLike) -> float:
    """Fleiss' kappa (1971) of the same number of coders on every unit: units x coders, categories.

    Missing where all answers are the same.
    """
    table, _ = inter_rater.aggregate_raters(np.asarray(ratings))
    return float(inter_rater.fleiss_kappa(table)) if table.shape[1] > 1 else np.nan
