"""The planted area effects are in the counts, on the scale that the truth declares."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from diaban.simulate import read_places, read_truth
from diaban.simulate.indicators import simulate_indicators, standard_scores
from diaban.simulate.intensity import expected_cases, simulate_counts
from diaban.simulate.population import band_persons, simulate_population

FOLDER = Path(__file__).parents[2] / "data" / "binh_phuoc"


@pytest.fixture(scope="module")
def province():
    """The truth without what hides its effects: heterogeneity, trend, season, campaign, recording."""
    declared = read_truth(FOLDER)
    plain = declared.model_copy(
        update={
            "heterogeneity": declared.heterogeneity.model_copy(update={"unit_sd": 0.0, "report_sd": 0.0}),
            "season": declared.season.model_copy(update={"ratio": 1.0}),
            "streams": [s.model_copy(update={"trend": 1.0}) for s in declared.streams],
            "campaigns": [],
            "recording_changes": [],
        }
    )
    places = read_places(FOLDER, plain.files)
    population = simulate_population(plain, places, 3)
    return plain, places, population, simulate_indicators(plain, places, population, 3)


@pytest.mark.parametrize("stream", ["child_abuse", "u18_offending"])
def test_log_rates_are_linear_in_the_scores_with_the_declared_effects(province, stream):
    truth, places, population, indicators = province
    of = truth.stream(stream)
    expected = expected_cases(truth, places, population, indicators, of, 3)
    rate = np.log(expected / band_persons(population, of.bands))
    rate["2024"] += np.log(2 * 182.625 / 183)  # 183 of the 366 days of this police year are observed
    columns, names = [], []
    for indicator in truth.indicators:
        scores = standard_scores(indicators, indicator.key)
        columns += [
            np.broadcast_to(scores.between.to_numpy()[:, None], rate.shape).ravel(),
            scores.within.to_numpy().ravel(),
        ]
        names += [(indicator.key, "between"), (indicator.key, "within")]
    design = np.column_stack([np.ones(rate.size), *columns])
    found = np.linalg.lstsq(design, rate.to_numpy().ravel(), rcond=None)[0][1:]
    truths = truth.effects_frame().query("stream == @stream").set_index(["indicator", "part"])["rate_ratio"]
    assert_allclose(np.exp(found), truths.loc[names].to_numpy(), atol=0.03)


def test_expected_cases_add_up_to_the_declared_mean(province):
    truth, places, population, indicators = province
    for stream in truth.streams:
        total = expected_cases(truth, places, population, indicators, stream, 3).to_numpy().sum()
        assert total == pytest.approx(stream.cases_per_report_year * 11 * 8.5, rel=1e-6)


def test_counts_hold_every_unit_period_and_stream(province):
    counts = simulate_counts(*province, 3)
    assert len(counts) == 111 * 9 * 2
    assert (counts["cases"] == 0).any()
    assert counts["cases"].sum() == pytest.approx(
        counts["expected"].sum(), abs=4 * np.sqrt(counts["expected"].sum())
    )


def test_one_null_indicator_a_stream_correlates_with_a_strong_one(province):
    truth, _, population, _ = province
    places = province[1]
    found = []
    for seed in range(10):
        indicators = simulate_indicators(truth, places, population, seed)
        scores = {i.key: standard_scores(indicators, i.key).between for i in truth.indicators}
        found.append([pd.DataFrame(scores)[p.a].corr(scores[p.b]) for p in truth.correlations])
    assert np.mean(found, axis=0) == pytest.approx([0.6, 0.6], abs=4 * 0.07 / np.sqrt(10))
    assert [p.a for p in truth.correlations] == ["poor_households", "seasonal_workers"]


def test_each_stream_has_two_strong_and_two_moderate_effects(province):
    truths = province[0].effects_frame()
    assert len(truths) == 2 * 12 * 2
    between = truths[truths["part"] == "between"]
    strength = between.groupby("stream")["strength"].value_counts().unstack()
    assert strength.loc[:, ["strong", "moderate", "none"]].to_numpy().tolist() == [[2, 2, 8], [2, 2, 8]]
    wide = truths.pivot_table(index=["stream", "indicator"], columns="part", values="rate_ratio")
    assert (wide["between"] != wide["within"]).sum() == 8


def test_an_indicator_that_never_varies_has_no_scores():
    flat = pd.DataFrame(
        {"locality": ["a", "b"], "period": ["1", "1"], "indicator": ["x", "x"], "value": [2.0, 2.0]}
    )
    assert standard_scores(flat, "x").between.isna().all()
