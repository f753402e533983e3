"""How long half of the reports take to a decision, those still open counted for as long as they were seen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from statsmodels.duration.survfunc import SurvfuncRight

from diaban.analysis.handling.procedure import BY, Procedure, by_cell, report_clock

MINIMUM_REPORTS = 10
ESTIMATES = ["median", "lower", "upper"]
COLUMNS = [*BY, "n_reports", "n_undated", "n_decided", *ESTIMATES, "withheld"]


def decision_medians(
    reports: pd.DataFrame,
    events: pd.DataFrame,
    *,
    procedure: Procedure,
    cutoff: pd.Timestamp,
    localities: Sequence[str] | None = None,
    minimum_reports: int = MINIMUM_REPORTS,
    level: float = 0.95,
) -> pd.DataFrame:
    """Days by which half of the reports have a decision of any kind, by locality, stream and period.

    Frames and "*" as in `time_to_decision`. upper is missing where the reports do not bound the median from
    above. withheld: `too_few_files` (under `minimum_reports`), `fewer_than_half_decided`.
    """
    clock = report_clock(reports, events, procedure, cutoff)
    frame, places = by_cell(reports, clock, localities)
    days, decided = clock["days"].to_numpy(float), clock["kind"].notna().to_numpy()
    rows = []
    for here in places:
        used = here[~np.isnan(days[here])]
        few = len(used) < minimum_reports
        told = (np.nan,) * 3 if few else median_days(days[used], decided[used], level=level)
        rows.append((len(used), len(here) - len(used), int(decided[used].sum()), *told))
    frame[COLUMNS[len(BY) : -1]] = rows
    frame = frame.astype(dict.fromkeys(["n_reports", "n_undated", "n_decided"], "int64"))
    short = frame["n_reports"] < minimum_reports
    reason = pd.Series(pd.NA, index=frame.index, dtype="str")
    reason = reason.mask(frame["median"].isna(), "fewer_than_half_decided").mask(short, "too_few_files")
    return frame.assign(withheld=reason).astype(dict.fromkeys(ESTIMATES, "float64"))


def median_days(days: ArrayLike, decided: ArrayLike, *, level: float = 0.95) -> tuple[float, float, float]:
    """Kaplan-Meier median with Brookmeyer & Crowley's (1982) limits (log of minus log).

    days, decided: (n,). Where the curve lies on one half, the middle of that stretch. Missing: a median that
    less than half have reached, and a limit that the curve does not cross.
    """
    t, status = np.asarray(days, dtype=float), np.asarray(decided, dtype=int)
    if not status.any():
        return np.nan, np.nan, np.nan
    curve = SurvfuncRight(t, status)
    reached = curve.surv_times[curve.surv_prob <= 0.5 + 1e-12]
    below = curve.surv_times[curve.surv_prob < 0.5 - 1e-12]
    if len(reached) == 0:
        median = np.nan
    elif len(below) == 0:  # the curve ends on one half
        median = float(reached[0])
    else:
        median = float(reached[0] + below[0]) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        lower, upper = curve.quantile_ci(0.5, alpha=1 - level, method="cloglog")
    return median, float(lower), float(upper) if np.isfinite(upper) else np.nan
