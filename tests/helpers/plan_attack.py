"""The same attacker, who has the frames of targets, handling, themes and time too."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import numpy as np
import pandas as pd
from published_attack import ALL, PublishedAttack
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csr_array, vstack

ABOUT_OFFICE = ("classified", "assigned")
CODES_OF = {"domestic_violence": ["GD1"], "online": ["BB2", "BB3"]}
"""Themes and the codes that are enough for a case to belong."""
FEW_FILES = 9
WIDE = 500.0


class PlanAttack(PublishedAttack):
    """Counts by single year from targets, verdicts, charts and alerts; reports by how they were handled;
    cases of themes.

    all_due: every report's time has passed, so that reports due are all reports. codes_of: theme -> codes
    that are enough for it. An inequality is a sum with a part of its own that nobody knows.
    """

    def __init__(
        self,
        frames: dict[str, pd.DataFrame],
        blocks: dict[str, list[str]],
        file_periods: list[str],
        *,
        streams_of: dict[str, list[str]],
        codes_of: dict[str, list[str]] | None = None,
        all_due: bool = True,
    ):
        self.weighted: list[dict[tuple, float]] = []
        super().__init__(frames, blocks, file_periods)
        self._streams_of, self._codes_of, self._all_due = streams_of, codes_of or {}, all_due
        self._frames = frames
        for name in ("targets", "mid_year", "handling", "theme_counts", "control_charts", "alerts"):
            if len(frames.get(name, ())):
                getattr(self, f"_read_{name}")(frames[name])
        if len(frames.get("share_targets", ())):
            self._read_share_targets(frames["share_targets"])
        self._position = {cell: i for i, cell in enumerate(sorted(self._cells(), key=str))}

    # Single years ------------------------------------------------------------------------------------------

    def _read_targets(self, targets: pd.DataFrame) -> None:
        years = [year for periods in self._blocks.values() for year in periods]
        for stream, rows in targets.groupby("stream"):
            places = [p for p in rows["locality"] if p != "*"]
            for year in years:
                self._over(("cases", stream, year), places)
            for place in (*places, ALL):
                for block, periods in self._blocks.items():
                    if len(periods) > 1:
                        parts = [("cases", place, stream, year) for year in periods]
                        self.sums.append((("cases", place, stream, block), parts))
        for r in targets.itertuples():
            newer, older = (("cases", _place(r), r.stream, year) for year in (r.period, r.base))
            self._know(newer, r.cases)
            self._know(older, r.base_cases)
            if not pd.isna(r.met) and pd.isna(r.cases):
                met, rise = bool(r.met), r.change > 0
                self._verdict(newer, older, 1 + r.change, below=met != rise, met=met)

    def _verdict(self, newer, older, ratio: float, *, below: bool, met: bool) -> None:
        """newer <= ratio x older or the other way round; missed is by a hundredth of a case at least."""
        rest = ("beyond", newer, ratio)
        self.weighted.append({newer: 1.0, older: -ratio, rest: 1.0 if below else -1.0})
        if not met:
            self._at_least(rest, 0.01)

    def _read_mid_year(self, outlook: pd.DataFrame) -> None:
        for r in outlook.itertuples():
            self._know(("cases", _place(r), r.stream, r.period), r.cases)
            self._know(("cases", _place(r), r.stream, r.base), r.base_cases)
        for (stream, period), rows in outlook.groupby(["stream", "period"]):
            self._over(("cases", stream, period), [p for p in rows["locality"] if p != "*"])

    def _read_control_charts(self, charts: pd.DataFrame) -> None:
        """Parts of a year in the whole add up to the year."""
        counts = charts[charts["unit"] == "cases"]
        for (stream, year), rows in counts.groupby(["stream", counts["period"].str[:4]]):
            self._know(("cases", ALL, stream, year), rows["value"].sum())

    def _read_alerts(self, alerts: pd.DataFrame) -> None:
        """A quarter with an alert holds at least the few cases under which there is none."""
        for r in alerts[alerts["locality"] != "*"].itertuples():
            self._at_least(("cases", r.locality, r.stream, r.period[:4]), 5)

    def _read_share_targets(self, shares: pd.DataFrame) -> None:
        """`no_reports` is a zero; a share that was not reached is at least one report of that year."""
        rows = shares[(shares["locality"] != "*") & shares["target"].isin(self._streams_of)]
        for r in rows.itertuples():
            (stream,) = self._streams_of[r.target]
            cell = ("cases", r.locality, stream, r.period)
            if r.withheld == "no_reports":
                self._know(cell, 0.0)
            elif not pd.isna(r.met) and not r.met:
                self._at_least(cell, 1)

    # Handling ----------------------------------------------------------------------------------------------

    def _read_handling(self, handling: pd.DataFrame) -> None:
        measures = handling["measure"].unique()
        limits = list(handling.dropna(subset=["days"]).sort_values("days")["measure"].unique())
        for (stream, measure), rows in handling.groupby(["stream", "measure"]):
            places = [p for p in rows["locality"] if p != "*"]
            self._over(("reports", stream, measure), places)
            self._over(("not", stream, measure), places)
        for (place, stream), rows in handling.groupby(["locality", "stream"]):
            key = (ALL if place == "*" else place, stream)
            total = ("all reports", *key)
            self.sums.append((total, [("cases", *key, block) for block in self._blocks]))
            for r in rows.itertuples():
                mine = ("reports", *key, r.measure)
                self.sums.append((total, [mine, ("not", *key, r.measure)]))
                self._know(mine, r.n)
                if self._all_due or r.measure in ABOUT_OFFICE:
                    self._know(total, r.n_reports)
                if r.measure in limits and not r.hidden:
                    few = r.withheld == "too_few_files"
                    (self._at_most if few else self._at_least)(total, FEW_FILES + (0 if few else 1))
            steps = [m for m in [*limits[:1], "in_time", *limits[-1:]] if m in measures]
            for chain in (limits, steps):  # who decided by one limit has by every later one
                for earlier, later in pairwise(chain):
                    gap = ("between", *key, earlier, later)
                    self.sums.append((("reports", *key, later), [("reports", *key, earlier), gap]))

    # Themes ------------------------------------------------------------------------------------------------

    def _read_theme_counts(self, counts: pd.DataFrame) -> None:
        for (theme, block), rows in counts.groupby(["theme", "period"]):
            self._over(("theme", theme, block), [p for p in rows["locality"] if p != "*"])
            whole = ("theme", ALL, theme, block)
            for r in rows.itertuples():
                cell = ("theme", _place(r), theme, block)
                self._know(cell, r.cases)
                self._know(whole, r.whole_cases)
                streams = [("cases", _place(r), s, block) for s in self._streams_of[theme]]
                self.weighted.append({cell: 1.0, ("rest", *cell): 1.0, **dict.fromkeys(streams, -1.0)})
            if (rows["withheld"] == "no_cases").any():
                self._know(whole, 0.0)
            if (rows["withheld"] == "too_few_cases").any():
                self._at_most(whole, FEW_FILES)
                self._at_least(whole, 1)
        support = self._frames.get("theme_support")
        panels = self._frames.get("theme_panels")
        for theme, rows in counts.groupby("theme"):
            for place in rows["locality"].unique():
                key = (ALL if place == "*" else place, theme)
                total = ("all of theme", *key)
                self.sums.append((total, [("theme", *key, block) for block in rows["period"].unique()]))
                for stream in self._streams_of[theme]:
                    for code in self._codes_of.get(theme, ()):
                        with_code = ("files", key[0], stream, code)
                        self.sums.append((total, [with_code, ("others", stream, code, *key)]))
            if support is not None and "cases" in support:
                for n in support.loc[support["theme"] == theme, "cases"]:
                    self._know(("all of theme", ALL, theme), n)
            if panels is not None and "n_files" in panels:
                for n in panels.loc[panels["theme"] == theme, "n_files"].dropna().unique():
                    self._know(("all of theme", ALL, theme), n)

    # The system --------------------------------------------------------------------------------------------

    def _over(self, name: tuple, places: list[str]) -> None:
        table, *rest = name
        self.sums.append(((table, ALL, *rest), [(table, place, *rest) for place in dict.fromkeys(places)]))

    def _at_least(self, cell: tuple, n: float) -> None:
        limit = ("at least", n)
        self.known[limit] = n
        self.sums.append((cell, [limit, ("more than", n, cell)]))

    def _at_most(self, cell: tuple, n: float) -> None:
        limit = ("at most", n)
        self.known[limit] = n
        self.sums.append((limit, [cell, ("less than", n, cell)]))

    def _cells(self) -> set[tuple]:
        return super()._cells() | {cell for signed in self.weighted for cell in signed}

    def _equations(self) -> tuple[csr_array, np.ndarray]:
        matrix, _ = super()._equations()
        more = np.zeros((len(self.weighted), len(self._position)))
        for n, signed in enumerate(self.weighted):
            for cell, sign in signed.items():
                more[n, self._position[cell]] += sign
        return vstack([matrix, csr_array(more)]).tocsr(), np.zeros(matrix.shape[0] + len(more))

    def whole_numbers(self, cells: list[tuple]) -> dict[tuple, tuple[float, float]]:
        """Least and greatest whole number of counts of cases, from the sums and verdicts on them alone."""
        sums = [(t, p) for t, p in self.sums if all(_about_cases(c) for c in (t, *p))]
        rows = [{total: -1.0, **dict.fromkeys(parts, 1.0)} for total, parts in sums]
        rows += [signed for signed in self.weighted if all(_about_cases(c) for c in signed)]
        names = sorted({cell for row in rows for cell in row}, key=str)
        position = {cell: i for i, cell in enumerate(names)}
        matrix = np.zeros((len(rows), len(names)))
        for n, row in enumerate(rows):
            for cell, sign in row.items():
                matrix[n, position[cell]] = sign
        low = np.array([self.known.get(c, 0.0) for c in names])
        high = np.array([self.known.get(c, WIDE) for c in names])
        for cell in [c for c in names if c[0] == "more than"]:
            high[position[cell]] = WIDE
        whole = np.array([c[0] == "cases" for c in names], dtype=float)
        found: dict[tuple, tuple[float, float]] = {}
        even = LinearConstraint(matrix, 0, 0)
        for cell in cells:
            if cell not in position:
                continue
            ends = []
            for sign in (1.0, -1.0):
                aim = sign * (np.arange(len(names)) == position[cell])
                best = milp(aim, constraints=even, integrality=whole, bounds=(low, high))
                assert best.status == 0, best.message
                ends.append(round(float(sign * best.fun)))
            found[cell] = (ends[0], ends[1])
        return found


def _place(row) -> str:
    return ALL if row.locality == "*" else row.locality


def _about_cases(cell: tuple) -> bool:
    return cell[0] in ("cases", "beyond", "at least", "at most") or (
        cell[0] in ("more than", "less than") and cell[2][0] in ("cases", "beyond")
    )


def small_plan_counts(results, threshold: int) -> dict[tuple, int]:
    """Counts below the threshold, zero too, with the names of `PlanAttack`."""
    counts = _years(results) | _themes(results) | _handled(results)
    return {cell: n for cell, n in counts.items() if n < threshold}


def _years(results) -> dict[tuple, int]:
    years = results.exposed_report[["locality", "stream", "period", "cases"]]
    if results.to_date is not None:
        years = pd.concat([years, results.to_date.assign(period=results.running)[list(years.columns)]])
    return {("cases", r.locality, r.stream, r.period): int(r.cases) for r in years.itertuples()}


def _themes(results) -> dict[tuple, int]:
    rows = results.theme_counts[results.theme_counts["stream"] == "*"].dropna(subset=["cases"])
    return {("theme", _place(r), r.theme, r.period): int(r.cases) for r in rows.itertuples()}


def _handled(results) -> dict[tuple, int]:
    """Reports handled so far and the rest, and those between one limit and the next."""
    found: dict[tuple, int] = {}
    resolved, limits = results.resolution, results.time_to_decision
    decided = results.stages[results.stages["stage"] == "decided"]
    any_kind = limits[limits["kind"] == "any"]
    tables = [
        (resolved.assign(measure="resolved"), "n_resolved", "n_due"),
        (decided.assign(measure="in_time"), "n_in_time", "n_due"),
        (any_kind.assign(measure="by " + any_kind["limit"]), "n_decided", "n_reports"),
    ]
    told: dict[tuple, dict[str, int]] = defaultdict(dict)
    for table, n, of in tables:
        for r in table[(table["period"] == "*") & (table["stream"] != "*")].itertuples():
            key = (_place(r), r.stream)
            told[key][r.measure] = int(getattr(r, n))
            found["reports", *key, r.measure] = int(getattr(r, n))
            found["not", *key, r.measure] = int(getattr(r, of)) - int(getattr(r, n))
    order = list(dict.fromkeys(limits.sort_values("days")["limit"]))
    chains = [[f"by {limit}" for limit in order], [f"by {order[0]}", "in_time", f"by {order[-1]}"]]
    for key, n in told.items():
        for chain in chains:
            for earlier, later in pairwise(chain):
                found["between", *key, earlier, later] = n[later] - n[earlier]
    return found
