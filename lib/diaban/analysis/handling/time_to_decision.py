"""How many reports are decided by each legal limit, and by kind of decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from diaban.analysis.handling.incidence import cumulative_incidence
from diaban.analysis.handling.procedure import BY, WHOLE, Procedure, by_cell, report_clock
from diaban.analysis.labels import first_true, text

ANY = "any"
MINIMUM_REPORTS = 10
SHARES = ["share", "lower", "upper"]
NUMBERS = ["n_reports", "n_undated", "n_decided", "n_open", "n_at_risk", *SHARES]
COLUMNS = [*BY, "kind", "limit", "days", "n_reports", "n_undated", "n_decided", "n_open", *SHARES, "withheld"]
CURVE_COLUMNS = [*BY, "kind", "days", "n_reports", "n_at_risk", *SHARES, "withheld"]


def time_to_decision(
    reports: pd.DataFrame,
    events: pd.DataFrame,
    *,
    procedure: Procedure,
    cutoff: pd.Timestamp,
    localities: Sequence[str] | None = None,
    minimum_reports: int = MINIMUM_REPORTS,
    level: float = 0.95,
) -> pd.DataFrame:
    """Share of reports with a decision of each kind by each limit, and of any kind ("any").

    reports: case_key, locality (of report), stream, period, reported_on; one row a case and stream. events:
    case_key, step, date. By locality, stream and period, and the whole of each ("*").

    A report is counted from its start to its first decision; one without is censored at the cut-off, so that
    reports not yet due count for as long as they were seen (`cumulative_incidence`). n_reports have known
    days, n_undated (no start, a decision without a date or before the start) are left out; n_decided of that
    kind by the limit; n_open are undecided and not yet seen for so long. Shares add up to that of "any".
    withheld: `too_few_files` (under `minimum_reports`), `not_yet_due` (no open report was seen so long).
    """
    clock = report_clock(reports, events, procedure, cutoff)
    frame = _incidences(
        reports, clock, procedure.decisions, procedure.limits, localities, minimum_reports, level
    )
    return _withhold(frame, minimum_reports)[COLUMNS]


def decision_curves(
    reports: pd.DataFrame,
    events: pd.DataFrame,
    *,
    procedure: Procedure,
    cutoff: pd.Timestamp,
    every: int = 5,
    localities: Sequence[str] | None = None,
    minimum_reports: int = MINIMUM_REPORTS,
    level: float = 0.95,
) -> pd.DataFrame:
    """The same as a curve, on every `every`-th day up to the last limit and on the limits, periods as one.

    Days are coarse so that a step of the curve is not the day of one report. n_at_risk: reports not decided
    before that day and seen so long.
    """
    last = max(procedure.limits.values())
    days = sorted({*range(0, last + 1, every), *procedure.limits.values()})
    at = {str(day): day for day in days}
    clock = report_clock(reports, events, procedure, cutoff)
    reports = reports.assign(period=WHOLE)
    frame = _incidences(reports, clock, procedure.decisions, at, localities, minimum_reports, level)
    return _withhold(frame, minimum_reports)[CURVE_COLUMNS]


def _incidences(
    reports: pd.DataFrame,
    clock: pd.DataFrame,
    kinds: Sequence[str],
    at: Mapping[str, int],
    localities: Sequence[str] | None,
    minimum_reports: int,
    level: float,
) -> pd.DataFrame:
    """One row a cell, kind ("any" first) and day of `at`; no shares under `minimum_reports`."""
    code = {kind: place for place, kind in enumerate(kinds, start=1)}
    t, j = clock["days"].to_numpy(float), clock["kind"].map(code).fillna(0).to_numpy(int)
    frame, places = by_cell(reports, clock, localities)
    days = np.array(list(at.values()), dtype=float)
    parts = []
    for here in places:
        used = here[~np.isnan(t[here])]
        shares = len(used) >= minimum_reports
        parts.append(
            _by_kind(t[used], j[used], days, len(kinds), level, shares=shares, undated=len(here) - len(used))
        )
    names = [ANY, *kinds]
    keys = pd.DataFrame({"kind": np.repeat(names, len(at)), "limit": np.tile(list(at), len(names))})
    table = frame.merge(keys.assign(days=np.tile(list(at.values()), len(names))), how="cross")
    numbers = np.concatenate(parts) if parts else np.empty((0, len(NUMBERS)))
    table[NUMBERS] = numbers
    return table.astype(dict.fromkeys(NUMBERS[:5], "int64"))


def _by_kind(
    t: np.ndarray, j: np.ndarray, days: np.ndarray, kinds: int, level: float, *, shares: bool, undated: int
) -> np.ndarray:
    """NUMBERS of one cell, one row a kind and day, any kind first."""
    counted = slice(None) if shares else slice(0)
    told = cumulative_incidence(t[counted], j[counted], days, kinds=kinds, level=level)
    by_day = t <= days[:, None]
    decided = (by_day & (j == np.arange(1, kinds + 1)[:, None, None])).sum(axis=2)
    alike = np.array([len(t), undated])[:, None, None]
    columns = [
        *np.broadcast_to(alike, (2, kinds + 1, len(days))),
        np.vstack([decided.sum(axis=0), decided]),
        np.broadcast_to(((j == 0) & (t < days[:, None])).sum(axis=1), (kinds + 1, len(days))),
        np.broadcast_to((t >= days[:, None]).sum(axis=1), (kinds + 1, len(days))),
        *(np.roll(values, 1, axis=0) for values in told),
    ]
    return np.stack(columns, axis=-1).reshape(-1, len(NUMBERS))


def _withhold(frame: pd.DataFrame, minimum_reports: int) -> pd.DataFrame:
    conditions = [frame["n_reports"] < minimum_reports, frame["share"].isna()]
    reasons = text(first_true(conditions, ["too_few_files", "not_yet_due"]))
    frame = frame.assign(withheld=reasons)
    frame[SHARES] = frame[SHARES].mask(frame["withheld"].notna())
    return frame.astype(dict.fromkeys([*BY, "kind", "limit"], "str"))
