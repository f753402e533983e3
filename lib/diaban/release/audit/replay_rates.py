"""Rates and funnels: whether shrunk rates, z and limits follow from the localities that are shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diaban.analysis.funnel import adjusted_z, between_variance, exact_z, funnel_curve, outliers
from diaban.analysis.funnel_curves import MARGIN, POINTS
from diaban.analysis.shrinkage import shrink
from diaban.release.audit.inversions import few_compositions
from diaban.release.audit.replay import Replayed, all_agree, numbers
from diaban.release.cells import count_cell
from diaban.release.cube import Cube

MOST_WAYS = 20_000
"""More ways than this are not tried: then the statement is refused."""

SLOW_WAYS = 3_000
"""The same for what is computed one way at a time."""

SHRUNK = ("shrunk_rate", "shrunk_lower", "shrunk_upper", "probability_above")
RANKS = ("rank_lower", "rank_upper")
CURVE = ["expected", "lower_95", "upper_95", "lower_99_8", "upper_99_8"]
_AT_ONCE = 1_000
_EXACT = 1e-7


def replayed_rates(cube: Cube) -> Iterator[Replayed]:
    """Rates and funnels of every stream and period in which counts are hidden."""
    rates = cube.frames.get("rates")
    if rates is None or not len(rates):
        return
    funnel = cube.frames.get("funnel", pd.DataFrame(columns=["stream", "period"]))
    for (stream, period, _), rows in rates.groupby(["stream", "period", "reference_rate"], dropna=False):
        if rows["hidden"].any():
            curve = funnel[(funnel["stream"] == stream) & (funnel["period"] == period)]
            yield from _replay(Group(rows.sort_values("locality"), curve), f"[{stream}, {period}]")


@dataclass(frozen=True)
class Fit:
    """What a fit is made to. counts: shape (ways, places). expected, hidden: shape (places,)."""

    counts: NDArray
    expected: NDArray
    hidden: NDArray[np.bool_]


@dataclass(frozen=True)
class Group:
    """Localities with one reference, and the funnel that they are drawn in."""

    rows: pd.DataFrame
    curve: pd.DataFrame

    @cached_property
    def hidden(self) -> NDArray[np.bool_]:
        return self.rows["hidden"].to_numpy(bool)

    @cached_property
    def expected(self) -> NDArray:
        """Missing where the whole is hidden, or nobody is at risk."""
        expected = numbers(self.rows["expected"])
        return np.where(expected > 0, expected, np.nan)

    def told(self, *columns: str) -> NDArray:
        """What shown rows say, shape (shown localities, columns)."""
        return np.column_stack([numbers(self.rows.loc[~self.hidden, c]) for c in columns])

    @property
    def tells(self) -> tuple[bool, bool]:
        """Whether anything is told by shrunk rates, and by z or a funnel."""
        return (
            bool(np.isfinite(self.told(*SHRUNK)).any()),
            bool(np.isfinite(self.told("z")).any()) or bool(len(self.curve)),
        )

    @cached_property
    def total(self) -> float:
        """Cases of the hidden localities together; missing where the whole is hidden."""
        if not np.isfinite(self.expected).any():
            return np.nan
        return float(np.round(np.nansum(self.expected) - np.nansum(self.told("cases"))))

    @cached_property
    def together(self) -> Fit:
        """The shown localities, and the hidden ones as a single one."""
        shown, rest = self.expected[~self.hidden], np.nansum(self.expected[self.hidden])
        cases = np.append(self.told("cases")[:, 0], self.total)
        expected = np.append(shown, rest if rest > 0 else np.nan)
        return Fit(cases[None], expected, np.arange(len(cases)) == len(cases) - 1)

    def apart(self, ways: NDArray) -> Fit:
        """All localities, the hidden ones with `ways` of counts (ways, hidden)."""
        counts = np.tile(numbers(self.rows["cases"]), (len(ways), 1))
        counts[:, self.hidden] = ways
        return Fit(counts, self.expected, self.hidden)

    @cached_property
    def ways(self) -> NDArray | None:
        """All counts that the hidden localities may have; None where they are too many, or have no end."""
        if not np.isfinite(self.total):
            return None
        return few_compositions(int(self.total), int(self.hidden.sum()), MOST_WAYS)

    @property
    def cells(self) -> tuple[str, ...]:
        hidden = self.rows[self.hidden]
        return tuple(count_cell(r.locality, r.stream, r.period) for r in hidden.itertuples())


def _replay(group: Group, name: str) -> Iterator[Replayed]:
    """Ranks among localities of which some are hidden cannot be worked out here; they are not given."""
    if np.isfinite(group.told(*RANKS)).any():
        yield Replayed(f"rates{name}.rank_lower", "not_audited", group.cells)
    ways = group.ways
    places = (f"rates{name}.shrunk_rate", f"rates{name}.z, funnel{name}")
    checks = zip(places, group.tells, (_same_shrunk, _same_variance), (MOST_WAYS, SLOW_WAYS), strict=True)
    for place, told, same, most in checks:
        if not told:
            continue
        if same(group, group.together).all():
            yield Replayed(place, "proved")
        elif ways is None or len(ways) > most:
            yield Replayed(place, "not_audited", group.cells)
        else:
            tried, ways = len(ways), ways[same(group, group.apart(ways))]
            yield Replayed.of_ways(place, group.cells, ways, tried=tried)


def _same_shrunk(group: Group, fit: Fit) -> NDArray[np.bool_]:
    """Whether the shrunk rates of a fit are those that are told; shape (ways,)."""
    told = group.told(*SHRUNK)
    reference = numbers(group.rows["reference_rate"])[0]
    kept = np.ones(len(fit.counts), dtype=bool)
    for start in range(0, len(fit.counts), _AT_ONCE):
        counts = fit.counts[start : start + _AT_ONCE]
        labels = np.repeat(np.arange(len(counts)), counts.shape[1])
        risks = shrink(counts.ravel(), np.tile(fit.expected, len(counts)), labels)
        relative = (risks.mean, *risks.interval())
        found = [one.reshape(counts.shape)[:, ~fit.hidden] * reference for one in relative]
        found.append(risks.probability_above(1.0).reshape(counts.shape)[:, ~fit.hidden])
        for column, values in enumerate(found):
            kept[start : start + _AT_ONCE] &= all_agree(values, told[:, column])
    return kept


def _same_variance(group: Group, fit: Fit) -> NDArray[np.bool_]:
    """The same of the variance between localities, as z, outliers and every limit of the funnel tell it."""
    told = group.told("z")[:, 0]
    said = np.isfinite(told)
    flags = group.rows.loc[~group.hidden, "outlier"].astype(object).to_numpy()[said]
    kept = np.zeros(len(fit.counts), dtype=bool)
    for n, counts in enumerate(fit.counts):
        z = exact_z(counts, fit.expected)
        adjusted = adjusted_z(z, fit.expected, between_variance(z, 4 * fit.expected))[~fit.hidden]
        kept[n] = (
            bool(all_agree(adjusted[None], told)[0])
            and _same_words(outliers(adjusted)[said], flags)
            and _same_curve(group.curve, counts, fit.expected)
        )
    return kept


def _same_curve(curve: pd.DataFrame, counts: NDArray, expected: NDArray) -> bool:
    if not len(curve):
        return True
    at_risk = np.isfinite(expected)
    again = funnel_curve(counts[at_risk], expected[at_risk], points=POINTS, margin=MARGIN)[CURVE]
    told = curve[CURVE].to_numpy(float)
    return told.shape == again.shape and np.allclose(told, again.to_numpy(float), rtol=_EXACT)


def _same_words(found: NDArray, told: NDArray) -> bool:
    return all((pd.isna(a) and pd.isna(b)) or a == b for a, b in zip(found, told, strict=True))
