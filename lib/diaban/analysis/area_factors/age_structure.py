"""What a locality's age structure adds to its expected cases, at the whole's rates by age."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class AgeBands:
    """person_years: (places, bands); cases: (bands,), of all places together."""

    person_years: np.ndarray
    cases: np.ndarray

    def added(self, base: np.ndarray) -> np.ndarray:
        """(places,): cases expected at rates by age, less `base`, those at one rate for all ages.

        Cases of unknown age are spread as the known ones, so that both have one total.
        """
        return self._expected(self.cases, base.sum()) - base

    def added_by_chance(self, base: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
        """(draws, places): the same with counts by age redrawn (Poisson)."""
        counts = rng.poisson(self.cases, (draws, len(self.cases))).astype(float)
        relative = counts.sum(axis=1, keepdims=True) / self.cases.sum()
        return self._expected(counts, base.sum()) - base * relative

    def _expected(self, cases: np.ndarray, total: float) -> np.ndarray:
        rates = cases / self.person_years.sum(axis=0)
        return rates @ self.person_years.T * (total / self.cases.sum())


def age_bands(
    cells: pd.DataFrame, places: pd.Index, age: pd.DataFrame, population: pd.DataFrame
) -> AgeBands | None:
    """The bands of one stream, places in the order of `places`; None without a count by age.

    cells: locality, period, years (what is counted where and how long); age: age_band, cases of the whole;
    population: locality, period, age_band, persons.
    """
    rows = population[population["age_band"].isin(age["age_band"])]
    rows = rows.merge(cells[["locality", "period", "years"]], on=["locality", "period"])
    rows = rows.assign(person_years=rows["persons"] * rows["years"])
    table = rows.pivot_table(index="locality", columns="age_band", values="person_years", aggfunc="sum")
    table = table.loc[:, table.sum() > 0].reindex(places).fillna(0.0)
    cases = age.groupby("age_band")["cases"].sum().reindex(table.columns).to_numpy(dtype=float)
    return AgeBands(table.to_numpy(dtype=float), cases) if cases.sum() > 0 else None
