"""The area side on a real panel: the main numbers that data/germany_districts/README.md quotes."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from threadpoolctl import threadpool_limits

from diaban.analysis.area_factors import area_factors, residual_autocorrelation
from diaban.analysis.area_factors.between_model import fit_between
from diaban.analysis.area_factors.main_model import MainModel, main_models
from diaban.analysis.area_factors.panel import usable_counts
from diaban.analysis.area_factors.variation import adjacency
from diaban.intake.read import read_tables
from diaban.results import Results
from diaban.spec import read_spec

FOLDER = Path(__file__).parents[3] / "data" / "germany_districts"
STREAMS = ["violent_crime", "bodily_harm", "burglary", "criminal_damage", "drug_offences", "robbery"]
BETWEEN = {  # README.md, first table; *: supported
    "single_person_households": "1.32* 1.30* 1.01  1.27* 1.38* 1.42*",
    "income": "0.93* 0.93* 1.09* 0.98  0.92* 0.92*",
    "left_school_without_certificate": "1.07* 1.07* 1.07* 1.05* 1.04  1.09*",
    "left_school_with_university_entrance": "1.05* 1.05* 1.04  1.07* 1.02  1.11*",
    "density": "1.03  1.04  1.13* 0.97  1.00  1.05",
    "net_migration": "1.01  1.00  1.10* 1.02  0.98  1.05*",
    "births": "1.04  1.03  1.02  1.00  1.02  1.09*",
}
ROUNDED = 0.006


def poisson(cases: pd.Series, X: np.ndarray, at_risk: pd.Series) -> sm.GLM:
    return sm.GLM(cases.to_numpy(float), X, sm.families.Poisson(), offset=np.log(at_risk.to_numpy()))


@dataclass(frozen=True)
class Panel:
    """The study's counts, indicators and map, and what the area side makes of them."""

    results: Results

    @cached_property
    def states(self) -> pd.Series:
        return self.results.tables.localities.set_index("locality")["parent"]

    @cached_property
    def data(self) -> tuple:
        return self.results.exposed, self.results.modelled, self.states

    @cached_property
    def associations(self) -> pd.DataFrame:
        """With the answer to residuals that cluster: the README says that those of all streams do."""
        found = area_factors(*self.data, neighbours=self.results.near, spatial_streams=STREAMS)
        return found.set_index(["part", "stream", "indicator"]).sort_index()

    @cached_property
    def models(self) -> dict[str, MainModel]:
        return {model.stream: model for model in main_models(*self.data)}

    def naive(self, stream: str, *more: np.ndarray) -> sm.GLM:
        """Poisson with every district-year on its own; more: columns with one value a district."""
        design = self.models[stream].design
        rows = usable_counts(self.results.exposed, stream)
        rows = rows[rows["locality"].isin(design.localities)]
        X = np.column_stack([design.X, *more])[design.localities.get_indexer(rows["locality"])]
        return poisson(rows["cases"], X, rows["expected"])


@pytest.fixture(scope="module")
def panel():
    spec = read_spec(FOLDER)
    with threadpool_limits(1):
        yield Panel(Results(spec, read_tables(spec, FOLDER).tables))


@pytest.mark.parametrize("indicator", BETWEEN)
def test_between_ratios_are_those_of_the_readme(panel, indicator):
    found = panel.associations.loc["between"].xs(indicator, level="indicator").loc[STREAMS]
    quoted = BETWEEN[indicator].split()
    assert found["rate_ratio"].to_numpy() == pytest.approx([float(q.strip("*")) for q in quoted], abs=ROUNDED)
    assert found["supported"].tolist() == [q.endswith("*") for q in quoted]
    assert (found["n"] == 393).all()


def test_within_says_something_else(panel):
    within = panel.associations.loc["within"]
    assert within["rate_ratio"].between(0.96, 1.03).sum() == within["comparisons"].iloc[0] == 34
    assert within.index[within["supported"].fillna(False)].tolist() == [("robbery", "density")]
    assert within.loc[("robbery", "density"), "rate_ratio"] == pytest.approx(0.989, abs=0.001)
    withheld = within["withheld"]
    assert (withheld.xs("single_person_households", level="indicator") == "indicator_does_not_change").all()
    assert (
        withheld["burglary", "income"]
        == withheld["violent_crime", "income"]
        == "indicator_observed_too_seldom"
    )


def test_within_interval_excludes_the_between_ratio_of_certificates_but_not_of_income(panel):
    """Bodily harm, both per the standard deviation between districts."""

    def within(indicator):
        between = panel.associations.loc[("between", "bodily_harm", indicator)]
        inside = panel.associations.loc[("within", "bodily_harm", indicator)]
        limits = inside[["lower", "upper"]].astype(float) ** (between["sd"] / inside["sd"])
        return limits, between["rate_ratio"]

    (lower, upper), ratio = within("left_school_without_certificate")
    assert (lower, upper) == pytest.approx((0.994, 1.021), abs=0.002)
    assert upper < ratio
    (lower, upper), ratio = within("income")
    assert lower < ratio < 1 < upper


def test_dispersion(panel):
    """district-years, totals of districts, and within them: README.md."""
    quoted = {
        "bodily_harm": (16.6, 97.4, 2.79),
        "drug_offences": (109, 645, 15.3),
        "robbery": (11.5, 69.7, 1.86),
    }
    for stream, numbers in quoted.items():
        within = panel.associations.loc[("within", stream, "births"), "dispersion"]
        found = panel.naive(stream).fit(scale="X2").scale, panel.models[stream].fit.dispersion, within
        assert found == pytest.approx(numbers, rel=0.02)


def test_one_dispersion_of_about_39(panel):
    """Violence in 2018 on density and income, all 401 districts."""
    rows = panel.results.exposed.query("stream == 'violent_crime' and period == '2018'")
    means = panel.results.modelled.pivot_table(index="locality", columns="indicator", values="value")
    x = means.loc[rows["locality"], ["density", "income"]]
    X = sm.add_constant(((x - x.mean()) / x.std()).to_numpy())
    fit = poisson(rows["cases"], X, rows["person_years"]).fit(scale="X2")
    assert (len(rows), fit.scale) == (401, pytest.approx(39.6, abs=0.5))


def test_naive_intervals_are_many_times_too_narrow_and_some_of_the_other_sign(panel):
    ours = panel.associations.loc["between"]
    half = np.log(ours["upper"] / ours["lower"]) / 2 / stats.t.ppf(0.975, 393 - 8)
    times, held, against, called = {}, 0, 0, 0
    for stream in STREAMS:
        fit, names = panel.naive(stream).fit(), panel.models[stream].design.names
        log_ratio = np.log(ours.loc[stream].loc[names, "rate_ratio"]).to_numpy()
        beta, error = fit.params[1:], fit.bse[1:]
        times[stream] = np.median(half[stream].loc[names].to_numpy() / error)
        held += (np.abs(log_ratio - beta) < 1.96 * error).sum()
        against += (np.sign(log_ratio) != np.sign(beta)).sum()
        called += (fit.pvalues[1:] < 0.05).sum()
    assert times["bodily_harm"] == pytest.approx(11.7, abs=0.3)
    assert (min(times, key=times.get), max(times, key=times.get)) == ("robbery", "drug_offences")
    assert (round(times["robbery"]), round(times["drug_offences"])) == (7, 30)
    assert (held, against, called) == (3, 9, 41)


def test_burglary_and_income_turn_round_within_states(panel):
    exposed, modelled, _ = panel.data
    without = area_factors(exposed, modelled, None, streams=["burglary"]).query("part == 'between'")
    income = without.set_index("indicator").loc["income"]
    assert income["rate_ratio"] == pytest.approx(0.897, abs=0.005)
    assert income["upper"] < 1 < panel.associations.loc[("between", "burglary", "income"), "lower"]


def test_random_numbers_are_found_by_naive_models_only(panel):
    """20 columns with one number a district beside the seven indicators; README.md quotes 400."""
    design, member = panel.models["bodily_harm"].design, panel.models["bodily_harm"].variation.member
    near = adjacency(design.localities, panel.results.near)
    theta = tuple(fit_between(design.cases, design.exposure, design.X, member, adjacent=near).theta)
    naive, quasi, ours = 0, 0, 0
    for noise in np.random.default_rng(7).normal(size=(20, len(member))):
        fit = panel.naive("bodily_harm", noise).fit()
        t = abs(fit.params[-1] / fit.bse[-1])
        naive, quasi = naive + (t > 1.96), quasi + (t > 1.96 * np.sqrt(fit.pearson_chi2 / fit.df_resid))
        X = np.column_stack([design.X, noise])
        kept = fit_between(design.cases, design.exposure, X, member, adjacent=near, variance=theta)
        ours += abs(kept.beta[-1] / kept.error[-1]) > stats.t.ppf(0.975, kept.dof)
    assert naive >= 14
    assert 5 <= quasi < naive
    assert ours <= 4


def test_residuals_of_neighbours_are_alike_until_answered(panel):
    found = residual_autocorrelation(
        *panel.data, panel.results.near, streams=["bodily_harm", "burglary"], seed=2024, permutations=199
    ).set_index("stream")
    assert len(panel.results.near) == 1046
    assert (found["pairs"] == 1006).all()
    assert found["moran"].to_list() == pytest.approx([0.113, 0.277], abs=0.003)
    assert (found["p"] <= 0.01).all()
    assert found["answer"].to_list() == ["spatial_effects", "conservative"]
    assert found["moran_left"].to_list() == pytest.approx([-0.011, 0.075], abs=0.005)
