"""q-values of what is shown, among all that was compared."""

from __future__ import annotations

import numpy as np
from scipy.stats import false_discovery_control

FALSE_DISCOVERY = 0.05


def q_of_shown(p: np.ndarray, comparisons: int) -> np.ndarray:
    """Benjamini & Hochberg's (1995) q of the shown p (missing: not compared or hidden), shape of p, among
    `comparisons` of which the others have p = 1."""
    shown = np.isfinite(p)
    q = np.full(p.shape, np.nan)
    if shown.any():
        others = np.ones(max(comparisons - int(shown.sum()), 0))
        q[shown] = false_discovery_control(np.append(p[shown], others))[: int(shown.sum())]
    return q
