"""What the digest of the register varies: the same for the same one, and of all tables alike."""

from __future__ import annotations

import numpy as np

from diaban.release.cells import code_cell, count_cell
from diaban.release.suppression.varied import UNPROMISED, unpromised, values_left

SECRETS = [bytes([n, 7]) for n in range(200)]


def test_without_a_secret_all_is_promised():
    cell = count_cell("a", "s", "2023")
    assert not unpromised(cell, b"")
    assert values_left([cell], 5, b"") == {cell: 3}


def test_some_tables_have_no_promise_and_have_none_in_any_locality_or_edition():
    drawn = []
    for secret in SECRETS:
        cells = [code_cell(place, "s", "GD4") for place in ("*", "a", "b")]
        found = {unpromised(cell, secret) for cell in [*cells, f"{cells[1]}@2023-end"]}
        assert len(found) == 1
        drawn.append(found.pop())
        left = values_left(cells, 5, secret)
        assert all((n == 1) == drawn[-1] for n in left.values())
        assert all(n in (1, 3, 4) for n in left.values())
    assert abs(np.mean(drawn) - UNPROMISED) < 0.08


def test_tables_are_drawn_apart():
    secret = SECRETS[0]
    drawn = [unpromised(count_cell("a", "s", str(year)), secret) for year in range(1000)]
    assert abs(np.mean(drawn) - UNPROMISED) < 0.04
