import numpy as np
import pandas as pd
import pytest

from diaban.analysis.area_factors.between_model import fit_between
from diaban.analysis.area_factors.robust import neighbour_error
from diaban.analysis.area_factors.variation import Variation, adjacency, smooth_covariance, variation_of

RING = np.roll(np.eye(12), 1, axis=1) + np.roll(np.eye(12), -1, axis=1)
MEMBER = np.repeat([0, 1, 2], 4)
MU = np.linspace(1, 20, 12)


@pytest.mark.parametrize("theta", [(0, 0, 0), (0.2, 0.3, 0), (0.2, 0.3, 0.5), (0, 0, 0.5)])
def test_root_and_inverse_are_of_the_covariance(theta):
    variation = variation_of(12, MEMBER, RING)
    V = np.diag(1 / MU + theta[0]) + theta[1] * variation.Z @ variation.Z.T + theta[2] * variation.S
    theta = np.array(theta)
    R = variation.root(MU, theta)
    assert np.allclose(variation.inverse(MU, theta) @ V, np.eye(12))
    assert np.allclose(R @ V @ R.T, np.eye(12))


def test_roots_with_and_without_a_map_meet_where_the_map_plays_no_part():
    """The symmetric root inside: what HC2 sees does not jump when a spatial variance goes to zero."""
    near = variation_of(12, MEMBER, RING).root(MU, np.array([0.2, 0.3, 1e-12]))
    assert np.allclose(near, Variation(MEMBER).root(MU, np.array([0.2, 0.3, 0.0])), atol=1e-9)


def test_smooth_covariance_is_scaled_and_knows_islands_and_parts():
    adjacent = np.zeros((27, 27))
    adjacent[:12, :12] = adjacent[12:24, 12:24] = RING
    adjacent[24, 25] = adjacent[25, 24] = 1
    S = smooth_covariance(adjacent)
    assert np.diag(S)[:26] == pytest.approx(np.ones(26))
    assert (S[26] == 0).all()
    assert (S[:12, 12:] == 0).all()
    assert S[0, 1] > S[0, 3] > S[0, 6]


def test_a_part_of_the_places_has_its_part_of_the_covariance():
    whole = variation_of(12, MEMBER, RING)
    rows = np.array([0, 1, 5])
    part = whole.at(rows)
    assert np.array_equal(part.S, whole.S[np.ix_(rows, rows)])
    assert np.array_equal(part.member, [0, 0, 1])
    assert Variation(MEMBER).at(rows).S is None


def test_adjacency_ignores_unknown_places_and_repeats():
    pairs = pd.DataFrame({"a": ["x", "y", "q", "z"], "b": ["y", "x", "x", "z"]})
    assert adjacency(pd.Index(["x", "y", "z"]), pairs).tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    assert not adjacency(pd.Index(["x", "y"]), pairs.iloc[:0]).any()
    assert variation_of(2, None, np.zeros((2, 2))).S is None


def test_planted_variances_are_found_again():
    """Mean over 8 maps of 100 places, 0.25 smooth and 0.04 not; without a map all of it is read as own."""
    row, column = np.divmod(np.arange(100), 10)
    adjacent = (np.abs(row[:, None] - row) + np.abs(column[:, None] - column) == 1).astype(float)
    values, U = np.linalg.eigh(smooth_covariance(adjacent))
    X = np.column_stack([np.ones(100), np.cos(np.arange(100))])
    found = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        smooth = U @ (np.sqrt(np.maximum(values, 0)) * rng.normal(size=100))
        eta = 4 + 0.3 * X[:, 1] + 0.5 * smooth + 0.2 * rng.normal(size=100)
        cases = rng.poisson(np.exp(eta)).astype(float)
        fits = [fit_between(cases, np.ones(100), X, adjacent=a) for a in (adjacent, None)]
        assert all(fit.converged for fit in fits)
        assert fits[0].beta[1] == pytest.approx(0.3, abs=4 * fits[0].error[1])
        found.append([fits[0].gamma, fits[0].alpha, fits[0].delta, fits[1].alpha])
    gamma, alpha, delta, alone = np.mean(found, axis=0)
    assert gamma == pytest.approx(0.25, abs=0.08)
    assert alpha < 0.1
    assert delta == 0
    assert alone > 2 * alpha


def test_groups_of_one_place_are_no_groups():
    rng = np.random.default_rng(1)
    X = np.column_stack([np.ones(60), rng.normal(size=60)])
    cases = rng.poisson(20 * np.exp(0.3 * X[:, 1] + 0.3 * rng.normal(size=60))).astype(float)
    alone = fit_between(cases, np.ones(60), X, np.arange(60))
    assert alone.delta == 0
    assert alone.beta == pytest.approx(fit_between(cases, np.ones(60), X).beta)


def test_neighbour_error_with_no_neighbours_is_hc2_and_grows_with_likeness():
    rng = np.random.default_rng(0)
    X = np.column_stack([np.ones(12), np.cos(2 * np.pi * np.arange(12) / 12)])
    H = X @ np.linalg.pinv(X)
    e = rng.normal(size=12)
    B = np.linalg.inv(X.T @ X)
    hc2 = np.sqrt(np.diag(B @ (X.T * (e**2 / (1 - np.diag(H)))) @ X @ B))
    assert neighbour_error(X, e, np.zeros((12, 12))) == pytest.approx(hc2)
    alike = np.repeat(rng.normal(size=6), 2)
    assert (neighbour_error(X, alike, RING) > neighbour_error(X, alike, np.zeros((12, 12)))).all()
