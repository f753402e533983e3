"""The law of a count after a baseline whose level is itself only known from a count."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import nbinom

Floats = NDArray[np.float64]


def negative_binomial(base_cases: ArrayLike, ratio: ArrayLike, dispersion: ArrayLike = 1.0) -> Any:
    """The frozen law of scipy of a later count if the baseline's risk goes on, any shape.

    base_cases: cases of the baseline; ratio: exposure of the period / exposure of the baseline. Risk
    Gamma(base_cases + 1/2), count Poisson: mean m = (base_cases + 1/2) ratio and variance m (1 + ratio); with
    dispersion phi the variance is m phi (1 + ratio), the mean the same.
    """
    b, r, phi = (np.asarray(a, dtype=float) for a in (base_cases, ratio, dispersion))
    m, excess = (b + 0.5) * r, phi * (1 + r) - 1
    return nbinom(m / excess, 1 / (1 + excess))


def exceeding(
    count: ArrayLike, base_cases: ArrayLike, ratio: ArrayLike, *, dispersion: ArrayLike = 1.0
) -> Floats:
    """Chance of at least `count` cases under `negative_binomial`, any shape."""
    k = np.asarray(count, dtype=float)
    return np.where(k > 0, negative_binomial(base_cases, ratio, dispersion).sf(k - 1), 1.0)
