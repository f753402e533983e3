import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson_means_test

from diaban.analysis.detectability import (
    COLUMNS,
    cases_needed,
    chance_target_met,
    detectability_table,
    largest_detectable_count,
    power_to_see,
    target_attainment,
)

MEANS = np.array([5, 10, 20, 40, 60, 100, 400])


def exposed(**cases):
    rows = [(name, str(2020 + i), "s", n) for name, series in cases.items() for i, n in enumerate(series)]
    frame = pd.DataFrame(rows, columns=["locality", "period", "stream", "cases"])
    return frame.assign(persons=1000.0, person_years=1000.0)


def test_the_table_of_what_a_target_can_tell():
    """domain.md 1.2, in percent. Its 24 at 400 is 23.45 here, by summation: Phi(-20 / sqrt(800)) = 24.0

    takes the target's count as fixed, Phi(-20 / sqrt(761)) = 23.4 does not.
    """
    luck = chance_target_met(MEANS, -0.05) * 100
    assert luck[:-1].round().tolist() == [44, 46, 44, 41, 39, 36]
    assert luck[-1] == pytest.approx(23.45, abs=0.01)
    fell = chance_target_met(MEANS, -0.05, true_change=-0.05) * 100
    assert fell.round().tolist() == [47, 50, 51, 50, 50, 50, 50]
    power = power_to_see(MEANS, -0.05) * 100
    assert power.round().tolist() == [3, 4, 5, 6, 7, 9, 17]
    assert largest_detectable_count(MEANS).tolist() == [0, 2, 9, 24, 40, 74, 346]


def test_cases_needed_are_the_published_ones():
    """domain.md 1.2: 80 % power for -5, -3, -20 and -30 %."""
    assert [round(cases_needed(change)) for change in (-0.05, -0.03, -0.2, -0.3)] == [6122, 17180, 353, 148]


def test_rises_by_chance():
    """domain.md 1.2: mean 6, a rise of 20 % or more in 39 % of years, in one of 11 districts in 99.6 %."""
    chance = chance_target_met(6, 0.2)
    assert chance == pytest.approx(0.39, abs=0.005)
    assert 1 - (1 - chance) ** 11 == pytest.approx(0.996, abs=0.0005)


def test_e_test_is_the_published_one():
    """Krishnamoorthy & Thomson 2004 by way of ptools: (0, 3) has p = .0884, so 3 cases can show no fall."""
    assert poisson_means_test(0, 1, 3, 1).pvalue == pytest.approx(0.0884, abs=5e-5)
    assert np.isnan(largest_detectable_count(3))


def test_score_test_takes_over_within_one_case():
    from diaban.analysis import detectability

    counts = np.array([101.0, 150, 250, 391])
    closed = largest_detectable_count(counts)
    exact = [
        max(k for k in range(int(c) - 60, int(c)) if poisson_means_test(k, 1, int(c), 1).pvalue < 0.05)
        for c in counts
    ]
    assert np.abs(closed - exact).max() <= 1
    assert counts.min() > detectability.E_TEST_UP_TO


def test_normal_approximation_takes_over_smoothly():
    assert chance_target_met(1000, -0.05) == pytest.approx(float(chance_target_met(1001, -0.05)), abs=0.003)
    assert chance_target_met(1000, 0.05) == pytest.approx(float(chance_target_met(1001, 0.05)), abs=0.01)
    assert power_to_see(1000, -0.05) == pytest.approx(float(power_to_see(1001, -0.05)), abs=0.02)


def test_exact_power_by_simulation():
    from scipy.stats import binom

    generator = np.random.default_rng(4)
    first, second = generator.poisson(60, 50_000), generator.poisson(60 * 0.7, 50_000)
    simulated = np.mean(binom.cdf(second, first + second, 0.5) <= 0.05)
    assert power_to_see(60, -0.3) == pytest.approx(simulated, abs=0.007)


def test_attainment_of_the_target_hit_exactly_is_a_coin_toss():
    """methods.md and trap 9: 60 -> 57 with r = .95 gives .499683, not 1."""
    assert target_attainment(57, 60, -0.05) == pytest.approx(0.499683, abs=5e-7)


def test_attainment_allows_for_half_years():
    half = target_attainment(28, 60, -0.05, exposure=0.5)
    assert 0.4 < half < 0.65
    assert target_attainment(66, 60, 0.05) > 0.5


def test_table_rows_are_localities_by_targets():
    table = detectability_table(exposed(a=[20, 22, 19], b=[6, 5, 7]), period="2022", base="2021")
    assert list(table.columns) == COLUMNS
    assert table[["locality", "target"]].to_numpy().tolist() == [
        ["a", -0.03],
        ["a", -0.05],
        ["b", -0.03],
        ["b", -0.05],
    ]
    first = table.iloc[1]
    assert first["met"]
    assert first["mean_per_year"] == pytest.approx(61 / 3)
    assert first["chance_by_luck"] == pytest.approx(0.44, abs=0.01)
    assert first["largest_detectable_count"] == largest_detectable_count(19)
    assert first["smallest_detectable_fall"] == pytest.approx(1 - largest_detectable_count(19) / 19)
    assert first["attainment"] == pytest.approx(float(target_attainment(19, 22, -0.05)))


def test_half_a_year_is_compared_with_half():
    cases = exposed(a=[20, 20, 9])
    cases.loc[2, "person_years"] = 500.0
    table = detectability_table(pd.concat([cases, cases.assign(locality="b")]), period="2022", base="2021")
    assert table["met"].all()
    assert table["mean_per_year"].tolist() == pytest.approx([49 / 2.5] * 4)


def test_withheld_says_why():
    cases = exposed(a=[0, 0, 0], b=[5, 5, 5])
    cases = cases[(cases["locality"] != "b") | (cases["period"] != "2021")]
    table = detectability_table(cases, period="2022", base="2021", targets=[-0.05]).set_index("locality")
    assert table["withheld"].to_dict() == {"a": "no_cases", "b": "too_few_periods"}
    assert table.loc["a", ["chance_by_luck", "power"]].isna().all()
    assert pd.isna(table.loc["b", "met"])


def test_edges():
    assert len(detectability_table(exposed(), period="2022", base="2021")) == 0
    assert (
        list(detectability_table(exposed(a=[1, 2]), period="2021", base="2020", targets=[]).columns)
        == COLUMNS
    )
    assert chance_target_met(0, -0.05) == 1
    assert np.isnan(chance_target_met([np.nan], -0.05)).all()
    assert chance_target_met([], -0.05).shape == (0,)
    assert np.isnan(largest_detectable_count([0, 1, np.nan])).all()
    assert power_to_see(1, -0.05) < 0.05
    assert np.isnan(power_to_see(np.nan, -0.05))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 80), st.integers(0, 80), st.floats(-0.5, -0.01))
def test_fewer_cases_are_better_evidence(cases, base, target):
    better, worse = target_attainment([cases, cases + 1], base, target)
    assert 0 <= worse <= better <= 1


@settings(max_examples=25, deadline=None)
@given(st.floats(0.5, 300), st.floats(-0.6, -0.02))
def test_luck_is_less_likely_than_a_true_fall_and_small_targets_than_large(mean, target):
    luck, fell = chance_target_met(mean, target), chance_target_met(mean, target, true_change=target)
    assert luck <= fell
    assert chance_target_met(mean, target / 2) >= luck - 1e-12


def test_a_country_is_quick():
    generator = np.random.default_rng(1)
    frame = exposed(**{f"L{i}": generator.poisson(generator.gamma(2, 300), 3) for i in range(400)})
    start = time.process_time()
    detectability_table(frame, period="2022", base="2021")
    assert time.process_time() - start < 3
