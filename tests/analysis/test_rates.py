import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diaban.analysis.intervals import count_interval
from diaban.analysis.rates import COLUMNS, crude_rate, rates_table


def panel(localities, periods, streams, cases, spread, seed=1):
    """An exposed frame of gamma-like counts, `cases` a cell on average."""
    generator = np.random.default_rng(seed)
    shape = (localities, periods, streams)
    persons = np.broadcast_to(np.exp(generator.normal(11, 0.6, (localities, 1, 1))), shape)
    risk = np.exp(generator.normal(0, spread, (localities, 1, streams)))
    index = pd.MultiIndex.from_product(
        [
            [f"L{i:04d}" for i in range(localities)],
            [f"{2014 + i}" for i in range(periods)],
            list("abcdef")[:streams],
        ],
        names=["locality", "period", "stream"],
    )
    frame = index.to_frame(index=False)
    counts = generator.poisson(cases * risk * persons / persons.mean())
    return frame.assign(cases=counts.ravel(), persons=persons.ravel(), person_years=persons.ravel())


def test_crude_rate_is_the_count_over_its_exposure():
    rates = crude_rate(pd.Series([31], index=["x"]), [43_000 * 3])
    lower, upper = count_interval(31)
    assert rates.loc["x"].tolist() == pytest.approx(np.array([31, lower, upper], dtype=float) / 129_000 * 1e5)


def test_columns_order_and_index_are_the_callers():
    exposed = panel(12, 2, 2, 5, 0.3).sample(frac=1, random_state=3)
    table = rates_table(exposed)
    assert list(table.columns) == COLUMNS
    assert table.index.equals(exposed.index)
    assert table["locality"].equals(exposed["locality"])


def test_expected_cases_sum_to_observed_ones_within_each_parent():
    exposed = panel(12, 2, 1, 5, 0.3)
    parents = pd.DataFrame({"locality": exposed["locality"].unique()}).assign(parent=["p", "q"] * 6)
    table = rates_table(exposed, parents).merge(parents, on="locality")
    sums = table.groupby(["parent", "period"])[["cases", "expected"]].sum()
    assert sums["expected"].tolist() == pytest.approx(sums["cases"].tolist())
    assert table["reference_rate"].nunique() == 4


def test_the_high_one_is_high():
    exposed = panel(40, 1, 1, 100, 0.1)
    exposed.loc[5, "cases"] *= 4
    high = rates_table(exposed).loc[5]
    assert high["outlier"] == "high"
    assert high["probability_above"] > 0.999
    assert (high["rank_lower"], high["rank_upper"]) == (1, 1)
    assert high["ratio_lower"] > 1
    assert high["shrunk_rate"] < high["rate"]


def test_a_seed_reproduces_the_ranks():
    exposed = panel(20, 1, 1, 5, 0.3)
    assert rates_table(exposed, seed=3).equals(rates_table(exposed, seed=3))


def test_withheld_says_why():
    exposed = panel(12, 1, 2, 5, 0.3)
    exposed.loc[exposed["stream"] == "b", "cases"] = 0
    exposed.loc[0, ["cases", "persons", "person_years"]] = 0
    table = rates_table(exposed)
    assert table.loc[0, "withheld"] == "no_population_at_risk"
    assert np.isnan(table.loc[0, "rate"])
    assert (table.loc[table["stream"] == "b", "withheld"] == "no_cases_in_reference").all()
    assert table.loc[table["stream"] == "b", "upper"].gt(0).all()
    assert table.loc[(table["stream"] == "a") & (table.index > 0), "withheld"].isna().all()
    few = rates_table(panel(3, 1, 1, 5, 0.3))
    assert (few["withheld"] == "too_few_localities").all()
    assert few["rank_lower"].isna().all()
    assert few["ratio"].notna().all()


def test_edges():
    assert list(rates_table(panel(3, 1, 1, 5, 0.3).iloc[:0]).columns) == COLUMNS
    one = rates_table(panel(1, 1, 1, 5, 0.3))
    assert one["ratio"].tolist() == pytest.approx([1])
    missing = panel(12, 1, 1, 5, 0.3).astype({"cases": float})
    missing.loc[2, "cases"] = np.nan
    table = rates_table(missing)
    assert table.loc[2, ["rate", "ratio", "shrunk_rate", "z"]].isna().all()
    assert table.drop(index=2)["shrunk_rate"].notna().all()
    zeros = rates_table(panel(12, 1, 1, 0.5, 0.3))
    assert (zeros.loc[zeros["cases"] == 0, ["rate", "lower"]] == 0).all(axis=None)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=8, max_size=8).filter(any), st.randoms(), st.floats(0.1, 50))
def test_laws(cases, random, scale):
    """Order changes nothing; exposure scales rates and leaves comparisons; intervals contain."""
    exposed = panel(8, 1, 1, 5, 0.3).assign(cases=cases)
    table = rates_table(exposed)
    order = list(range(8))
    random.shuffle(order)
    pd.testing.assert_frame_equal(rates_table(exposed.iloc[order]).sort_index(), table)
    wider = rates_table(exposed.assign(person_years=exposed["person_years"] * scale))
    assert wider["rate"].tolist() == pytest.approx((table["rate"] / scale).tolist())
    same = ["ratio", "probability_above", "z"]
    np.testing.assert_allclose(wider[same], table[same], rtol=1e-6, atol=1e-8)
    for name, low, high in [("rate", "lower", "upper"), ("shrunk_rate", "shrunk_lower", "shrunk_upper"),
                            ("ratio", "ratio_lower", "ratio_upper")]:  # fmt: skip
        assert table[name].between(table[low], table[high]).all()


@pytest.mark.parametrize(("size", "cases"), [((111, 9, 4), 0.3), ((401, 7, 6), 800)])
def test_a_country_takes_about_a_second(size, cases):
    """About 0.6 s of an idle core; the bound allows for a busy machine."""
    exposed = panel(*size, cases, 0.4)
    rates_table(exposed.head(100))
    start = time.process_time()
    rates_table(exposed)
    assert time.process_time() - start < 3
