"""Priorities: the declared product, ranks that admit what is not known, and draws that repeat."""

import numpy as np
import pandas as pd
import pytest
from finding_frames import AGREEMENT, AREA, CODE, PROFILE, frame, hidden
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from diaban.errors import DiabanError
from diaban.findings.evidence import gather_evidence
from diaban.findings.priority import (
    COLUMNS,
    LEAST_CHANGEABLE,
    MEASURE_COLUMNS,
    measure_priorities,
    priorities,
)
from diaban.findings.priority_draws import PARTS, STRENGTH_VALUE
from diaban.spec.factors import FactorSpec

PLAIN = {"over": False, "p": 0.5, "q": 0.9}


def factor(key, *codes, changeable=True, indicators=()):
    return FactorSpec(
        key=key, label={"vi": key, "en": key}, domain="GD", codes=list(codes), indicators=list(indicators),
        changeable=changeable,
    )  # fmt: skip


FACTORS = [
    factor("one", "GD1", indicators=["poverty"]),
    factor("two", "GD2"),
    factor("fixed", "GD3", changeable=False),
]


def ranked(*codes, weights=None, seed=1, draws=400, area=(), profile=(), agreement=(), factors=FACTORS):
    files = frame(CODE, *codes)
    evidence = gather_evidence(
        files,
        frame(AREA, *area),
        frame(PROFILE, *profile),
        factors,
        coder_agreement=frame(AGREEMENT, *agreement),
    )
    return priorities(files, evidence, factors, weights, seed=seed, draws=draws)


def code(name, share, **change):
    """A code with a shrunk share of `share` and limits a third either side."""
    shares = {"shrunk_share": share, "shrunk_lower": share * 2 / 3, "shrunk_upper": min(share * 4 / 3, 0.99)}
    return {"code": name, "share": share} | PLAIN | shares | change


def test_empty():
    assert list(ranked()) == COLUMNS
    assert len(ranked()) == 0


def test_one_code_has_the_first_place_for_certain():
    (row,) = ranked(code("GD1", 0.4)).itertuples()
    assert (row.factor, row.rank, row.rank_lower, row.rank_upper, row.tied) == ("one", 1, 1, 1, False)


def test_the_score_is_the_declared_product():
    weights = {"prevalence": 2.0, "excess": 0.5, "strength": 1.0, "changeable": 3.0}
    (row,) = ranked(code("GD3", 0.4), weights=weights).itertuples()
    excess = 0.4 / (36.5 / 201)
    assert row.excess == pytest.approx(excess)
    assert (row.prevalence, row.strength, row.changeable) == (0.4, "insufficient", LEAST_CHANGEABLE)
    expected = 0.4**2 * excess**0.5 * STRENGTH_VALUE["insufficient"] * LEAST_CHANGEABLE**3
    assert row.score == pytest.approx(expected)


def test_strength_of_both_sides_counts():
    plain = ranked(code("GD1", 0.4)).iloc[0]
    over = ranked(code("GD1", 0.4, over=True, p=1e-5)).iloc[0]
    area = ranked(code("GD1", 0.4), area=({},), profile=({},)).iloc[0]
    disputed = ranked(code("GD1", 0.4, over=True, p=1e-5), agreement=({"agreed": False},)).iloc[0]
    assert [r["strength"] for r in (plain, over, area, disputed)] == [
        "insufficient",
        "moderate",
        "moderate",
        "weak",
    ]
    assert over["score"] == pytest.approx(3 * plain["score"])


@pytest.mark.parametrize(
    "change",
    [hidden(CODE), {"withheld": "too_few_files"}, {"p": pd.NA}, {"code": "XX"}, {"code": "uncoded"}],
)
def test_rows_that_cannot_be_read_have_no_place(change):
    found = ranked(code("GD1", 0.4), code("GD2", 0.3) | change)
    assert found["code"].tolist() == ["GD1"]


def test_a_clear_order_is_not_tied_and_a_close_one_is():
    clear = ranked(code("GD1", 0.8, shrunk_lower=0.75, shrunk_upper=0.85), code("GD2", 0.05))
    assert clear[["rank", "rank_lower", "rank_upper"]].to_numpy().tolist() == [[1, 1, 1], [2, 2, 2]]
    assert not clear["tied"].any()
    close = ranked(code("GD1", 0.41), code("GD2", 0.40))
    assert close["rank"].tolist() == [1, 2]
    assert close[["rank_lower", "rank_upper"]].to_numpy().tolist() == [[1, 2], [1, 2]]
    assert close["tied"].tolist() == [False, True]


def test_equal_scores_share_a_rank_and_are_tied():
    found = ranked(code("GD1", 0.4), code("GD2", 0.4))
    assert found["rank"].tolist() == [1, 1]
    assert found["tied"].tolist() == [False, True]


def test_what_cannot_be_changed_comes_behind_its_like_but_is_not_lost():
    found = ranked(code("GD2", 0.4), code("GD3", 0.4))
    assert found["code"].tolist() == ["GD2", "GD3"]
    without = ranked(code("GD2", 0.4), code("GD3", 0.4), weights={"changeable": 0})
    assert without["rank"].tolist() == [1, 1], "a weight of 0 leaves it out"


def test_a_code_of_no_factor_counts_as_changeable():
    (row,) = ranked(code("ZZ9", 0.4)).itertuples()
    assert pd.isna(row.factor)
    assert row.changeable == 1.0


def test_a_lucky_survivor_may_lose_its_place():
    """Just past the threshold: half of the redrawn data would not have it, so rank 1 is not certain."""
    codes = [code(name, 0.4) for name in ("GD2", "GD3", "NT1")]
    barely = ranked(code("GD1", 0.35, over=True, p=6.7e-5), *codes, factors=[])
    surely = ranked(code("GD1", 0.35, over=True, p=1e-12), *codes, factors=[])
    assert barely.iloc[0]["code"] == surely.iloc[0]["code"] == "GD1"
    assert barely.iloc[0]["rank_upper"] > 1
    assert surely.iloc[0]["rank_upper"] <= barely.iloc[0]["rank_upper"]


def test_weights_move_the_order():
    common, special = code("GD1", 0.6, rest_coded=120), code("GD2", 0.2, rest_coded=10)
    assert ranked(common, special, weights={"excess": 0})["code"].tolist() == ["GD1", "GD2"]
    assert ranked(common, special, weights={"prevalence": 0.1})["code"].tolist() == ["GD2", "GD1"]


@pytest.mark.parametrize(("weights", "key"), [({"mood": 1}, "priority_unknown_weight"),
                                              ({"excess": -0.1}, "priority_negative_weight")])  # fmt: skip
def test_weights_that_make_no_sense_are_refused(weights, key):
    with pytest.raises(DiabanError) as error:
        ranked(code("GD1", 0.4), weights=weights)
    assert error.value.key == key


def test_the_seed_repeats_and_other_rows_do_not_matter():
    codes = [code(f"C{i}", 0.1 + 0.02 * i) for i in range(8)]
    alone = ranked(*codes)
    pd.testing.assert_frame_equal(alone, ranked(*codes))
    pd.testing.assert_frame_equal(alone, ranked(*reversed(codes)))
    beside = ranked(*codes, *(c | {"locality": "b"} for c in codes), *(c | {"stream": "z"} for c in codes))
    same = beside[(beside["locality"] == "a") & (beside["stream"] == "child_abuse")].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, same)
    other = ranked(*codes, seed=2)
    assert alone["rank"].tolist() == other["rank"].tolist(), "the seed moves intervals only"


shares = st.lists(st.floats(0.02, 0.9), min_size=1, max_size=8)


@settings(max_examples=25, deadline=None)
@given(shares, st.dictionaries(st.sampled_from(PARTS), st.floats(0, 3)))
def test_ranks_are_ranks_and_lie_in_their_interval(values, weights):
    found = ranked(*(code(f"C{i}", x) for i, x in enumerate(values)), weights=weights, draws=50)
    n = len(values)
    assert found["rank"].iloc[0] == 1
    assert (found["rank_lower"] <= found["rank"]).all()
    assert (found["rank"] <= found["rank_upper"]).all()
    assert found["rank_lower"].ge(1).all()
    assert found["rank_upper"].le(n).all()
    assert found["score"].is_monotonic_decreasing


def test_a_larger_share_never_ranks_lower():
    codes = [code(f"C{i}", 0.1 + 0.03 * i) for i in range(6)]
    before = ranked(*codes).set_index("code")["rank"]["C2"]
    codes[2] = code("C2", 0.5)
    assert ranked(*codes).set_index("code")["rank"]["C2"] < before


@pytest.fixture(scope="module")
def catalogue():
    return pd.DataFrame(
        {
            "measure": ["m_two", "m_one", "m_both", "m_none"],
            "codes": [["GD2"], ["GD1"], ["GD1", "GD3"], ["ZZ"]],
            "evidence": [1, 2, 2, 1],
        }
    )


def measured(catalogue, *codes, seed=1):
    files = frame(CODE, *codes)
    evidence = gather_evidence(files, frame(AREA), frame(PROFILE), FACTORS)
    return measure_priorities(files, evidence, FACTORS, catalogue, seed=seed, draws=400)


def test_measures_take_the_best_rank_of_their_codes(catalogue):
    found = measured(catalogue, code("GD1", 0.8), code("GD2", 0.1), code("GD3", 0.3))
    assert list(found) == MEASURE_COLUMNS
    assert found["measure"].tolist() == ["m_both", "m_one", "m_two"], (
        "one that acts on nothing here has no row"
    )
    assert found["rank"].tolist() == [1, 1, 3]
    assert found["code"].tolist() == ["GD1", "GD1", "GD2"]
    assert found["factor"].tolist() == ["one", "one", "two"]
    assert found["tied"].tolist() == [False, True, False]


def test_measures_without_codes_or_catalogue(catalogue):
    assert len(measured(catalogue)) == 0
    assert len(measured(catalogue.head(0), code("GD1", 0.4))) == 0
    assert len(measured(catalogue, code("KT1", 0.4))) == 0


def test_one_measure_alone_is_first(catalogue):
    (row,) = measured(catalogue.tail(1).assign(codes=[["GD1"]]), code("GD1", 0.4)).itertuples()
    assert (row.measure, row.rank, row.rank_lower, row.rank_upper) == ("m_none", 1, 1, 1)


def simulated(rng, places, here, elsewhere, files=60, rest_files=600):
    """Codes whose true shares here and elsewhere are known, counted on files; a flat prior for the share."""
    y, rest = (
        rng.binomial(files, here, (places, len(here))),
        rng.binomial(rest_files, elsewhere, (places, len(here))),
    )
    posterior = stats.beta(y + 0.5, files - y + 0.5)
    columns = {
        "shrunk_share": posterior.mean(), "shrunk_lower": posterior.ppf(0.025),
        "shrunk_upper": posterior.ppf(0.975), "rest_coded": rest,
    }  # fmt: skip
    names = [f"C{j:02d}" for j in range(len(here))]
    rows = {"locality": np.repeat([f"p{i:03d}" for i in range(places)], len(here)), "code": names * places}
    rows |= {name: values.ravel() for name, values in columns.items()}
    return pd.DataFrame(rows).assign(
        stream="s", n_files=files, rest_files=rest_files, share=0.0, rest_share=1.0, p=0.5, over=False,
        withheld=pd.NA, comparisons=len(here),
    )  # fmt: skip


def test_rank_intervals_cover_the_true_rank():
    """200 places with the same true shares: at least nine in ten intervals of 95 % hold the true rank.

    Weights are drawn again as well, so the intervals are wider than the data alone would ask for.
    """
    here, elsewhere = np.linspace(0.1, 0.5, 8), np.linspace(0.2, 0.3, 8)
    truth = stats.rankdata(-(here**2) / elsewhere)
    files = simulated(np.random.default_rng(7), 200, here, elsewhere)
    evidence = gather_evidence(files, frame(AREA), frame(PROFILE), [])
    found = priorities(files, evidence, [], {"strength": 0}, seed=3, draws=300)
    true = found["code"].map(dict(zip(sorted(files["code"].unique()), truth, strict=True)))
    covered = (found["rank_lower"] <= true) & (true <= found["rank_upper"])
    assert len(found) == 1600
    assert 0.93 <= covered.mean() <= 1
    assert (found["rank_upper"] - found["rank_lower"]).mean() < 5, (
        "an interval of all eight would say nothing"
    )


def test_rank_intervals_are_wider_where_files_are_fewer():
    wide = [code(f"C{i}", 0.1 + 0.04 * i) for i in range(6)]
    narrow = [c | {"shrunk_lower": c["share"] * 0.95, "shrunk_upper": c["share"] * 1.05} for c in wide]
    width = [(r["rank_upper"] - r["rank_lower"]).sum() for r in (ranked(*wide), ranked(*narrow))]
    assert width[0] > width[1]
    assert np.isfinite(ranked(*wide)["score"]).all()
