"""All raw tables of a simulated study from its declared truth."""

from __future__ import annotations

import pandas as pd

from diaban.simulate.boundaries import redate
from diaban.simulate.cases import CASE_COLUMNS, registered, simulate_cases
from diaban.simulate.codes import simulate_codes
from diaban.simulate.ground import Places
from diaban.simulate.indicators import simulate_indicators
from diaban.simulate.intensity import simulate_counts
from diaban.simulate.persons import simulate_persons
from diaban.simulate.population import simulate_population
from diaban.simulate.process import date_of, simulate_process
from diaban.simulate.services import campaign_table, simulate_outreach, simulate_programmes, simulate_support
from diaban.simulate.truth import Truth

ACCEPTED_STEP = "assigned"
"""The step of case handling whose date is the case's `accepted_on`."""


def simulate(truth: Truth, places: Places, seed: int) -> dict[str, pd.DataFrame]:
    """Simulate every table of a study; the same truth, places and seed give the same tables.

    Keys: cases, persons, cause_codes, process_events, indicators, population, programmes, campaigns,
    outreach, support_coverage. Columns of the first six as in the canonical tables; of the others see
    `services`. A period counts the cases with `reported_on` in it; that is what the rates of the truth
    describe. Population is persons (of a period cut short, too), not person-years.
    """
    population = simulate_population(truth, places, seed)
    indicators = simulate_indicators(truth, places, population, seed)
    counts = simulate_counts(truth, places, population, indicators, seed)
    cases = simulate_cases(truth, counts, seed)
    events = simulate_process(truth, cases, seed)
    cases["accepted_on"] = date_of(events, ACCEPTED_STEP, cases["case_key"])
    tables = {
        "cases": cases.reindex(columns=CASE_COLUMNS),
        "persons": simulate_persons(truth, cases, seed),
        "cause_codes": simulate_codes(truth, places, cases, seed),
        "process_events": events,
        "indicators": indicators,
        "population": population,
        "programmes": simulate_programmes(truth, places, seed),
        "campaigns": campaign_table(truth),
        "outreach": simulate_outreach(truth, indicators, seed),
        "support_coverage": simulate_support(truth, places, population, seed),
    }
    return registered(redate(truth, tables, seed), truth.periods.cutoff)
