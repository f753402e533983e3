"""Rates of every locality against its reference: crude, relative, shrunk, ranked, and as a funnel."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from diaban.analysis.exposure import with_parent
from diaban.analysis.funnel import adjusted_z, between_variance, exact_z, outliers
from diaban.analysis.intervals import count_interval
from diaban.analysis.labels import first_true, index_of, text
from diaban.analysis.ranks import rank_intervals
from diaban.analysis.shrinkage import shrink
from diaban.analysis.standardise import indirectly_standardised_ratio

PER = 100_000
LEAST_LOCALITIES = 5
SEED = 20_240_630

COLUMNS = [
    "locality", "period", "stream", "cases", "person_years", "per", "rate", "lower", "upper",
    "reference_rate", "expected", "ratio", "ratio_lower", "ratio_upper",
    "shrunk_rate", "shrunk_lower", "shrunk_upper", "probability_above", "rank_lower", "rank_upper",
    "z", "outlier", "withheld",
]  # fmt: skip


def crude_rate(
    cases: ArrayLike, person_years: ArrayLike, *, per: float = PER, level: float = 0.95
) -> pd.DataFrame:
    """Crude rate with its interval: Byar from 10 cases on, exact below.

    cases, person_years: shape (n,). Returns rate, lower, upper per `per` person-years, with the index of
    `cases` if it has one. No person-years: missing.
    """
    years = np.asarray(person_years, dtype=float)
    years = np.where(years > 0, years, np.nan)
    lower, upper = count_interval(cases, level)
    columns = {"rate": np.asarray(cases, dtype=float) / years, "lower": lower / years, "upper": upper / years}
    return pd.DataFrame(columns, index=index_of(cases)) * per


def rates_table(
    exposed: pd.DataFrame,
    parents: pd.DataFrame | None = None,
    *,
    per: float = PER,
    level: float = 0.95,
    seed: int = SEED,
    draws: int = 500,
) -> pd.DataFrame:
    """The `rates` frame: one row a row of `exposed`, same order and index, columns COLUMNS.

    exposed: locality, period, stream, cases, person_years. parents: locality, parent; the reference of a
    locality is its whole parent in that period and stream, itself included (so that expected cases sum
    to observed ones); without it, all localities of the frame together. Rates per `per` person-years.

    `ratio` is observed over expected, its interval exact or Byar's, the reference taken as known.
    `shrunk_*` and `probability_above` (that the locality's rate exceeds the reference's) come from
    `shrink`, ranks (1 the highest) from its posteriors, `z` from the exact funnel z with additive
    overdispersion and `outlier` from its 99.8 % limits: all within parent, period and stream.

    withheld: `no_population_at_risk` (nothing can be said), `no_cases_in_reference` (rate and interval
    stand, no comparison does), `too_few_localities` (fewer than LEAST_LOCALITIES: no shrinkage, rank, z).
    """
    # Draws and sums go by locality, so that the order of the rows changes nothing.
    frame = with_parent(exposed, parents).reset_index(drop=True)
    frame = frame.sort_values(["parent", "period", "stream", "locality"], kind="stable")
    group = frame.groupby(["parent", "period", "stream"], sort=True).ngroup().to_numpy()
    table = frame[["locality", "period", "stream", "cases", "person_years"]].assign(per=per)
    table = table.join(crude_rate(frame["cases"], frame["person_years"], per=per, level=level))
    table = _add_reference(table, group, level)
    comparable = _comparable(table, group)
    table = _add_shrunk(table, group, comparable, seed=seed, draws=draws, level=level)
    table = _add_funnel(table, group, comparable)
    return table.sort_index()[COLUMNS].set_axis(exposed.index)


def _add_reference(table: pd.DataFrame, group: np.ndarray, level: float) -> pd.DataFrame:
    counted = table[["cases", "person_years"]].where(table["cases"].notna())
    sums = counted.groupby(group).transform("sum")
    reference = sums["cases"] / sums["person_years"].where(sums["person_years"] > 0)
    expected = reference * table["person_years"]
    ratio = indirectly_standardised_ratio(table["cases"], expected, level=level)
    return table.assign(
        reference_rate=reference * table["per"],
        expected=expected,
        ratio=ratio.value,
        ratio_lower=ratio.lower,
        ratio_upper=ratio.upper,
    )


def _comparable(table: pd.DataFrame, group: np.ndarray) -> np.ndarray:
    """Rows with a positive expected count, in a group with enough of them."""
    positive = (table["expected"] > 0).to_numpy()
    return positive & (pd.Series(positive).groupby(group).transform("sum").to_numpy() >= LEAST_LOCALITIES)


def _add_shrunk(
    table: pd.DataFrame, group: np.ndarray, comparable: np.ndarray, *, seed: int, draws: int, level: float
) -> pd.DataFrame:
    expected = table["expected"].where(comparable)
    risks = shrink(table["cases"], expected, group)
    lower, upper = risks.interval(level)
    rank_lower, rank_upper = rank_intervals(risks, group, seed=seed, draws=draws, level=level)
    return table.assign(
        shrunk_rate=risks.mean * table["reference_rate"],
        shrunk_lower=lower * table["reference_rate"],
        shrunk_upper=upper * table["reference_rate"],
        probability_above=risks.probability_above(1.0),
        rank_lower=pd.array(rank_lower, dtype="Int64"),
        rank_upper=pd.array(rank_upper, dtype="Int64"),
    )


def _add_funnel(table: pd.DataFrame, group: np.ndarray, comparable: np.ndarray) -> pd.DataFrame:
    expected = table["expected"].where(comparable).to_numpy(dtype=float)
    z = exact_z(table["cases"], expected)
    for code in np.unique(group[comparable]):
        rows = (group == code) & comparable
        tau2 = between_variance(z[rows], 4 * expected[rows])
        z[rows] = adjusted_z(z[rows], expected[rows], tau2)
    reasons = first_true(
        [~(table["person_years"] > 0), ~(table["expected"] > 0), ~comparable],
        ["no_population_at_risk", "no_cases_in_reference", "too_few_localities"],
    )
    return table.assign(z=z, outlier=text(outliers(z)), withheld=text(reasons))
