import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.proportion import confint_proportions_2indep

from diaban.analysis.case_factors.prevalence import COLUMNS, UNCODED, case_factors
from diaban.analysis.case_factors.share_shrinkage import shrink_shares
from diaban.errors import DiabanError

BOOK = pd.DataFrame({"code": ["A", "B", "C", "XX"]})


def files(given_codes, locality, stream="s"):
    """Files of one locality: one list of codes a file -> (cases, codes)."""
    keys = [f"{stream}{locality}{i}" for i in range(len(given_codes))]
    cases = pd.DataFrame({"case_key": keys, "locality": locality, "stream": stream})
    rows = [(key, code, 1) for key, codes in zip(keys, given_codes, strict=True) for code in codes]
    return cases, pd.DataFrame(rows, columns=["case_key", "code", "round"])


def study(**by_locality):
    parts = [files(given, locality) for locality, given in by_locality.items()]
    return pd.concat([c for c, _ in parts], ignore_index=True), pd.concat(
        [k for _, k in parts], ignore_index=True
    )


def told(cases, codes, **options):
    return case_factors(codes, cases, BOOK, **options)


def row(result, locality, code):
    return result[(result["locality"] == locality) & (result["code"] == code)].iloc[0]


HERE = [["A"]] * 12 + [["A", "B"]] * 3 + [["B"]] * 5 + [["XX"]] * 2 + [[]] * 3
THERE = [["A"]] * 10 + [["B"]] * 50 + [["XX"]] * 4


def test_worked_example():
    result = told(*study(p=HERE, q=THERE))
    assert list(result.columns) == COLUMNS
    a = row(result, "p", "A")
    assert (a.n_coded, a.n_files, a.rest_coded, a.rest_files) == (15, 20, 10, 60)
    assert a.share == 0.75
    assert a.ratio == pytest.approx(0.75 / (10 / 60))
    assert a.over


def test_wilson_interval_newcombe_1998():
    """Newcombe 1998, table I: 81 of 263 -> 0.2553 to 0.3662."""
    result = told(*study(p=[["A"]] * 81 + [["B"]] * 182, q=THERE))
    a = row(result, "p", "A")
    assert (round(a.lower, 4), round(a.upper, 4)) == (0.2553, 0.3662)


def test_mid_p_is_fisher_less_half_the_observed_table():
    a = row(told(*study(p=HERE, q=THERE)), "p", "A")
    fisher = stats.fisher_exact([[15, 5], [10, 50]], alternative="greater").pvalue
    assert a.p == pytest.approx(fisher - stats.hypergeom(80, 25, 20).pmf(15) / 2)


def test_ratio_interval_agrees_with_statsmodels():
    a = row(told(*study(p=HERE, q=THERE)), "p", "A")
    limits = confint_proportions_2indep(15, 20, 10, 60, compare="ratio", method="log-adjusted")
    assert (a.ratio_lower, a.ratio_upper) == pytest.approx(limits, rel=1e-6)


def test_cochran_mantel_haenszel_berkeley():
    """UCB admissions (R: mantelhaen.test): pooled odds ratio .9046968, crude 1.84108."""
    tables = [
        [[512, 313], [89, 19]],
        [[353, 207], [17, 8]],
        [[120, 205], [202, 391]],
        [[138, 279], [131, 244]],
        [[53, 138], [94, 299]],
        [[22, 351], [24, 317]],
    ]
    strata = StratifiedTable([np.array(t) for t in tables])
    assert strata.oddsratio_pooled == pytest.approx(0.9046968, abs=1e-6)
    assert strata.oddsratio_pooled_confint() == pytest.approx((0.7719074, 1.0603298), abs=1e-5)
    crude = np.sum(tables, axis=0)
    assert crude[0, 0] * crude[1, 1] / (crude[0, 1] * crude[1, 0]) == pytest.approx(1.84108, abs=1e-5)


def test_what_is_not_known_has_its_own_rows():
    result = told(*study(p=HERE, q=THERE))
    unclear, uncoded = row(result, "p", "XX"), row(result, "p", UNCODED)
    assert (unclear.n_coded, unclear.n_files) == (2, 25)
    assert (uncoded.n_coded, uncoded.n_files) == (3, 25)


def test_not_established_beside_a_code_counts_as_established():
    cases, codes = study(p=[["A", "XX"], *HERE], q=THERE)
    result = told(cases, codes)
    assert row(result, "p", "XX").n_coded == 2
    assert row(result, "p", "A").n_files == 21


def test_only_the_first_coder_counts_and_a_code_counts_once():
    cases, codes = study(p=HERE, q=THERE)
    more = pd.concat([codes, codes, codes.assign(code="C", round=2)])
    pd.testing.assert_frame_equal(told(cases, more), told(cases, codes))


def test_a_code_that_no_file_carries_is_not_compared():
    result = told(*study(p=HERE, q=THERE))
    c = row(result, "p", "C")
    assert (c.n_coded, c.share, c.lower) == (0, 0, 0)
    assert np.isnan(c.p)
    assert not c.over
    assert (result["comparisons"] == result["p"].notna().sum()).all()
    assert result["comparisons"].iloc[0] == 2 * 4


def test_few_files_are_withheld_and_still_counted():
    result = told(*study(p=HERE, q=THERE, r=[["A"]] * 6))
    a = row(result, "r", "A")
    assert (a.n_coded, a.n_files, a.withheld) == (6, 6, "too_few_files")
    assert np.isnan(a.share)
    assert np.isnan(a.p)
    assert pd.isna(a.over)


def test_locality_without_files_has_rows():
    result = told(*study(p=HERE, q=THERE), localities=["p", "q", "empty"])
    a = row(result, "empty", "A")
    assert (a.n_files, a.withheld) == (0, "too_few_files")


def test_one_locality_has_nothing_to_compare_with():
    result = told(*study(p=HERE))
    assert (result["withheld"] == "nothing_to_compare_with").all()


def test_empty():
    cases, codes = study(p=HERE)
    assert list(told(cases.iloc[:0], codes).columns) == COLUMNS


def test_uncoded_study_says_so():
    cases, codes = study(p=[[]] * 20, q=[[]] * 30)
    result = told(cases, codes)
    assert row(result, "p", UNCODED).share == 1
    assert (result.loc[result["code"] == "A", "withheld"] == "too_few_files").all()


def test_unknown_code_and_doubled_file_are_named():
    cases, codes = study(p=HERE, q=THERE)
    with pytest.raises(DiabanError, match="ZZ9"):
        told(cases, codes.assign(code=codes["code"].replace("C", "A").where(codes.index != 3, "ZZ9")))
    with pytest.raises(DiabanError, match="sp0"):
        told(pd.concat([cases, cases.iloc[:1]]), codes)


def test_streams_are_compared_apart_in_one_family():
    cases, codes = study(p=HERE, q=THERE)
    other = cases.assign(stream="t", case_key="t" + cases["case_key"])
    both = told(pd.concat([cases, other]), pd.concat([codes, codes.assign(case_key="t" + codes["case_key"])]))
    assert both["comparisons"].iloc[0] == 16
    assert row(both[both["stream"] == "t"], "p", "A").rest_files == 60


FILES = st.lists(st.lists(st.sampled_from(["A", "B", "C", "XX"]), max_size=3), min_size=1, max_size=25)


@settings(max_examples=25, deadline=None)
@given(FILES, FILES, st.integers(0, 1000))
def test_laws(here, there, seed):
    cases, codes = study(p=here, q=there)
    result = told(cases, codes, minimum_files=1)
    assert (result["n_coded"] <= result["n_files"]).all()
    assert (result["rest_coded"] <= result["rest_files"]).all()
    kept = result[result["withheld"].isna()]
    assert kept[["share", "shrunk_share", "p"]].stack().dropna().between(0, 1).all()
    assert (kept["shrunk_lower"] <= kept["shrunk_share"]).all()
    assert (kept["shrunk_share"] <= kept["shrunk_upper"]).all()
    shuffled = told(
        cases.sample(frac=1, random_state=seed), codes.sample(frac=1, random_state=seed), minimum_files=1
    )
    pd.testing.assert_frame_equal(shuffled, result)


def test_shrinkage_lies_between_own_and_common_share_and_pulls_small_places_more():
    coded, all_files = np.array([9, 1, 30, 31, 28, 33]), np.array([10, 10, 100, 100, 100, 100])
    m = coded.sum() / all_files.sum()
    shrunk = shrink_shares(coded, all_files, np.full(6, m))
    own = coded / all_files
    assert (np.abs(shrunk.share - m) <= np.abs(own - m) + 0.01).all()
    assert shrunk.share[0] < 0.75
    assert shrunk.probability_above[0] > 0.8
    assert shrunk.probability_above[1] < 0.4


def test_shrinkage_of_one_large_place_is_the_beta_posterior():
    """With many files and places far apart the prior is next to nothing."""
    shrunk = shrink_shares(np.array([300, 600, 200]), np.array([1000, 1000, 1000]), np.full(3, 0.3))
    law = stats.beta(300.5, 700.5)
    assert shrunk.share[0] == pytest.approx(law.mean(), abs=5e-3)
    assert shrunk.lower[0] == pytest.approx(law.ppf(0.025), abs=6e-3)
    assert shrunk.upper[0] == pytest.approx(law.ppf(0.975), abs=6e-3)


def test_shrunk_intervals_hold_the_truth():
    """Truths drawn from the model, pull and all: 95 % intervals hold 95 % of the shares."""
    rng = np.random.default_rng(3)
    held = []
    for _ in range(200):
        n = rng.integers(10, 60, 11)
        pull, m = rng.uniform(0, 1), rng.uniform(0.1, 0.4)
        M = n.mean() * pull / (1 - pull)
        share = rng.beta(m * M, (1 - m) * M, 11)
        shrunk = shrink_shares(rng.binomial(n, share), n, np.full(11, m))
        held.append((shrunk.lower <= share) & (share <= shrunk.upper))
    assert np.mean(held) == pytest.approx(0.95, abs=0.015)
