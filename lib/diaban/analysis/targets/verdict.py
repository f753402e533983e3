"""The eight things that can be said of a target: met or not, supported or not, visible or not."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

COUNTS, EVIDENCE, DETECTABILITY = ("met", "missed"), ("supported", "unsupported"), ("visible", "invisible")
VERDICTS = tuple("_".join(parts) for parts in product(COUNTS, EVIDENCE, DETECTABILITY))


def verdict_key(met: pd.Series, evidence: pd.Series, visible: pd.Series) -> NDArray[np.object_]:
    """One of VERDICTS a row; None where the count or the evidence is missing.

    met: what the count says. evidence: supported where it is "fell" or "rose", that is where the risk itself
    probably changed as far as the target asks, whatever the count says. visible: a change of the target's
    size would be seen with so many cases; not known is not visible.
    """
    supported = evidence.isin(["fell", "rose"])
    words = (
        np.where(met.fillna(False), *COUNTS),
        np.where(supported, *EVIDENCE),
        np.where(visible.fillna(False), *DETECTABILITY),
    )
    keys = np.array(["_".join(parts) for parts in zip(*words, strict=True)], dtype=object)
    keys[(met.isna() | evidence.isna()).to_numpy()] = None
    return keys
