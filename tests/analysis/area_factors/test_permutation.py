import numpy as np
import pytest
from scipy.stats import permutation_test as scipy_permutation_test
from small_area_panel import NULL, STRONG, small_panel

from diaban.analysis.area_factors.permutation import (
    COLUMNS,
    freedman_lane,
    orders_within,
    permutation_test,
)


def test_planted_factor_is_beyond_chance_and_null_one_is_not():
    told = permutation_test(*small_panel(1), seed=1).set_index("indicator")
    assert told.loc[STRONG, "permutation_p"] == pytest.approx(0.001)
    assert told.loc[NULL, "permutation_p"] > 0.05
    assert (told["permutations"] == 999).all()
    assert told["withheld"].isna().all()


def test_size_under_the_null_with_group_effects_that_nothing_took_out():
    """600 null columns in 11 uneven groups: about 5 % of p below 0.05."""
    rng = np.random.default_rng(7)
    member = np.repeat(np.arange(11), (3, 5, 4, 6, 8, 3, 8, 7, 6, 9, 5))
    p = []
    for _ in range(200):
        X = np.column_stack([np.ones(64), rng.normal(size=(64, 3)) + rng.normal(size=(11, 3))[member]])
        z = rng.normal(size=64) * rng.choice([0.5, 2], 64) + 0.3 * rng.normal(size=11)[member]
        p.extend(freedman_lane(X, z, orders_within(member, 99, rng)))
    assert 0.03 < np.mean(np.array(p) < 0.05) < 0.08
    assert np.mean(p) == pytest.approx(0.5, abs=0.04)


def test_same_seed_same_p():
    first, again, other = (
        permutation_test(*small_panel(1), seed=seed, permutations=99)["permutation_p"] for seed in (1, 1, 2)
    )
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()


def test_without_other_columns_it_is_the_permutation_test_of_a_correlation():
    """Independent code: scipy.stats.permutation_test of all pairings, with errors that never inflate t."""
    rng = np.random.default_rng(3)
    n = 40
    x = rng.normal(size=n)
    z = 0.3 * x + rng.normal(size=n)
    X = np.column_stack([np.ones(n), x])
    orders = orders_within(np.zeros(n, int), 4999, rng)
    mine = freedman_lane(X, z, orders)[0]
    other = scipy_permutation_test(
        (z,),
        lambda order: np.abs(np.corrcoef(x, order)[0, 1]),
        permutation_type="pairings",
        alternative="greater",
        n_resamples=4999,
        rng=np.random.default_rng(4),
    ).pvalue
    assert mine == pytest.approx(other, abs=0.03)


def test_reorderings_stay_within_their_group_and_reach_every_place():
    member = np.array([2, 0, 1, 0, 2, 2, 3, 1])
    orders = orders_within(member, 500, np.random.default_rng(1))
    assert (member[orders] == member).all()
    assert (np.sort(orders, axis=1) == np.arange(8)).all()
    assert all(set(orders[:, i]) == set(np.flatnonzero(member == member[i])) for i in range(8))


def test_what_differs_between_groups_only_cannot_pass_for_an_association():
    """Residuals that are constant within groups look the same however they are reshuffled."""
    member = np.repeat(np.arange(5), 8)
    rng = np.random.default_rng(2)
    X = np.column_stack([np.ones(40), rng.normal(size=5)[member]])
    p = freedman_lane(X, rng.normal(size=5)[member], orders_within(member, 99, rng))
    assert p.tolist() == [1.0]


def test_scale_and_order_of_columns_change_nothing():
    rng = np.random.default_rng(5)
    X = np.column_stack([np.ones(50), rng.normal(size=(50, 3))])
    z = X[:, 1] * 0.3 + rng.normal(size=50) * 2
    orders = orders_within(np.arange(50) // 10, 199, rng)
    p = freedman_lane(X, z, orders)
    assert freedman_lane(X[:, [0, 3, 1, 2]] * [1, 5, 2, 0.1], z, orders) == pytest.approx(p[[2, 0, 1]])


def test_groups_of_one_place_are_refused_and_reasons_are_kept():
    exposed, indicators, groups = small_panel(1)
    alone = permutation_test(exposed, indicators, dict(zip(groups.index, groups.index, strict=True)), seed=1)
    assert (alone["withheld"] == "too_few_groups").all()
    assert alone["permutation_p"].isna().all()
    none = permutation_test(exposed.assign(cases=0), indicators, groups, seed=1)
    assert none["withheld"].notna().all()
    without_groups = permutation_test(exposed, indicators, seed=1, permutations=99)
    assert without_groups["permutation_p"].notna().all()
    assert list(permutation_test(exposed.iloc[:0], indicators, groups, seed=1).columns) == COLUMNS
