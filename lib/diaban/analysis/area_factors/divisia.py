"""A product of effects divided into a sum, exactly and in no order: the logarithmic mean Divisia index.

Places c have mu_c = kappa B_c exp(sum_k beta_k x_ck), kappa making the total that of B. Then (Ang 2005,
Energy Policy 33:867-871, additive LMDI-I)
    mu_c - B_c = sum_k L(mu_c, B_c) beta_k (x_ck - m_k),   L(a, b) = (a - b) / ln(a / b),
    m_k = sum_c L_c x_ck / sum_c L_c,
m_k being the level at which an effect adds up to nothing over all places; ln kappa = -sum_k beta_k m_k, so
that nothing is left over.
"""

from __future__ import annotations

import numpy as np

SAME = 1e-6


def logarithmic_mean(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """L(a, b) = (a - b) / ln(a / b) of positive numbers, one shape; L(a, a) = a."""
    ratio = np.log(a / b)
    near = np.abs(ratio) < SAME
    return np.where(near, (a + b) / 2, (a - b) / np.where(near, 1.0, ratio))


def divisia_contributions(base: np.ndarray, effects: np.ndarray) -> np.ndarray:
    """What each effect adds at each place, relative to its level over all places.

    base: (n,), positive, in cases; effects: (..., n, p), beta_k x_ck on the log scale, from any origin.
    Returns cases in the shape of effects: sums over p are mu - base, sums over n are 0.
    """
    raw = base * np.exp(effects.sum(axis=-1))
    mu = raw * (base.sum() / raw.sum(axis=-1, keepdims=True))
    L = logarithmic_mean(mu, np.broadcast_to(base, mu.shape))[..., None]
    return L * (effects - (L * effects).sum(axis=-2, keepdims=True) / L.sum(axis=-2, keepdims=True))
