"""The share of reports that are resolved: as a count against the target, and as what the count supports."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from diaban.analysis.handling.procedure import BY, Procedure, cells, known_by, report_clock, with_wholes
from diaban.analysis.labels import first_true, text
from diaban.analysis.targets.share_target import share_target

MORE_THAN = 0.96  # the plan's "over 96 %": a parameter, given with its source in the study
COUNTS = ["n_reports", "n_undated", "n_not_due", "n_not_due_resolved", "n_due", "n_resolved", "n_in_time"]
TOLD = ["share", "lower", "upper", "met", "evidence", "needed_if_all"]
COLUMNS = [*BY, *COUNTS, "more_than", *TOLD, "withheld"]


def resolution(
    reports: pd.DataFrame,
    events: pd.DataFrame,
    *,
    procedure: Procedure,
    cutoff: pd.Timestamp,
    more_than: float = MORE_THAN,
    localities: Sequence[str] | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Resolved reports out of those whose time has passed, by locality, stream and period, and "*".

    Frames as in `stages`. A report is due when its own limit (extensions taken in time included) lies within
    the cut-off. Reports not yet due stand apart (n_not_due, n_not_due_resolved): of the newest ones only the
    quickly resolved could be counted. n_resolved of n_due were resolved by the cut-off, n_in_time of them
    within their limit; n_undated are left out.

    share, its limits, met, evidence ("shown", "refuted", "open") and needed_if_all are those of
    `share_target`: the count as a fact, and what so many reports can show of the way they are handled.
    withheld: `no_reports`, `not_yet_due` (none is due).
    """
    clock = report_clock(reports, events, procedure, cutoff)
    flags = _flags(clock, events, procedure, cutoff)
    rows = with_wholes(reports[["case_key", *BY]]).merge(flags, on="case_key", validate="many_to_one")
    index = cells(reports, BY, localities)
    table = rows.groupby(list(BY), sort=False)[COUNTS].sum().reindex(index, fill_value=0).astype("int64")
    return _against(table.reset_index(), more_than, level)


def _flags(
    clock: pd.DataFrame, events: pd.DataFrame, procedure: Procedure, cutoff: pd.Timestamp
) -> pd.DataFrame:
    known = known_by(events, cutoff)
    made = known[known["step"].isin(procedure.resolved)]
    resolved = clock["case_key"].isin(made["case_key"])
    first = made.groupby("case_key")["date"].min().reindex(clock["case_key"]).set_axis(clock.index)
    in_time = (first - clock["started_on"]).dt.days <= clock["limit_days"]
    dated = clock["started_on"].notna() & clock["days"].notna()
    due = dated & (clock["followed"] >= clock["limit_days"])
    flags = {
        "n_reports": True,
        "n_undated": ~dated,
        "n_not_due": dated & ~due,
        "n_not_due_resolved": dated & ~due & resolved,
        "n_due": due,
        "n_resolved": due & resolved,
        "n_in_time": due & resolved & in_time,
    }
    return clock[["case_key"]].assign(**flags).astype(dict.fromkeys(COUNTS, "int64"))


def _against(table: pd.DataFrame, more_than: float, level: float) -> pd.DataFrame:
    told = share_target(table["n_resolved"], table["n_due"], more_than=more_than, level=level)
    table = table.join(told[["share", "met", "lower", "upper", "evidence", "needed_if_all"]])
    none, not_due = table["n_reports"] == 0, table["n_due"] == 0
    reasons = text(first_true([none, not_due], ["no_reports", "not_yet_due"]))
    return table.assign(more_than=more_than, withheld=reasons)[COLUMNS].astype(dict.fromkeys(BY, "str"))
