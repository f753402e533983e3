"""Small helpers of the frames: words in columns, and the index that a result keeps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def first_true(
    conditions: Sequence[NDArray | pd.Series], labels: Sequence[str], default: str | None = None
) -> NDArray[np.object_]:
    """The label of the first condition that is true, else `default`, in the conditions' one shape."""
    shape = np.shape(conditions[0])
    named = np.full(shape, default, dtype=object)
    for condition, label in zip(reversed(conditions), reversed(labels), strict=True):
        named[np.asarray(condition, dtype=bool)] = label
    return named


def text(values: NDArray[np.object_]) -> pd.api.extensions.ExtensionArray:
    """Strings and None as a `str` column, None missing."""
    return pd.array(values, dtype="str")


def index_of(values: object) -> pd.Index | None:
    """The index of a Series; None for anything else."""
    return values.index if isinstance(values, pd.Series) else None
