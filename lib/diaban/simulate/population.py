"""Population by unit, period and age band, projected from known totals."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban.simulate.ground import Places, observed_periods
from diaban.simulate.random import generator
from diaban.simulate.truth import PopulationTruth, Truth


def simulate_population(truth: Truth, places: Places, seed: int) -> pd.DataFrame:
    """Columns locality, period, age_band, persons (whole numbers); every unit x period x band once."""
    rng = generator(seed, "population")
    of, units, periods = truth.population, places.units(truth), observed_periods(truth)
    weight = pd.Series(np.exp(rng.normal(0, of.unit_sd, len(units))), index=units.index)
    weight /= weight.groupby(units["parent"]).transform("sum")
    total = units["parent"].map(report_totals(of, places)) * weight
    elapsed = np.floor(periods["year"].to_numpy()) - of.total_year
    persons = total.to_numpy()[:, None] * of.growth**elapsed
    young = np.exp(rng.normal(0, of.young_sd, len(units)))
    shares = _band_shares(of, np.floor(periods["year"].to_numpy()), young)
    cells = np.rint(persons[:, :, None] * shares).astype("int64")
    index = pd.MultiIndex.from_product(
        [units["locality"], periods["period"], [b.key for b in of.bands]],
        names=["locality", "period", "age_band"],
    )
    return pd.Series(cells.ravel(), index=index, name="persons").reset_index()


def report_totals(of: PopulationTruth, places: Places) -> pd.Series:
    """Known totals by report locality, divided where a locality was split later."""
    known = places.population.set_index("locality")["persons"]
    parts = [pd.Series(shares) * known[whole] for whole, shares in of.split.items()]
    return pd.concat([known.drop(list(of.split)), *parts])


def _band_shares(of: PopulationTruth, years: np.ndarray, young: np.ndarray) -> np.ndarray:
    """Shares, unit x period x band; the last band takes what the others leave."""
    drift = np.array([b.yearly for b in of.bands]) ** (years[:, None] - of.share_year)
    shares = young[:, None, None] * np.array([b.share for b in of.bands]) * drift
    shares[:, :, -1] = 1 - shares[:, :, :-1].sum(axis=2)
    return shares


def band_persons(population: pd.DataFrame, bands: list[str]) -> pd.DataFrame:
    """Persons of `bands` (all when empty), as unit x period; both in the order of the table."""
    rows = population[population["age_band"].isin(bands)] if bands else population
    table = rows.groupby(["locality", "period"], sort=False)["persons"].sum().unstack("period", sort=False)
    return table.astype("float64")
