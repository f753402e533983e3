"""The simulated truth itself, each part against a count or a formula of its own, and every question once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from diaban.analysis.case_factors.reliability import alpha_of_two
from diaban.bench.light_files import CODES, SECOND_SHARE, TOGETHER, joint_share
from diaban.bench.light_province import BOTH_SIDES, light_province
from diaban.bench.truth import configurations, misreading, truth_bench, worlds
from diaban.bench.truth.coders import true_agreement
from diaban.bench.truth.decomposition import true_parts
from diaban.bench.truth.judged import JUDGED
from diaban.bench.truth.misreading import true_shares
from diaban.bench.truth.questions import QUESTIONS
from diaban.bench.truth.what_if import directions, true_changes
from diaban.bench.truth.worlds import StudyWorlds, light_world

STUDY = Path(__file__).parents[2] / "data" / "binh_phuoc"


@pytest.fixture(scope="module")
def world():
    return light_world(1)


@pytest.fixture(scope="module")
def provinces():
    return [light_province(seed) for seed in range(1, 21)]


def test_the_same_seed_gives_the_same_province():
    one, two, other = light_province(5), light_province(5), light_province(6)
    assert one.exposed.equals(two.exposed)
    assert one.codes.equals(two.codes)
    assert not one.exposed.equals(other.exposed)


def test_the_province_is_the_declared_one(provinces):
    one = provinces[0]
    yearly = one.exposed.groupby("stream")["cases"].sum() / (11 * 8.5)
    assert yearly["child_abuse"] == pytest.approx(2.7, rel=0.2)
    assert yearly["under18_offending"] == pytest.approx(5.8, rel=0.2)
    assert (one.groups.nunique(), len(one.groups)) == (11, 111)
    assert len(one.cases) == one.exposed["cases"].sum()
    assert one.expected["mu"].sum() == pytest.approx((2.7 + 5.8) * 11 * 8.5)


def test_a_smooth_map_has_neighbours_that_are_alike():
    """Mean log rates: correlation over borders, with and without the smooth part."""
    alike = []
    for spatial in (False, True):
        pairs = []
        for seed in range(1, 6):
            one = light_province(seed, spatial=spatial)
            mean = np.log(one.expected.groupby("locality")["mu"].sum())
            mean -= mean.mean()
            pairs.append([mean[one.neighbours[side]].to_numpy() for side in ("a", "b")])
        a, b = (np.concatenate(side) for side in zip(*pairs, strict=True))
        alike.append(np.corrcoef(a, b)[0, 1])
    assert alike[1] > alike[0] + 0.1


def test_shares_are_those_of_the_files(provinces):
    """True shares of coded files against those of some 14,000 files, over all provinces."""
    counted, true = np.zeros(CODES), np.zeros(CODES)
    for one in provinces:
        coded = (one.files.state == "coded") & one.files.present.any(axis=1)
        counted += one.files.present[coded].sum(axis=0)
        n = one.cases[coded].groupby(["locality", "stream"]).size()
        shares = one.files.true_shares().unstack("code").reindex(n.index)
        true += shares.mul(n, axis=0).to_numpy().sum(axis=0)
    assert counted / true == pytest.approx(np.ones(CODES), abs=0.16)
    assert counted.sum() / true.sum() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("odds_ratio", [0.5, 3.0, 6.0])
def test_joint_share_has_the_odds_ratio(odds_ratio):
    a, b = 0.2, 0.35
    both = joint_share(a, b, odds_ratio)
    assert both * (1 - a - b + both) / ((a - both) * (b - both)) == pytest.approx(odds_ratio)


def test_planted_codes_meet_as_declared(provinces):
    for (a, b), (_, odds_ratio) in TOGETHER.items():
        cells = np.zeros((2, 2))
        for one in provinces:
            x, y = one.files.present[:, a].astype(int), one.files.present[:, b].astype(int)
            np.add.at(cells, (x, y), 1)
        found = cells[1, 1] * cells[0, 0] / (cells[0, 1] * cells[1, 0])
        assert found == pytest.approx(odds_ratio, rel=0.1)


def test_clear_codes_lie_where_their_indicator_is_unfavourable(provinces):
    for one in provinces[:10]:
        clear = one.pairs[one.pairs["planted"] == "clear"]
        assert len(clear) == len(BOTH_SIDES)
        for k, place, code in zip(BOTH_SIDES, clear["locality"], clear["code"], strict=True):
            assert code in one.factors[k].codes
            (name,) = one.factors[k].indicators
            level = one.indicators[one.indicators["indicator"] == name]
            mean = level.groupby(level["locality"].map(one.groups))["value"].mean()
            rank = mean.rank(ascending=directions(one)[name] == "better")[place]
            assert rank <= 3  # of 11, here not weighted by persons


def test_planted_codes_and_pairs_stand_apart(provinces):
    for one in provinces[:10]:
        met = {code for pair in one.together[["a", "b"]].to_numpy() for code in pair}
        assert not met & set(one.pairs["code"])
        assert not one.pairs.duplicated(["stream", "code"]).any()
        assert "XX" not in {code for factor in one.factors for code in factor.codes}


def test_true_agreement_is_that_of_the_files_coded_twice(provinces):
    """Alpha of every code less the true one, over all provinces: no difference on average."""
    quality, differences = worlds.READINGS["poor coding"], []
    for seed, one in enumerate(provinces):
        codes = one.files.two_readings(*quality, seed)
        tables = [pd.crosstab(r["case_key"], r["code"]) > 0 for _, r in codes.groupby("round")]
        both = tables[0].index.intersection(tables[1].index)
        true = true_agreement(one.files, *quality).query("unit == 'code'").set_index("code")["alpha_true"]
        a, b = (t.reindex(index=both, columns=true.index, fill_value=False).to_numpy() for t in tables)
        cells = [(a & b).sum(0), (a & ~b).sum(0), (~a & b).sum(0), (~a & ~b).sum(0)]
        differences.append(np.nanmean(alpha_of_two(*cells) - true.to_numpy()))
    assert np.mean(differences) == pytest.approx(0, abs=0.03)
    assert len(both) / len(one.cases) == pytest.approx(0.95 * SECOND_SHARE, abs=0.05)


def test_perfect_coders_agree(world):
    assert true_agreement(world.province.files, 1, 1)["alpha_true"].to_numpy() == pytest.approx(1)
    codes = world.province.files.two_readings(1, 1, 1)
    first = codes.loc[codes["round"] == 1, ["case_key", "code"]]
    exact = world.province.codes[["case_key", "code"]]
    assert set(map(tuple, first.to_numpy())) == set(map(tuple, exact.to_numpy()))


def test_true_shares_of_files_that_a_perfect_coder_reads_are_the_true_shares(world):
    """The pair of codes that meet is taken as independent there: a difference of a thousandth."""
    files = world.province.files
    any_code = files.share_of_any(list(range(CODES)))
    places = [f"D{g:02d}" for g in range(any_code.shape[1])]
    index = pd.MultiIndex.from_product([files.streams, places], names=["stream", "locality"])
    weight = files.cases.groupby(["stream", "locality"]).size() * pd.Series(any_code.ravel(), index=index)
    weight = weight.dropna()
    shares = files.true_shares().unstack("code").swaplevel().reindex(weight.index)
    expected = shares.mul(weight, axis=0).groupby("stream").sum().div(weight.groupby("stream").sum(), axis=0)
    told = true_shares(files, 1, 1).unstack("code")
    np.testing.assert_allclose(told.to_numpy(), expected[told.columns].to_numpy(), atol=0.002)


def test_true_parts_add_up_to_nothing_over_the_province(world):
    parts = true_parts(world.province)
    assert parts.groupby(["stream", "component"])["true"].sum().abs().max() < 1e-8
    assert (parts.loc[parts["planted"] == "none", "true"] == 0).all()


def test_true_changes_are_fewer_cases_where_something_is_planted(world):
    changes = pd.concat(true_changes(world.province))
    assert (changes.loc[changes["planted"] == "planted", "true"] <= 0).all()
    assert (changes.loc[changes["planted"] == "none", "true"] == 0).all()
    by = changes.pivot_table(index=["locality", "stream", "indicator"], columns="target", values="true")
    assert (by["best_quarter"] <= by["median"] + 1e-9).all()


@pytest.fixture(scope="module")
def told(world):
    """Every question put to one world, with few permutations and files: how it goes, not what it finds."""
    with pytest.MonkeyPatch.context() as patch, threadpool_limits(1):
        patch.setattr(worlds, "PERMUTATIONS", 19)
        patch.setattr(configurations, "PERMUTATIONS", 50)
        patch.setattr(misreading, "MANY", 150)
        return {name: question.judge(world) for name, question in QUESTIONS.items()}


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_gives_estimates_beside_their_truth(told, name):
    frame = told[name]
    assert list(frame.columns) == JUDGED
    assert frame[["error", "covered", "called"]].notna().any(axis=None)
    assert frame["covered"].dropna().isin([0, 1]).all()
    assert frame["called"].dropna().isin([0, 1]).all()


def test_strong_factors_and_clear_codes_are_found_and_null_ones_are_not(told):
    found = told["associations"].groupby("planted")["called"].mean()
    assert found["strong"] >= 0.75
    assert found["none"] <= 0.1
    files = told["shares"].query("method == 'case_factors' and what == @worlds.EXACT")
    found = files.groupby("planted")["called"].mean()
    assert found["clear"] > 0
    assert found["none"] < 0.01


def test_age_adds_up_and_is_only_told_where_it_plays_a_part():
    one = light_province(2, aged=True)
    assert light_province(2).age is None
    persons = one.population.groupby(["locality", "period"])["persons"].sum()
    at = one.exposed.query("stream == 'child_abuse'").set_index(["locality", "period"])["persons"]
    assert persons[at.index].to_numpy() == pytest.approx(at.to_numpy())
    cases = one.exposed.groupby("stream")["cases"].sum()
    assert one.age.groupby("stream")["cases"].sum().to_dict() == cases.to_dict()
    rates = one.age.groupby("age_band")["cases"].sum() / one.population.groupby("age_band")["persons"].sum()
    assert rates["10-15"] > rates["16-17"] > rates["0-9"]


def test_parts_add_up(told):
    rows = told["decomposition"].query("what == 'adds up exactly'")
    assert rows["called"].eq(1).all()


def test_a_study_with_a_declared_truth_is_a_province_too():
    table = truth_bench([1], StudyWorlds(STUDY), questions=["associations", "shares", "pairs", "coders"])
    # no coders: their quality is known in light provinces only
    assert set(table["method"]) == {"area_factors", "case_factors", "code_pairs"}
    assert "declared" in set(table.loc[table["method"] == "code_pairs", "planted"])
    strong = table[(table["what"] == "between") & (table["planted"] == "strong")].iloc[0]
    assert strong.found >= 0.5
