"""How far the reports of a locality have come: received, classified, assigned, decided, and in time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from diaban.analysis.handling.procedure import (
    BY,
    Procedure,
    cells,
    known_by,
    report_clock,
    with_wholes,
)
from diaban.analysis.intervals import share_interval
from diaban.analysis.labels import first_true, text

DECIDED = "decided"
COUNTS = ["n_reports", "n", "n_waiting", "n_due", "n_in_time"]
COLUMNS = [
    *BY, "stage", "n", "n_reports", "share", "lower", "upper", "n_waiting",
    "n_due", "n_in_time", "in_time_share", "in_time_lower", "in_time_upper", "withheld",
]  # fmt: skip


def stages(
    reports: pd.DataFrame,
    events: pd.DataFrame,
    *,
    procedure: Procedure,
    cutoff: pd.Timestamp,
    localities: Sequence[str] | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Reports that reached each stage, by locality, stream and period, and for the whole of each ("*").

    reports: case_key, locality (of report), stream, period, reported_on; one row a case and stream. events:
    case_key, step, date. localities: all that are to have rows.

    n of n_reports (all registered by the cut-off) reached the stage, whether or not an earlier stage is
    recorded; share with Wilson's lower and upper. Of the stage "decided" also: n_waiting (undecided, own
    limit not passed by the cut-off), n_in_time of n_due (limit passed by then, whether decided or not: so
    quick decisions of the last weeks do not flatter the share) decided within their own limit, with share and
    Wilson's limits. A report whose days are not known is not in n_due. withheld: `no_reports`.
    """
    clock = report_clock(reports, events, procedure, cutoff)
    reached = _reached(clock, events, procedure, cutoff)
    rows = with_wholes(reports[["case_key", *BY]]).merge(reached, on="case_key", validate="many_to_many")
    sums = rows.groupby([*BY, "stage"], sort=False)[COUNTS].sum()
    names = [*procedure.stages, DECIDED]
    index = cells(reports, BY, localities)
    index = pd.MultiIndex.from_tuples(
        [(*cell, stage) for cell in index for stage in names], names=[*BY, "stage"]
    )
    table = sums.reindex(index, fill_value=0).astype("int64").reset_index()
    return _with_shares(table, level)


def _reached(
    clock: pd.DataFrame, events: pd.DataFrame, procedure: Procedure, cutoff: pd.Timestamp
) -> pd.DataFrame:
    """One row a case and stage, with 1 or 0 in each of COUNTS."""
    known = known_by(events, cutoff)
    frames = []
    for stage, steps in {**procedure.stages, DECIDED: procedure.decisions}.items():
        there = clock["case_key"].isin(known.loc[known["step"].isin(steps), "case_key"])
        frames.append(clock[["case_key"]].assign(stage=stage, n=there))
    table = pd.concat(frames, ignore_index=True).assign(n_reports=1)
    due = clock["days"].notna() & (clock["followed"] >= clock["limit_days"])
    decided = clock["kind"].notna()
    flags = pd.DataFrame(
        {
            "case_key": clock["case_key"],
            "stage": DECIDED,
            "n_waiting": ~decided & (clock["followed"] < clock["limit_days"]),
            "n_due": due,
            "n_in_time": due & decided & (clock["days"] <= clock["limit_days"]),
        }
    )
    table = table.merge(flags, on=["case_key", "stage"], how="left", validate="one_to_one")
    return table.astype(dict.fromkeys(COUNTS, "float64")).fillna(dict.fromkeys(COUNTS, 0.0))


def _with_shares(table: pd.DataFrame, level: float) -> pd.DataFrame:
    n, reports, due = table["n"], table["n_reports"], table["n_due"]
    lower, upper = share_interval(n, reports, level)
    in_time_lower, in_time_upper = share_interval(table["n_in_time"], due, level)
    of_decisions = ["n_waiting", "n_due", "n_in_time"]
    other = table["stage"] != DECIDED
    table = table.assign(
        share=n / reports.where(reports > 0),
        lower=lower,
        upper=upper,
        in_time_share=table["n_in_time"] / due.where(due > 0),
        in_time_lower=in_time_lower,
        in_time_upper=in_time_upper,
        withheld=text(first_true([reports == 0], ["no_reports"])),
    )
    for name in of_decisions:
        table[name] = pd.array(np.where(other, np.nan, table[name]), dtype="Int64")
    return table[COLUMNS].astype(dict.fromkeys([*BY, "stage"], "str"))
