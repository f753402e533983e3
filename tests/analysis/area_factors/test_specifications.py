import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from small_area_panel import NULL, STRONG, WITHIN_STRONG, estimates, small_panel

from diaban.analysis.area_factors.associations import area_factors
from diaban.analysis.area_factors.specifications import COLUMNS, control_subsets, specification_curve
from diaban.analysis.area_factors.subset_models import fit_subsets
from diaban.analysis.area_factors.variation import Variation, variation_of


@pytest.fixture(scope="module")
def curve():
    return specification_curve(*small_panel(1))


def main_rows(curve):
    return curve[curve["specification"] == 0].set_index("indicator")


def test_specification_0_is_the_main_model(curve):
    told = area_factors(*small_panel(1))
    for column in ("rate_ratio", "lower", "upper", "p"):
        between = estimates(told, "between", column)
        assert main_rows(curve)[column].to_dict() == pytest.approx(between.to_dict(), rel=1e-4)
    assert (main_rows(curve)["n_controls"] == 2).all()
    assert main_rows(curve)["pooled"].tolist() == ["all"] * 3


def test_every_combination_is_there_once(curve):
    """4 sets of controls x 3 lags x 3 windows; expected and person-years are proportional by chance never."""
    assert list(curve.columns) == COLUMNS
    assert not curve.duplicated(["indicator", "specification"]).any()
    assert not curve.duplicated(["indicator", "controls", "lag", "exposure", "pooled"]).any()
    expected = curve[curve["exposure"] == "expected"]
    assert (expected.groupby("indicator").size() == 4 * 3 * 3).all()
    assert set(curve.loc[curve["indicator"] == STRONG, "controls"]) == {
        "",
        NULL,
        WITHIN_STRONG,
        f"{NULL};{WITHIN_STRONG}",
    } - {f"{WITHIN_STRONG};{NULL}"}


def test_person_years_are_left_out_where_they_say_the_same():
    """small_panel: the same persons in every period, so both exposures are proportional over any window."""
    exposed, indicators, groups = small_panel(1)
    assert set(specification_curve(exposed, indicators, groups)["exposure"]) == {"expected"}
    moved = exposed.assign(person_years=exposed["person_years"].mask(exposed["locality"] < "L10", 500.0))
    gone = (moved["locality"] < "L05") & (moved["period"] > "2018")
    told = specification_curve(moved[~gone], indicators, groups, lags=[0])
    assert set(told["exposure"]) == {"expected", "person_years"}


def test_numbers_of_specifications_mean_the_same_for_every_indicator(curve):
    choices = curve.groupby("specification")[["lag", "exposure", "pooled", "n_controls"]].nunique()
    assert (choices == 1).all(axis=None)


def test_planted_factor_holds_and_null_one_does_not(curve):
    share = (curve["p"] < 0.05).groupby(curve["indicator"]).mean()
    assert share[STRONG] == 1
    assert share[NULL] < 0.2
    assert curve.loc[curve["indicator"] == STRONG, "rate_ratio"].between(1.3, 1.9).all()


def test_lag_meets_the_indicator_of_the_period_before():
    """The indicator moved one period later, asked without lag, is the lagged one."""
    exposed, indicators, groups = small_panel(1)
    later = indicators.assign(period=(indicators["period"].astype(int) + 1).astype(str))
    late = exposed[exposed["period"] > "2016"]
    moved = specification_curve(late, later[later["period"] < "2022"], groups, lags=[0])
    lagged = specification_curve(exposed, indicators, groups, lags=[0, 1])
    lagged = lagged[(lagged["lag"] == 1) & (lagged["pooled"] == "all")]
    moved = moved[moved["pooled"] == "all"]
    sd = [
        area_factors(*panel, groups).set_index(["indicator", "part"])["sd"].xs("between", level="part")
        for panel in ((exposed, indicators), (late, later[later["period"] < "2022"]))
    ]
    per_unit = [
        (np.log(frame.set_index(["indicator", "controls"])["rate_ratio"]) / s.rename_axis("indicator"))
        for frame, s in ((lagged, sd[0]), (moved, sd[1]))
    ]
    assert per_unit[0].to_dict() == pytest.approx(per_unit[1].to_dict(), abs=0.01)


def test_half_of_the_periods_is_the_model_of_those_periods():
    exposed, indicators, groups = small_panel(1)
    early = exposed["period"] <= "2018"
    alone = area_factors(exposed[early], indicators[indicators["period"] <= "2018"], groups)
    half = specification_curve(exposed, indicators, groups)
    half = half[(half["pooled"] == "first_half") & (half["lag"] == 0) & (half["n_controls"] == 2)]
    whole = area_factors(exposed, indicators, groups)
    unit = estimates(alone, "between", "sd") / estimates(whole, "between", "sd")
    told = half.set_index("indicator")["rate_ratio"] ** unit
    assert told.to_dict() == pytest.approx(estimates(alone, "between").to_dict(), rel=0.05)


def test_an_indicator_known_once_has_no_lag_and_stays_a_control():
    exposed, indicators, groups = small_panel(1)
    census = (indicators["indicator"] != NULL) | (indicators["period"] == "2016")
    told = specification_curve(exposed, indicators[census], groups)
    assert (told["lag"] == 2).any()
    assert told["withheld"].isna().all()
    only = specification_curve(exposed, indicators[census & (indicators["indicator"] == NULL)], groups)
    assert set(only["lag"]) == {0}


def test_too_few_cases_for_a_specification_is_said_there():
    exposed, indicators, groups = small_panel(1, cases=0.2)
    events = exposed["cases"].sum()
    told = specification_curve(exposed, indicators, groups, events_per_parameter=events / 4)
    assert told.loc[(told["pooled"] == "all") & (told["lag"] == 0), "withheld"].isna().all()
    halves = told[(told["pooled"] == "second_half") & (told["n_controls"] == 2)]
    assert (halves["withheld"] == "too_few_events_per_parameter").all()
    assert halves[["rate_ratio", "lower", "upper", "p"]].isna().all(axis=None)


def test_refused_streams_and_indicators_have_one_row_with_the_reason():
    exposed, indicators, groups = small_panel(1)
    twin = indicators[indicators["indicator"] == STRONG].assign(indicator="twin")
    told = specification_curve(exposed, pd.concat([indicators, twin]), groups, lags=[0])
    assert told.loc[told["indicator"] == "twin", "withheld"].tolist() == ["indicator_collinear"]
    none = specification_curve(exposed.assign(cases=0), indicators, groups)
    assert len(none) == 3
    assert none["withheld"].notna().all()


def test_one_period_and_empty_frames():
    exposed, indicators, groups = small_panel(1, cases=30)
    one = specification_curve(exposed[exposed["period"] == "2018"], indicators, groups)
    assert set(one["pooled"]) == {"all"}
    assert set(one["lag"]) == {0, 1, 2}
    assert list(specification_curve(exposed.iloc[:0], indicators, groups).columns) == COLUMNS
    assert specification_curve(exposed, indicators.iloc[:0], groups).empty


def test_control_subsets():
    assert control_subsets(0, 80) == [()]
    assert control_subsets(2, 80) == [(0, 1), (0,), (1,), ()]
    assert len(control_subsets(6, 80)) == 64
    many = control_subsets(11, 80)
    assert many[0] == tuple(range(11))
    assert len(many) == len(set(many)) == 1 + 1 + 11 + 11 + 55
    capped = control_subsets(11, 40)
    assert len(capped) == len(set(capped)) == 40
    assert capped[:24] == many[:24]
    assert control_subsets(11, 80) == many
    assert control_subsets(11, 1) == [many[0]]


def counts(seed=0, n=60):
    rng = np.random.default_rng(seed)
    X = np.column_stack([np.ones(n), rng.normal(size=(n, 3))])
    e = np.exp(rng.normal(size=n))
    return rng.poisson(8 * e * np.exp(X @ [0, 0.3, -0.2, 0])).astype(float), e, X


def test_subset_models_are_the_poisson_glm_with_hc2_or_model_errors():
    y, e, X = counts()
    chosen = np.array([[True, True, True, True], [True, True, False, True]])
    for row in chosen:
        glm = sm.GLM(y, X[:, row], family=sm.families.Poisson(), offset=np.log(e)).fit(tol=1e-12)
        mu = np.asarray(glm.mu)
        fits = fit_subsets(y, e, X, chosen, Variation(np.zeros(60, int)), mu=mu, theta=np.zeros(3))
        which = int((chosen == row).all(axis=1).argmax())
        assert fits.converged.all()
        assert fits.beta[which][row] == pytest.approx(glm.params, abs=1e-6)
        root = np.sqrt(mu)
        ols = sm.OLS((y - mu) / root + root * np.log(mu / e), root[:, None] * X[:, row]).fit()
        model = ols.bse * np.sqrt(max(ols.scale, 1) / ols.scale)
        assert fits.error[which][row] == pytest.approx(np.maximum(model, ols.HC2_se), rel=1e-6)
        assert fits.dof[which] == 60 - row.sum()
    assert np.isnan(fits.beta[1, 2])
    assert np.isnan(fits.error[1, 2])


def test_each_subset_is_fitted_as_if_alone():
    y, e, X = counts()
    ring = np.roll(np.eye(60), 1, axis=1) + np.roll(np.eye(60), -1, axis=1)
    variation = variation_of(60, np.arange(60) // 10, ring)
    shared = {"mu": e * y.sum() / e.sum(), "theta": np.array([0.1, 0.05, 0.1])}
    chosen = np.array([[True, *bits] for bits in np.ndindex(2, 2, 2)]).astype(bool)
    together = fit_subsets(y, e, X, chosen, variation, **shared)
    for i, row in enumerate(chosen):
        alone = fit_subsets(y, e, X[:, row], np.ones((1, row.sum()), bool), variation, **shared)
        assert together.beta[i][row] == pytest.approx(alone.beta[0], abs=1e-6)
        assert together.error[i][row] == pytest.approx(alone.error[0], rel=1e-5)
