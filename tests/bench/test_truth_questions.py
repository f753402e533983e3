"""The simulated truth itself, each part against a count or a formula of its own, and every question once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from diaban.analysis.case_factors.reliability import alpha_of_two
from diaban.bench.light_files import CODES, TOGETHER, joint_share
from diaban.bench.light_province import BOTH_SIDES, light_province
from diaban.bench.truth import worlds
from diaban.bench.truth.coders import true_agreement
from diaban.bench.truth.decomposition import true_parts
from diaban.bench.truth.judged import JUDGED
from diaban.bench.truth.misreading import true_shares
from diaban.bench.truth.questions import QUESTIONS
from diaban.bench.truth.what_if import directions, true_changes
from diaban.bench.truth.worlds import light_world


@pytest.fixture(scope="module")
def world():
    return light_world(1)


@pytest.fixture(scope="module")
def provinces():
    return [light_province(seed) for seed in range(1, 41)]


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
            pairs.append(
                (mean - mean.mean()).pipe(
                    lambda m, n=one.neighbours: (m[n["a"]].to_numpy(), m[n["b"]].to_numpy())
                )
            )
        a, b = (np.concatenate(side) for side in zip(*pairs, strict=True))
        alike.append(np.corrcoef(a, b)[0, 1])
    assert alike[1] > alike[0] + 0.1


def test_shares_are_those_of_the_files(provinces):
    """True shares of coded files against those of 30,000 files, over all provinces."""
    counted, true = [], []
    for one in provinces:
        coded = (one.files.state == "coded") & one.files.present.any(axis=1)
        by = [one.cases["locality"], one.cases["stream"]]
        n = pd.Series(coded).groupby(by).sum()
        counted.append(
            pd.DataFrame(one.files.present & coded[:, None]).groupby(by).sum().to_numpy().sum(axis=0)
        )
        shares = one.files.true_shares().unstack("code")
        true.append((shares.reindex(n.index).mul(n, axis=0)).to_numpy().sum(axis=0))
    ratio = np.sum(counted, axis=0) / np.sum(true, axis=0)
    assert ratio == pytest.approx(np.ones(CODES), abs=0.12)
    assert np.mean(ratio) == pytest.approx(1, abs=0.02)


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
            assert rank <= 4  # of 11, here not weighted by persons


def test_planted_codes_and_pairs_stand_apart(provinces):
    for one in provinces[:10]:
        met = {code for pair in one.together[["a", "b"]].to_numpy() for code in pair}
        assert not met & set(one.pairs["code"])
        assert not one.pairs.duplicated(["stream", "code"]).any()
        assert "XX" not in {code for factor in one.factors for code in factor.codes}


def test_true_agreement_is_that_of_endless_files(provinces):
    """Alpha of the cells of all double-coded files of 40 provinces, code by code."""
    quality = worlds.READINGS["poor coding"]
    cells, true = np.zeros((4, CODES)), []
    for seed, one in enumerate(provinces):
        codes = one.files.two_readings(*quality, seed)
        tables = [pd.crosstab(r["case_key"], r["code"]) > 0 for _, r in codes.groupby("round")]
        both = tables[0].index.intersection(tables[1].index)
        names = one.code_book["code"][:CODES].tolist()
        a, b = (t.reindex(index=both, columns=names, fill_value=False).to_numpy() for t in tables)
        cells += [(a & b).sum(0), (a & ~b).sum(0), (~a & b).sum(0), (~a & ~b).sum(0)]
        agreement = true_agreement(one.files, *quality)
        true.append(agreement.loc[agreement["unit"] == "code", "alpha_true"].to_numpy())
    assert alpha_of_two(*cells) == pytest.approx(np.mean(true, axis=0), abs=0.12)
    assert alpha_of_two(*cells).mean() == pytest.approx(np.mean(true), abs=0.02)


def test_perfect_coders_agree(world):
    assert true_agreement(world.province.files, 1, 1)["alpha_true"].to_numpy() == pytest.approx(1)
    codes = world.province.files.two_readings(1, 1, 1)
    first = codes[codes["round"] == 1].drop(columns="round")
    assert set(map(tuple, first.to_numpy())) == set(
        map(tuple, world.province.codes[["case_key", "code"]].to_numpy())
    )


def test_true_shares_of_files_that_a_perfect_coder_reads_are_the_true_shares(world):
    """The pair of codes that meet is taken as independent there: a difference of a thousandth."""
    files = world.province.files
    n = files.cases.groupby(["stream", "locality"]).size()
    any_code = pd.Series(
        files.share_of_any(list(range(CODES))).ravel(),
        index=pd.MultiIndex.from_product(
            [files.streams, [f"D{g:02d}" for g in range(11)]], names=n.index.names
        ),
    )
    weight = (n * any_code).dropna()
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


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_gives_estimates_beside_their_truth(world, name, monkeypatch):
    monkeypatch.setattr(worlds, "PERMUTATIONS", 39)
    told = QUESTIONS[name].judge(world)
    assert list(told.columns) == JUDGED
    assert len(told)
    assert told[["error", "covered", "called"]].notna().any(axis=None)
    assert told["covered"].dropna().isin([0, 1]).all()
    assert told["called"].dropna().isin([0, 1]).all()


def test_strong_factors_and_clear_codes_are_found_and_null_ones_are_not(world):
    area = QUESTIONS["associations"].judge(world)
    found = area.groupby("planted")["called"].mean()
    assert found["strong"] >= 0.75
    assert found["none"] <= 0.1
    files = QUESTIONS["shares"].judge(world)
    files = files[(files["method"] == "case_factors") & (files["what"] == worlds.EXACT)]
    assert files.groupby("planted")["called"].mean()["clear"] > 0
    assert files.groupby("planted")["called"].mean()["none"] < 0.01


def test_parts_add_up(world):
    told = QUESTIONS["decomposition"].judge(world)
    assert told.loc[told["what"] == "adds up exactly", "called"].eq(1).all()
