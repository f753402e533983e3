"""How strong an unmeasured factor would have to be to explain an association away."""

from __future__ import annotations

import numpy as np


def e_value(ratio: np.ndarray, limit: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """E-values of rate ratios and of their confidence limits nearer to 1 (VanderWeele & Ding 2017).

    ratio, limit: arrays of positive numbers of one shape (scalars allowed). The ratio by which something not
    in the model would have to go both with the indicator (per standard deviation) and with the cases, beyond
    all indicators in the model, to bring the ratio, or the limit, to 1. Returns two float arrays of that
    shape, at least 1; the limit's is 1 where the interval reaches the other side of 1. Missing stays missing.
    """
    rr, near = np.asarray(ratio, float), np.asarray(limit, float)
    crossed = (near - 1) * (rr - 1) <= 0
    return _e(rr), np.where(crossed & ~np.isnan(near + rr), 1.0, _e(near))


def _e(rr: np.ndarray) -> np.ndarray:
    up = np.where(rr < 1, 1 / rr, rr)
    return up + np.sqrt(up * (up - 1))
