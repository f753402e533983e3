"""How every case that either of two editions counts got from where it was counted to where it is now."""

from __future__ import annotations

import pandas as pd

from diaban.editions.snapshot import FIELD, Snapshot

BEFORE, AFTER = "before", "after"
_CELL = ["locality", "stream", "period"]
_COLUMNS = ["case_key", *_CELL, "step", "change"]


def case_steps(before: Snapshot, after: Snapshot) -> pd.DataFrame:
    """One row a case, stream, cell and step: case_key, locality (of report), stream, period, step, change.

    `change` is 1 where a step brings the case into the cell, -1 where it takes it out. Steps follow each
    other in one order, so that they add up: `before` (the earlier count), `boundary` (the same register in
    today's localities), `moved` (another locality on the file), `recoded` (another stream or period, by a
    file that was changed) or `method` (by a file that was not), `removed`, `late_reports` (reported by the
    earlier cut-off, but not in the register then), `new_cases` (reported after it); `after` is the later
    count. Both snapshots must hold cases.
    """
    pairs = _pairs(before, after)
    then, now = pairs["then"], pairs["now"]
    gone, met, fresh = pairs["gone"], pairs["met"], pairs["fresh"]
    coded = pairs["unchanged"].map({True: "method", False: "recoded"})
    late = pairs["reported_on"].dt.normalize() <= pd.Timestamp(before.cutoff)
    entered = late.map({True: "late_reports", False: "new_cases"})
    other_cell = then & now & (pairs["period_then"] != pairs["period_now"])
    here = pairs["report_now"].where(~gone, pairs["report_carried"])
    steps = [
        _rows(pairs, then, pairs["report_then"], "period_then", BEFORE, 1),
        *_passage(pairs, then, pairs["report_then"], pairs["report_carried"], "boundary"),
        *_passage(pairs, then & ~gone, pairs["report_carried"], here, "moved"),
        _rows(pairs, gone, here, "period_then", "removed", -1),
        _rows(pairs, met & then & (~now | other_cell), here, "period_then", coded, -1),
        _rows(pairs, met & now & (~then | other_cell), here, "period_now", coded, 1),
        _rows(pairs, fresh, here, "period_now", entered, 1),
        _rows(pairs, now, pairs["report_now"], "period_now", AFTER, 1),
    ]
    return pd.concat(steps, ignore_index=True)


def _pairs(before: Snapshot, after: Snapshot) -> pd.DataFrame:
    """A row for each case and stream of either edition, with what is known of the case then and now.

    gone: the case is not in the later edition; fresh: not in the earlier one; met: in both.
    """
    assert before.cases is not None
    assert after.cases is not None
    newest = after.places.set_index("locality")["newest"]
    report = after.places.set_index("locality")["report"]
    old, new = (
        frame.drop_duplicates("case_key").set_index("case_key") for frame in (before.cases, after.cases)
    )
    key = ["case_key", "stream"]
    pairs = before.cases[[*key, "period"]].merge(
        after.cases[[*key, "period"]], on=key, how="outer", suffixes=("_then", "_now"), indicator=True
    )
    case = pairs["case_key"]
    locality = _looked_up(case, old["locality"])
    report_then = _looked_up(case, old["report"])
    today = _looked_up(locality, newest)
    carried = _looked_up(today.where(today.notna(), locality), report)
    known_then, known_now = (
        pd.Series(cases.index.get_indexer(case) >= 0, index=case.index) for cases in (old, new)
    )
    return pairs.assign(
        then=pairs["_merge"] != "right_only",
        now=pairs["_merge"] != "left_only",
        gone=known_then & ~known_now,
        fresh=known_now & ~known_then,
        met=known_then & known_now,
        unchanged=_unchanged(case, old, new),
        report_then=report_then,
        report_carried=carried.where(carried.notna(), report_then),
        report_now=_looked_up(case, new["report"]),
        reported_on=_looked_up(case, new["reported_on"]),
    )


def _unchanged(case: pd.Series, old: pd.DataFrame, new: pd.DataFrame) -> pd.Series:
    """Whether every field that decided in both editions reads the same; a field that only one of them asks is
    a matter of method."""
    same = pd.Series(True, index=case.index)
    for name in old.columns.intersection(new.columns):
        if name.startswith(FIELD):
            then, now = _looked_up(case, old[name]), _looked_up(case, new[name])
            same &= (then == now) | (then.isna() & now.isna())
    return same


def _looked_up(keys: pd.Series, values: pd.Series) -> pd.Series:
    """What `values` holds for each key, of its own type even where none is found; else missing."""
    return pd.Series(values.reindex(keys).array, index=keys.index)


def _passage(
    pairs: pd.DataFrame, chosen: pd.Series, origin: pd.Series, target: pd.Series, step: str
) -> list[pd.DataFrame]:
    """The step out of one locality and into another, for those whose locality differs."""
    moved = chosen & (origin != target)
    return [
        _rows(pairs, moved, origin, "period_then", step, -1),
        _rows(pairs, moved, target, "period_then", step, 1),
    ]


def _rows(
    pairs: pd.DataFrame,
    chosen: pd.Series,
    locality: pd.Series,
    period: str,
    step: str | pd.Series,
    change: int,
) -> pd.DataFrame:
    mine = chosen.to_numpy()
    frame = pairs.loc[mine, ["case_key", "stream"]].assign(
        locality=locality[mine],
        period=pairs.loc[mine, period],
        step=step if isinstance(step, str) else step[mine],
        change=change,
    )
    return frame[_COLUMNS].astype({"locality": "str", "period": "str", "step": "str"})
