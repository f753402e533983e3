"""A small panel of counts and indicators for the tests of the area side."""

import numpy as np
import pandas as pd

STRONG, NULL, WITHIN_STRONG = "jobs", "trees", "moves"


def small_panel(seed, localities=60, groups=6, periods=6, cases=8.0):
    """(exposed, indicators, groups): `jobs` acts between (rate ratio 1.6), `moves` within (1.5)."""
    rng = np.random.default_rng(seed)
    locality = [f"L{i:02d}" for i in range(localities)]
    period = [str(2016 + t) for t in range(periods)]
    values = rng.normal(size=(localities, 1, 3)) + 0.5 * rng.normal(size=(localities, periods, 3))
    mean = values.mean(axis=1, keepdims=True)
    between = (mean - mean.mean(axis=0)) / mean.std(axis=0, ddof=1)
    within = (values - mean) / (values - mean).std(axis=(0, 1))
    eta = np.log(1.6) * between[..., 0] + np.log(1.5) * within[..., 2]
    eta = eta + 0.2 * rng.normal(size=(localities, 1))
    persons = 1000 * np.exp(0.4 * rng.normal(size=(localities, 1))) * np.ones(periods)
    counts = rng.poisson(cases * persons / 1000 * np.exp(eta))
    cells = pd.MultiIndex.from_product([locality, period], names=["locality", "period"]).to_frame(index=False)
    exposed = cells.assign(
        stream="s", cases=counts.ravel(), persons=persons.ravel(), person_years=persons.ravel()
    )
    wide = cells.join(pd.DataFrame(values.reshape(-1, 3), columns=[STRONG, NULL, WITHIN_STRONG]))
    parents = pd.Series([f"G{i * groups // localities}" for i in range(localities)], index=locality)
    return exposed, wide.melt(["locality", "period"], var_name="indicator"), parents


def estimates(result, part, column="rate_ratio"):
    """One column of `area_factors`, by indicator, of one part."""
    return result[result["part"] == part].set_index("indicator")[column]
