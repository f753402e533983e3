"""Whether usual variation meets a target always, never, or now and then."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from diaban.analysis.labels import first_true, text
from diaban.analysis.trends import prediction_limits

LEVEL = 0.9973
"""Share within three standard deviations of a normal value."""

COLUMNS = ["locality", "stream", "limit", "expected", "lower", "upper", "assurance", "withheld"]


def assurance(
    lower: ArrayLike, upper: ArrayLike, target: ArrayLike, *, better: str = "fewer"
) -> NDArray[np.object_]:
    """ "always", "never" or "now_and_then", any shape; None where the target or the upper limit is missing.

    lower, upper: natural limits of usual variation, a missing lower one being 0; target in the same unit.
    better: "fewer" (a value at or below the target meets it) or "more". As NHSRplotthedots: a target on a
    limit is met now and then.
    """
    low, high, aim = np.broadcast_arrays(*(np.asarray(a, dtype=float) for a in (lower, upper, target)))
    low = np.where(np.isnan(low), 0.0, low)
    known = np.isfinite(high) & np.isfinite(aim)
    conditions = [~known, aim > high, aim < low, known]
    labels = ["", "always", "never"] if better == "fewer" else ["", "never", "always"]
    told = first_true(conditions, [*labels, "now_and_then"])
    told[~known] = None
    return told


def year_assurance(
    exposed: pd.DataFrame, targets: pd.DataFrame, *, baseline: list[str], dispersion: float = 1.0
) -> pd.DataFrame:
    """Whether a year like those of the baseline would meet a limit on its count, one row a target.

    exposed: locality, stream, period, cases, person_years. targets: locality, stream, limit (largest count
    that meets the target), person_years (of the year that it is for). lower, upper: what LEVEL of such
    years would count (`prediction_limits`, so that a short baseline widens them); expected: their mean.
    withheld: `too_few_periods`, `no_cases`.
    """
    first = exposed[exposed["period"].isin(baseline)].groupby(["locality", "stream"])
    base = first[["cases", "person_years"]].sum(min_count=1).add_prefix("base_").reset_index()
    rows = targets.merge(base, on=["locality", "stream"], how="left", validate="many_to_one")
    missing = rows["base_person_years"].isna() | rows["base_cases"].isna()
    lower, upper = prediction_limits(
        rows["base_cases"], rows["base_person_years"], rows["person_years"], level=LEVEL,
        dispersion=dispersion,
    )  # fmt: skip
    none = missing | ~(rows["base_cases"] > 0)
    reasons = first_true([missing, none], ["too_few_periods", "no_cases"])
    expected = rows["base_cases"] / rows["base_person_years"] * rows["person_years"]
    told = assurance(lower, upper, rows["limit"])
    told[none.to_numpy()] = None
    rows = rows.assign(expected=expected, lower=lower, upper=upper, assurance=text(told))
    rows[["expected", "lower", "upper"]] = rows[["expected", "lower", "upper"]].mask(none)
    return rows.assign(withheld=text(reasons))[COLUMNS]
