"""Rates on a map: against exact integration, esda's order, the plain shrinkage, and simulated truth."""

import libpysal
import numpy as np
import pandas as pd
import pytest
from esda.smoothing import Empirical_Bayes
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import gammaincc
from scipy.stats import spearmanr

from diaban.analysis.leroux import leroux
from diaban.analysis.shrinkage import shrink
from diaban.analysis.spatial_rates import COLUMNS, spatial_rates

FEW = settings(max_examples=5, deadline=None)
CHAIN = pd.DataFrame({"a": ["A", "B", "C", "D", "E"], "b": ["B", "C", "D", "E", "F"]})
NUMBERS = ["rate", "lower", "upper", "probability_above", "spatial_share"]


def counts(cases=(2, 5, 9, 4, 1, 0), persons=1000.0, localities="ABCDEF", stream="s", period="p"):
    frame = pd.DataFrame({"locality": list(localities), "cases": cases})
    return frame.assign(person_years=persons, stream=stream, period=period)


def lattice(k):
    """(k^2, k^2) of a chessboard, neighbours sharing a side."""
    path = np.eye(k, k=1) + np.eye(k, k=-1)
    return np.kron(path, np.eye(k)) + np.kron(np.eye(k), path)


def exactly(y, E, adjacent):
    """Posterior means and P(risk > 1) by integration over u, tau and rho.

    Given u, exp(mu) is Gamma(sum y, sum E exp(u)); u - mean(u) = tau F v with v standard normal.
    """
    n, total = len(y), y.sum()
    v = np.stack(np.meshgrid(*[np.linspace(-5, 5, 27)] * (n - 1), indexing="ij"), -1).reshape(-1, n - 1)
    nodes, weights = np.polynomial.legendre.leggauss(8)
    mass, means, above = 0.0, np.zeros(n), np.zeros(n)
    for rho, weight in zip((nodes + 1) / 2, weights, strict=True):
        Q = rho * (np.diag(adjacent.sum(axis=1)) - adjacent) + (1 - rho) * np.eye(n)
        M = np.eye(n) - 1 / n
        C = M @ np.linalg.inv(Q) @ M
        C /= np.exp(np.log(np.diag(C)).mean())
        values, vectors = np.linalg.eigh(C)
        F = vectors[:, 1:] * np.sqrt(values[1:])
        for log_tau in np.linspace(-6, 3, 37):
            tau = np.exp(log_tau)
            u = tau * v @ F.T
            rate = (E * np.exp(u)).sum(axis=1)
            density = np.exp(u @ y - total * np.log(rate / E.sum()) - (v**2).sum(axis=1) / 2)
            density = density * weight * tau / (1 + tau**2)
            mass += density.sum()
            means += density / rate * total @ np.exp(u)
            above += density @ gammaincc(total, rate[:, None] * np.exp(-u))
    return means / mass, above / mass


@pytest.mark.parametrize(
    ("y", "E"),
    [([1, 6, 3], [3, 3, 4]), ([12, 30, 9], [20, 20, 11]), ([0, 0, 9], [3, 2, 4]), ([2, 4], [3, 3])],
)
def test_small_maps_agree_with_exact_integration(y, E):
    """A path of two or three places, where the approximation has least to rest on."""
    y, E = np.array(y, float), np.array(E, float)
    adjacent = np.eye(len(y), k=1) + np.eye(len(y), k=-1)
    told, (means, above) = leroux(y, E, adjacent), exactly(y, E, adjacent)
    assert told.mean == pytest.approx(means, abs=0.06)
    assert told.probability_above() == pytest.approx(above, abs=0.04)


@pytest.fixture(scope="module")
def sids():
    """Sudden infant deaths in North Carolina, 1974-78, with the counties' neighbours (queen)."""
    table = libpysal.io.open(libpysal.examples.get_path("sids2.dbf"))
    deaths, births = (np.array(table.by_col(name), dtype=float) for name in ("SID74", "BIR74"))
    shapes = libpysal.io.open(libpysal.examples.get_path("sids2.shp"))
    weights = libpysal.weights.Queen.from_iterable(shapes)
    pairs = [(f"{a:03d}", f"{b:03d}") for a, near in weights.neighbors.items() for b in near if a < b]
    exposed = pd.DataFrame(
        {"locality": [f"{i:03d}" for i in range(100)], "stream": "s", "period": "1974-78"}
    ).assign(cases=deaths, person_years=births)
    return exposed, pd.DataFrame(pairs, columns=["a", "b"])


def test_sids_follow_esda_and_lean_on_neighbours(sids):
    """The order is that of esda's global Empirical_Bayes by and large; the map adds to it."""
    exposed, neighbours = sids
    told = spatial_rates(exposed, neighbours)
    esda = Empirical_Bayes(exposed["cases"].to_numpy(), exposed["person_years"].to_numpy()).r.ravel()
    assert spearmanr(told["rate"], esda).statistic > 0.8
    assert told["spatial_share"].iloc[0] > 0.6
    plain = shrink(exposed["cases"], exposed["person_years"] * told["reference_rate"] / told["per"])
    rate = (plain.mean * told["reference_rate"]).to_numpy()
    assert spearmanr(told["rate"], rate).statistic > 0.8

    def moran(values):
        z = values - values.mean()
        a, b = neighbours["a"].astype(int), neighbours["b"].astype(int)
        return (z[a].to_numpy() * z[b].to_numpy()).mean() / (z**2).mean()

    assert moran(told["rate"]) > moran(pd.Series(rate)) + 0.1


def simulated(seed, spatial, sd=0.4, size=3.0, k=8):
    rng = np.random.default_rng(seed)
    adjacent = lattice(k)
    n, rho = len(adjacent), 0.98 if spatial else 0.0
    Q = rho * (np.diag(adjacent.sum(axis=1)) - adjacent) + (1 - rho) * np.eye(n)
    M = np.eye(n) - 1 / n
    C = M @ np.linalg.inv(Q) @ M
    C /= np.exp(np.log(np.diag(C)).mean())
    risk = np.exp(sd * rng.multivariate_normal(np.zeros(n), C))
    E = size * np.exp(rng.normal(0, 0.5, n))
    risk *= E.sum() / (E * risk).sum()
    y = rng.poisson(E * risk).astype(float)
    return y, E * y.sum() / E.sum(), risk, adjacent


@pytest.mark.parametrize(("spatial", "worst"), [(True, 0.9), (False, 1.1)])
def test_error_and_coverage_with_and_without_spatial_structure(spatial, worst):
    """15 maps of 64 places with 3 expected cases: squared error against gamma-Poisson, intervals."""
    ours, plain, inside = [], [], []
    for seed in range(15):
        y, E, risk, adjacent = simulated(seed, spatial)
        told = leroux(y, E, adjacent)
        ours.append(((told.mean - risk) ** 2).mean())
        plain.append(((shrink(y, E).mean - risk) ** 2).mean())
        inside.append(((told.quantile(0.025) <= risk) & (risk <= told.quantile(0.975))).mean())
    assert np.mean(ours) < worst * np.mean(plain)
    assert 0.9 <= np.mean(inside) <= 0.99


def test_spatial_share_tells_maps_apart():
    """Five maps of each kind; the uniform prior keeps both means off 1 and 0."""
    smooth, scattered = (
        np.mean([leroux(y, E, adjacent).rho for y, E, _, adjacent in maps])
        for maps in ([simulated(seed, kind, 0.6, 20) for seed in range(5)] for kind in (True, False))
    )
    assert smooth > 0.5 > scattered
    assert smooth - scattered > 0.3


def test_frame():
    told = spatial_rates(counts(), CHAIN, per=1000)
    assert list(told.columns) == COLUMNS
    assert told["withheld"].isna().all()
    assert ((told["lower"] < told["rate"]) & (told["rate"] < told["upper"])).all()
    assert told["reference_rate"].to_numpy() == pytest.approx(21 / 6)
    assert (told["per"] == 1000).all()
    assert told["rate"].idxmax() == 2
    assert told["probability_above"].between(0, 1).all()
    assert (told["spatial_share"] == told["spatial_share"].iloc[0]).all()


def test_no_case_among_the_locality_s_neighbours_pulls_down():
    """F, without a case beside E with one, is lower on this chain than where its neighbour is C with nine."""
    chain = spatial_rates(counts(), CHAIN).set_index("locality")
    other = pd.DataFrame({"a": ["A", "B", "C", "D", "C"], "b": ["B", "C", "D", "E", "F"]})
    assert chain.loc["F", "rate"] < spatial_rates(counts(), other).set_index("locality").loc["F", "rate"]


@FEW
@given(st.permutations(range(12)), st.floats(0.01, 100))
def test_order_names_and_units_change_nothing(order, factor):
    exposed = pd.concat([counts(), counts((3, 3, 1, 8, 7, 2), stream="t")], ignore_index=True)
    plain = spatial_rates(exposed, CHAIN)
    told = spatial_rates(
        exposed.iloc[order].assign(person_years=lambda t: t["person_years"] * factor),
        CHAIN.rename(columns={"a": "b", "b": "a"}).sample(frac=1, random_state=1),
        per=100_000 * factor,
    )
    assert told.index.tolist() == [plain.index[i] for i in order]
    assert told.sort_index()[NUMBERS].to_numpy() == pytest.approx(plain[NUMBERS].to_numpy(), rel=1e-5)
    new = dict(zip("ABCDEF", "UVWXYZ", strict=True))
    renamed = spatial_rates(exposed.assign(locality=exposed["locality"].map(new)), CHAIN.replace(new))
    assert renamed[NUMBERS].to_numpy() == pytest.approx(plain[NUMBERS].to_numpy(), rel=1e-9)


def test_an_island_is_shrunk_to_all_localities():
    told = spatial_rates(counts(), CHAIN.iloc[:4]).set_index("locality")
    assert told["withheld"].isna().all()
    assert 0 < told.loc["F", "rate"] < told.loc["F", "reference_rate"]


def test_refusals():
    def why(exposed, neighbours=CHAIN):
        return spatial_rates(exposed, neighbours)["withheld"].tolist()

    assert why(counts(), CHAIN.iloc[:0]) == ["no_map"] * 6
    assert why(counts(), CHAIN.assign(a="X")) == ["no_map"] * 6
    assert why(counts(cases=0)) == ["no_cases_in_reference"] * 6
    assert why(counts((1,), localities="A")) == ["too_few_localities"]
    assert why(counts(persons=[1000, 1000, 1000, 1000, 1000, 0]))[-1] == "no_population_at_risk"
    missing = why(counts((2, 5, 9, 4, 1, np.nan)))
    assert missing[-1] == "count_not_known"
    assert pd.isna(missing[:5]).all()
    refused = spatial_rates(counts(), CHAIN.iloc[:0])
    assert refused[NUMBERS].isna().all(axis=None)
    assert refused["reference_rate"].notna().all()


def test_empty_frame():
    told = spatial_rates(counts().iloc[:0], CHAIN)
    assert list(told.columns) == COLUMNS
    assert told.empty
