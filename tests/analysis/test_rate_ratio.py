import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from diaban.analysis.rate_ratio import conditional_p, panel_dispersion, rate_ratio


def test_ratio_is_rs():
    """R 4: poisson.test(c(11, 21), c(800, 3011))."""
    result = rate_ratio([11], [800], [21], [3011]).iloc[0]
    assert result["rate_ratio"] == pytest.approx(1.971488095, abs=5e-10)
    assert result["p"] == pytest.approx(0.0796686330, abs=5e-10)
    assert (result["lower"], result["upper"]) == pytest.approx((0.8584264, 4.2772659), abs=5e-7)


@settings(deadline=None)
@given(st.integers(0, 80), st.integers(0, 80), st.floats(0.02, 0.98))
def test_p_is_scipys_binomtest(x, b, share):
    if x + b:
        assert conditional_p(x, x + b, share) == pytest.approx(binomtest(x, x + b, share).pvalue, rel=1e-6)


def test_p_of_large_counts():
    expected = binomtest(40_500, 80_000, 0.5).pvalue
    assert conditional_p(40_500, 80_000, 0.5) == pytest.approx(expected, rel=1e-6)


def test_edges():
    table = rate_ratio([0, 1, 0, 5, 3], [1] * 5, [0, 0, 4, np.nan, 3], [1, 1, 1, 1, 0])
    assert table.loc[0].isna().all()
    assert np.isinf(table.loc[1, ["rate_ratio", "upper"]].to_numpy(dtype=float)).all()
    assert table.loc[2, ["rate_ratio", "lower"]].tolist() == [0, 0]
    assert table.loc[3:, ["rate_ratio", "lower", "upper", "p"]].isna().all(axis=None)
    assert len(rate_ratio([], [], [], [])) == 0


@settings(deadline=None)
@given(st.integers(1, 500), st.integers(1, 500), st.floats(0.1, 10), st.floats(1, 40))
def test_interval_contains_the_ratio_and_dispersion_widens_it(x, b, exposure, phi):
    exact = rate_ratio([x], [exposure], [b], [1]).iloc[0]
    wide = rate_ratio([x], [exposure], [b], [1], dispersion=phi).iloc[0]
    assert exact["lower"] <= exact["rate_ratio"] <= exact["upper"]
    assert wide["lower"] <= exact["lower"] * (1 + 1e-9)
    assert wide["upper"] >= exact["upper"] * (1 - 1e-9)


def test_panel_dispersion_finds_what_was_planted():
    """Quasi-Poisson counts: each is the sum of clusters of ten."""
    generator = np.random.default_rng(3)
    index = pd.MultiIndex.from_product([range(60), range(8), ["plain", "clustered"]])
    frame = index.to_frame(index=False, name=["locality", "period", "stream"])
    person_years = 1000 * (1 + frame["locality"] % 5)
    plain = generator.poisson(person_years * 0.05 * (1 + frame["period"] / 10))
    clustered = 10 * generator.poisson(person_years * 0.005)
    cases = np.where(frame["stream"] == "plain", plain, clustered)
    phi = panel_dispersion(frame.assign(cases=cases, person_years=person_years))
    assert phi["plain"] == pytest.approx(1, abs=0.2)
    assert phi["clustered"] == pytest.approx(10, rel=0.2)


def test_panel_dispersion_edges():
    empty = pd.DataFrame({"locality": [], "period": [], "stream": [], "cases": [], "person_years": []})
    assert len(panel_dispersion(empty)) == 0
    one = pd.DataFrame(
        {"locality": ["a"], "period": ["x"], "stream": ["s"], "cases": [3], "person_years": [9.0]}
    )
    assert panel_dispersion(one)["s"] == 1
    zeros = pd.concat([one, one.assign(locality="b"), one.assign(period="y")]).assign(cases=0)
    assert panel_dispersion(zeros)["s"] == 1
    assert panel_dispersion(one.assign(cases=np.nan))["s"] == 1


@pytest.mark.parametrize(("places", "cluster"), [(6, 3), (30, 3), (30, 1)])
def test_what_a_dispersion_may_well_be_is_seldom_less_than_what_was_planted(places, cluster):
    """Clustered counts of some localities in three periods; four of five upper ends lie above the truth."""
    generator, found = np.random.default_rng(7), []
    index = pd.MultiIndex.from_product([range(places), range(3)], names=["locality", "period"])
    frame = index.to_frame(index=False).assign(stream="s", person_years=1000.0)
    for _ in range(300):
        cases = cluster * generator.poisson(12 / cluster, len(frame))
        plain = panel_dispersion(frame.assign(cases=cases))["s"]
        careful = panel_dispersion(frame.assign(cases=cases), confidence=0.8)["s"]
        assert careful >= plain
        found.append(careful)
    above = np.mean(np.array(found) >= cluster)
    assert above == 1 if cluster == 1 else abs(above - 0.8) < 0.08


def test_with_hardly_any_freedom_the_upper_end_stays_of_use():
    frame = pd.DataFrame(
        {
            "locality": list("aabb"),
            "period": list("xyxy"),
            "stream": "s",
            "person_years": 9.0,
            "cases": [2, 9, 9, 2],
        }
    )
    plain, careful = (panel_dispersion(frame, confidence=c)["s"] for c in (None, 0.8))
    assert plain < careful < 3 * plain
