"""A running period against the same part of an earlier one, both as they were known at the same age."""

from __future__ import annotations

from datetime import date

import pandas as pd

from diaban.analysis.labels import first_true, text
from diaban.analysis.rate_ratio import rate_ratio

CELLS = ["locality", "stream"]
COLUMNS = [*CELLS, "period", "base", "days", "cases", "base_cases", "base_cases_now", "undated", "persons",
           "base_persons", "rate_ratio", "lower", "upper", "p", "naive_ratio", "withheld"]  # fmt: skip


def same_age(
    cases: pd.DataFrame,
    exposed: pd.DataFrame,
    periods: pd.DataFrame,
    *,
    period: str,
    base: str,
    cutoff: date | pd.Timestamp,
    counted_by: str = "reported_on",
    seen: str = "accepted_on",
    dispersion: float = 1.0,
    level: float = 0.95,
) -> pd.DataFrame:
    """`period` so far against the same days of `base`, counting what was known so many days after its start.

    cases: locality, stream, and the dates `counted_by` (which decides the period) and `seen` (from which the
    register holds the case; where it has no such column, the day it is counted by). exposed: locality,
    period, stream, persons. periods: period, start, end (inclusive).

    COLUMNS, one row a locality and stream of `exposed`: days (of both periods that are compared), cases,
    base_cases (known at the same age), base_cases_now (of the same days, as known at the cut-off), undated
    (cases of either period that `seen` lacks; counted in neither); rate_ratio, lower, upper, p: exact, of
    cases per person (`rate_ratio`); naive_ratio: the same against base_cases_now, which puts young figures
    beside ripe ones. withheld: `too_few_periods` (a period that the study or the locality lacks),
    `no_cases` (none in either), `baseline_without_cases`.
    """
    last = pd.Timestamp(cutoff)
    known = cases if seen in cases else cases.assign(**{seen: cases[counted_by]})
    known = known[known[seen].isna() | (known[seen] <= last)]
    span = periods.set_index("period")[["start", "end"]]
    rows = exposed[CELLS].drop_duplicates().sort_values(CELLS, ignore_index=True)
    rows = rows.assign(period=period, base=base)
    for name, prefix in ((period, ""), (base, "base_")):
        persons = exposed[exposed["period"] == name].set_index(CELLS)["persons"]
        rows = rows.join(persons.rename(f"{prefix}persons"), on=CELLS, validate="one_to_one")
    if not {period, base} <= set(span.index) or last < span.loc[period, "start"]:
        return rows.assign(withheld=text(first_true([rows["period"].notna()], ["too_few_periods"]))).reindex(
            columns=COLUMNS
        )
    age = last - span.loc[period, "start"]
    length = min(last, span.loc[period, "end"]) - span.loc[period, "start"]
    counts = {
        "cases": _counted(known, counted_by, seen, span.loc[period, "start"], length, age),
        "base_cases": _counted(known, counted_by, seen, span.loc[base, "start"], length, age),
        "base_cases_now": _counted(known, counted_by, seen, span.loc[base, "start"], length, None),
    }
    undated = known[known[seen].isna()]
    either = [undated[undated[counted_by].between(s, s + length)] for s in span.loc[[period, base], "start"]]
    counts["undated"] = pd.concat(either).groupby(CELLS).size()
    for name, count in counts.items():
        rows = rows.join(count.rename(name), on=CELLS).fillna({name: 0}).astype({name: "int64"})
    return _compared(rows.assign(days=length.days + 1), dispersion, level)[COLUMNS]


def _counted(
    cases: pd.DataFrame,
    counted_by: str,
    seen: str,
    start: pd.Timestamp,
    length: pd.Timedelta,
    age: pd.Timedelta | None,
) -> pd.Series:
    """Cases by locality and stream that fall in the first days of a period and were seen by that age."""
    within = cases[counted_by].between(start, start + length) & cases[seen].notna()
    if age is not None:
        within &= cases[seen] <= start + age
    return cases[within].groupby(CELLS).size()


def _compared(rows: pd.DataFrame, dispersion: float, level: float) -> pd.DataFrame:
    here = rows["cases"], rows["persons"]
    ratio = rate_ratio(*here, rows["base_cases"], rows["base_persons"], dispersion=dispersion, level=level)
    naive = rate_ratio(*here, rows["base_cases_now"], rows["base_persons"])["rate_ratio"]
    reasons = first_true(
        [
            ~((rows["persons"] > 0) & (rows["base_persons"] > 0)),
            rows["cases"] + rows["base_cases"] == 0,
            rows["base_cases"] == 0,
        ],
        ["too_few_periods", "no_cases", "baseline_without_cases"],
    )
    withheld = pd.Series(text(reasons), index=rows.index)
    ratio = ratio.assign(naive_ratio=naive.where(rows["base_cases_now"] > 0))
    return rows.join(ratio.mask(withheld.notna())).assign(withheld=withheld)
