"""Cases whose handling stopped or went back: suspended, terminated, returned, and the coded reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from diaban.analysis.funnel import adjusted_z, between_variance, exact_z, outliers
from diaban.analysis.handling.procedure import WHOLE, cells, known_by, with_wholes
from diaban.analysis.labels import first_true, text

KEYS = ("locality", "period")
ALL, NOT_RECORDED = "*", "not_recorded"
LEAST_LOCALITIES = 5
COLUMNS = [
    *KEYS, "step", "reason_code", "n", "n_cases", "share", "lower", "upper", "expected", "ratio", "z",
    "outlier", "withheld",
]  # fmt: skip


def stopped(
    cases: pd.DataFrame,
    events: pd.DataFrame,
    *,
    steps: Mapping[str, Sequence[str]],
    cutoff: pd.Timestamp,
    localities: Sequence[str] | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Cases stopped by each step and reason, out of those that could have been, by locality and period.

    cases: case_key, locality (of report), period; the cases in question, such as those of child sexual abuse,
    one row each. events: case_key, step, date, reason_code. steps: step -> the steps that a case must have
    reached before (prosecuted before suspended); without any, every case could be. Wholes are "*", as are
    all steps and all reasons together; a reason that is not given is "not_recorded".

    n of n_cases, a case once in a row however often it was stopped; share with exact limits (Clopper &
    Pearson 1934). For all reasons together, each locality against all of them in that period: expected (their
    share x n_cases), ratio, z (exact, with the variance between localities added) and outlier ("high", "low":
    beyond 99.8 %), where LEAST_LOCALITIES have cases. withheld: `no_case_so_far` (none has come to where it
    could be stopped), `too_few_localities` (share stands, no comparison does).
    """
    known = known_by(events, cutoff)
    rows = with_wholes(cases[["case_key", *KEYS]], KEYS)
    index = cells(cases, KEYS, localities)
    frames = []
    for step in [*steps, ALL]:
        chosen = list(steps) if step == ALL else [step]
        before = {earlier for name in chosen for earlier in steps[name]}
        before |= set(chosen)  # who was stopped could be, also where the step before is not recorded
        free = any(not steps[name] for name in chosen)
        could = cases["case_key"] if free else known.loc[known["step"].isin(before), "case_key"]
        frames.append(_count(rows[rows["case_key"].isin(could)], _reasons(known, chosen), index, step))
    table = pd.concat(frames, ignore_index=True)
    return _with_funnel(_with_shares(table, level))


def _reasons(known: pd.DataFrame, steps: Sequence[str]) -> pd.DataFrame:
    """case_key, reason_code without repeats, each case also under ALL."""
    made = known.loc[known["step"].isin(steps), ["case_key", "reason_code"]]
    made = made.assign(reason_code=made["reason_code"].fillna(NOT_RECORDED).astype("str"))
    return pd.concat([made.assign(reason_code=ALL), made]).drop_duplicates(ignore_index=True)


def _count(rows: pd.DataFrame, made: pd.DataFrame, index: pd.MultiIndex, step: str) -> pd.DataFrame:
    n_cases = rows.groupby(list(KEYS)).size().reindex(index, fill_value=0).rename("n_cases")
    here = made[made["case_key"].isin(rows["case_key"])]
    reasons = [ALL, *sorted(set(here["reason_code"]) - {ALL})]
    counted = rows.merge(here, on="case_key", validate="many_to_many")
    n = counted.groupby([*KEYS, "reason_code"]).size().unstack(fill_value=0)
    n = n.reindex(index=index, columns=reasons, fill_value=0).rename_axis(columns="reason_code")
    long = n.stack().rename("n").reset_index()
    return long.merge(n_cases.reset_index(), on=list(KEYS), validate="many_to_one").assign(step=step)


def _with_shares(table: pd.DataFrame, level: float) -> pd.DataFrame:
    n_cases = table["n_cases"].where(table["n_cases"] > 0)
    lower, upper = proportion_confint(table["n"], n_cases, alpha=1 - level, method="beta")
    shares = {"share": table["n"] / n_cases, "lower": lower, "upper": upper}
    table = table.assign(**shares)
    table["lower"] = table["lower"].mask(table["n"] == 0, 0.0).mask(n_cases.isna())
    table["upper"] = table["upper"].mask(table["n"] == n_cases, 1.0)
    return table.astype({"n": "int64", "n_cases": "int64"})


def _with_funnel(table: pd.DataFrame) -> pd.DataFrame:
    compared = ((table["reason_code"] == ALL) & (table["locality"] != WHOLE)).to_numpy()
    expected, z = np.full((2, len(table)), np.nan)
    few = np.zeros(len(table), dtype=bool)
    for _, rows in table[compared].groupby(["period", "step"]):
        at, n = rows.index, rows["n_cases"].to_numpy(float)
        overall = rows["n"].sum() / n.sum() if n.sum() else np.nan
        expected[at] = overall * n
        few[at] = ((n > 0).sum() < LEAST_LOCALITIES) & (n > 0)
        e = np.where(few[at] | (n == 0) | (overall == 0), np.nan, expected[at])
        own = exact_z(rows["n"], e)
        z[at] = adjusted_z(own, e, between_variance(own, 4 * e))
    reasons = first_true([table["n_cases"] == 0, few], ["no_case_so_far", "too_few_localities"])
    ratio = table["n"] / np.where(expected > 0, expected, np.nan)
    table = table.assign(
        expected=expected, ratio=ratio, z=z, outlier=text(outliers(z)), withheld=text(reasons)
    )
    return table[COLUMNS].astype(dict.fromkeys([*KEYS, "step", "reason_code"], "str"))
