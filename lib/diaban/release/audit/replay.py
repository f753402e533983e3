"""Statements about all localities together, computed again for every way in which hidden counts could lie.

A shrunk rate of a shown locality, its z or the limits of a funnel are fitted to all localities, hidden ones
among them. Where only few are hidden and their sum is known, whoever has the same method can try each way:
with many digits a single one agrees.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from diaban.analysis.funnel import adjusted_z, between_variance, exact_z
from diaban.analysis.shrinkage import shrink
from diaban.release.audit.columns import Statement
from diaban.release.audit.inversions import agrees, column_half_unit, few_compositions
from diaban.release.cells import count_cell
from diaban.release.cube import Cube

MOST_WAYS = 20_000
"""More ways than this are not tried: then the hidden counts are many or large."""

SLOW_WAYS = 3_000
"""The same for what is computed one way at a time."""

LEAST_LOCALITIES = 5
_SHRUNK = ("shrunk_rate", "shrunk_lower", "shrunk_upper", "probability_above")
_AT_ONCE = 1_000


@dataclass(frozen=True)
class Replayed:
    """What one statement leaves: cell -> the counts that agree; ways tried and left; place of the figures."""

    possible: dict[str, list[float]]
    tried: int
    left: int
    place: str

    @property
    def statements(self) -> list[Statement]:
        return [Statement({c: 1.0}, min(v), max(v), self.place) for c, v in self.possible.items() if v]

    @property
    def strange(self) -> bool:
        """No way agrees: the statement is not what it is taken for, so nobody can say what it tells."""
        return self.tried > 0 and self.left == 0


def replayed(cube: Cube) -> Iterator[Replayed]:
    """Rates and funnels of every stream and period in which counts are hidden and the whole is shown."""
    rates = cube.frames.get("rates")
    if rates is None or not len(rates):
        return
    funnel = cube.frames.get("funnel", pd.DataFrame(columns=["stream", "period"]))
    for (stream, period, _), rows in rates.groupby(["stream", "period", "reference_rate"]):
        group = _group(rows.sort_values("locality"))
        if group is None:
            continue
        curve = funnel[(funnel["stream"] == stream) & (funnel["period"] == period)]
        yield from _replay(group, curve, f"[{stream}, {period}]")


def _replay(group: _Group, curve: pd.DataFrame, name: str) -> Iterator[Replayed]:
    """Nothing is told where the hidden localities were put together as one before anything was fitted."""
    ways, tried, together = group.ways, len(group.ways), group.together
    if not _same_shrunk(together, together.ways).all():
        ways = ways[_same_shrunk(group, ways)]
        yield group.left(ways, tried, f"rates{name}.shrunk_rate")
    if 0 < len(ways) <= SLOW_WAYS and not _same_variance(together, together.ways, curve).all():
        ways = ways[_same_variance(group, ways, curve)]
        yield group.left(ways, tried, f"rates{name}.z, funnel{name}")


@dataclass(frozen=True)
class _Group:
    """Localities with one reference. ways: possible counts of the hidden ones, shape (ways, hidden)."""

    rows: pd.DataFrame
    hidden: NDArray[np.bool_]
    expected: NDArray
    ways: NDArray

    @property
    def together(self) -> _Group:
        """The hidden localities as a single one: of it everything is known."""
        rest = self.rows[self.hidden].head(1)
        rows = pd.concat([self.rows[~self.hidden], rest])
        hidden = np.arange(len(rows)) == len(rows) - 1
        expected = np.append(self.expected[~self.hidden], self.expected[self.hidden].sum())
        return _Group(rows, hidden, expected, self.ways[:1].sum(axis=1, keepdims=True))

    def counts(self, ways: NDArray) -> NDArray:
        """Counts of all localities, shape (ways, localities)."""
        shown = self.rows["cases"].astype("float64").to_numpy()
        found = np.tile(shown, (len(ways), 1))
        found[:, self.hidden] = ways
        return found

    def left(self, ways: NDArray, tried: int, place: str) -> Replayed:
        cells = [count_cell(r.locality, r.stream, r.period) for r in self.rows[self.hidden].itertuples()]
        possible = {cell: sorted(set(ways[:, i].tolist())) for i, cell in enumerate(cells)}
        return Replayed(possible, tried, len(ways), place)


def _group(rows: pd.DataFrame) -> _Group | None:
    """None where nothing is hidden, the whole is, or too many ways are left."""
    expected = rows["expected"].astype("float64").to_numpy()
    hidden = rows["hidden"].to_numpy(bool)
    comparable = len(rows) >= LEAST_LOCALITIES and bool((expected > 0).all())
    if not hidden.any() or hidden.all() or not comparable:
        return None
    total = round(expected.sum() - rows.loc[~hidden, "cases"].astype("float64").sum())
    found = few_compositions(total, int(hidden.sum()), MOST_WAYS)
    return None if found is None else _Group(rows, hidden, expected, found)


def _same_shrunk(group: _Group, ways: NDArray) -> NDArray[np.bool_]:
    told = group.rows.loc[~group.hidden, list(_SHRUNK)].astype("float64").to_numpy()
    reference = group.rows["reference_rate"].astype("float64").to_numpy()[~group.hidden]
    kept = np.ones(len(ways), dtype=bool)
    for start in range(0, len(ways), _AT_ONCE):
        counts = group.counts(ways[start : start + _AT_ONCE])
        labels = np.repeat(np.arange(len(counts)), counts.shape[1])
        risks = shrink(counts.ravel(), np.tile(group.expected, len(counts)), labels)
        relative = (risks.mean, *risks.interval())
        found = [one.reshape(counts.shape)[:, ~group.hidden] * reference for one in relative]
        found.append(risks.probability_above(1.0).reshape(counts.shape)[:, ~group.hidden])
        for column, shown in enumerate(found):
            kept[start : start + _AT_ONCE] &= _all_agree(shown, told[:, column])
    return kept


def _same_variance(group: _Group, ways: NDArray, curve: pd.DataFrame) -> NDArray[np.bool_]:
    """The variance between localities, as z and the funnel's limits tell it."""
    told = group.rows.loc[~group.hidden, "z"].astype("float64").to_numpy()
    point = curve.tail(1)
    kept = np.zeros(len(ways), dtype=bool)
    for n, counts in enumerate(group.counts(ways)):
        z = exact_z(counts, group.expected)
        tau2 = between_variance(z, 4 * group.expected)
        adjusted = adjusted_z(z, group.expected, tau2)[~group.hidden]
        kept[n] = bool(_all_agree(adjusted[None], told)[0]) and _same_limit(point, tau2)
    return kept


def _same_limit(point: pd.DataFrame, tau2: float) -> bool:
    """Whether the funnel's upper limit at its last point is the one of this variance."""
    if not len(point) or tau2 == 0:
        return True
    half = norm.ppf(0.975) * np.sqrt(1 / (4 * point["expected"].iloc[0]) + tau2)
    return bool(agrees((1 + half) ** 2, float(point["upper_95"].iloc[0]), 0.0))


def _all_agree(found: NDArray, told: NDArray) -> NDArray[np.bool_]:
    """Rows of `found` (ways, localities) that could have been written as `told`."""
    half = column_half_unit(told[np.isfinite(told)])
    one = [agrees(found[:, i], value, half) for i, value in enumerate(told) if np.isfinite(value)]
    return np.all(one, axis=0) if one else np.ones(len(found), dtype=bool)
