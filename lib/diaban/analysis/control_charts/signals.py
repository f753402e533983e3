"""Which points of a control chart are unlikely to be usual variation."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diaban.analysis.control_charts.limits import Limits
from diaban.analysis.labels import first_true

Floats = NDArray[np.float64]

RUN = 8
RULES = ("beyond", "two_of_three", "run")


def signals(values: Floats, limits: Limits) -> pd.DataFrame:
    """signal (one of RULES, the first that applies, or missing) and side ("above", "below") of each point.

    values: n in the order of time; a missing one breaks a run and is never a signal. beyond: outside a
    limit. two_of_three: outside a near limit, as one of the two points before it on that side. run: the
    8th or a later point in a row on one side of the middle, points on the middle not counted (Western
    Electric 1956; Provost & Murray 2011). The trend rule is left out: it adds false alarms and finds
    nothing sooner (Davis & Woodall 1988, J Qual Technol 20:260).
    """
    far = _side(values, limits.lower, limits.upper)
    near = _side(values, limits.near_lower, limits.near_upper)
    before = np.vstack([np.roll(near, 1), np.roll(near, 2)])
    before[0, :1] = before[1, :2] = 0
    twice = np.where((near != 0) & (before == near).any(axis=0), near, 0)
    run = _runs(values, limits.middle)
    rules = [far != 0, twice != 0, run != 0]
    side = np.where(rules[0], far, np.where(rules[1], twice, run))
    kinds = [pd.array(x, dtype="str") for x in (
        first_true(rules, RULES), first_true([side > 0, side < 0], ["above", "below"])
    )]  # fmt: skip
    return pd.DataFrame({"signal": kinds[0], "side": kinds[1]})


def _side(values: Floats, low: Floats, high: Floats) -> NDArray[np.int64]:
    """1 above `high`, -1 below `low`, else 0; beyond a missing limit there is nothing."""
    return (values > high).astype(int) - (values < low).astype(int)


def _runs(values: Floats, middle: Floats) -> NDArray[np.int64]:
    """The side of each point that is at least the RUN-th in a row on it, else 0."""
    side = np.sign(values - middle)
    out, length, last = np.zeros(len(values), int), 0, 0.0
    for i, here in enumerate(side):
        if np.isnan(here):
            length, last = 0, 0.0
        elif here != 0:
            length, last = (length + 1 if here == last else 1), here
            out[i] = int(here) if length >= RUN else 0
    return out
