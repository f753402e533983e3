"""Choosing hidden cells again with other counts: the moves keep every sum, and what is found is a share."""

from __future__ import annotations

import numpy as np

from diaban.bench.attack import THRESHOLD, simulated_tables
from diaban.bench.choice_again import corners, measure
from diaban.bench.measurement import Options
from diaban.release.ranges.ranges import Attacker
from diaban.release.suppression.suppression import hidden_cells, small


def test_a_corner_takes_all_small_values_and_every_sum_stays():
    for seed in range(1, 30):
        counts, equations = simulated_tables(6, seed)
        primary = counts.index[small(counts, THRESHOLD)]
        found = corners(counts, hidden_cells(counts, equations, primary, threshold=THRESHOLD))
        if found:
            break
    for one in found:
        moved = one.at(counts, THRESHOLD - 1)
        assert set(moved.index[small(moved, THRESHOLD)]) == set(primary)
        assert Attacker(moved, equations).ranges([one.cell]).loc[one.cell].tolist() == [THRESHOLD - 1] * 2
        assert len({one.cell, one.with_it, *one.against}) == 4
    assert found


def test_values_left_are_of_five(tmp_path):
    rows = list(measure(Options(tmp_path, tmp_path, quick=True)))
    assert [row.unit for row in rows] == ["of 5", "of 5", "%"]
    assert 1 <= rows[0].value <= 5, "the true one is left without a secret"
    assert all(np.isnan(row.value) or 0 <= row.value <= 100 for row in rows[1:])
