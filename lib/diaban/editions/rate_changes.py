"""What has changed in the rates since an earlier edition: by cases, by time passed, by denominators."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from diaban.editions.changes import WHOLE
from diaban.editions.snapshot import Snapshot

_CELL = ["locality", "stream", "period"]
_PARTS = ["cases_then", "cases_now", "then", "elapsed", "now"]


def rate_changes(
    before: Snapshot, after: Snapshot, *, per: int, pooled: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """From the rate of one edition to that of a later one, by locality of report and for the whole ("*").

    pooled: as of `edition_changes`. Returns locality, stream, period; cases_before, cases_after;
    person_years_before, person_years_after; rate_before, rate_after (cases per `per` persons at risk and
    year); and what makes the difference, in the same unit and adding up to it, one after the other:
    by_cases (the new count over the earlier denominator), by_time (the part of a running period that has
    passed since), by_denominator (another population at risk: a revision, or other boundaries). withheld
    where an edition has no denominator for the cell; a count that is not known makes its rate missing.
    """
    key = ["locality", "stream", "period"]
    cells = before.exposed.merge(
        after.exposed, on=key, how="outer", suffixes=("_before", "_after"), validate="one_to_one"
    )
    parts = cells.assign(**_parts(cells))
    if pooled is not None:
        parts = parts.assign(period=parts["period"].map(dict(pooled))).dropna(subset=["period"])
    parts = pd.concat([parts, parts.assign(locality=WHOLE)])
    grouped = parts.groupby(key)
    sums = grouped[_PARTS].sum(min_count=1)
    for name in ("cases_then", "cases_now"):
        sums[name] = sums[name].mask(grouped[f"unknown_{name}"].any())
    sums = sums.reset_index()
    return _rates(sums.astype(dict.fromkeys(key, "str")), per)


def _parts(cells: pd.DataFrame) -> dict[str, pd.Series]:
    """Person-years then and now, and those of the earlier population over the time that has passed by now."""
    years_now = cells["person_years_after"] / cells["persons_after"].where(cells["persons_after"] > 0)
    persons = cells["persons_before"].fillna(cells["persons_after"])
    return {
        "cases_then": cells["cases_before"],
        "cases_now": cells["cases_after"],
        "then": cells["person_years_before"],
        "elapsed": persons * years_now,
        "now": cells["person_years_after"],
        "unknown_cases_then": cells["cases_before"].isna() & cells["person_years_before"].notna(),
        "unknown_cases_now": cells["cases_after"].isna() & cells["person_years_after"].notna(),
    }


def _rates(sums: pd.DataFrame, per: int) -> pd.DataFrame:
    then, elapsed, now = (sums[name].where(sums[name] > 0) for name in ("then", "elapsed", "now"))
    first, last = per * sums["cases_then"] / then, per * sums["cases_now"] / now
    recounted, later = per * sums["cases_now"] / then, per * sums["cases_now"] / elapsed
    withheld = pd.Series(pd.NA, index=sums.index, dtype="str")
    withheld = withheld.mask(then.isna(), "not_in_earlier_edition")
    withheld = withheld.mask(now.isna(), "no_population_at_risk")
    frame = pd.DataFrame(
        {
            **{name: sums[name] for name in _CELL},
            "cases_before": sums["cases_then"],
            "cases_after": sums["cases_now"],
            "person_years_before": sums["then"],
            "person_years_after": sums["now"],
            "rate_before": first,
            "rate_after": last,
            "by_cases": recounted - first,
            "by_time": later - recounted,
            "by_denominator": (last - later).where(first.notna()),
            "withheld": withheld,
        }
    )
    return frame.sort_values(_CELL, ignore_index=True)
