import numpy as np
import pandas as pd
import pytest
from handled import CUTOFF, START, handled
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from diaban.analysis.handling import DecisionPoint, Grouping, relative_rates
from diaban.analysis.handling.ratio_interval import common_ratio, mid_p, ratio_interval
from diaban.analysis.handling.relative_rates import COLUMNS

POINT = DecisionPoint("prosecuted", ["received"], ["prosecuted"], 140)
GROUPING = Grouping("s", "suspect", "sex")


def test_koopmans_example():
    """Koopman 1984, Biometrics 40:513: 36 of 40 against 16 of 80, ratio 4.5 (2.94, 7.15)."""
    lower, upper = ratio_interval([36], [40], [16], [80])
    assert (round(lower[0], 2), round(upper[0], 2)) == (2.94, 7.15)


def test_limits_at_none_and_all():
    lower, upper = ratio_interval([0, 5, 20, 0, 3], [20, 20, 20, 12, 0], [5, 0, 20, 0, 4], [20, 20, 20, 9, 9])
    assert lower[0] == 0
    assert upper[0] < 1
    assert lower[1] > 1
    assert np.isinf(upper[1])
    assert lower[2] == pytest.approx(1 / upper[2])
    assert lower[2] < 1 < upper[2]
    assert np.isnan(lower[3:]).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 30), st.integers(1, 30), st.data())
def test_turned_round_the_ratio_is_its_inverse(m, k, data):
    n, b = data.draw(st.integers(1, m)), data.draw(st.integers(1, k))
    lower, upper = ratio_interval(n, m, b, k)
    _, upper_back = ratio_interval(b, k, n, m)
    assert lower * upper_back == pytest.approx(1)
    assert lower <= n / m / (b / k) * (1 + 1e-6)
    assert upper >= n / m / (b / k) * (1 - 1e-6)
    assert (mid_p(n, m, b, k) == pytest.approx(mid_p(b, k, n, m))) or np.isnan(mid_p(n, m, b, k))


@pytest.mark.parametrize(("p", "base_p"), [(0.1, 0.1), (0.5, 0.5), (0.9, 0.8), (0.3, 0.6), (0.95, 0.95)])
def test_coverage_over_every_outcome_of_small_groups(p, base_p):
    """12 and 20 cases: probability of all outcomes whose limits hold the true ratio, not a simulation."""
    n, b = (a.ravel() for a in np.meshgrid(np.arange(13), np.arange(21)))
    lower, upper = ratio_interval(n, 12, b, 20)
    chance = binom.pmf(n, 12, p) * binom.pmf(b, 20, base_p)
    holds = np.isnan(lower) | ((lower <= p / base_p) & (p / base_p <= upper))
    assert 0.93 <= chance[holds].sum() <= 1


def test_the_lady_tasting_tea():
    """Fisher 1935: three of four against one of four; the tail 17/70 less half of 16/70, twice."""
    assert mid_p(3, 4, 1, 4) == pytest.approx(18 / 70)
    assert np.isnan(mid_p([0, 4, 1], [4, 4, 0], [0, 4, 1], [4, 4, 4])).all()
    assert mid_p(2, 4, 2, 4) == pytest.approx(1)


def test_mid_p_under_no_difference():
    """Over every outcome of 15 and 25 cases the chance of p <= .05 stays near 5 %."""
    n, b = (a.ravel() for a in np.meshgrid(np.arange(16), np.arange(26)))
    p = np.nan_to_num(mid_p(n, 15, b, 25), nan=1.0)
    for share in (0.1, 0.3, 0.6, 0.9):
        chance = binom.pmf(n, 15, share) * binom.pmf(b, 25, share)
        assert chance[p <= 0.05].sum() <= 0.06


def test_common_ratio_of_one_stratum_is_the_crude_one():
    """With Katz' limits: variance of the log 1/n - 1/total + 1/base_n - 1/base_total."""
    ratio, lower, upper = common_ratio([30], [50], [20], [60])
    half = 1.959964 * np.sqrt(1 / 30 - 1 / 50 + 1 / 20 - 1 / 60)
    assert ratio == pytest.approx(1.8)
    assert (np.log(lower), np.log(upper)) == pytest.approx((np.log(1.8) - half, np.log(1.8) + half), abs=1e-6)
    assert np.isnan(common_ratio([0], [5], [3], [5])).all()
    assert np.isnan(common_ratio([], [], [], [])).all()


def test_common_ratio_takes_out_what_the_strata_explain():
    """Shares differ by stratum only; the crude ratio is 0.53, the common one 1."""
    n, total, base_n, base_total = [9, 20], [10, 100], [90, 4], [100, 20]
    assert sum(n) / sum(total) / (sum(base_n) / sum(base_total)) < 0.4
    assert common_ratio(n, total, base_n, base_total)[0] == pytest.approx(1)


def world(rng, n, chance, sexes=("male", "female"), weights=(0.7, 0.3)):
    """n cases of one or two suspects; `chance` of prosecution by the sex of all, .5 for mixed ones."""
    cases, persons = [], []
    for number in range(n):
        own = rng.choice(sexes, size=rng.integers(1, 3), p=weights)
        share = chance[own[0]] if len(set(own)) == 1 else 0.5
        cases.append({"prosecuted": 10} if rng.random() < share else {})
        persons += [(f"as2024-{number}", "suspect", sex) for sex in own]
    return *handled(cases), pd.DataFrame(persons, columns=["case_key", "role", "sex"])


def ask(reports, events, persons, **options):
    options = {"points": [POINT], "groupings": [GROUPING], "cutoff": CUTOFF, **options}
    return relative_rates(reports, persons, events, **options)


def test_a_planted_difference_and_mixed_cases_apart():
    reports, events, persons = world(np.random.default_rng(0), 400, {"male": 0.8, "female": 0.4})
    result = ask(reports, events, persons)
    assert list(result.columns) == COLUMNS
    told = result.iloc[0]
    assert (told["group"], told["base"]) == ("female", "male")
    assert told["lower"] < 0.5 < told["upper"]
    assert told["differs"]
    assert told["n_cases"] + told["base_cases"] + told["n_mixed"] == 400


def test_false_discovery_without_differences():
    rng = np.random.default_rng(1)
    sexes = ("a", "b", "c", "d")
    found = []
    for _ in range(40):
        parts = world(rng, 120, dict.fromkeys(sexes, 0.6), sexes, (0.4, 0.2, 0.2, 0.2))
        found.append(ask(*parts)["differs"].any())
    assert np.mean(found) <= 0.1


def test_small_groups_show_no_counts():
    cases = [{"prosecuted": 5}] * 30 + [{}] * 9
    reports, events = handled(cases)
    sex = ["male"] * 30 + ["female"] * 9
    persons = pd.DataFrame({"case_key": reports["case_key"], "role": "suspect", "sex": sex})
    told = ask(reports, events, persons).iloc[0]
    assert told["withheld"] == "group_too_small"
    assert told[["n", "n_cases", "base_n", "base_cases", "share", "ratio", "p"]].isna().all()
    assert told["comparisons"] == 0


def test_all_alike_both_roles_unknown_values_and_no_persons():
    reports, events = handled([{"prosecuted": 5}] * 31)
    sex = ["male"] * 15 + ["female"] * 15 + [None]
    persons = pd.DataFrame({"case_key": reports["case_key"], "role": "both", "sex": sex})
    told = ask(reports, events, persons).iloc[0]
    assert told["withheld"] == "same_everywhere"
    assert (told["n_cases"], told["n_unknown"], told["share"]) == (15, 1, 1)
    assert ask(reports, events, persons.iloc[:0]).empty
    assert ask(reports, events, persons.assign(role="victim")).empty
    assert ask(reports, events, persons, groupings=[]).empty


def test_cases_that_had_no_time_yet_are_left_out():
    reports, events = handled([{"prosecuted": 5}] * 20 + [{}] * 20)
    persons = pd.DataFrame({"case_key": reports["case_key"], "role": "suspect", "sex": ["m", "f"] * 20})
    told = ask(reports, events, persons, cutoff=START + pd.Timedelta(days=139)).iloc[0]
    assert told["withheld"] == "group_too_small"
    assert ask(reports, events, persons, cutoff=START + pd.Timedelta(days=140)).iloc[0]["n_cases"] == 20


def test_what_cases_alike_explain():
    """Prosecution depends on severity alone; women stand in fewer severe cases."""
    rng = np.random.default_rng(3)
    sex = rng.choice(["m", "f"], 600)
    severe = rng.random(600) < np.where(sex == "m", 0.8, 0.2)
    taken = rng.random(600) < np.where(severe, 0.9, 0.3)
    reports, events = handled([{"prosecuted": 5} if t else {} for t in taken])
    persons = pd.DataFrame({"case_key": reports["case_key"], "role": "suspect", "sex": sex})
    told = ask(reports.assign(severe=severe), events, persons, alike=["severe"]).iloc[0]
    assert told["upper"] < 1 or told["lower"] > 1
    assert told["adjusted_lower"] < 1 < told["adjusted_upper"]
    assert pd.isna(ask(reports, events, persons).iloc[0]["adjusted_ratio"])
