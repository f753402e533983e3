"""Targets on a share: the count as a fact, and what so many cases can show of how reports are handled."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import norm

from diaban.analysis.intervals import share_interval
from diaban.analysis.labels import first_true, index_of, text

COLUMNS = ["successes", "n", "limit", "strict", "share", "met", "lower", "upper", "evidence",
           "needed_if_all", "most_failures", "withheld"]  # fmt: skip


def share_target(
    successes: ArrayLike,
    n: ArrayLike,
    *,
    at_least: float | None = None,
    more_than: float | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """One row an element of `successes` of `n`, both (m,), with the index of `successes` if it has one.

    at_least or more_than, one of the two: the share asked for, 0..1 (`limit`; strict for more_than). met:
    what the count says. lower, upper: Wilson's limits of the share that the way of working reaches. evidence:
    "shown" where lower is beyond the limit, "refuted" where upper falls short, "open" between: 25 of 25 meet
    "more than 96 %" and do not show it. needed_if_all: the smallest n that shows it when all succeed (93 for
    96 %); missing for a limit of 1, which no number shows. most_failures: how many of n may fail for met.
    withheld: `no_reports` (n is 0), `count_not_known`.

    Raises ValueError for both limits or none, and more successes than n.
    """
    if (at_least is None) == (more_than is None):
        raise ValueError("one of at_least and more_than")
    limit = float(more_than if at_least is None else at_least)  # type: ignore[arg-type]
    x, m = np.broadcast_arrays(np.asarray(successes, dtype=float), np.asarray(n, dtype=float))
    if (x > m).any():
        raise ValueError("more successes than n")
    strict = at_least is None
    share = x / np.where(m > 0, m, np.nan)
    least = _least(m, limit, strict)
    lower, upper = share_interval(x, m, level)
    known = np.isfinite(share)
    short = upper <= limit if strict else upper < limit
    shown = lower > limit if strict else lower >= limit
    frame = pd.DataFrame(index=index_of(successes) if index_of(successes) is not None else range(len(x)))
    return frame.assign(
        successes=pd.array(x, dtype="Int64"),
        n=pd.array(m, dtype="Int64"),
        limit=limit,
        strict=strict,
        share=share,
        met=pd.array(np.where(known, x >= least, np.nan), dtype="boolean"),
        lower=lower,
        upper=upper,
        evidence=text(first_true([shown & known, short & known, known], ["shown", "refuted", "open"])),
        needed_if_all=pd.array(np.full(len(x), needed_if_all(limit, level=level)), dtype="Int64"),
        most_failures=pd.array(np.where(known & (least <= m), m - least, np.nan), dtype="Int64"),
        withheld=text(first_true([~np.isfinite(x + m), m == 0], ["count_not_known", "no_reports"])),
    )[COLUMNS]


def needed_if_all(limit: float, *, level: float = 0.95) -> float:
    """The smallest n whose Wilson lower limit n / (n + z²), all succeeding, exceeds `limit`; none for 1."""
    z = norm.ppf(0.5 + level / 2)
    return float(np.floor(limit * z**2 / (1 - limit)) + 1) if limit < 1 else np.nan


def _least(n: np.ndarray, limit: float, strict: bool) -> np.ndarray:
    """The smallest number of successes that meets the target."""
    goal = limit * n
    return np.floor(goal + 1e-9) + 1 if strict else np.ceil(goal - 1e-9)
