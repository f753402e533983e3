"""The division of an excess: an exact sum, the published index, and simulated localities of known truth."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from small_area_panel import NULL, STRONG, WITHIN_STRONG, small_panel

from diaban.analysis.area_factors.decomposition import COLUMNS, excess_decomposition
from diaban.analysis.area_factors.divisia import divisia_contributions, logarithmic_mean
from diaban.analysis.area_factors.fitted import fitted_streams
from diaban.errors import DiabanError

FEW = settings(max_examples=8, deadline=None)
LATE = ["2019", "2020", "2021"]
FACTORS = [STRONG, NULL, WITHIN_STRONG]


def decomposed(exposed, indicators, groups, report_of=None, **options):
    options = {"periods": LATE, "period": "2019-2021", "seed": 1, "draws": 200} | options
    report_of = groups if report_of is None else report_of
    return excess_decomposition(exposed, indicators, groups, report_of, **options)


def wide(told, column="cases"):
    return told.pivot(index="locality", columns="component", values=column)


def ages(exposed):
    """Two age bands; the share of the second rises from locality to locality."""
    cells = exposed.drop_duplicates(["locality", "period"])
    number = cells["locality"].str[1:].astype(int)
    old = cells["persons"] * (0.1 + 0.8 * number / number.max())
    bands = {"young": cells["persons"] - old, "old": old}
    frames = [
        cells[["locality", "period"]].assign(age_band=band, persons=persons)
        for band, persons in bands.items()
    ]
    return pd.concat(frames)


@pytest.fixture(scope="module")
def told():
    return decomposed(*small_panel(1))


def test_logarithmic_mean():
    assert logarithmic_mean(np.array([2.0, 3.0]), np.array([1.0, 3.0])) == pytest.approx([1 / np.log(2), 3])
    a, b = np.array([5.0]), np.array([0.1])
    assert np.sqrt(a * b) < logarithmic_mean(a, b) < (a + b) / 2


def test_index_is_that_of_ang_without_the_whole():
    """Ang (2005), additive LMDI-I: the change of V = x1 x2 from 10 x 0.8 = 8 to 30 x 0.5 = 15 is
    L ln(x1' / x1) + L ln(x2' / x2) = 7 ln 3 / ln 1.875 + 7 ln 0.625 / ln 1.875 = 12.234 - 5.234.

    A second, vastly larger place that stands still holds the whole's level where it was.
    """
    base = np.array([8.0, 1e12])
    effects = np.array([[np.log(30 / 10), np.log(0.5 / 0.8)], [0.0, 0.0]])
    L = 7 / np.log(15 / 8)
    expected = [L * np.log(3), L * np.log(0.625)]
    assert divisia_contributions(base, effects)[0] == pytest.approx(expected, abs=1e-3)
    assert sum(expected) == pytest.approx(7)


@FEW
@given(
    arrays(float, 6, elements=st.floats(0.1, 100)),
    arrays(float, (6, 3), elements=st.floats(-2, 2)),
    st.permutations(range(3)),
    st.floats(-3, 3),
)
def test_contributions_are_exact_and_in_no_order(base, effects, order, shift):
    parts = divisia_contributions(base, effects)
    mu = base * np.exp(effects.sum(axis=1))
    mu *= base.sum() / mu.sum()
    assert parts.sum(axis=1) == pytest.approx(mu - base, abs=1e-8)
    assert parts.sum(axis=0) == pytest.approx(0, abs=1e-8)
    assert divisia_contributions(base, effects[:, order]) == pytest.approx(parts[:, order], abs=1e-8)
    assert divisia_contributions(base, effects + shift) == pytest.approx(parts, abs=1e-7)


def test_frame(told):
    assert list(told.columns) == COLUMNS
    assert told["component"].tolist()[:7] == ["expected", "age", *FACTORS, "unexplained", "observed"]
    assert len(told) == 6 * 7
    assert set(told["period"]) == {"2019-2021"}
    assert told[told["component"] != "age"]["withheld"].isna().all()
    assert (told.loc[told["component"] == "age", "withheld"] == "no_age_counts").all()


@FEW
@given(st.integers(0, 1000), st.booleans(), st.sampled_from([["2016"], LATE, ["2016", "2021"]]))
def test_components_add_up_exactly_in_each_place_and_to_zero_over_all(seed, with_age, periods):
    exposed, indicators, groups = small_panel(seed % 7)
    age = pd.DataFrame({"stream": "s", "age_band": ["young", "old"], "cases": [11, 40 + seed]})
    options = {"age": age, "population": ages(exposed)} if with_age else {}
    table = wide(decomposed(exposed, indicators, groups, periods=periods, draws=2, **options)).fillna(0)
    parts = table.drop(columns="observed")
    assert parts.sum(axis=1).to_numpy() == pytest.approx(table["observed"].to_numpy(), abs=1e-9)
    zero = parts.drop(columns="expected").sum()
    assert zero.to_numpy() == pytest.approx(0, abs=1e-9)
    rows = exposed[exposed["period"].isin(periods)]
    observed = rows.groupby(rows["locality"].map(groups))["cases"].sum()
    assert table["observed"].tolist() == observed.tolist()


def test_expected_is_the_wholes_rate_at_the_places_person_years(told):
    exposed, _, groups = small_panel(1)
    rows = exposed[exposed["period"].isin(LATE)]
    years = rows.groupby(rows["locality"].map(groups))["person_years"].sum()
    rate = rows["cases"].sum() / rows["person_years"].sum()
    assert wide(told)["expected"].to_numpy() == pytest.approx(years.to_numpy() * rate)


def test_age_is_the_difference_to_indirect_standardisation():
    """Cases only in the old: a place with twice the share of old people expects twice the cases."""
    exposed, indicators, groups = small_panel(1)
    age = pd.DataFrame({"stream": "s", "age_band": ["young", "old"], "cases": [0, 50]})
    population = ages(exposed)
    table = wide(decomposed(exposed, indicators, groups, age=age, population=population))
    rows = population[population["period"].isin(LATE) & (population["age_band"] == "old")]
    old = rows.groupby(rows["locality"].map(groups))["persons"].sum()
    expected = old / old.sum() * table["observed"].sum()
    assert (table["expected"] + table["age"]).to_numpy() == pytest.approx(expected.to_numpy())
    limits = decomposed(exposed, indicators, groups, age=age, population=population)
    limits = limits[limits["component"] == "age"]
    assert ((limits["lower"] <= limits["cases"]) & (limits["cases"] <= limits["upper"])).all()


def test_intervals_hold_their_estimates_and_half_a_year_counts_half(told):
    factors = told[told["component"].isin(FACTORS)]
    assert ((factors["lower"] <= factors["cases"]) & (factors["cases"] <= factors["upper"])).all()
    exposed, indicators, groups = small_panel(1)
    last = exposed["period"] == "2021"
    half = exposed.assign(person_years=exposed["person_years"].where(~last, exposed["person_years"] / 2))
    age = pd.DataFrame({"stream": "s", "age_band": ["young", "old"], "cases": [0, 50]})
    table = wide(decomposed(half, indicators, groups, age=age, population=ages(exposed)))
    assert table["age"].sum() == pytest.approx(0, abs=1e-9)


def true_shares(exposed, indicators, groups):
    """The same division with the true log rate ratio, ln 1.6 for STRONG and 0 for the others."""
    fitted = fitted_streams(exposed, indicators, groups)[0]
    totals = exposed.groupby("locality")[["cases", "person_years"]].sum()
    base = totals["person_years"] / totals["person_years"].sum() * totals["cases"].sum()
    beta = np.where(np.array(fitted.design.names) == STRONG, np.log(1.6), 0.0)
    parts = divisia_contributions(base.to_numpy(), fitted.design.X[:, 1:] * beta)
    return pd.DataFrame(parts, totals.index, fitted.design.names).groupby(groups.reindex(totals.index)).sum()


def test_shares_of_factors_are_near_the_truth_and_covered():
    """10 provinces, all periods: mean absolute error in units of the expected cases, 95 % intervals."""
    errors, inside = [], []
    for seed in range(10):
        panel = small_panel(seed)
        told = decomposed(*panel, periods=sorted(panel[0]["period"].unique()), seed=seed)
        truth = true_shares(*panel)[FACTORS]
        lower, cases, upper = (wide(told, name)[FACTORS] for name in ("lower", "cases", "upper"))
        errors.append(((cases - truth).abs()[STRONG] / wide(told)["expected"]).mean())
        inside.append(((lower <= truth) & (truth <= upper)).to_numpy().mean())
    assert np.mean(errors) < 0.03
    assert 0.9 <= np.mean(inside) <= 0.99


def test_refused_factors_leave_everything_unexplained():
    exposed, indicators, groups = small_panel(1)
    table = decomposed(exposed, indicators, groups, events_per_parameter=1e6)
    rows = table[table["component"].isin(FACTORS)]
    assert (rows["withheld"] == "too_few_events_per_parameter").all()
    assert rows[["cases", "lower", "upper"]].isna().all(axis=None)
    cases = wide(table)
    assert (cases["unexplained"] - (cases["observed"] - cases["expected"])).abs().max() < 1e-9


def test_places_without_values_say_so_and_a_few_count_as_average():
    exposed, indicators, groups = small_panel(1)
    first = indicators["locality"] < "L10"  # all of group G0
    told = decomposed(exposed, indicators[~(first & (indicators["indicator"] == NULL))], groups)
    gone = told[(told["locality"] == "G0") & told["component"].isin(FACTORS)]
    assert (gone["withheld"] == "indicator_missing_here").all()
    assert told.loc[told["locality"] != "G0", "withheld"].dropna().unique().tolist() == ["no_age_counts"]
    few = indicators["locality"] == "L00"
    told = decomposed(exposed, indicators[~(few & (indicators["indicator"] == NULL))], groups)
    assert set(told["withheld"].dropna()) == {"no_age_counts"}
    table = wide(told).fillna(0)
    parts = table.drop(columns="observed").sum(axis=1)
    assert parts.to_numpy() == pytest.approx(table["observed"].to_numpy())


def test_place_without_counts_in_the_periods():
    exposed, indicators, groups = small_panel(1)
    gone = exposed["locality"].map(groups).eq("G2") & exposed["period"].isin(LATE)
    told = decomposed(exposed[~gone], indicators, groups)
    assert (told.loc[told["locality"] == "G2", "withheld"] == "not_recorded_then").all()
    assert told.loc[told["locality"] == "G2", "cases"].isna().all()
    nothing = decomposed(exposed, indicators, groups, periods=["1999"])
    assert (nothing["withheld"] == "not_recorded_then").all()
    assert len(nothing) == 6 * 7


def test_no_case_at_all():
    exposed, indicators, groups = small_panel(1)
    table = decomposed(exposed.assign(cases=0), indicators, groups)
    cases, upper = wide(table), wide(table, "upper")
    assert (cases[["expected", "unexplained", "observed"]] == 0).all(axis=None)
    assert upper["observed"].to_numpy() == pytest.approx(3.689, abs=1e-3)


def test_a_count_that_is_not_known_is_left_out_with_its_persons():
    exposed, indicators, groups = small_panel(1)
    missing = (exposed["locality"] == "L00") & (exposed["period"] == "2020")
    absent = decomposed(exposed[~missing], indicators, groups)
    unknown = decomposed(
        exposed.assign(cases=exposed["cases"].astype(float).mask(missing)), indicators, groups
    )
    pd.testing.assert_frame_equal(absent, unknown)


def test_one_locality_of_report_is_the_whole():
    exposed, indicators, groups = small_panel(1)
    table = wide(decomposed(exposed, indicators, groups, report_of=dict.fromkeys(groups.index, "all")))
    assert table["expected"].iloc[0] == pytest.approx(table["observed"].iloc[0])
    assert table[[*FACTORS, "unexplained"]].to_numpy() == pytest.approx(0, abs=1e-9)


def test_empty_frames_and_a_locality_of_no_report():
    exposed, indicators, groups = small_panel(1)
    assert list(decomposed(exposed.iloc[:0], indicators, groups).columns) == COLUMNS
    with pytest.raises(DiabanError, match="L07"):
        decomposed(exposed, indicators, groups, report_of=groups.drop("L07"))
