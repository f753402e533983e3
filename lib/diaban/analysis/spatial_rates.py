"""Small-area rates that borrow strength from neighbours on the map."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diaban.analysis.area_factors.variation import adjacency
from diaban.analysis.labels import first_true, text
from diaban.analysis.leroux import leroux
from diaban.analysis.rates import LEAST_LOCALITIES, PER

COLUMNS = [
    "locality", "stream", "period", "cases", "person_years", "per", "rate", "lower", "upper",
    "probability_above", "reference_rate", "spatial_share", "withheld",
]  # fmt: skip
_POSTERIOR = ["rate", "lower", "upper", "probability_above", "spatial_share"]


def spatial_rates(
    exposed: pd.DataFrame, neighbours: pd.DataFrame, *, per: float = PER, level: float = 0.95
) -> pd.DataFrame:
    """Rates shrunk towards neighbours and all localities, as far as the data resemble a map.

    exposed: locality, period, stream, cases, person_years. neighbours: a, b, each pair once, localities of
    any level (those not in `exposed` are passed over). One row a row of `exposed`, same order and index.

    rate, lower, upper: posterior mean and limits per `per` person-years, given by the model in leroux.py, one
    for each stream and period; probability_above: that the rate exceeds reference_rate, the one of all
    localities together. spatial_share: posterior mean of rho, 0 where localities vary each on its own, 1
    where rates change smoothly over the map; one half where the data cannot tell. Limits are of each rate by
    itself: they rank nothing. Nothing random: no seed.

    On simulated maps of 100 localities (3 or 10 expected cases) with spatial structure the mean squared error
    is 12 to 24 % below the one of the gamma-Poisson rates in rates.py, without structure 1 to 5 % above.

    withheld: `no_population_at_risk`, `count_not_known`, `no_cases_in_reference`, `too_few_localities` (fewer
    than LEAST_LOCALITIES), `no_map` (no neighbours among the localities; rates.py has rates for these).
    """
    rows = exposed.reset_index(drop=True)
    table = rows[["locality", "stream", "period", "cases", "person_years"]].assign(per=per)
    at_risk = rows["person_years"] > 0
    usable = at_risk & rows["cases"].notna()
    parts = rows[usable].groupby(["stream", "period"], sort=True)
    told = [_posterior(part.sort_values("locality"), neighbours, level) for _, part in parts]
    told = pd.concat(told) if told else pd.DataFrame(columns=[*_POSTERIOR, "reference_rate", "why"])
    table = table.join(told.drop(columns="why"))
    scaled = ["rate", "lower", "upper", "reference_rate"]
    table = table.astype(dict.fromkeys([*_POSTERIOR, "reference_rate"], "float64"))
    table[scaled] *= per
    why = told["why"].reindex(table.index)
    reasons = first_true(
        [~at_risk, ~usable, why.notna()], ["no_population_at_risk", "count_not_known", "model"]
    )
    reasons = np.where(reasons == "model", why, reasons)
    return table.assign(withheld=text(reasons))[COLUMNS].set_axis(exposed.index)


def _posterior(rows: pd.DataFrame, neighbours: pd.DataFrame, level: float) -> pd.DataFrame:
    """Rates per person-year of one stream and period, rows sorted by locality."""
    cases, years = (rows[name].to_numpy(dtype=float) for name in ("cases", "person_years"))
    reference = cases.sum() / years.sum()
    table = pd.DataFrame({"reference_rate": reference}, index=rows.index)
    adjacent = adjacency(pd.Index(rows["locality"]), neighbours)
    checks = [reference == 0, len(rows) < LEAST_LOCALITIES, not adjacent.any()]
    reasons = ["no_cases_in_reference", "too_few_localities", "no_map"]
    why = next((reason for fails, reason in zip(checks, reasons, strict=True) if fails), None)
    if why is not None:
        return table.assign(**dict.fromkeys(_POSTERIOR, np.nan), why=why)
    risks = leroux(cases, reference * years, adjacent)
    # with a flat level the exact posterior means add up to the cases; the approximation is a little above
    scale = cases.sum() / (risks.mean * reference * years).sum()
    return table.assign(
        rate=risks.mean * scale * reference,
        lower=risks.quantile((1 - level) / 2) * scale * reference,
        upper=risks.quantile((1 + level) / 2) * scale * reference,
        probability_above=risks.probability_above(1 / scale),
        spatial_share=risks.rho,
        why=None,
    )
