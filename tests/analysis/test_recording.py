"""A planted change of recording is seen, chance is not, and what cannot be told is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import fisher_exact

from diaban.analysis.recording import COLUMNS, recording_shift


def _files(rng, places, n, before, after):
    ways = np.array(["family", "police", "school"])
    frames = [
        pd.DataFrame(
            {"locality": place, "stream": "s", "block": block, "detected_by": rng.choice(ways, n, p=mix)}
        )
        for place in places
        for block, mix in (("before", before), ("after", after))
    ]
    return pd.concat(frames, ignore_index=True)


def test_a_planted_change_is_seen():
    rng = np.random.default_rng(1)
    same = _files(rng, [f"L{i}" for i in range(9)], 40, (0.5, 0.3, 0.2), (0.5, 0.3, 0.2))
    moved = _files(rng, ["X"], 60, (0.7, 0.2, 0.1), (0.2, 0.7, 0.1))
    found = recording_shift(pd.concat([same, moved]), seed=1, permutations=999)
    assert found.loc[found["changed"].astype(bool), "locality"].tolist() == ["X"]
    assert found["comparisons"].eq(10).all()


def test_chance_is_seldom_called_a_change():
    """150 places without a change: raw p-values below 0.05 in about 5 %."""
    rng = np.random.default_rng(2)
    found = recording_shift(
        _files(rng, [f"L{i}" for i in range(150)], 12, (0.6, 0.3, 0.1), (0.6, 0.3, 0.1)),
        seed=1,
        permutations=199,
    )
    assert 0.01 < (found["p"] <= 0.05).mean() < 0.10
    assert not found["changed"].any()


def test_two_by_two_agrees_with_the_exact_test():
    """Fisher's exact test of (16, 4; 7, 13) by scipy."""
    table = [[16, 4], [7, 13]]
    rows = [
        (block, way)
        for block, counts in zip(("before", "after"), table, strict=True)
        for way, n in zip(("family", "police"), counts, strict=True)
        for _ in range(n)
    ]
    files = pd.DataFrame(rows, columns=["block", "detected_by"]).assign(locality="L", stream="s")
    p = recording_shift(files, seed=1, permutations=9999)["p"].iloc[0]
    assert abs(p - fisher_exact(table).pvalue) < 0.004


def test_edges():
    empty = pd.DataFrame(columns=["locality", "stream", "block", "detected_by"])
    assert recording_shift(empty, seed=1).columns.tolist() == COLUMNS
    one = pd.DataFrame({"locality": "L", "stream": "s", "block": ["after"], "detected_by": ["family"]})
    assert recording_shift(one, seed=1)["withheld"].tolist() == ["too_few_files"]
    alike = _files(np.random.default_rng(1), ["L"], 12, (1, 0, 0), (1, 0, 0))
    assert recording_shift(alike, seed=1)["p"].tolist() == [1.0]
    unknown = alike.assign(detected_by=pd.NA)
    assert recording_shift(unknown, seed=1).empty
