import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from diaban.analysis.case_factors.co_occurrence import COLUMNS, OTHER_CODES, co_occurrence, pair_counts
from diaban.analysis.case_factors.stratified_pairs import meet_within_strata
from diaban.errors import DiabanError

BOOK = pd.DataFrame({"code": ["A", "B", "C", "D", "XX"]})


def study(given, localities="p", streams="s"):
    """One list of codes a file -> (codes, cases)."""
    keys = [f"f{i}" for i in range(len(given))]
    cases = pd.DataFrame({"case_key": keys, "locality": localities, "stream": streams})
    rows = [(key, code, 1) for key, mine in zip(keys, given, strict=True) for code in mine]
    return pd.DataFrame(rows, columns=["case_key", "code", "round"]), cases


def pair(result, a, b):
    return result[(result["a"] == a) & (result["b"] == b)].iloc[0]


GIVEN = (
    [["A", "B", "C"]] * 14
    + [["A", "C"]] * 12
    + [["B", "C"]] * 20
    + [["C"]] * 100
    + [["C", "D"]] * 70
    + [["XX"]] * 5
    + [[]] * 4
)


def test_worked_example():
    result = co_occurrence(*study(GIVEN), BOOK)
    assert list(result.columns) == COLUMNS
    assert list(result["a"] + result["b"]) == ["AB", "AC", "AD", "BC", "BD", "CD"]
    ab = pair(result, "A", "B")
    assert (ab.n_both, ab.n_a, ab.n_b, ab.n_files) == (14, 26, 34, 216)
    assert ab.lift == pytest.approx((14 / 216) / (26 / 216 * 34 / 216))
    assert ab.lower > 1
    assert ab.supported


def test_both_directions_and_the_comparisons():
    result = co_occurrence(*study(GIVEN), BOOK)
    ad = pair(result, "A", "D")
    assert (ad.n_both, ad.lift) == (0, 0)
    assert ad.upper < 1
    assert ad.supported
    assert (result["comparisons"] == result["p"].notna().sum()).all()
    assert (result["q"].dropna() >= result["p"].dropna()).all()


def test_files_without_a_further_code_do_not_count():
    more = [*GIVEN, *[["A", "B"]] * 9, *[["A"]] * 30]
    columns = ["n_both", "n_a", "n_b", "n_files", "lift", "lower", "upper", "p"]
    told, usual = (pair(co_occurrence(*study(given), BOOK), "A", "B")[columns] for given in (more, GIVEN))
    assert told.tolist() == usual.tolist()


def test_districts_that_differ_in_both_codes_make_no_pair():
    there = [["A", "B", "C"]] * 36 + [["A", "C"]] * 12 + [["B", "C"]] * 12 + [["C"]] * 4
    elsewhere = [["A", "B", "C"]] * 4 + [["A", "C"]] * 12 + [["B", "C"]] * 12 + [["C"]] * 36
    codes, cases = study(there + elsewhere, ["p"] * 64 + ["q"] * 64)
    apart = pair(co_occurrence(codes, cases, BOOK), "A", "B")
    together = pair(co_occurrence(codes, cases.assign(locality="p"), BOOK), "A", "B")
    assert apart.lift == pytest.approx(1)
    assert not apart.supported
    assert together.lift == pytest.approx(40 * 128 / 64**2)
    assert together.supported


def carried(rng, files, share, thorough=0.0):
    chance = share * np.exp(rng.normal(-(thorough**2) / 2, thorough, files))[:, None]
    X = rng.random((files, len(share))) < np.minimum(chance, 0.9)
    return X[X.any(axis=1)]


def told(X, rng, bands=OTHER_CODES):
    pairs = np.triu_indices(X.shape[1], k=1)
    return meet_within_strata(pair_counts(X, rng.integers(0, 8, len(X)), pairs, bands))


def test_unrelated_codes_of_short_files_do_not_avoid_each_other():
    """With one code a file on average, conditioning on a code pushes the plain lift to 1 - exp(-1)."""
    rng, lifts, plain, p = np.random.default_rng(1), [], [], []
    for _ in range(12):
        X = carried(rng, 700, np.full(10, 0.1))
        result = told(X, rng)
        lifts.append(result.lift)
        p.append(result.p)
        a, b = np.triu_indices(10, k=1)
        plain.append((X[:, a] & X[:, b]).mean(axis=0) / (X.mean(axis=0)[a] * X.mean(axis=0)[b]))
    assert np.mean(plain) == pytest.approx(1 - np.exp(-1), abs=0.03)
    assert np.mean(lifts) == pytest.approx(1, abs=0.04)
    assert 0.02 <= (np.concatenate(p) < 0.05).mean() <= 0.065


def test_p_is_calibrated_under_chance():
    rng = np.random.default_rng(2)
    p = np.concatenate([told(carried(rng, 400, np.linspace(0.1, 0.3, 14)), rng).p for _ in range(25)])
    assert 0.03 <= (p < 0.05).mean() <= 0.06
    assert (p < 0.001).mean() <= 0.002


def test_files_coded_more_thoroughly_make_few_pairs():
    """The numbers of the docstring of `co_occurrence`, on fewer provinces."""
    rng = np.random.default_rng(3)
    share = np.clip(rng.lognormal(np.log(0.08), 0.7, 38), 0.01, 0.4)
    files = [carried(rng, 500, share, thorough=0.6) for _ in range(5)]

    def false_pairs(bands):
        results = [told(X, np.random.default_rng(4), bands) for X in files]
        return np.mean([multipletests(r.p[r.expected >= 2], method="fdr_bh")[0].sum() for r in results])

    assert false_pairs(OTHER_CODES) <= 1.5
    assert false_pairs(OTHER_CODES[:1]) >= 8


def test_a_planted_pair_is_found_among_many():
    rng, found = np.random.default_rng(6), []
    names = [f"K{j:02d}" for j in range(20)]
    book = pd.DataFrame({"code": [*names, "XX"]})
    for _ in range(10):
        X = rng.random((300, 20)) < 0.15
        X[:, 1] = rng.random(300) < np.where(X[:, 0], 0.6, 0.07)
        codes, cases = study([list(np.array(names)[x]) for x in X], rng.choice(["p", "q", "r"], 300))
        result = co_occurrence(codes, cases, book)
        yes = result[result["supported"].fillna(False)]
        found.append((("K00" in yes["a"].tolist()) and yes["b"].iloc[0] == "K01", len(yes)))
    assert np.mean([hit for hit, _ in found]) >= 0.9
    assert np.mean([n for _, n in found]) <= 1.2


def test_order_and_names_of_places_and_the_second_coder_change_nothing():
    codes, cases = study(GIVEN * 2, ["p"] * 225 + ["q"] * 225)
    result = co_occurrence(codes, cases, BOOK)
    more = pd.concat([codes, codes, codes.assign(code="D", round=2)]).sample(frac=1, random_state=1)
    cases = cases.sample(frac=1, random_state=2).replace({"locality": {"p": "z"}})
    pd.testing.assert_frame_equal(co_occurrence(more, cases, BOOK), result)


def test_streams_share_one_family():
    codes, cases = study(GIVEN)
    both = pd.concat([cases, cases.assign(stream="t")], ignore_index=True)
    result = co_occurrence(codes, both, BOOK)
    assert sorted(result["stream"].unique()) == ["s", "t"]
    assert (result["comparisons"] == result["p"].notna().sum()).all()


def test_too_few_files_and_rare_pairs_are_withheld():
    few = co_occurrence(*study([["A", "B", "C"]] * 5 + [["C"]] * 9), BOOK)
    assert (few["withheld"] == "too_few_files").all()
    assert few[["lift", "lower", "upper", "p", "q"]].isna().all().all()
    assert few["supported"].isna().all()
    assert (few["comparisons"] == 0).all()
    assert pair(few, "A", "B")["n_both"] == 5
    rare = pair(co_occurrence(*study([["A", "B", "C"]] * 3 + [["C"]] * 90), BOOK), "A", "B")
    assert rare.withheld == "pair_expected_too_seldom"
    assert rare.expected == pytest.approx(9 / 93)


@pytest.mark.parametrize("given", [[["XX"]] * 40, [[]] * 40, [["A"]] * 40, [["A", "B"]]])
def test_nothing_to_compare(given):
    result = co_occurrence(*study(given), BOOK)
    assert len(result) == 6
    assert (result["withheld"] == "too_few_files").any()
    assert result["p"].isna().all()


def test_empty_and_a_book_of_one_code():
    codes, cases = study(GIVEN)
    empty = co_occurrence(codes, cases.head(0), BOOK)
    assert list(empty.columns) == COLUMNS
    assert empty.empty
    one = codes[codes["code"].isin(["A", "XX"])]
    assert co_occurrence(one, cases, BOOK[BOOK["code"].isin(["A", "XX"])]).empty


def test_errors():
    codes, cases = study([["A", "Q"]])
    with pytest.raises(DiabanError, match="Q"):
        co_occurrence(codes, cases, BOOK)
    with pytest.raises(DiabanError, match="f0"):
        co_occurrence(codes, pd.concat([cases, cases.assign(locality="q")]), BOOK)
