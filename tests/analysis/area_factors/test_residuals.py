"""Residual autocorrelation: Columbus (published), esda (independent code) and simulated maps."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from esda.moran import Moran
from libpysal.examples import get_path
from libpysal.weights import Queen
from scipy.stats import t
from small_area_panel import STRONG, estimates, small_panel

from diaban.analysis.area_factors.associations import area_factors
from diaban.analysis.area_factors.between_model import fit_between
from diaban.analysis.area_factors.residuals import (
    COLUMNS,
    answered_streams,
    residual_autocorrelation,
    residual_moran,
)

SIDE = 10


def lattice(side=SIDE, localities=SIDE * SIDE):
    """Pairs of localities L00.. that touch on a square map."""
    pairs = [(i, i + 1) for i in range(localities) if (i + 1) % side]
    pairs += [(i, i + side) for i in range(localities - side)]
    return pd.DataFrame([(f"L{a:02d}", f"L{b:02d}") for a, b in pairs], columns=["a", "b"])


def mapped_panel(seed, smooth=0.0):
    """small_panel on a lattice; `smooth`: standard deviation of an effect alike between neighbours."""
    exposed, indicators, groups = small_panel(seed, localities=SIDE * SIDE, groups=10, periods=3, cases=40)
    rng = np.random.default_rng(seed)
    row, column = np.divmod(np.arange(SIDE * SIDE), SIDE)
    distance = np.hypot(row[:, None] - row, column[:, None] - column)
    field = np.linalg.cholesky(np.exp(-distance / 3) + 1e-9 * np.eye(SIDE * SIDE)) @ rng.normal(size=SIDE**2)
    at = exposed["locality"].str[1:].astype(int)
    return (
        exposed.assign(cases=rng.poisson(exposed["cases"] * np.exp(smooth * field[at]))),
        indicators,
        groups,
    )


def columbus():
    data = gpd.read_file(get_path("columbus.shp"))
    weights = Queen.from_dataframe(data, use_index=False)
    X = np.column_stack([np.ones(len(data)), data["INC"], data["HOVAL"]])
    y = data["CRIME"].to_numpy()
    return X, y - X @ np.linalg.lstsq(X, y, rcond=None)[0], weights


def test_columbus_residual_moran():
    """OLS CRIME ~ INC + HOVAL, queen neighbours of the shipped shapes: I .2221094, z 2.8393 (spdep).

    The neighbour list of spData differs and gives .2123742: never compare across them.
    """
    X, residuals, weights = columbus()
    moran, expected, p = residual_moran(X, residuals, weights.full()[0], 4999, np.random.default_rng(1))
    assert moran == pytest.approx(0.2221094, abs=1e-7)
    n, k, W = *X.shape, weights.full()[0] / weights.full()[0].sum(axis=1, keepdims=True)
    MW = (np.eye(n) - X @ np.linalg.pinv(X)) @ W
    M = np.eye(n) - X @ np.linalg.pinv(X)
    squares = np.trace(MW @ M @ W.T) + np.trace(MW @ MW) + np.trace(MW) ** 2
    sd = np.sqrt(squares / ((n - k) * (n - k + 2)) - expected**2)
    assert (moran - expected) / sd == pytest.approx(2.8393, abs=1e-4)
    assert 0.0005 < p < 0.02


def test_columbus_agrees_with_esda():
    X, residuals, weights = columbus()
    moran = residual_moran(X, residuals, weights.full()[0], 9, np.random.default_rng(1))[0]
    assert moran == pytest.approx(Moran(residuals, weights, transformation="r", permutations=0).I)


def test_a_place_without_neighbours_changes_nothing():
    X, residuals, weights = columbus()
    adjacent = np.pad(weights.full()[0], (0, 1))
    rng = np.random.default_rng(1)
    with_island = residual_moran(np.vstack([X, X[:1]]), np.append(residuals, 50.0), adjacent, 9, rng)
    assert with_island[0] == pytest.approx(0.2221094, abs=1e-7)


def test_independent_residuals_are_not_called_alike():
    told = pd.concat(
        residual_autocorrelation(*mapped_panel(seed), lattice(), seed=seed, permutations=199)
        for seed in range(10)
    )
    assert told["spatial"].mean() <= 0.2
    assert told["p"].mean() > 0.3
    assert (told["answer"] == "none_needed").any()
    assert told.loc[told["answer"] == "none_needed", "p_left"].isna().all()
    assert (told["answer"] != "conservative").all()


def test_answered_streams():
    answers = ["none_needed", "spatial_effects", "conservative", None]
    frame = pd.DataFrame({"stream": list("abcd"), "answer": pd.array(answers, "str")})
    assert answered_streams(frame) == ["b", "c"]


def test_smooth_residuals_are_found_and_answered():
    told = residual_autocorrelation(*mapped_panel(3, smooth=0.4), lattice(), seed=1).iloc[0]
    assert list(told.index) == COLUMNS
    assert told["moran"] > 0.2
    assert told["p"] < 0.01
    assert told["expected"] < 0
    assert (told["n"], told["pairs"], told["permutations"]) == (100, 180, 999)
    assert told["spatial"]
    assert told["answer"] == "spatial_effects"
    assert abs(told["moran_left"]) < 0.1
    assert pd.isna(told["withheld"])


def test_spatial_effects_bring_coverage_back_where_indicator_and_residuals_are_smooth():
    """30 small maps, the hardest case: 95 % intervals of a null indicator hold 0 in 60 % without the answer.

    (Over 1,200 larger maps, of autoregressive, exponential and intrinsic fields: 92 to 98 %.)
    """
    side = 8
    row, column = np.divmod(np.arange(side * side), side)
    distance = np.hypot(row[:, None] - row, column[:, None] - column)
    L = np.linalg.cholesky(np.exp(-distance / 3) + 1e-9 * np.eye(side * side))
    held = []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        X = np.column_stack([np.ones(side * side), L @ rng.normal(size=side * side)])
        eta = 0.4 * L @ rng.normal(size=side * side) + 0.1 * rng.normal(size=side * side)
        cases = rng.poisson(60 * np.exp(eta)).astype(float)
        fits = [fit_between(cases, np.ones(side * side), X, adjacent=a) for a in (None, distance == 1)]
        held.append([abs(fit.beta[1]) < t.ppf(0.975, fit.dof) * fit.error[1] for fit in fits])
    plain, answered = np.mean(held, axis=0)
    assert plain < 0.75
    assert answered >= 0.87


def test_area_factors_says_what_answered():
    exposed, indicators, groups = mapped_panel(3, smooth=0.4)
    answered = area_factors(exposed, indicators, groups, neighbours=lattice(), spatial_streams=["s"])
    assert estimates(answered, "between", "method").str.endswith("_spatial_effects").all()
    plain = area_factors(exposed, indicators, groups)
    unasked = area_factors(exposed, indicators, groups, neighbours=lattice())
    pd.testing.assert_frame_equal(unasked, plain)
    within = [frame[frame["part"] == "within"].reset_index(drop=True) for frame in (plain, answered)]
    pd.testing.assert_frame_equal(*within)
    assert estimates(answered, "between")[STRONG] == pytest.approx(1.6, rel=0.15)


def test_same_seed_same_numbers_and_order_of_pairs_does_not_matter():
    first = residual_autocorrelation(*mapped_panel(3), lattice(), seed=1, permutations=99)
    turned = lattice().rename(columns={"a": "b", "b": "a"}).sample(frac=1, random_state=1)
    again = residual_autocorrelation(*mapped_panel(3), turned, seed=1, permutations=99)
    pd.testing.assert_frame_equal(first, again)


@pytest.mark.parametrize(
    ("neighbours", "reason"),
    [
        (None, "no_neighbours"),
        (lattice().iloc[:0], "no_neighbours"),
        (lattice().assign(a="D1", b="D2"), "no_neighbours"),
        (lattice().iloc[:1], "too_few_neighbours"),
    ],
)
def test_without_neighbours_there_is_a_reason(neighbours, reason):
    told = residual_autocorrelation(*mapped_panel(1), neighbours, seed=1)
    assert told["withheld"].tolist() == [reason]
    assert told[["moran", "p", "spatial", "answer"]].isna().all(axis=None)


def test_a_stream_without_a_model_says_why_and_empty_frames_are_empty():
    exposed, indicators, groups = mapped_panel(1)
    none = residual_autocorrelation(exposed.assign(cases=0), indicators, groups, lattice(), seed=1)
    assert none["withheld"].notna().all()
    assert none["moran"].isna().all()
    empty = residual_autocorrelation(exposed.iloc[:0], indicators, groups, lattice(), seed=1)
    assert empty.empty
    assert list(empty.columns) == COLUMNS
