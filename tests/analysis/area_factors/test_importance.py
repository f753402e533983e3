"""The split of explained variation against published numbers, brute force, GLM deviances and known truth."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t
from small_area_panel import NULL, STRONG, small_panel

from diaban.analysis.area_factors import importance as module
from diaban.analysis.area_factors.associations import area_factors
from diaban.analysis.area_factors.fitted import fitted_streams
from diaban.analysis.area_factors.importance import COLUMNS, explained_shares, factor_importance, lmg

FEW = settings(max_examples=10, deadline=None)
NUMBERS = ["importance", "lower", "upper", "rank_lower", "rank_upper"]
# Brute force in R over statecrime: violent ~ hs_grad + poverty + single + white + urban (methods.md).
STATECRIME = [0.044779001, 0.055306311, 0.376923663, 0.122683821, 0.080924061]


def statecrime():
    data = sm.datasets.statecrime.load_pandas().data
    return data["violent"].to_numpy(), data[["hs_grad", "poverty", "single", "white", "urban"]].to_numpy()


def random_data(seed, p=4, n=30):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) @ rng.normal(size=(p, p))
    return X @ rng.normal(size=p) + rng.normal(size=n), X


def cross_products(y, X):
    rows = np.column_stack([X, y])
    rows = rows - rows.mean(axis=0)
    return rows.T @ rows


def test_lmg_of_statecrime_is_that_of_r():
    shares = lmg(*statecrime())
    assert shares == pytest.approx(STATECRIME, abs=5e-10)
    assert shares.sum() == pytest.approx(0.680616858, abs=5e-10)


@pytest.mark.parametrize("adjusted", [False, True])
def test_gains_are_means_over_all_orders_of_least_squares_fits(adjusted):
    y, X = random_data(1, p=3)

    def fit(members):
        told = sm.OLS(y, sm.add_constant(X[:, sorted(members)])).fit() if members else None
        return 0.0 if told is None else (told.rsquared_adj if adjusted else told.rsquared)

    gains = np.zeros(3)
    for order in permutations(range(3)):
        for place, k in enumerate(order):
            gains[k] += (fit(order[: place + 1]) - fit(order[:place])) / 6
    shares = explained_shares(cross_products(y, X), n=len(y) if adjusted else None)
    assert shares == pytest.approx(gains, abs=1e-12)


def test_random_orders_come_near_all_subsets(monkeypatch):
    C = cross_products(*random_data(2, p=6, n=60))
    exact = explained_shares(C, n=60)
    monkeypatch.setattr(module, "EXACT_UP_TO", 5)
    assert explained_shares(C, n=60) == pytest.approx(exact, abs=0.01)


@FEW
@given(st.integers(0, 1000), st.floats(0.01, 100), st.floats(-50, 50))
def test_units_change_nothing_and_shares_add_up_to_r_squared(seed, factor, shift):
    y, X = random_data(seed)
    shares = lmg(y, X)
    assert shares.sum() == pytest.approx(sm.OLS(y, sm.add_constant(X)).fit().rsquared)
    assert (shares >= -1e-12).all()
    assert lmg(y * factor + shift, X * factor) == pytest.approx(shares)


@FEW
@given(st.permutations(range(4)))
def test_order_of_regressors_changes_nothing(order):
    y, X = random_data(3)
    assert lmg(y, X[:, order]) == pytest.approx(lmg(y, X)[list(order)])


def test_unrelated_regressors_get_their_own_r_squared_and_twins_share():
    rng = np.random.default_rng(4)
    X = np.linalg.qr(rng.normal(size=(50, 4)) - 0)[0]
    X = np.linalg.qr(X - X.mean(axis=0))[0]
    y = X @ [3.0, 2.0, 1.0, 0.0]
    assert lmg(y, X) == pytest.approx(np.array([9, 4, 1, 0]) / 14)
    twins = lmg(y, np.column_stack([X[:, :1], X]))
    assert twins[0] == pytest.approx(twins[1])
    assert twins.sum() == pytest.approx(1)


def test_one_regressor_and_no_variation():
    y, X = random_data(5, p=1)
    assert lmg(y, X) == pytest.approx([np.corrcoef(y, X[:, 0])[0, 1] ** 2])
    assert np.isnan(lmg(np.ones(30), X)).all()
    assert lmg(y, np.ones((30, 1))) == pytest.approx([0])


def test_least_squares_split_is_near_that_of_the_negative_binomial_deviance():
    """statsmodels' deviance of NB2 at the fit's alpha, all subsets refitted; two thirds of it explained."""
    exposed, indicators, _ = small_panel(2, localities=80, cases=20)
    fitted = fitted_streams(exposed, indicators)[0]
    design, alpha = fitted.design, fitted.fit.alpha
    family = sm.families.NegativeBinomial(alpha=alpha)

    def deviance(members):
        X = design.X[:, [0, *[m + 1 for m in members]]]
        return sm.GLM(design.cases, X, family=family, offset=np.log(design.exposure)).fit().deviance

    gains = np.zeros(3)
    for order in permutations(range(3)):
        for place, k in enumerate(order):
            gains[k] += (deviance(order[:place]) - deviance(order[: place + 1])) / 6
    rows = fitted.whitened()
    split = explained_shares(module._cross_products(rows, np.ones((1, len(rows)))))[0]
    assert split / split.sum() == pytest.approx(gains / gains.sum(), abs=0.02)
    assert split.sum() == pytest.approx(gains.sum() / deviance(()), abs=0.05)


@pytest.fixture(scope="module")
def told():
    return factor_importance(*small_panel(1), seed=3, bootstraps=200)


def test_planted_factor_matters_most(told):
    assert list(told.columns) == COLUMNS
    rows = told.set_index("indicator")
    assert rows["importance"].idxmax() == STRONG
    assert rows.loc[STRONG, ["rank_lower", "rank_upper"]].tolist() == [1, 1]
    assert rows["importance"].sum() == pytest.approx(1)
    assert rows.loc[STRONG, "lower"] > 0.6 > 0.4 > rows.loc[NULL, "upper"]
    assert rows.loc[NULL, "lower"] == 0
    assert ((told["lower"] <= told["importance"]) & (told["importance"] <= told["upper"])).all()
    assert told["explained"].between(0, 1).all()
    assert told["withheld"].isna().all()


def test_order_of_rows_changes_nothing_and_the_seed_is_all_that_is_random(told):
    exposed, indicators, groups = small_panel(1)
    again = factor_importance(
        exposed.sample(frac=1, random_state=1),
        indicators.sample(frac=1, random_state=2),
        groups.sample(frac=1, random_state=3),
        seed=3,
        bootstraps=200,
    )
    order = ["stream", "indicator"]
    first, second = (frame.sort_values(order)[NUMBERS].to_numpy(float) for frame in (told, again))
    assert second == pytest.approx(first, abs=1e-4)


def test_intervals_hold_the_truth():
    """12 provinces of 60 localities, factors worth ln 1.6 and 0: shares of the true log rates."""
    inside = []
    for seed in range(12):
        exposed, indicators, groups = small_panel(seed)
        told = factor_importance(exposed, indicators, groups, seed=seed, bootstraps=100)
        fitted = fitted_streams(exposed, indicators, groups)[0]
        rows = fitted.whitened()
        rows[:, -1] = rows[:, 1 + fitted.design.names.index(STRONG)]
        truth = explained_shares(module._cross_products(rows, np.ones((1, len(rows)))))[0]
        truth = pd.Series(truth / truth.sum(), index=fitted.design.names)
        rows = told.set_index("indicator")
        inside.append((rows["lower"] - 1e-9 <= truth) & (truth <= rows["upper"] + 1e-9))
    assert pd.concat(inside).mean() >= 0.9


def test_refused_where_the_area_model_is_refused():
    exposed, indicators, groups = small_panel(1)
    few = factor_importance(exposed, indicators, groups, seed=1, events_per_parameter=1e6)
    assert (few["withheld"] == "too_few_events_per_parameter").all()
    assert few[[*NUMBERS, "explained"]].isna().all(axis=None)
    none = factor_importance(exposed.assign(cases=0), indicators, groups, seed=1)
    assert none["withheld"].notna().all()
    one = factor_importance(exposed[exposed["locality"] == "L00"], indicators, groups, seed=1)
    assert one["withheld"].notna().all()
    gone = (indicators["indicator"] == NULL) & (indicators["locality"] > "L20")
    some = factor_importance(exposed, indicators[~gone], groups, seed=1, bootstraps=20).set_index("indicator")
    assert some["withheld"].dropna().to_dict() == {NULL: "indicator_mostly_missing"}
    assert some["importance"].sum() == pytest.approx(1)


def test_nothing_explained_is_said():
    """Counts of one rate: in this seed the indicators explain less than three random columns would."""
    exposed, indicators, _ = small_panel(1)
    counts = np.random.default_rng(2).poisson(exposed["person_years"] / 100)
    told = factor_importance(exposed.assign(cases=counts), indicators, seed=1, bootstraps=20)
    assert (told["withheld"] == "nothing_explained").all()
    assert (told["explained"] == 0).all()
    assert told[NUMBERS].isna().all(axis=None)


def test_empty_frames():
    exposed, indicators, groups = small_panel(1)
    assert list(factor_importance(exposed.iloc[:0], indicators, groups, seed=1).columns) == COLUMNS
    assert factor_importance(exposed, indicators.iloc[:0], groups, seed=1).empty


def test_model_is_that_of_area_factors_with_and_without_neighbours():
    """Coefficients, errors and their correlations come from one fit: least squares of the whitened rows."""
    exposed, indicators, groups = small_panel(1)
    names = sorted(groups.index)
    neighbours = pd.DataFrame({"a": names[:-1], "b": names[1:]})
    for options in ({}, {"neighbours": neighbours, "spatial_streams": ["s"]}):
        fitted = fitted_streams(exposed, indicators, groups, **options)[0]
        told = area_factors(exposed, indicators, groups, **options)
        told = told[told["part"] == "between"].set_index("indicator").loc[fitted.design.names]
        assert np.exp(fitted.beta) == pytest.approx(told["rate_ratio"].to_numpy(), rel=1e-6)
        half = t.ppf(0.975, fitted.fit.dof) * np.sqrt(np.diag(fitted.covariance))
        assert np.exp(fitted.beta + half) == pytest.approx(told["upper"].to_numpy(), rel=1e-6)
        rows = fitted.whitened()
        solved = np.linalg.lstsq(rows[:, :-1], rows[:, -1], rcond=None)[0]
        assert solved[1:] == pytest.approx(fitted.beta, abs=1e-5)
    draws = fitted.draws(20_000, np.random.default_rng(1))
    assert draws.mean(axis=0) == pytest.approx(fitted.beta, abs=0.003)
    wider = fitted.fit.dof / (fitted.fit.dof - 2)
    assert np.cov(draws.T) == pytest.approx(fitted.covariance * wider, rel=0.1, abs=2e-4)
