"""The simulated years of the targets' bench: that what is called true is what the counts were drawn from."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from diaban.bench.light_targets import COUNTED_SO_FAR, HALF, PATHS, TARGETS, YEARS, risk_path, target_years


@pytest.fixture(scope="module")
def levels():
    places = [f"D{i:02d}" for i in range(11)]
    rows = [(p, s, 3e-3, 1000.0 * (i + 1)) for s in TARGETS for i, p in enumerate(places)]
    return pd.DataFrame(rows, columns=["locality", "stream", "risk", "persons"])


def test_counts_are_those_of_the_risk(levels):
    many = [target_years(levels, [seed, 1], **PATHS["small steps"]) for seed in range(30)]
    cases = sum(one.exposed["cases"].sum() + one.final["cases"].sum() for one in many)
    expected = sum((one.risk["risk"] * one.risk["persons"]).sum() for one in many)
    assert cases == pytest.approx(expected, abs=4 * np.sqrt(expected))
    first = many[0]
    assert first.months["cases"].sum() == first.exposed["cases"].sum()
    assert first.exposed.groupby("period").size().tolist() == [22] * 8


def test_late_reports_are_as_many_as_the_ratio_says(levels):
    """Over 60 provinces: final cases of the elapsed half, by the stated ratio of counted ones."""
    many = [target_years(levels, [seed, 2], **PATHS["small steps"]) for seed in range(60)]
    counted = sum(one.so_far["cases"].sum() for one in many)
    stated = np.mean([one.completeness["ratio"].mean() for one in many])
    halves = [one.months[one.months["number"].isin(HALF)]["cases"].sum() for one in many]
    share = np.sum(halves) / sum(one.exposed["cases"].sum() for one in many)
    final = sum(one.final["cases"].sum() for one in many)
    assert share * final / counted == pytest.approx(stated, rel=0.04)
    assert 1 < stated < 1 / COUNTED_SO_FAR.min()


@pytest.mark.parametrize("name", PATHS)
def test_changes_lie_around_the_target(name):
    rng = np.random.default_rng(6)
    steps = np.concatenate([np.diff(risk_path(rng, 11, target=-0.05, **PATHS[name])) for _ in range(300)])
    assert steps.shape[1] == len(YEARS) - 1
    assert steps[:, -1].mean() == pytest.approx(np.log(0.95), abs=0.02)
    assert steps[:, 2].mean() == pytest.approx(0 if "begins" in name else np.log(0.95), abs=0.02)


def test_swings_return():
    rng = np.random.default_rng(7)
    steps = np.diff(risk_path(rng, 20_000, target=0.0, sd=0.2, level=1))
    assert steps[:, 3].std() == pytest.approx(0.2, abs=0.005)
    assert np.corrcoef(steps[:, 3], steps[:, 4])[0, 1] == pytest.approx(-0.5, abs=0.02)
