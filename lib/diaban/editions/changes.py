"""What has changed in the counts since an earlier edition, and by which way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from diaban.editions.snapshot import Snapshot
from diaban.editions.steps import AFTER, BEFORE, case_steps

WHOLE = "*"
STEPS = [
    "boundary",
    "method",
    "removed",
    "moved_out",
    "moved_in",
    "recoded_out",
    "recoded_in",
    "late_reports",
    "new_cases",
]
"""In the order in which they are taken; `before` and all of them add up to `after`."""
CORRECTIONS = ["boundary", "method", "removed", "moved_out", "moved_in", "recoded_out", "recoded_in"]
"""Steps that concern cases which the earlier edition already counted."""
_CELL = ["locality", "stream", "period"]
_BOTH_WAYS = ("moved", "recoded")
_PAIRED = ("boundary", "method", *_BOTH_WAYS)  # out of one cell and into another


def edition_changes(
    before: Snapshot, after: Snapshot, *, pooled: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """From the count of one edition to that of a later one, by locality of report and for the whole ("*").

    pooled: period -> what it counts in (a block, "*" for all periods together); periods that it leaves out
    are left out. A case that changes place or period within one cell has not changed there.

    Returns locality, stream, period, before, the columns of `STEPS` (signed: what goes out is negative),
    after, withheld; sorted. In every row before + steps = after. A cell of one edition only counts 0 in the
    other. Where an edition has no case records only before and after are known, and `withheld` says so.
    """
    if before.cases is None or after.cases is None:
        return _counts_alone(before, after, pooled)
    steps = case_steps(before, after)
    steps = steps.assign(period=_pooled(steps["period"], pooled)).dropna(subset=["period"])
    tallies = [_tally(steps), _tally(steps.assign(locality=WHOLE))]
    cells = [_cells(part, pooled) for part in (before, after)]
    frame = pd.concat(tallies).rename_axis(columns=None)
    frame = frame.reindex(_index([*cells, *(tally.index for tally in tallies)]), fill_value=0)
    frame = frame.astype("int64").sort_index().reset_index()
    return frame.assign(withheld=pd.Series(pd.NA, index=frame.index, dtype="str"))


def _tally(steps: pd.DataFrame) -> pd.DataFrame:
    """Sums of the steps by cell; what a case does within one cell cancels."""
    paired = steps["step"].isin(_PAIRED)
    per_case = steps[paired].groupby(["case_key", "step", *_CELL], as_index=False)["change"].sum()
    per_case = pd.concat([steps[~paired], per_case[per_case["change"] != 0]], ignore_index=True)
    way = pd.Series(np.where(per_case["change"] > 0, "_in", "_out"), index=per_case.index, dtype="str")
    step = per_case["step"] + way.where(per_case["step"].isin(_BOTH_WAYS), "")
    sums = per_case.assign(step=step).groupby([*_CELL, "step"])["change"].sum()
    return sums.unstack("step", fill_value=0).reindex(columns=[BEFORE, *STEPS, AFTER], fill_value=0)


def _cells(edition: Snapshot, pooled: Mapping[str, str] | None) -> pd.MultiIndex:
    """The cells in which the edition counts, those of the whole among them."""
    frame = edition.exposed.assign(period=_pooled(edition.exposed["period"], pooled))
    frame = frame.dropna(subset=["period"])[_CELL]
    return pd.MultiIndex.from_frame(pd.concat([frame, frame.assign(locality=WHOLE)]).drop_duplicates())


def _index(parts: Iterable[pd.Index]) -> pd.MultiIndex:
    tuples = sorted({cell for part in parts for cell in part})
    return pd.MultiIndex.from_tuples(tuples, names=_CELL) if tuples else _no_cells()


def _no_cells() -> pd.MultiIndex:
    return pd.MultiIndex.from_arrays([pd.Index([], dtype="str")] * len(_CELL), names=_CELL)


def _pooled(period: pd.Series, pooled: Mapping[str, str] | None) -> pd.Series:
    return period if pooled is None else period.map(dict(pooled)).astype("str")


def _counts_alone(before: Snapshot, after: Snapshot, pooled: Mapping[str, str] | None) -> pd.DataFrame:
    sums = {}
    for name, edition in ((BEFORE, before), (AFTER, after)):
        frame = edition.exposed.assign(period=_pooled(edition.exposed["period"], pooled))
        frame = pd.concat([frame, frame.assign(locality=WHOLE)]).dropna(subset=["period"])
        sums[name] = frame.groupby(_CELL)["cases"].sum(skipna=False)
    frame = pd.DataFrame(sums).astype("Int64").sort_index().reset_index()
    nothing = {step: pd.array([pd.NA] * len(frame), dtype="Int64") for step in STEPS}
    frame = frame.assign(**nothing, withheld=pd.Series("no_case_records", index=frame.index, dtype="str"))
    return frame[[*_CELL, BEFORE, *STEPS, AFTER, "withheld"]]


def declared_changes(before: Snapshot, after: Snapshot) -> pd.DataFrame:
    """Columns part, changed: whether the rules of counting (`rules`) and the program (`code`) differ.

    `changed` is missing where an edition does not say. A change of either is a change of method: it counts
    cases otherwise that were not touched (step `method`), and it may change rates and findings.
    """
    parts = {"rules": (before.rules, after.rules), "code": (before.code, after.code)}
    changed = [then != now if then and now else pd.NA for then, now in parts.values()]
    return pd.DataFrame(
        {"part": pd.array(list(parts), dtype="str"), "changed": pd.array(changed, dtype="boolean")}
    )


def waterfall_rows(
    changes: pd.DataFrame,
    *,
    locality: str,
    stream: str,
    period: str,
    coarse: bool = False,
) -> pd.DataFrame:
    """One row of `edition_changes` as the waterfall draws it: component, cases, withheld, in order.

    coarse: corrections of what the earlier edition counted as one number ("corrections"), for publication,
    where single ones are too small to be shown.
    """
    chosen = (changes["locality"] == locality) & (changes["stream"] == stream) & (changes["period"] == period)
    row = changes[chosen]
    if row.empty:
        return pd.DataFrame({"component": [], "cases": [], "withheld": []}).astype(
            {"component": "str", "cases": "Int64", "withheld": "str"}
        )
    if coarse:
        row = row.assign(corrections=row[CORRECTIONS].sum(axis=1, skipna=False))
    steps = ["corrections", "late_reports", "new_cases"] if coarse else STEPS
    names = [BEFORE, *steps, AFTER]
    cases = pd.array(row[names].iloc[0].tolist(), dtype="Int64")
    unknown = row["withheld"].iloc[0]
    reasons = [pd.NA if name in (BEFORE, AFTER) else unknown for name in names]
    return pd.DataFrame(
        {
            "component": pd.array(names, dtype="str"),
            "cases": cases,
            "withheld": pd.array(reasons, dtype="str"),
        }
    )
