import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import brentq
from statsmodels.stats.contingency_tables import StratifiedTable

from diaban.analysis.case_factors.stratified_pairs import (
    PairCounts,
    chance_law,
    hypergeometric,
    meet_within_strata,
    tilted,
)

RABBITS = np.array([[[0, 6], [0, 5]], [[3, 3], [0, 6]], [[6, 0], [2, 4]], [[5, 1], [6, 0]], [[2, 0], [5, 0]]])
"""Agresti 1990, p. 231: penicillin level x delay (none, 1.5 h) x (cured, died)."""


def one_pair(tables):
    """Strata x 2 x 2 -> the counts of one pair; both is the upper left cell."""
    tables = np.asarray(tables).reshape(-1, 2, 2)
    n, a, b = tables.sum(axis=(1, 2)), tables[:, 0].sum(axis=1), tables[:, :, 0].sum(axis=1)
    return PairCounts(*(count[:, None] for count in (n, a, b, tables[:, 0, 0])))


def test_exact_test_of_the_rabbits():
    """R 2.9 help of mantelhaen.test(Rabbits, exact = TRUE): p 0.040, one-sided 0.020."""
    law = chance_law(one_pair(RABBITS))[0]
    assert round(law[law <= law[16] * (1 + 1e-7)].sum(), 3) == 0.040
    assert round(law[16:].sum(), 3) == 0.020


def test_common_odds_ratio_of_the_rabbits():
    """R: the same call estimates the common odds ratio at 10.36102: there E(K) is the observed 16."""
    law = chance_law(one_pair(RABBITS))
    with np.errstate(divide="ignore"):
        mean = tilted(np.log(law), np.array([np.log(10.36102)]))[0] @ np.arange(law.shape[1])
    assert mean == pytest.approx(16, abs=1e-5)


def test_mean_and_variance_are_those_of_cochran_mantel_haenszel():
    """UCB admissions (R: mantelhaen.test(UCBAdmissions, correct = FALSE)): X-squared 1.5246."""
    tables = [
        [[512, 313], [89, 19]],
        [[353, 207], [17, 8]],
        [[120, 205], [202, 391]],
        [[138, 279], [131, 244]],
        [[53, 138], [94, 299]],
        [[22, 351], [24, 317]],
    ]
    pairs = one_pair(tables)
    law = chance_law(pairs)[0]
    k = np.arange(len(law))
    mean = law @ k
    statistic = (pairs.both.sum() - mean) ** 2 / (law @ (k - mean) ** 2)
    theirs = StratifiedTable([np.array(t) for t in tables]).test_null_odds(correction=False).statistic
    assert statistic == pytest.approx(theirs, rel=1e-9)
    assert statistic == pytest.approx(1.5246, abs=5e-4)


def test_limits_of_one_stratum_by_fisher_s_noncentral_law():
    told = meet_within_strata(one_pair([[14, 12], [20, 170]]))
    expected = 26 * 34 / 216

    def beyond(log_odds, above):
        law = stats.nchypergeom_fisher(216, 26, 34, np.exp(log_odds))
        return (law.sf(14) if above else law.cdf(13)) + law.pmf(14) / 2 - 0.025

    odds = [np.exp(brentq(beyond, -5, 8, args=(above,))) for above in (True, False)]
    limits = [stats.nchypergeom_fisher(216, 26, 34, one).mean() / expected for one in odds]
    assert told.lift[0] == pytest.approx(14 / expected)
    assert [told.lower[0], told.upper[0]] == pytest.approx(limits, rel=1e-6)


def test_the_law_is_that_of_permutations_within_strata():
    rng = np.random.default_rng(5)
    tables = np.array([[[4, 3], [2, 9]], [[1, 5], [6, 20]]])
    pairs = one_pair(tables)
    total = np.zeros(20_000, dtype=int)
    for n, a, b in zip(*(count[:, 0] for count in pairs[:3]), strict=True):
        carries = np.arange(n) < a
        drawn = rng.permuted(np.tile(np.arange(n) < b, (20_000, 1)), axis=1)
        total += (drawn & carries).sum(axis=1)
    found = np.bincount(total, minlength=14) / len(total)
    law = chance_law(pairs)[0]
    assert found[: len(law)] == pytest.approx(law, abs=4 * np.sqrt(0.25 / 20_000))


counts = st.integers(0, 12)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(counts, counts, counts, counts), min_size=1, max_size=4))
def test_laws(cells):
    tables = np.array(cells).reshape(-1, 2, 2)
    law = chance_law(one_pair(tables))
    assert law.sum() == pytest.approx(1)
    told = meet_within_strata(one_pair(tables))
    exchanged = meet_within_strata(one_pair(tables.transpose(0, 2, 1)))
    assert told.p == pytest.approx(exchanged.p)
    assert 0 < told.p[0] <= 1
    if told.expected[0] > 0:
        assert told.lower[0] <= told.lift[0] + 1e-9
        assert told.lift[0] <= told.upper[0] + 1e-9
        outside = not told.lower[0] - 1e-6 <= 1 <= told.upper[0] + 1e-6
        assert not outside or told.p[0] <= 0.05 + 1e-6


def test_hypergeometric_is_scipys():
    n, a, b = np.array([30, 7, 5]), np.array([12, 3, 0]), np.array([9, 6, 2])
    k = np.arange(10)
    theirs = stats.hypergeom.pmf(k, n[:, None], a[:, None], b[:, None])
    assert hypergeometric(n, a, b) == pytest.approx(theirs, abs=1e-12)


def test_edges_no_pair_no_file_and_never_both():
    nothing = np.zeros((3, 0), dtype=int)
    assert meet_within_strata(PairCounts(nothing, nothing, nothing, nothing)).p.shape == (0,)
    empty = meet_within_strata(one_pair(np.zeros((2, 2, 2), dtype=int)))
    assert np.isnan(empty.lift[0])
    assert empty.p[0] == 1
    never = meet_within_strata(one_pair([[0, 20], [20, 60]]))
    assert (never.lift[0], never.lower[0]) == (0, 0)
    assert never.upper[0] < 1
    always = meet_within_strata(one_pair([[20, 0], [0, 60]]))
    assert [always.lift[0], always.upper[0]] == pytest.approx([4, 4])
